/** What an order's channel said last, beside what the order was taken from. */
import type { Sql } from '../database';
import { contentHash } from '../ids';

export interface Told {
  /** RFC 3339 in UTC by the channel's clock; null: of no word since. */
  readonly at: string | null;
  /** Hash of the differences that are known; null: none was found. */
  readonly differences: string | null;
  /** Hash of where it said that the order goes; undefined where nothing of it is kept any more. */
  readonly shipToHash: string | undefined;
}

export async function readTold(sql: Sql, orderId: string): Promise<Told | null> {
  const { rows } = await sql.query<{
    at: string | null;
    differences: string | null;
    isKept: boolean;
    shipTo: unknown;
    toldShipTo: string | null;
  }>({
    name: 'read-told',
    text: `select told_at as at, told_differences as differences,
                  content ? 'lines' as "isKept", content -> 'shipTo' as "shipTo",
                  told_ship_to as "toldShipTo"
             from sales_order where order_id = $1`,
    values: [orderId],
  });
  const [row] = rows;
  if (!row) return null;
  const { at, differences, isKept, shipTo, toldShipTo } = row;
  const shipToHash = toldShipTo ?? contentHash(shipTo ?? null);
  return { at, differences, shipToHash: isKept ? shipToHash : undefined };
}

export async function writeTold(
  sql: Sql,
  orderId: string,
  { at, differences }: Pick<Told, 'at' | 'differences'>,
): Promise<void> {
  await sql.query({
    name: 'write-told',
    text: `update sales_order set told_at = $2, told_differences = $3 where order_id = $1`,
    values: [orderId, at, differences],
  });
}
