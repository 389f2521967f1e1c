/** Every arc of a pickup's state table, on real Postgres: what each press does in each state, or not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  possiblePresses,
  type PickupPress,
  type PickupState,
} from '../../canonical/rules/pickup/state';
import { addDays, dateAt } from '../../canonical/rules/pickup/store-clock';
import type { PickupSnapshot } from '../../canonical/rules/pickup/snapshot';
import type { Pressed } from '../../moments/pickup/press-facts';
import { NotTheirPickup, PressRefused, type Presser } from '../../moments/pickup/press-pickup';
import { recordReady } from '../../moments/pickup/record-pickup-fact';
import { wakePickup } from '../../moments/pickup/wake-pickup';
import { cancelPickupUnits } from '../../moments/pickup/cancel-units';
import type { Database } from '../../store/database';
import { loadOrder } from '../../store/orders/orders';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { stockShop } from './fixture';
import { pressOn, readPickup, requestedPickup, SHOWN_ID, saidByTill } from './press-steps';
import { openStore } from './store-shop';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await cloneDatabase();
  db = database.db;
  await stockShop(db, { MUG: 1_000 });
  await openStore(db, { MUG: 10_000, CUP: 10_000 });
});
afterAll(() => database.drop());

const UNITS = 2;
const one = [{ lineNo: 1, quantity: 1 }];

const requested = () => requestedPickup(db, { units: UNITS });
const press = (pickupId: string, pressed: Pressed, how: Partial<Presser> = {}) =>
  pressOn(db, pickupId, pressed, how);
const read = (pickupId: string) => readPickup(db, pickupId);

async function expire(pickupId: string): Promise<void> {
  const { deadlineAt, remindersAt } = await read(pickupId);
  for (const at of remindersAt) await wakePickup(db, { pickupId, at });
  await wakePickup(db, { pickupId, at: deadlineAt ?? '' });
}

/** A date on which the store holds what it would otherwise give up. */
async function laterDate(pickupId: string, days: number): Promise<string> {
  const { deadlineAt, clock } = await read(pickupId);
  return addDays(dateAt(Date.parse(deadlineAt ?? '') - 1, clock.timeZone), days);
}

/** A pickup in that state, by the presses that lead there. */
const IN_STATE: Readonly<Record<PickupState, () => Promise<string>>> = {
  requested,
  picking: async () => after(await requested(), { press: 'accept' }),
  ready: async () => after(await requested(), { press: 'ready' }),
  'customer-arrived': async () => after(await IN_STATE.ready(), { press: 'arrived', bay: '4' }),
  'partly-handed-over': async () =>
    after(await IN_STATE.ready(), { press: 'hand-over', proof: SHOWN_ID, lines: one }),
  'handed-over': async () => after(await IN_STATE.ready(), { press: 'hand-over', proof: SHOWN_ID }),
  rejected: async () => after(await requested(), { press: 'reject', reason: 'damaged' }),
  async expired() {
    const pickupId = await IN_STATE.ready();
    await expire(pickupId);
    return pickupId;
  },
  async cancelled() {
    const pickupId = await requested();
    const lines = [{ lineNo: 1, quantity: UNITS }];
    await db.transaction((sql) => cancelPickupUnits(sql, { pickupId, lines }));
    return pickupId;
  },
};

async function after(pickupId: string, pressed: Pressed): Promise<string> {
  await press(pickupId, pressed);
  return pickupId;
}

/** What each press leads to from each state; left out: it is refused. */
const ARCS: Readonly<Record<PickupState, Partial<Record<PickupPress, PickupState>>>> = {
  requested: { accept: 'picking', ready: 'ready', reject: 'rejected', substitute: 'requested' },
  picking: { ready: 'ready', reject: 'rejected', substitute: 'picking' },
  ready: {
    arrived: 'customer-arrived',
    'hand-over': 'handed-over',
    reject: 'rejected',
    substitute: 'ready',
    extend: 'ready',
  },
  'customer-arrived': {
    arrived: 'customer-arrived',
    'hand-over': 'handed-over',
    reject: 'rejected',
    substitute: 'customer-arrived',
    extend: 'customer-arrived',
  },
  'partly-handed-over': {
    arrived: 'partly-handed-over',
    'hand-over': 'handed-over',
    reject: 'partly-handed-over',
    substitute: 'partly-handed-over',
    extend: 'partly-handed-over',
  },
  'handed-over': {},
  // Something else is to be picked.
  rejected: { substitute: 'requested' },
  // Late: the goods are still there, and the sale is revived.
  expired: { 'hand-over': 'handed-over' },
  cancelled: {},
};

