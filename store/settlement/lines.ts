/** Lines of settlements, written by COPY. */
import type { SettlementClass, SettlementLine } from '../../canonical/ports/settlement';
import type { CopySql } from '../copy-in';
import type { Sql } from '../database';

/** Rows are sent in pieces of about this size. */
const CHUNK_BYTES = 65_536;
/** Of a vendor's word or reference; more of it is nobody's key. */
const MAX_TEXT_CHARS = 300;
/** From here on the planner is told of the new rows before they are matched. */
const MANY_LINES = 10_000;

export interface LineRow {
  readonly settlementId: string;
  readonly lineNo: number;
  readonly line: SettlementLine;
  readonly class: SettlementClass;
}

const COLUMNS = `settlement_id, line_no, row_no, word_transaction, word_type, word_description,
  amount_minor, sale_currency, sale_minor, line_ref, order_ref, payment_ref, sku, quantity,
  occurred_at, class`;

export function copyLines(sql: CopySql, rows: AsyncIterable<LineRow>): Promise<void> {
  return sql.copyIn(`copy settlement_line (${COLUMNS}) from stdin`, chunksOf(rows));
}

async function* chunksOf(rows: AsyncIterable<LineRow>): AsyncGenerator<Buffer> {
  let text = '';
  for await (const row of rows) {
    text += textOf(row);
    if (text.length >= CHUNK_BYTES) {
      yield Buffer.from(text);
      text = '';
    }
  }
  if (text !== '') yield Buffer.from(text);
}

function textOf({ settlementId, lineNo, line, class: lineClass }: LineRow): string {
  const { words, transaction } = line;
  return `${[
    settlementId,
    lineNo,
    line.rowNo,
    field(words.transaction),
    field(words.type),
    field(words.description),
    line.amountMinor,
    field(transaction?.currency ?? null),
    transaction?.amountMinor ?? NULL,
    field(line.lineRef),
    field(line.orderRef),
    field(line.paymentRef),
    field(line.sku),
    line.quantity ?? NULL,
    line.occurredAt ?? NULL,
    lineClass,
  ].join('\t')}\n`;
}
const NULL = '\\N';

const SPECIAL = /[\u0000\\\t\n\r]/g;
const ESCAPED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
};

function field(text: string | null): string {
  if (text === null) return NULL;
  const kept = text.length > MAX_TEXT_CHARS ? text.slice(0, MAX_TEXT_CHARS) : text;
  return kept.replaceAll(SPECIAL, (one) => ESCAPED[one] ?? '');
}

export async function dropLines(sql: Sql, settlementId: string): Promise<void> {
  await sql.query(`delete from settlement_line where settlement_id = $1`, [settlementId]);
}

export async function tellPlanner(sql: Sql, lines: number): Promise<void> {
  if (lines >= MANY_LINES) await sql.query('analyze settlement_line');
}
