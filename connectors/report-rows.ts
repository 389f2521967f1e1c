/**
 * Text with a delimiter → its rows, a batch a piece of text. What has no quotation mark is split,
 * which is most of what vendors send and several times faster; the rest goes through csv-parse.
 */
import { CsvError, parse } from 'csv-parse/sync';
import { unreadable } from './report-problems';

/** A row longer than this is no row: a quotation mark that never closes. */
const MAX_ROW_CHARS = 1_000_000;
const QUOTE = 34;
const NEWLINE = 10;

export interface Row {
  /** The place in the file, from 1: the header has one. */
  readonly rowNo: number;
  readonly cells: readonly string[];
  /** The file ends in it without a line break: it may be cut. */
  readonly isUnterminated: boolean;
}

export interface Delimited {
  readonly delimiter: ',' | ';' | '\t';
  /** False: a quotation mark is a letter like any other. */
  readonly quotes: boolean;
}

/** Rows without any text are left out, and counted. @throws UnreadableSettlement */
export async function* delimitedRows(
  text: AsyncIterable<string>,
  format: Delimited,
): AsyncIterable<readonly Row[]> {
  let rest = '';
  let before = 0;
  for await (const piece of text) {
    rest += piece;
    const end = endOfWholeRows(rest, format);
    if (end > 0) {
      const cells = cellsOf(rest.slice(0, end), format, before);
      yield rowsOf(cells, before, false);
      before += cells.length;
      rest = rest.slice(end);
    }
    if (rest.length > MAX_ROW_CHARS) {
      const detail = `a row is longer than ${MAX_ROW_CHARS} characters`;
      throw unreadable('too-large', detail, before + 1);
    }
  }
  if (rest !== '') yield rowsOf(cellsOf(rest, format, before), before, true);
}

function rowsOf(cells: readonly string[][], before: number, isUnterminated: boolean): Row[] {
  return cells.flatMap((row, index) =>
    row.every((cell) => cell === '')
      ? []
      : [{ rowNo: before + index + 1, cells: row, isUnterminated }],
  );
}

/** Where the last row ends that is here whole. */
function endOfWholeRows(text: string, { quotes }: Delimited): number {
  if (!quotes || !text.includes('"')) return text.lastIndexOf('\n') + 1;
  let isOpen = false;
  let end = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isOpen = !isOpen;
    else if (code === NEWLINE && !isOpen) end = at + 1;
  }
  return end;
}

function cellsOf(text: string, { delimiter, quotes }: Delimited, before: number): string[][] {
  if (!quotes || !text.includes('"')) {
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line).split(delimiter));
  }
  try {
    return parse(text, {
      delimiter,
      relax_column_count: true,
      record_delimiter: ['\r\n', '\n'],
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const rowNo = before + (typeof error['records'] === 'number' ? error['records'] : 0) + 1;
    const isCut = error.code === 'CSV_QUOTE_NOT_CLOSED';
    throw unreadable(
      isCut ? 'cut-off' : 'row',
      isCut ? 'the file ends within quotation marks' : 'a quotation mark stands where none can',
      rowNo,
    );
  }
}
