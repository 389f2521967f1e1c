/**
 * A settlement report as a table: a header, then rows that its vendor's layout reads one by one.
 * After the first fault no part is given any more, and the rest is read for what else is wrong.
 */
import {
  type SettlementHead,
  type SettlementPart,
  type SettlementProblem,
} from '../canonical/ports/settlement';
import { isCurrency } from '../canonical/rules/money/money';
import { collectProblems, quoted, unreadable, type Problems } from './report-problems';
import type { Row } from './report-rows';
import { instantOf } from './report-values';

const COLUMNS_TOLD = 5;

/** Cells by the name of their column, in whatever order a file has them. */
export interface Cells {
  readonly rowNo: number;
  /** Trimmed; empty where the file has no such column. */
  of(column: string): string;
}

export interface Layout {
  /** Without these columns a row says nothing. */
  readonly required: readonly string[];
  open(problems: Problems): {
    row(cells: Cells): readonly SettlementPart[];
    /** After the last row. */
    end(): readonly SettlementPart[];
  };
}

const named = (column: string): string => column.trim().toLowerCase();

/** `layoutOf` is given the header; null: no report of this source. @throws UnreadableSettlement */
export async function* readTable(
  rows: AsyncIterable<readonly Row[]>,
  layoutOf: (columns: ReadonlySet<string>) => Layout | null,
): AsyncIterable<SettlementPart> {
  const problems = collectProblems();
  const open: { reader: ReturnType<Layout['open']> | null } = { reader: null };
  const required = (columns: ReadonlySet<string>): readonly string[] => {
    const layout = layoutOf(columns) ?? unknownLayout(columns);
    open.reader = layout.open(problems);
    return layout.required;
  };
  for await (const cells of tableRows(rows, required, problems)) {
    const parts = open.reader?.row(cells) ?? [];
    if (problems.count === 0) yield* parts;
  }
  const last = open.reader?.end() ?? [];
  problems.refuse();
  yield* last;
}

/**
 * The rows under a header that are whole; `required`: columns, or what they are for that header.
 * @throws UnreadableSettlement for a header that is none
 */
export async function* tableRows(
  rows: AsyncIterable<readonly Row[]>,
  required: readonly string[] | ((columns: ReadonlySet<string>) => readonly string[]),
  problems: Problems,
): AsyncIterable<Cells> {
  let table: { readonly width: number; readonly columns: ReadonlyMap<string, number> } | null =
    null;
  for await (const batch of rows) {
    for (const row of batch) {
      if (table === null) {
        const columns = columnsOf(row);
        const names = new Set(columns.keys());
        requireColumns(typeof required === 'function' ? required(names) : required, names);
        table = { width: row.cells.length, columns };
      } else if (isWhole(row, table.width, problems)) {
        yield cellsOf(row, table.columns);
      }
    }
  }
  if (table === null) throw unreadable('empty', 'the file has no rows');
}

function columnsOf({ cells, rowNo }: Row): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  for (const [index, cell] of cells.entries()) {
    const name = named(cell);
    if (name !== '' && columns.has(name)) {
      throw unreadable('header', `the column ${quoted(cell)} is there twice`, rowNo);
    }
    columns.set(name, index);
  }
  return columns;
}

function unknownLayout(columns: ReadonlySet<string>): never {
  const first = [...columns].slice(0, COLUMNS_TOLD).map(quoted).join(', ');
  throw unreadable('header', `no report of this source begins with the columns ${first}`, 1);
}

function requireColumns(required: readonly string[], columns: ReadonlySet<string>): void {
  const missing = required.filter((column) => !columns.has(named(column)));
  if (missing.length === 0) return;
  throw unreadable('header', `columns are missing: ${missing.map(quoted).join(', ')}`, 1);
}

function isWhole(
  { cells, rowNo, isUnterminated }: Row,
  width: number,
  problems: Problems,
): boolean {
  const isLonger = cells.slice(width).some((cell) => cell.trim() !== '');
  if (cells.length >= width && !isLonger) return true;
  const told = `${cells.length} cells under ${width} columns`;
  if (cells.length < width && isUnterminated) problems.add('cut-off', rowNo, `ends after ${told}`);
  else problems.add('row', rowNo, told);
  return false;
}

const cellsOf = ({ cells, rowNo }: Row, columns: ReadonlyMap<string, number>): Cells => ({
  rowNo,
  // Most layouts write a column as it is kept: then it is not made so again for each row.
  of: (column) => cells[columns.get(column) ?? columns.get(named(column)) ?? -1]?.trim() ?? '',
});

/** Settlements of one file, one after another; each reference once, so that no half is taken. */
export function oneAfterAnother(problems: Problems): {
  readonly current: SettlementHead | null;
  /** Ends the one before it with what `end` said of it. */
  begin(head: SettlementHead, declaredNetMinor: number | null, rowNo: number): SettlementPart[];
  end(): SettlementPart[];
} {
  const seen = new Set<string>();
  let current: SettlementHead | null = null;
  let declared: number | null = null;
  const end = (): SettlementPart[] =>
    current === null ? [] : [{ part: 'end', declaredNetMinor: declared }];
  return {
    get current() {
      return current;
    },
    begin(head, declaredNetMinor, rowNo) {
      if (seen.has(head.reference)) {
        problems.add('row', rowNo, `${quoted(head.reference)} goes on after another has begun`);
      }
      seen.add(head.reference);
      const parts = [...end(), head];
      current = head;
      declared = declaredNetMinor;
      return parts;
    },
    end,
  };
}

/** A currency of ISO 4217, else a problem and null. */
export function currencyIn(cells: Cells, column: string, problems: Problems): string | null {
  const code = cells.of(column).toUpperCase();
  if (isCurrency(code)) return code;
  problems.add('currency', cells.rowNo, `${quoted(code)} under ${column} is no currency`);
  return null;
}

/** An instant where there is one; a problem where the cell is none. */
export function instantIn(cells: Cells, column: string, problems: Problems): string | null {
  return filled(cells, column, 'date', instantOf, problems);
}

/** What a cell says; null where it is empty, and a problem where it cannot be read. */
export function filled<T>(
  cells: Cells,
  column: string,
  code: SettlementProblem['code'],
  read: (text: string) => T | null,
  problems: Problems,
): T | null {
  const text = cells.of(column);
  if (text === '') return null;
  const value = read(text);
  if (value === null)
    problems.add(code, cells.rowNo, `${quoted(text)} under ${column} is no ${code}`);
  return value;
}

export const orNull = (text: string): string | null => (text === '' ? null : text);

/** Units where a whole number is said; some vendors leave a fraction of zeros. */
export function unitsOf(text: string): number | null {
  const match = /^-?(\d{1,9})(?:\.0+)?$/.exec(text);
  return match ? Number(match[1]) : null;
}