async function pressOf(name: PickupPress, pickupId: string): Promise<Pressed> {
  switch (name) {
    case 'hand-over':
      return { press: name, proof: SHOWN_ID };
    case 'reject':
      return { press: name, reason: 'not-found' };
    case 'substitute':
      return {
        press: name,
        ...{ lineNo: 1, quantity: 1, sku: 'CUP', unitPriceMinor: 1_000 },
        ...{ reason: 'not-found', consent: 'as-paid' },
      };
    case 'extend': {
      const { deadlineAt } = await read(pickupId);
      return { press: name, untilDate: deadlineAt ? await laterDate(pickupId, 2) : '2027-01-01' };
    }
    case 'accept':
    case 'ready':
    case 'arrived':
    case 'no-show':
      return { press: name };
  }
}

const PRESSES: readonly PickupPress[] = [
  'accept',
  'ready',
  'arrived',
  'hand-over',
  'reject',
  'substitute',
  'extend',
  'no-show',
];
const table = (Object.keys(ARCS) as PickupState[]).flatMap((state) =>
  PRESSES.map((name) => ({ state, name, to: ARCS[state][name] })),
);

describe('the state table', () => {
  test.each(table)('$state, $name: $to', async ({ state, name, to }) => {
    const pickupId = await IN_STATE[state]();
    const before = await read(pickupId);
    expect(before.state).toBe(state);
    const pressed = await pressOf(name, pickupId);
    if (to !== undefined) {
      expect((await press(pickupId, pressed)).state).toBe(to);
      return;
    }
    const refusal = await press(pickupId, pressed).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(PressRefused);
    expect(refusal).toMatchObject({ refusal: { code: 'pickup_state' } });
    expect(await read(pickupId)).toEqual(before);
  });

  test.each(Object.keys(ARCS) as PickupState[])('%s: says what is possible', async (state) => {
    const { lines } = await read(await IN_STATE[state]());
    const possible = possiblePresses(state, lines).filter((name) => name !== 'no-show');
    expect([...possible].sort()).toEqual(Object.keys(ARCS[state]).sort());
  });
});

describe('the deadline and a press in the same second', () => {
  async function ready() {
    const pickupId = await IN_STATE.ready();
    const { deadlineAt, remindersAt } = await read(pickupId);
    for (const at of remindersAt) await wakePickup(db, { pickupId, at });
    return { pickupId, at: deadlineAt ?? '' };
  }
  const handOver = { press: 'hand-over', proof: SHOWN_ID } as const;

  test('handed over first: the deadline finds nothing to give up', async () => {
    const { pickupId, at } = await ready();
    await press(pickupId, handOver, { at });
    const { agenda, outcome } = await wakePickup(db, { pickupId, at });
    expect(agenda.pickup.state).toBe('handed-over');
    expect(outcome).toBe('closed');
    expect(agenda.pickup.units).toMatchObject({ handedOver: UNITS, expired: 0 });
  });

  test('expired first: what is handed over then is a sale again', async () => {
    const { pickupId, at } = await ready();
    await wakePickup(db, { pickupId, at });
    expect(await read(pickupId)).toMatchObject({ state: 'expired', lines: [{ expired: UNITS }] });
    const { state, lines, orderId, putBackDueAt } = await press(pickupId, handOver, { at });
    expect(state).toBe('handed-over');
    expect(lines).toMatchObject([{ handedOver: UNITS, expired: 0 }]);
    expect(putBackDueAt).toBeNull();
    const order = await loadOrder(db, orderId);
    expect(order?.lines).toMatchObject([{ pickedUp: UNITS, cancelled: 0 }]);
  });

  test('at once: handed over in the end, and the order agrees', async () => {
    const { pickupId, at } = await ready();
    await Promise.all([press(pickupId, handOver, { at }), wakePickup(db, { pickupId, at })]);
    const { state, lines, orderId } = await read(pickupId);
    expect(state).toBe('handed-over');
    expect(lines).toMatchObject([{ handedOver: UNITS, expired: 0 }]);
    const order = await loadOrder(db, orderId);
    expect(order?.lines).toMatchObject([{ pickedUp: UNITS, cancelled: 0, released: 0 }]);
  });
});

