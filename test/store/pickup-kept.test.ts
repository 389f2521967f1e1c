/** What is kept of a pickup, for whom and for how long; and what looks after one that stands still. */
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { look } from '../../activities/watchdog/look';
import { only, type Database } from '../../store/database';
import { giveUpBatch } from '../../store/retention/retention';
import { readTrace } from '../../store/trace/trace';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { stockShop } from './fixture';
import { pressOn, readPickup, requestedPickup, SHOWN_ID } from './press-steps';
import { openStore } from './store-shop';

let database: TestDatabase;
let db: Database;
beforeEach(async () => {
  database = await cloneDatabase();
  db = database.db;
  await stockShop(db, { MUG: 10 });
  await openStore(db, { MUG: 100 });
});
afterEach(() => database.drop());

const WHO = 'Grace Collector';
const CAR = 'a green estate car';

async function collected(): Promise<string> {
  const pickupId = await requestedPickup(db);
  await pressOn(db, pickupId, { press: 'ready' });
  await pressOn(db, pickupId, { press: 'arrived', bay: '7', vehicle: CAR });
  const proof = { ...SHOWN_ID, collectedBy: WHO, isOtherPerson: true };
  await pressOn(db, pickupId, { press: 'hand-over', proof });
  return pickupId;
}

test('a trace has every step by the pickup’s id, and nobody’s name', async () => {
  const pickupId = await collected();
  const { workflowId } = await readPickup(db, pickupId);
  const trace = await readTrace(db, pickupId);
  const told = trace?.entries.map((entry) => entry.summary) ?? [];
  expect(told).toEqual(
    expect.arrayContaining([
      expect.stringContaining('storePickup'),
      'pickup.ready.v1 applied',
      'pickup.customer-arrived.v1 applied',
      expect.stringMatching(/^handed over at store-boston against id-card, to another person/),
      expect.stringMatching(/ended: handed-over$/),
    ]),
  );
  expect(JSON.stringify(trace)).not.toContain(WHO);
  expect(JSON.stringify(trace)).not.toContain(CAR);
  expect((await readTrace(db, workflowId))?.entries).toEqual(trace?.entries);
});

test('who collected and in which car is in no event, no signal and no flow', async () => {
  await collected();
  const { rows } = await db.query<{ said: string }>(
    `select coalesce((select jsonb_agg(body) from inbox)::text, '')
         || coalesce((select jsonb_agg(body) from dispatch)::text, '')
         || (select jsonb_agg(input) from flow)::text as said`,
  );
  const { said } = only(rows, 'what was said');
  expect(said).toContain('pickup');
  expect(said).not.toContain(WHO);
  expect(said).not.toContain(CAR);
});

test('who collected is given up with what else an order that ended gives up', async () => {
  const pickupId = await collected();
  const { orderId } = await readPickup(db, pickupId);
  await db.query('update pickup set collector = $2 where pickup_id = $1', [pickupId, WHO]);
  await db.query(`update outbox set state = 'sent'`);
  await db.query(
    `update sales_order set stage = 'closed', received_at = now() - interval '40 days',
            closed_at = now() - interval '40 days' where order_id = $1`,
    [orderId],
  );
  const batch = { orderDays: 30, keyDays: 30, ordersAtOnce: 10, keysAtOnce: 10 };
  expect(await giveUpBatch(db, batch)).toMatchObject({ orders: 1, handovers: 1 });
  const { rows } = await db.query(
    'select proof, collected_by from pickup_handover where pickup_id = $1',
    [pickupId],
  );
  expect(rows).toEqual([{ proof: 'id-card', collected_by: null }]);
  expect((await readPickup(db, pickupId)).collector).toBeNull();
});

const NOTHING = { moved: {}, named: {}, after: '' };
const lookOnce = () =>
  look(
    {
      db,
      log: pino({ level: 'silent' }),
      running: (ids) => Promise.resolve(new Set(ids)),
      stalledFlows: () => Promise.resolve([]),
    },
    '',
  );

test('a pickup past its deadline is moved, then named, and forgiven when it has ended', async () => {
  const pickupId = await requestedPickup(db);
  await pressOn(db, pickupId, { press: 'ready' });
  await db.query(`update dispatch set state = 'delivered'`);
  const late = (minutes: number) =>
    db.query(`update pickup set deadline_at = now() - $1 * interval '1 minute'`, [minutes]);
  await late(4);
  expect(await lookOnce()).toEqual(NOTHING);
  await late(6);
  expect(await lookOnce()).toEqual({ ...NOTHING, moved: { pickup: 1 } });
  const told = await db.query(
    `select workflow_id as "workflowId", name from dispatch where state = 'pending'`,
  );
  const { workflowId } = await readPickup(db, pickupId);
  expect(told.rows).toEqual([{ workflowId, name: 'lookAgain' }]);
  await late(20);
  expect(await lookOnce()).toMatchObject({ named: { pickup: 1 } });
  await db.query('update pickup set ended_at = now()');
  await lookOnce();
  const { rows } = await db.query(
    `select state from exception where code = 'platform.stalled' and blocks = $1`,
    [`pickup:${pickupId}`],
  );
  expect(rows).toEqual([{ state: 'resolved' }]);
});

test('a store that is late to pick has its own exception, and is not named twice', async () => {
  const pickupId = await requestedPickup(db);
  await db.query(`update dispatch set state = 'delivered'`);
  await db.query(`update pickup set pick_by = now() - interval '20 minutes'`);
  expect(await lookOnce()).toMatchObject({ moved: { pickup: 1 }, named: { pickup: 1 } });
  const { workflowId } = await readPickup(db, pickupId);
  await db.query(
    `insert into exception (exception_id, code, owner, severity, detail, cause_kind, cause_ref,
       blocks, workflow_id, deadline_at)
     values ('exc_late', 'pickup.not-picked', 'fulfilment-operations', 'high', '', 'flow', $1,
       'pick', $1, now())`,
    [workflowId],
  );
  await db.query(`update dispatch set state = 'delivered'`);
  expect(await lookOnce()).toEqual(NOTHING);
  const { rows } = await db.query(
    `select state from exception where code = 'platform.stalled' and blocks = $1`,
    [`pickup:${pickupId}`],
  );
  expect(rows).toEqual([{ state: 'resolved' }]);
});
