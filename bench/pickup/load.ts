/**
 * Open pickups by the ten thousand: copies of one that was really sold and lies ready, rows by set,
 * spread over the stores; their flows and their orders' are started, and ask Postgres what is due.
 */
import { Client as TemporalClient } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { Client } from 'pg';
import { contractOf, FLOWS } from '../../canonical/flows/registry';
import { startOpened } from '../../workers/starts';
import type { BenchStack } from '../bench-stack';
import { inParallel } from '../statistics';
import { NOW } from '../stored/clone';
import { copy, openTemplate, tieStock } from '../stored/load';
import { openPickups, type OpenPickup, type Presser } from './presses';
import { sellForPickup, untilStill } from './sell';

/** More at once, and Temporal answers none of them sooner. */
const STARTS_AT_ONCE = 16;
const LIMIT_MS = 120_000;

export interface Loaded {
  readonly pickups: readonly OpenPickup[];
  readonly rowsSeconds: number;
  readonly flowsPerSecond: number;
}

export async function loadPickups(
  stack: BenchStack,
  of: { readonly sku: string; readonly stores: readonly string[]; readonly count: number },
  { press }: Presser,
): Promise<Loaded> {
  const { sku, stores, count } = of;
  const [template] = await sellForPickup(stack, { sku, stores: stores.slice(0, 1), count: 1 });
  if (!template) throw new Error('the template was not sold');
  await press(template, 'ready');
  await untilStill(stack, LIMIT_MS);
  const startedAt = performance.now();
  await copyRows(stack, template, count);
  await spreadOverStores(stack, template, stores);
  const rowsSeconds = (performance.now() - startedAt) / 1_000;
  const flowsPerSecond = await startFlows(stack, template);
  const pickups = (await openPickups(stack)).filter(({ orderNo }) => isCopy(orderNo, template));
  return { pickups, rowsSeconds, flowsPerSecond };
}

const isCopy = (orderNo: string, template: OpenPickup) =>
  orderNo !== template.orderNo && orderNo.startsWith(template.orderNo);

async function copyRows({ stack }: BenchStack, template: OpenPickup, count: number) {
  const { databaseUrl, sandboxDatabaseUrl } = stack.stackJson;
  // Of the order's id the part that its pickup's has too.
  const [bare = ''] = template.pickupId.replace(/^pu_/, '').split('-');
  const found = await openTemplate(databaseUrl, [template.orderNo, bare]);
  // Its group's number stays at the end of a pickup's id.
  const tokens = found.tokens.filter((token) => !token.startsWith('pu_'));
  const theirs = await openTemplate(sandboxDatabaseUrl, tokens);
  await Promise.all([copy({ ...found, tokens }, count, NOW), copy(theirs, count, NOW)]);
}

/** In turn; what each has reserved is what it holds. */
async function spreadOverStores(
  bench: BenchStack,
  template: OpenPickup,
  stores: readonly string[],
): Promise<void> {
  const client = new Client({ connectionString: bench.stack.stackJson.databaseUrl });
  await client.connect();
  try {
    // Rows that are never changed in earnest are copies here.
    await client.query('set session_replication_role = replica');
    await client.query(
      `with placed as (
         select pickup_id, ($2::text[])[1 + row_number() over (order by pickup_id) % $3] as store
           from pickup where order_no like $1 || '_%')
       update pickup p set store_id = placed.store
         from placed where placed.pickup_id = p.pickup_id`,
      [template.orderNo, stores, stores.length],
    );
    for (const statement of FOLLOWING) await client.query(statement, [template.orderNo]);
    await client.query(RESERVED);
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
  await tieStock(bench);
}

/** What else says where a pickup is. */
const FOLLOWING = [
  `update fulfilment_group g set location_id = p.store_id from pickup p
    where p.order_no like $1 || '_%' and g.order_id = p.order_id and g.group_no = p.group_no`,
  `update inventory_event e set location_id = p.store_id from pickup p
    where p.order_no like $1 || '_%' and e.order_id = p.order_id`,
  `update flow f set input = f.input || jsonb_build_object('storeId', p.store_id) from pickup p
    where p.order_no like $1 || '_%' and f.workflow_id = p.workflow_id`,
];
const RESERVED = `
  update stock s set reserved = held.units
    from (select sku, location_id, sum(reserved_delta)::int as units
            from inventory_event group by 1, 2) held
   where held.sku = s.sku and held.location_id = s.location_id`;

/** As flows that were lost are: each asks what is due. */
async function startFlows({ db, stack }: BenchStack, template: OpenPickup): Promise<number> {
  const { temporalAddress: address, temporalNamespace: namespace } = stack.stackJson;
  const { rows } = await db.query<{ type: string; input: object } & Record<string, unknown>>(
    `select /* bench */ flow_type as type, input from flow
      where state = 'open' and order_id in (
        select order_id from pickup where order_no like $1 || '_%')`,
    [template.orderNo],
  );
  // As the relay's: a start of ours asks for its first task at once.
  const connection = await NativeConnection.connect({ address });
  try {
    const client = new TemporalClient({ connection, namespace });
    const seconds = await inParallel(rows.length, STARTS_AT_ONCE, async (index) => {
      const flow = rows[index];
      if (flow) await startOpened(client, contractOf(FLOWS, flow.type), flow.input, 'again');
    });
    return rows.length / seconds;
  } finally {
    await connection.close();
  }
}
