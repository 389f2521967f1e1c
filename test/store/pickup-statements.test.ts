/** What a pickup asks of Postgres from its pick request to its end, counted statement by statement. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPickup } from '../../moments/pickup/order-side/start-pickup';
import { pickupFlow } from '../../moments/pickup/pickup-flow';
import { wakePickup } from '../../moments/pickup/wake-pickup';
import { only, type Database, type Sql } from '../../store/database';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, stockShop } from './fixture';
import { pressOn, readPickup, SHOWN_ID } from './press-steps';
import { openStore, pickupOrderOf } from './store-shop';

/** Of a press over HTTP: its key is claimed, the answer kept with the work, what it answers read. */
const OF_KEY_AND_ANSWER = 3;

const COLLECTED = 31;
const EXPIRED = 37;

let database: TestDatabase;
let counted: Database;
let statements = 0;
beforeAll(async () => {
  database = await cloneDatabase();
  await stockShop(database.db, { MUG: 10 });
  await openStore(database.db, { MUG: 100 });
  counted = counting(database.db);
});
afterAll(() => database.drop());

function counting(db: Database): Database {
  const count = (sql: Sql): Sql => ({
    query: (...of: Parameters<Sql['query']>) => {
      statements += 1;
      return sql.query(...of);
    },
  });
  return {
    ...db,
    ...count(db),
    transaction: (work) => db.transaction((sql) => work(count(sql))),
  };
}

/** An order whose pickup is due, nothing of it counted yet. */
async function due(): Promise<string> {
  const lines = [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }];
  const orderId = await accepted(
    database.db,
    pickupOrderOf({ channelInstance: 'shopify-us', lines }),
  );
  statements = 0;
  return orderId;
}

async function pickupOf(orderId: string): Promise<string> {
  const { rows } = await database.db.query<{ id: string }>(
    'select pickup_id as id from pickup where order_id = $1',
    [orderId],
  );
  return only(rows, orderId).id;
}

test('one that is collected: 31, and a begin and a commit of each of its four moments', async () => {
  const orderId = await due();
  await startPickup(counted, { orderId, groupNo: 1 });
  const pickupId = await pickupOf(orderId);
  await pressOn(counted, pickupId, { press: 'ready' });
  await pressOn(counted, pickupId, { press: 'hand-over', proof: SHOWN_ID });
  await pickupFlow.closeFlow(counted, { pickupId });
  expect((await readPickup(database.db, pickupId)).state).toBe('handed-over');
  expect(statements + 2 * OF_KEY_AND_ANSWER).toBe(COLLECTED);
});

test('one that expires after two reminders: 37, what its order gives back among them', async () => {
  const orderId = await due();
  await startPickup(counted, { orderId, groupNo: 1 });
  const pickupId = await pickupOf(orderId);
  await pressOn(counted, pickupId, { press: 'ready' });
  const { remindersAt, deadlineAt } = await readPickup(database.db, pickupId);
  for (const at of [...remindersAt, deadlineAt ?? '']) await wakePickup(counted, { pickupId, at });
  expect((await readPickup(database.db, pickupId)).state).toBe('expired');
  expect(statements + OF_KEY_AND_ANSWER).toBe(EXPIRED);
});
