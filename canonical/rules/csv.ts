/**
 * Tables for spreadsheets: RFC 4180, CRLF between rows. What others wrote is text there and never
 * a formula (https://owasp.org/www-community/attacks/CSV_Injection): an apostrophe goes before a
 * cell that a spreadsheet would calculate. A plain number stays a number.
 */

/** One cell: amounts as decimals (`formatDecimal`), instants and dates as ISO 8601; null is empty. */
export type CsvCell = string | number | null;

/** Also the wide forms, which some spreadsheets read alike; spaces before them do not help. */
const FORMULA = /^(\s*[=+\-@＝＋－＠]|[\t\r\n])/u;
const NUMBER = /^[+-]?\d+(\.\d+)?$/;
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

function cell(value: CsvCell): string {
  if (value === null) return '';
  const text = String(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line with its end. */
export function csvRow(cells: readonly CsvCell[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

/** A whole table: a line of names, then the rows. */
export function csvTable(names: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [names, ...rows].map(csvRow).join('');
}
