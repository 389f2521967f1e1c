/** Units that go to another store, and pickups that are held longer: decided by people, on real Postgres. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addDays, dateAt } from '../../canonical/rules/pickup/store-clock';
import { readAgenda } from '../../moments/order/order-flow';
import type { Pressed } from '../../moments/pickup/press-facts';
import { PressRefused } from '../../moments/pickup/press-pickup';
import { reSourceUnits } from '../../moments/pickup/re-source-units';
import { wakePickup } from '../../moments/pickup/wake-pickup';
import { only, type Database } from '../../store/database';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { stockShop } from './fixture';
import { pressOn, presserOf, readPickup, requestedPickup } from './press-steps';
import { openStore, STORE } from './store-shop';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await cloneDatabase();
  db = database.db;
  await stockShop(db, { MUG: 1_000 });
  await openStore(db, { MUG: 10_000 });
});
afterAll(() => database.drop());

const one = [{ lineNo: 1, quantity: 1 }];
const requested = () => requestedPickup(db);
const press = (pickupId: string, pressed: Pressed) => pressOn(db, pickupId, pressed);
const read = (pickupId: string) => readPickup(db, pickupId);

async function ready(): Promise<string> {
  const pickupId = await requested();
  await press(pickupId, { press: 'ready' });
  return pickupId;
}

async function rejected(): Promise<string> {
  const pickupId = await requested();
  await press(pickupId, { press: 'reject', reason: 'damaged' });
  return pickupId;
}

/** So many days after the last one on which the store holds it. */
async function laterDate(pickupId: string, days: number): Promise<string> {
  const { deadlineAt, clock } = await read(pickupId);
  return addDays(dateAt(Date.parse(deadlineAt ?? '') - 1, clock.timeZone), days);
}

describe('units that go to another store', () => {
  const OTHER = 'store-cambridge';
  beforeAll(() => openStore(db, { MUG: 50 }, { storeId: OTHER }));

  async function stockOf(storeId: string) {
    const { rows } = await db.query<{ onHand: number; reserved: number }>(
      `select on_hand as "onHand", reserved from stock where location_id = $1 and sku = 'MUG'`,
      [storeId],
    );
    return only(rows, storeId);
  }

  function move(pickupId: string, rejectionNo: number | null, storeId: string) {
    const to = { kind: 'pickup', storeId } as const;
    return reSourceUnits(db, presserOf(pickupId), { rejectionNo, to, reason: 'agreed by phone' });
  }

  test('what was not found is held there, and is no stock of the first store any more', async () => {
    const pickupId = await requested();
    await press(pickupId, { press: 'ready', lines: one });
    await press(pickupId, { press: 'reject', reason: 'not-found', lines: one });
    const before = await stockOf(STORE);
    const { pickup, locationId, groupNo } = await move(pickupId, 1, OTHER);
    expect(locationId).toBe(OTHER);
    expect(pickup).toMatchObject({
      state: 'ready',
      rejections: [{ reason: 'not-found', outcome: 're-sourced' }],
      exceptions: [],
      lines: [{ ready: 1, rejected: 0, cancelled: 1 }],
    });
    expect(await stockOf(STORE)).toEqual({
      onHand: before.onHand - 1,
      reserved: before.reserved - 1,
    });
    expect(await stockOf(OTHER)).toMatchObject({ reserved: 1 });
    const { pickups = [] } = await readAgenda(db, { orderId: pickup.orderId });
    expect(pickups).toMatchObject([{ groupNo, storeId: OTHER, units: 1 }]);
  });

  test('what was not picked goes as well; the pickup ends as rejected', async () => {
    const pickupId = await requested();
    await wakePickup(db, { pickupId, at: (await read(pickupId)).pickBy });
    expect((await read(pickupId)).exceptions).toMatchObject([{ code: 'pickup.not-picked' }]);
    const { pickup } = await move(pickupId, null, OTHER);
    expect(pickup).toMatchObject({ state: 'rejected', exceptions: [] });
    expect(pickup.endedAt).not.toBeNull();
  });

  test('never back to the store that cannot give them: nothing of it is kept', async () => {
    const pickupId = await rejected();
    const before = await read(pickupId);
    await expect(move(pickupId, 1, STORE)).rejects.toBeInstanceOf(PressRefused);
    expect(await read(pickupId)).toEqual(before);
  });
});

describe('a pickup that is held longer', () => {
  test('no further than the brand allows, never shorter, never into the past', async () => {
    const pickupId = await ready();
    const extend = (untilDate: string) => press(pickupId, { press: 'extend', untilDate });
    const bad = { refusal: { code: 'pickup_extension' } };
    await expect(extend(await laterDate(pickupId, 15))).rejects.toMatchObject(bad);
    await expect(extend(await laterDate(pickupId, -1))).rejects.toMatchObject(bad);
    await expect(extend('2020-01-01')).rejects.toMatchObject(bad);
    const lastDate = await laterDate(pickupId, 14);
    const held = await extend(lastDate);
    expect(held.extensions).toMatchObject([{ by: 'a device' }]);
    await expect(extend(await laterDate(pickupId, 1))).rejects.toMatchObject(bad);
  });
});
