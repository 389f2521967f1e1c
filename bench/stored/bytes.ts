/** Bytes that the database holds, by table with its indexes, and giving up what is due first. */
import { Client } from 'pg';
import type { BenchStack } from '../bench-stack';
import { giveUpBatch } from '../../store/retention/retention';

export interface TableBytes {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
}

export async function bytesByTable({ db }: BenchStack): Promise<TableBytes[]> {
  const { rows } = await db.query<TableBytes>(
    `select c.relname as table, c.reltuples::bigint as rows, pg_total_relation_size(c.oid) as bytes
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname = 'public' order by 3 desc`,
  );
  return rows;
}

const ORDERS_AT_ONCE = 2_000;

/** All that retention gives up once its days have passed, and the space back. */
export async function giveUpAll(stack: BenchStack): Promise<number> {
  let orders = 0;
  for (;;) {
    const batch = { orderDays: 1, keyDays: 1, ordersAtOnce: ORDERS_AT_ONCE, keysAtOnce: 5_000 };
    const givenUp = await giveUpBatch(stack.db, batch);
    orders += givenUp.orders;
    if (givenUp.orders === 0 && givenUp.keys === 0) break;
  }
  await compact(stack.stack.stackJson.databaseUrl);
  return orders;
}

/** The space that the rows had, given back: what a database holds that lived with retention. */
async function compact(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('vacuum (full, analyze)');
  await client.end();
}
