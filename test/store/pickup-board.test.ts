/** The board of a store: what it has to do with its pickups, each where it belongs. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Pressed } from '../../moments/pickup/press-facts';
import { PressRefused } from '../../moments/pickup/press-pickup';
import { wakePickup } from '../../moments/pickup/wake-pickup';
import type { Database } from '../../store/database';
import { boardOf } from '../../store/pickups/store-board';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { stockShop } from './fixture';
import { pressOn, readPickup, requestedPickup } from './press-steps';
import { openStore, STORE } from './store-shop';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await cloneDatabase();
  db = database.db;
  await stockShop(db, { MUG: 10 });
  await openStore(db, { MUG: 100 });
});
afterAll(() => database.drop());

const requested = () => requestedPickup(db);
const press = (pickupId: string, pressed: Pressed) => pressOn(db, pickupId, pressed);

async function withArrival(): Promise<string> {
  const pickupId = await requested();
  await press(pickupId, { press: 'ready' });
  await press(pickupId, { press: 'arrived', bay: '4' });
  return pickupId;
}

async function withExpiry(): Promise<string> {
  const pickupId = await requested();
  await press(pickupId, { press: 'ready' });
  const { deadlineAt, remindersAt } = await readPickup(db, pickupId);
  for (const at of [...remindersAt, deadlineAt ?? '']) await wakePickup(db, { pickupId, at });
  return pickupId;
}

test('goods that were not collected are a task of the store until they are put back', async () => {
  const pickupId = await withExpiry();
  const tasks = async () => (await boardOf(db, STORE))?.toPutBack.map((row) => row.pickupId);
  expect(await tasks()).toContain(pickupId);
  await press(pickupId, { press: 'put-back' });
  expect(await tasks()).not.toContain(pickupId);
  await expect(press(pickupId, { press: 'put-back' })).rejects.toBeInstanceOf(PressRefused);
});

test('the board of a store has each pickup where it belongs', async () => {
  const toPick = await requested();
  const arrived = await withArrival();
  const expired = await withExpiry();
  const board = await boardOf(db, STORE);
  const has = (list: 'toPick' | 'ready' | 'arrived' | 'toPutBack', id: string) =>
    board?.[list].some((row) => row.pickupId === id);
  expect(has('toPick', toPick)).toBe(true);
  expect(has('arrived', toPick)).toBe(false);
  expect(has('arrived', arrived) && has('ready', arrived)).toBe(true);
  expect(has('toPutBack', expired)).toBe(true);
  expect(has('ready', expired)).toBe(false);
  expect(board?.arrived.find((row) => row.pickupId === arrived)).toMatchObject({ bay: '4' });
});
