/** A table of figures, once: as a part of a page, and as a file for a spreadsheet. */
import { csvTable, type CsvCell } from '../../../canonical/rules/csv';
import { formatDecimal } from '../../../canonical/rules/money/money';
import { markup, type Html } from '../html';

/** Money is shown without its currency: that is a column of its own. */
interface Amount {
  readonly minor: number;
  readonly currency: string;
}
interface Link {
  readonly text: string;
  /** A path of ours; null: no link. */
  readonly href: string | null;
}
export type Cell = string | number | null | Amount | Link;

export interface Table {
  /** Of its file. */
  readonly name: string;
  readonly title?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Said where there are no rows. */
  readonly empty: string;
  /** There are more rows than these: the path of the next page. */
  readonly next?: string | null;
}

export const amount = (minor: number | null, currency: string | null): Cell =>
  minor === null || currency === null ? null : { minor, currency };
export const link = (text: string, href: string | null): Cell => ({ text, href });

const isAmount = (cell: Cell): cell is Amount =>
  typeof cell === 'object' && cell !== null && 'minor' in cell;
const isLink = (cell: Cell): cell is Link =>
  typeof cell === 'object' && cell !== null && 'text' in cell;

export function tableHtml(table: Table, fileAt: string): Html {
  const { columns, rows, empty, title = '', next = null } = table;
  const heading = title === '' ? null : markup`<h2>${title}</h2>`;
  if (rows.length === 0) return markup`${heading}<p>${empty}</p>`;
  return markup`${heading}
    <div class="wide" tabindex="0" role="region" aria-label="${title || table.name}">
      <table>
        <tr>
          ${columns.map((name, at) => markup`<th${classOf(rows[0]?.[at] ?? null)}>${name}</th>`)}
        </tr>
        ${rows.map(
          (cells) =>
            markup`<tr>
              ${cells.map((cell) => markup`<td${classOf(cell)}>${cellHtml(cell)}</td>`)}
            </tr>`,
        )}
      </table>
    </div>
    <p class="quiet">
      ${next === null ? null : markup`<a href="${next}">More</a> · `}<a href="${fileAt}">As CSV</a>
    </p>`;
}

const AMOUNT = markup` class="amount"`;
const classOf = (cell: Cell): Html | null =>
  isAmount(cell) || typeof cell === 'number' ? AMOUNT : null;

function cellHtml(cell: Cell): Html {
  if (isAmount(cell)) return markup`${formatDecimal(cell.minor, cell.currency)}`;
  if (!isLink(cell)) return markup`${cell}`;
  return cell.href === null
    ? markup`${cell.text}`
    : markup`<a href="${cell.href}">${cell.text}</a>`;
}

function csvCell(cell: Cell): CsvCell {
  if (isAmount(cell)) return formatDecimal(cell.minor, cell.currency);
  return isLink(cell) ? cell.text : cell;
}

export const tableCsv = ({ columns, rows }: Table): string =>
  csvTable(
    columns,
    rows.map((cells) => cells.map(csvCell)),
  );
