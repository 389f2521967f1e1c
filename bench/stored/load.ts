/**
 * `bench --stored N`: N closed orders in our database and in the stand-ins', as copies of one really
 * lived order of each kind, so that the audit has nothing to say of them.
 */
import { Client } from 'pg';
import { apiClient } from '../../stack/worked-order/api-client';
import { sellInShopify } from '../../stack/worked-order/orders';
import { receiveGoods } from '../../stack/worked-order/shop';
import { pollUntil } from '../../stack/supervisor/poll';
import { scriptWarehouse, type BenchStack } from '../bench-stack';
import { submitter, untilDrained } from '../orders';
import { benchOrder } from '../shop';
import {
  countedIn,
  insertOf,
  ORDERS_A_BATCH,
  PAST,
  sequenceOf,
  type Ages,
  type Counters,
} from './clone';
import { templateOf, type Template, type TemplateRow } from './template';

const CHUNK_ORDERS = 10_000;
const LIMIT_MS = 120_000;

/** Loads them, and says how long it took in seconds. */
export async function loadStored(stack: BenchStack, sku: string, count: number): Promise<number> {
  const startedAtMs = Date.now();
  const kinds = [() => sellHere(stack, sku), () => sellAtShop(stack)];
  const each = Math.ceil(count / kinds.length / ORDERS_A_BATCH) * ORDERS_A_BATCH;
  const { databaseUrl, sandboxDatabaseUrl } = stack.stack.stackJson;
  for (const sell of kinds) {
    const names = await sell();
    await untilDrained(stack, LIMIT_MS);
    const ours = await openTemplate(databaseUrl, names);
    const theirs = await openTemplate(sandboxDatabaseUrl, ours.tokens);
    await Promise.all([copy(ours, each), copy(theirs, each)]);
  }
  await tieStock(stack);
  await addUpBalances(stack);
  await Promise.all([vacuum(databaseUrl), vacuum(sandboxDatabaseUrl)]);
  return (Date.now() - startedAtMs) / 1_000;
}

async function sellHere(stack: BenchStack, sku: string): Promise<string[]> {
  await scriptWarehouse(stack, { mode: 'ship-all', delayMs: 0 });
  const door = submitter(stack);
  const order = benchOrder(sku);
  await door.submit(order);
  await door.close();
  return [order.orderNo];
}

async function sellAtShop(stack: BenchStack): Promise<string[]> {
  const { apiUrl, keys, sandbox } = stack.stack.stackJson;
  await receiveGoods(apiClient(apiUrl, keys.oms));
  const orderNo = await sellInShopify(apiClient(sandbox.commerce));
  await pollUntil(`order ${orderNo}`, LIMIT_MS, async () => {
    const { rows } = await stack.db.query(`select from sales_order where order_no = $1`, [orderNo]);
    return rows.length > 0;
  });
  return [String(orderNo)];
}

interface OpenTemplate extends Template {
  readonly client: Client;
}

/** What names these, and everything that names the order by it. */
export async function openTemplate(url: string, names: readonly string[]): Promise<OpenTemplate> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return { client, ...(await templateOf(client, names)) };
}

/** Copies the template into `count` orders more. */
export async function copy(
  { client, rows, tokens }: OpenTemplate,
  count: number,
  ages: Ages = PAST,
): Promise<void> {
  try {
    // The copies are made of what balances: triggers would say the same of each again.
    await client.query(`set session_replication_role = replica`);
    await client.query(`set synchronous_commit = off`);
    const counters = await countersOf(client, rows);
    const statements = rows.map((row) => insertOf(row, tokens, counters, ages));
    for (let from = 0; from < count; from += CHUNK_ORDERS) {
      const to = Math.min(from + CHUNK_ORDERS, count) - 1;
      for (const statement of statements) await client.query(statement, [from, to, count]);
    }
    await countOn(client);
  } finally {
    await client.end();
  }
}

async function countersOf(client: Client, rows: readonly TemplateRow[]): Promise<Counters> {
  const values = countedIn(rows);
  const starts = new Map<string, number>();
  for (const { table, columns } of rows) {
    for (const { name } of columns) {
      const sequence = sequenceOf(table, name);
      if (sequence === null || !(await isIdentity(client, table, name))) continue;
      const { rows: found } = await client.query<{ next: string }>(
        `select coalesce(max("${name}"), 0) + 1 as next from ${table}`,
      );
      starts.set(sequence, Number(found[0]?.next));
    }
  }
  return { values, starts };
}

async function isIdentity(client: Client, table: string, column: string): Promise<boolean> {
  const { rows } = await client.query<{ name: string | null }>(
    'select pg_get_serial_sequence($1, $2) as name',
    [table, column],
  );
  return typeof rows[0]?.name === 'string';
}

/** What was sold had come in before: a receipt of exactly what the stock's events do not explain. */
export async function tieStock({ db }: BenchStack): Promise<void> {
  await db.query(
    `insert into inventory_event (kind, sku, location_id, on_hand_delta, reserved_delta,
       occurred_at, business_date)
     select 'receipt', s.sku, s.location_id, s.on_hand - coalesce(e.sum, 0), 0, now(), current_date
       from stock s left join (select sku, location_id, sum(on_hand_delta)::int as sum
                                 from inventory_event group by 1, 2) e using (sku, location_id)
      where s.on_hand <> coalesce(e.sum, 0)`,
  );
}

/** As the maintenance loop does, of all lines at once: triggers and queues were passed by. */
async function addUpBalances({ db }: BenchStack): Promise<void> {
  await db.transaction(async (sql) => {
    await sql.query('set local statement_timeout = 0');
    await sql.query('delete from journal_to_balance');
    await sql.query('delete from account_balance');
    await sql.query(
      `insert into account_balance
         (entity, account, currency, business_date, debit_minor, credit_minor)
       select j.entity, l.account, l.currency, l.business_date,
              coalesce(sum(l.amount_minor) filter (where l.side = 'debit'), 0),
              coalesce(sum(l.amount_minor) filter (where l.side = 'credit'), 0)
         from journal j join journal_line l using (journal_id) group by 1, 2, 3, 4`,
    );
  });
}

/** Numbers that Postgres gives go on after those of the copies. */
async function countOn(client: Client): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string; sequence: string }>(
    `select * from (
       select n.nspname || '.' || c.relname as table, a.attname as column,
              pg_get_serial_sequence(n.nspname || '.' || c.relname, a.attname) as sequence
         from pg_attribute a join pg_class c on c.oid = a.attrelid
              join pg_namespace n on n.oid = c.relnamespace
        where a.attidentity <> '' and c.relkind = 'r') s where sequence is not null`,
  );
  for (const { table, column, sequence } of rows) {
    await client.query(
      `select setval($1, greatest((select coalesce(max("${column}"), 0) from ${table}), 1))`,
      [sequence],
    );
  }
}

/** Statistics and visibility as if it had lived. */
async function vacuum(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
}