describe('what a store cannot say', () => {
  const handOver = { press: 'hand-over', proof: SHOWN_ID } as const;

  test('more units than lie ready: nothing of it is kept', async () => {
    const pickupId = await after(await requested(), { press: 'ready', lines: one });
    const lines = [{ lineNo: 1, quantity: UNITS }];
    await expect(press(pickupId, { ...handOver, lines })).rejects.toMatchObject({
      refusal: { code: 'pickup_units', detail: '2 of line 1, of which 1 are ready' },
    });
    expect((await read(pickupId)).lines).toMatchObject([{ ready: 1, handedOver: 0 }]);
  });

  test('a code that is not this pickup’s', async () => {
    const pickupId = await IN_STATE.ready();
    const proof = { kind: 'code', code: 'NOTTHIS', isOtherPerson: false } as const;
    await expect(press(pickupId, { press: 'hand-over', proof })).rejects.toMatchObject({
      refusal: { code: 'pickup_code' },
    });
    const { code } = await read(pickupId);
    const right = { kind: 'code', code, isOtherPerson: true, collectedBy: 'A. Friend' } as const;
    await press(pickupId, { press: 'hand-over', proof: right });
    const { rows } = await db.query(
      `select proof, is_other_person, collected_by, actor from pickup_handover where pickup_id = $1`,
      [pickupId],
    );
    expect(rows).toEqual([
      { proof: 'code', is_other_person: true, collected_by: 'A. Friend', actor: 'a device' },
    ]);
  });

  test('that nobody came, before the deadline; after it, it may', async () => {
    const pickupId = await IN_STATE.ready();
    await expect(press(pickupId, { press: 'no-show' })).rejects.toMatchObject({
      refusal: { code: 'pickup_state' },
    });
    const at = (await read(pickupId)).deadlineAt ?? '';
    expect((await press(pickupId, { press: 'no-show' }, { at })).state).toBe('expired');
  });

  test('anything of another store', async () => {
    const pickupId = await requested();
    const mayTouch = ({ storeId }: PickupSnapshot) => storeId === 'store-elsewhere';
    const refused = press(pickupId, { press: 'accept' }, { mayTouch });
    await expect(refused).rejects.toBeInstanceOf(NotTheirPickup);
    expect((await read(pickupId)).state).toBe('requested');
  });

  test('until when it holds, where it has no opening hours: nothing half done', async () => {
    const storeId = 'store-closed';
    await openStore(db, { MUG: 10 }, { storeId });
    const pickupId = await requestedPickup(db, { units: 1, storeId });
    await db.query('update location set opening_hours = null where location_id = $1', [storeId]);
    await expect(press(pickupId, { press: 'ready' })).rejects.toMatchObject({
      refusal: { code: 'no_hours' },
    });
    expect(await read(pickupId)).toMatchObject({ state: 'requested', deadlineAt: null });
  });
});

describe('the same thing said twice', () => {
  test('a press with its key is one press', async () => {
    const pickupId = await IN_STATE.ready();
    const handOver = { press: 'hand-over', proof: SHOWN_ID, lines: one } as const;
    const first = await press(pickupId, handOver, { decisionId: `twice-${pickupId}` });
    const second = await press(pickupId, handOver, { decisionId: `twice-${pickupId}` });
    expect(second).toEqual(first);
    expect(second.lines).toMatchObject([{ handedOver: 1, ready: 1 }]);
  });

  test('ready, by two events: the second changes nothing, the customer hears once', async () => {
    const pickupId = await requested();
    const readyAt = new Date().toISOString();
    const say = () => saidByTill(db, pickupId, 'pickup.ready.v1', { readyAt });
    const eventNos = [await say(), await say()];
    for (const eventNo of eventNos) {
      await recordReady(db, { pickupId, eventNo });
      await recordReady(db, { pickupId, eventNo });
    }
    const { rows } = await db.query(
      'select state from inbox where event_no = any($1) order by event_no',
      [eventNos],
    );
    expect(rows).toEqual([{ state: 'applied' }, { state: 'superseded' }]);
    const told = await db.query(
      `select 1 from outbox where order_id = $1 and verb = 'announceReady'`,
      [(await read(pickupId)).orderId],
    );
    expect(told.rows).toHaveLength(1);
  });
});
