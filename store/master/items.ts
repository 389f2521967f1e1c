/** The item master, as far as this path needs it: what a unit costs. */
import type { Item } from '../../canonical/schema/item';
import { only, type Sql } from '../database';

const COLUMNS = `sku, description,
  jsonb_build_object('currency', currency, 'minorUnits', standard_cost_minor) as "standardCost",
  final_sale_from as "finalSaleFrom", updated_at as "updatedAt"`;

export async function findItem(sql: Sql, sku: string): Promise<Item | null> {
  const { rows } = await sql.query<Item>(`select ${COLUMNS} from item where sku = $1`, [sku]);
  return rows[0] ?? null;
}

/** In minor units of each item's own currency; without those that are no items. */
export async function standardCosts(
  sql: Sql,
  skus: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql.query<{ sku: string; costMinor: number }>({
    name: 'standard-costs',
    text: `select sku, standard_cost_minor as "costMinor" from item where sku = any($1::text[])`,
    values: [skus],
  });
  return new Map(rows.map(({ sku, costMinor }) => [sku, costMinor]));
}

/** The same, with the row locked until the transaction ends: a change follows. */
export async function lockItem(sql: Sql, sku: string): Promise<Item | null> {
  const { rows } = await sql.query<Item>(
    `select ${COLUMNS} from item where sku = $1 for no key update`,
    [sku],
  );
  return rows[0] ?? null;
}

/** Units that lie or are promised anywhere, at the cost that the item has. */
export async function isStocked(sql: Sql, sku: string): Promise<boolean> {
  const { rows } = await sql.query(
    'select 1 from stock where sku = $1 and (on_hand <> 0 or reserved <> 0) limit 1',
    [sku],
  );
  return rows.length > 0;
}

export type ItemToPut = Omit<Item, 'updatedAt' | 'finalSaleFrom'> & {
  /** Undefined: as it is. */
  readonly finalSaleFrom?: string | null | undefined;
};

/** Writes an item; the caller resolves what waited for it in the same transaction. */
export async function putItem(
  sql: Sql,
  { sku, description, standardCost, finalSaleFrom }: ItemToPut,
): Promise<Item> {
  const { rows } = await sql.query<Item>(
    `insert into item (sku, description, standard_cost_minor, currency, final_sale_from)
     values ($1, $2, $3, $4, $5)
     on conflict (sku) do update set description = excluded.description,
       standard_cost_minor = excluded.standard_cost_minor, currency = excluded.currency,
       final_sale_from = case when $6 then excluded.final_sale_from else item.final_sale_from end,
       updated_at = now()
     returning ${COLUMNS}`,
    [
      sku,
      description,
      standardCost.minorUnits,
      standardCost.currency,
      finalSaleFrom ?? null,
      finalSaleFrom !== undefined,
    ],
  );
  return only(rows, `item ${sku}`);
}
