/** The API of a bench over HTTP, and what counts and checks on the way to it. */
import { createServer, type Server } from 'node:http';
import { pino } from 'pino';
import { createApp } from '../../api/app';
import { routes } from '../../api/routes';
import type { ReturnView } from '../../api/schema/return';
import { watchStorage } from '../../api/storage';
import { installation } from '../../canonical/installation';
import { readConfiguration } from '../../canonical/schema/configuration';
import { putApiKey } from '../../store/access/api-keys';
import { only, type Database, type Sql } from '../../store/database';
import { lookAgainWrite } from '../../store/flows/flows';
import { writeTogether } from '../../store/writes';
import { environmentOf, keyOf } from '../api/fixture';
import { stockShop, type OrderShape } from '../store/fixture';
import type { TestDatabase } from '../postgres/database';

const log = pino({ level: 'silent' });

export interface Answer<B = ReturnView> {
  readonly status: number;
  readonly body: B;
}

export interface Refused {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly code: string }[];
}

export type Lines = readonly { readonly lineNo: number; readonly quantity: number }[];

export async function serve({ db, url }: TestDatabase): Promise<Server> {
  const configuration = readConfiguration(environmentOf(url));
  const flows = { update: none, probe: none, close: none };
  const storage = watchStorage(db, log);
  const stage = () => 'serving' as const;
  const app = createApp({ db, buyers: db, configuration, log, flows, storage, stage });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Stock in a warehouse, stores, a key of each role. */
export async function openReturnShop(
  db: Database,
  stock: Readonly<Record<string, number>>,
  stores: readonly string[],
): Promise<void> {
  await stockShop(db, stock);
  for (const store of stores) {
    await db.query(
      `insert into location (location_id, name, kind, time_zone, entity, ships, active, priority)
       values ($1, $1, 'store', 'America/Chicago', 'us-01', false, true, 50)`,
      [store],
    );
  }
  for (const key of installation().keys) {
    await putApiKey(db, keyOf(key.role), { ...key, label: `test ${key.role}` });
  }
}

export function urlOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

export async function stop(server: Server): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

export async function putItemCost(db: Database, sku: string, costMinor: number): Promise<void> {
  await db.query('update item set standard_cost_minor = $2 where sku = $1', [sku, costMinor]);
}

/** A look of the relay is one for all flows that are due. */
const OF_ALL_FLOWS: ReadonlySet<string> = new Set(['due-dispatch', 'mark-delivered']);

export function counted(db: Database, said: { statements: number }): Database {
  const counting = (sql: Sql): Sql => ({
    query(statement, values) {
      const name = typeof statement === 'string' ? '' : (statement.name ?? '');
      if (!OF_ALL_FLOWS.has(name)) said.statements += 1;
      return sql.query(statement, values);
    },
  });
  return {
    ...db,
    ...counting(db),
    transaction(work) {
      said.statements += BEGIN_AND_COMMIT;
      return db.transaction((sql) => work(counting(sql)));
    },
  };
}
const BEGIN_AND_COMMIT = 2;

const none = () => Promise.resolve();

/** Every good answer fits the schema that the document shows for it. */
export function requireDocumented(
  method: string,
  path: string,
  status: number,
  body: unknown,
): void {
  const route = routes.find(
    (one) =>
      one.method === method.toLowerCase() &&
      new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  const fits = route?.responses[status]?.schema?.safeParse(body);
  if (fits && !fits.success) throw new Error(`${method} ${path}: ${fits.error.message}`);
}

export const linesOf = ({ lines }: OrderShape): Lines =>
  lines.map(({ quantity }, index) => ({ lineNo: index + 1, quantity }));

/** `{account: debits less credits}` of the journals that fit. */
export async function sumsOf(
  db: Database,
  where: string,
  value: string,
): Promise<Record<string, number>> {
  const { rows } = await db.query<{ account: string; minor: number }>(
    `select account, sum(case side when 'debit' then amount_minor else -amount_minor end) as minor
       from journal_line join journal using (journal_id)
      where ${where} group by account`,
    [value],
  );
  return Object.fromEntries(rows.map((row) => [row.account, row.minor]));
}

export async function returnsOf(db: Database, orderId: string): Promise<string[]> {
  const { rows } = await db.query<{ rma: string }>(
    'select rma from sales_return where order_id = $1 order by opened_at',
    [orderId],
  );
  return rows.map((row) => row.rma);
}

export interface Stock {
  readonly onHand: number;
  readonly unsellable: number;
}

export async function stockOf(db: Database, sku: string, location: string): Promise<Stock> {
  const { rows } = await db.query<{ onHand: number; unsellable: number }>(
    `select on_hand as "onHand", unsellable from stock where sku = $1 and location_id = $2`,
    [sku, location],
  );
  return rows[0] ?? { onHand: 0, unsellable: 0 };
}

/** The instant that a return's timer runs to is moved into the past, and its flow told to look. */
export async function passDeadline(db: Database, rma: string): Promise<void> {
  await db.query(
    `update sales_return set receive_by = receive_by - interval '60 days' where rma = $1`,
    [rma],
  );
  await db.transaction((sql) => writeTogether(sql, [lookAgainWrite(`return/${rma}`)]));
}

/** How an event ended, or stands. */
export async function eventOf(db: Database, eventId: string) {
  const { rows } = await db.query<{ state: string; note: string | null }>(
    'select state, note from inbox where event_id = $1',
    [eventId],
  );
  return only(rows, eventId);
}
