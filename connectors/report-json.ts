/** Reports as APIs give them: an object a line. */
import { unreadable } from './report-problems';
import { delimitedRows } from './report-rows';

/** JSON writes it as an escape, so that a line is one cell. */
const NEVER = '\t';

export interface JsonLine {
  readonly value: unknown;
  readonly rowNo: number;
}

/** @throws UnreadableSettlement */
export async function* jsonLines(text: AsyncIterable<string>): AsyncIterable<JsonLine> {
  for await (const rows of delimitedRows(text, { delimiter: NEVER, quotes: false })) {
    for (const { cells, rowNo, isUnterminated } of rows) {
      yield { value: valueOf(cells.join(NEVER), rowNo, isUnterminated), rowNo };
    }
  }
}

function valueOf(line: string, rowNo: number, isUnterminated: boolean): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw unreadable(isUnterminated ? 'cut-off' : 'row', 'the line is no JSON', rowNo);
  }
}

/** What a text begins with decides who reads it: objects, or a table. */
export async function* objectsOrTable<T>(
  text: AsyncIterable<string>,
  readers: {
    readonly objects: (text: AsyncIterable<string>) => AsyncIterable<T>;
    readonly table: (text: AsyncIterable<string>) => AsyncIterable<T>;
  },
): AsyncIterable<T> {
  const pieces = text[Symbol.asyncIterator]();
  let beginning = '';
  for (let isDone = false; beginning.trimStart() === '' && !isDone;) {
    const next = await pieces.next();
    isDone = next.done === true;
    if (!next.done) beginning += next.value;
  }
  const isObjects = beginning.trimStart().startsWith('{');
  yield* (isObjects ? readers.objects : readers.table)(again(beginning, pieces));
}

async function* again(beginning: string, rest: AsyncIterator<string>): AsyncIterable<string> {
  yield beginning;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
