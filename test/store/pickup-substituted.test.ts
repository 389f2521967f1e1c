/** A store gives another item for what it has not: its stock, its price, its tax, its books. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Pressed } from '../../moments/pickup/press-facts';
import { PressRefused, type Presser } from '../../moments/pickup/press-pickup';
import { recordSubstitution } from '../../moments/pickup/record-pickup-fact';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import type { Database } from '../../store/database';
import { differencesOf, fewerOf } from '../../canonical/rules/order/later-word';
import { closeOrder } from '../../moments/order/order-flow';
import { loadOrder } from '../../store/orders/orders';
import { auditOf } from '../../audit/run';
import { orderOf, stockShop, type OrderShape } from './fixture';
import { chargeAt, settleMoney, SOHO, stockOf, stockStore } from './pickup-steps';
import { pressOn, readPickup, requestedOf, saidByTill, SHOWN_ID } from './press-steps';
import { balances } from './steps';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await cloneDatabase();
  db = database.db;
  await stockShop(db, { MUG: 100 });
  await stockStore(db, SOHO, { MUG: 500, CUP: 500, JAR: 1 });
});
afterAll(() => database.drop());
beforeEach(() => chargeAt('handover'));

/** Three mugs at 10.01, 2.50 of tax. */
async function mugs(shape: Partial<OrderShape> = {}): Promise<string> {
  const lines = [{ sku: 'MUG', quantity: 3, unitMinor: 1001, storeId: SOHO }];
  return requestedOf(db, orderOf({ lines, taxMinor: 250, ...shape }));
}

type Substitution = Extract<Pressed, { press: 'substitute' }>;
const instead = (of: Partial<Substitution> = {}): Substitution => ({
  press: 'substitute',
  lineNo: 1,
  quantity: 1,
  sku: 'CUP',
  unitPriceMinor: 801,
  reason: 'not-found',
  consent: 'as-paid',
  ...of,
});
const press = (pickupId: string, pressed: Pressed, how: Partial<Presser> = {}) =>
  pressOn(db, pickupId, pressed, how);
const orderOfPickup = async (pickupId: string) => {
  const order = await loadOrder(db, (await readPickup(db, pickupId)).orderId);
  if (!order) throw new Error(pickupId);
  return order;
};
const stocks = async () => ({
  mug: await stockOf(db, 'MUG', SOHO),
  cup: await stockOf(db, 'CUP', SOHO),
});

/** Handed over, charged and closed, and nothing differs. */
async function collected(pickupId: string) {
  const { orderId } = await readPickup(db, pickupId);
  const { lines } = await readPickup(db, pickupId);
  if (lines.some(({ requested }) => requested > 0)) await press(pickupId, { press: 'ready' });
  await press(pickupId, { press: 'hand-over', proof: SHOWN_ID });
  const settled = await settleMoney(db, orderId);
  expect(settled).toMatchObject({ isSettled: true });
  expect((await closeOrder(db, { orderId })).outcome).toBe('closed');
  const { differences } = await auditOf(db, [], 0, { isWhole: true });
  expect(differences.filter(({ code }) => code !== 'account-not-in-setup')).toEqual([]);
  return { orderId, order: settled.order };
}

describe('for some units', () => {
  test('it is a line of its own at the lower price, and what is less is never charged', async () => {
    const before = await stocks();
    const pickupId = await mugs();
    const after = await press(pickupId, instead());
    expect(after).toMatchObject({
      state: 'requested',
      lines: [
        { lineNo: 1, sku: 'MUG', requested: 2, cancelled: 0 },
        { lineNo: 2, sku: 'CUP', requested: 1 },
      ],
      rejections: [
        { reason: 'not-found', outcome: 'substituted', lines: [{ lineNo: 1, quantity: 1 }] },
      ],
    });
    // Of 1001 and 83 of tax: 801, and 801/1001 of the tax.
    expect(await orderOfPickup(pickupId)).toMatchObject({
      totalMinor: 3253 - 200 - 17,
      lines: [
        { lineNo: 1, sku: 'MUG', ordered: 2, grossMinor: 2002, taxes: [{ amountMinor: 167 }] },
        {
          lineNo: 2,
          sku: 'CUP',
          insteadOf: 'MUG',
          channelSku: 'MUG',
          ordered: 1,
          grossMinor: 801,
          taxes: [{ amountMinor: 66 }],
        },
      ],
    });
    const { orderId, order } = await collected(pickupId);
    expect(order.tenders).toMatchObject([{ capturedMinor: 3036, refundedMinor: 0 }]);
    expect(await balances(db, orderId)).toMatchObject({ REV: -2803, TAX: -233, CLR: 3036 });
    // Two mugs and a cup left; the mug that was not found is not there.
    expect(await stocks()).toEqual({
      mug: { onHand: before.mug.onHand - 3, reserved: before.mug.reserved },
      cup: { onHand: before.cup.onHand - 1, reserved: before.cup.reserved },
    });
  });

  test('of what lies ready it lies ready, and what was charged ahead goes back', async () => {
    chargeAt('ready');
    const pickupId = await mugs();
    await press(pickupId, { press: 'ready' });
    const { orderId } = await readPickup(db, pickupId);
    await settleMoney(db, orderId);
    const after = await press(pickupId, instead({ reason: 'damaged' }));
    expect(after.lines).toMatchObject([{ ready: 2 }, { sku: 'CUP', ready: 1 }]);
    const { order } = await collected(pickupId);
    expect(order.tenders).toMatchObject([{ capturedMinor: 3253, refundedMinor: 217 }]);
  });
});

test('for a whole line it is that line, and dearer goods cost what was paid', async () => {
  const pickupId = await mugs();
  const after = await press(pickupId, instead({ quantity: 3, unitPriceMinor: 5_000 }));
  expect(after.lines).toMatchObject([{ lineNo: 1, sku: 'CUP', requested: 3 }]);
  expect(await orderOfPickup(pickupId)).toMatchObject({
    totalMinor: 3253,
    lines: [{ lineNo: 1, sku: 'CUP', insteadOf: 'MUG', grossMinor: 3003 }],
  });
  const { orderId } = await collected(pickupId);
  expect(await balances(db, orderId)).toMatchObject({ REV: -3003, CLR: 3253 });
});

test('with consent to more, the larger amount is authorized anew and charged', async () => {
  const pickupId = await mugs();
  await press(
    pickupId,
    instead({
      unitPriceMinor: 2_000,
      consent: 'to-more',
      taxes: [{ taxCode: 'US-STATE', amountMinor: 166 }],
    }),
  );
  const { orderId } = await readPickup(db, pickupId);
  expect((await orderOfPickup(pickupId)).totalMinor).toBe(3253 + 999 + 83);
  await settleMoney(db, orderId);
  const { order } = await collected(pickupId);
  expect(order.tenders).toMatchObject([{ amountMinor: 4335, capturedMinor: 4335 }]);
  expect((await orderOfPickup(pickupId)).tenders[0]?.authorizations).toMatchObject([
    { authorizationNo: 1, state: 'voided' },
    { authorizationNo: 2, amountMinor: 4335 },
  ]);
  expect(await balances(db, orderId)).toMatchObject({ CLR: 4335 });
});

test('what the store had rejected is to be picked as the other item, and nobody has to decide', async () => {
  const pickupId = await mugs();
  await press(pickupId, { press: 'reject', reason: 'damaged' });
  expect((await readPickup(db, pickupId)).exceptions).toMatchObject([{ code: 'pickup.rejected' }]);
  await press(pickupId, instead({ quantity: 1 }));
  expect(await readPickup(db, pickupId)).toMatchObject({
    lines: [{ rejected: 2 }, { sku: 'CUP', requested: 1 }],
    exceptions: [{ code: 'pickup.rejected' }],
  });
  const after = await press(pickupId, instead({ quantity: 2 }));
  expect(after).toMatchObject({
    state: 'requested',
    exceptions: [],
    rejections: [
      { reason: 'damaged', outcome: 'substituted' },
      { reason: 'damaged', outcome: 'substituted', lines: [{ quantity: 1 }] },
      { reason: 'damaged', outcome: 'substituted', lines: [{ quantity: 2 }] },
    ],
  });
  await collected(pickupId);
});

test('a customer who does not want it: the units are rejected, and nothing is reserved', async () => {
  const before = await stocks();
  const pickupId = await mugs();
  const after = await press(pickupId, instead({ consent: 'refused' }));
  expect(after).toMatchObject({
    lines: [{ requested: 2, rejected: 1 }],
    rejections: [{ reason: 'not-found', outcome: null }],
  });
  expect((await stocks()).cup).toEqual(before.cup);
});

test('pressed twice it is given once', async () => {
  const pickupId = await mugs();
  const how = { decisionId: 'press-twice' };
  await press(pickupId, instead(), how);
  await press(pickupId, instead(), how);
  expect((await readPickup(db, pickupId)).lines).toMatchObject([
    { requested: 2 },
    { requested: 1 },
  ]);
});

test('told by a till, twice, it is given once', async () => {
  const pickupId = await mugs();
  const { lineNo, quantity, sku, unitPriceMinor, reason, consent } = instead();
  const other = { lineNo, quantity, sku, unitPriceMinor, reason, consent };
  const data = { substitutedAt: '2026-11-23T15:00:00Z', ...other };
  const eventNo = await saidByTill(db, pickupId, 'pickup.substituted.v1', data);
  await recordSubstitution(db, { pickupId, eventNo });
  await recordSubstitution(db, { pickupId, eventNo });
  expect((await readPickup(db, pickupId)).lines).toMatchObject([
    { requested: 2 },
    { requested: 1 },
  ]);
});

test('of an order of a shop a person is told once, and the shop may go on naming what it sold', async () => {
  const lines = [{ sku: 'MUG', quantity: 1, unitMinor: 1001, storeId: SOHO }];
  const sold = orderOf({ channelInstance: 'shopify-us', lines });
  const pickupId = await requestedOf(db, sold);
  await press(pickupId, instead());
  const { rows } = await db.query(
    `select code, state from exception where order_id = $1 and workflow_id is null`,
    [(await readPickup(db, pickupId)).orderId],
  );
  expect(rows).toEqual([{ code: 'pickup.substituted', state: 'open' }]);
  const word = { updatedAt: null, unitsNow: [], unitsGone: [], isVoided: false };
  const said = { ...word, order: sold, isElsewhere: false };
  const order = await orderOfPickup(pickupId);
  expect(differencesOf(order, said)).toEqual([]);
  // The merchant took it off there: what is handed over here stays.
  const gone = { ...said, unitsNow: [{ channelLineRef: '1', quantity: 0 }] };
  expect([differencesOf(order, gone), fewerOf(order, gone)]).toEqual([[], null]);
  const { order: ended } = await collected(pickupId);
  expect(ended.tenders).toMatchObject([{ capturedMinor: 801 }]);
});

describe('is refused, and nothing changes', () => {
  const REFUSED: readonly (readonly [string, Partial<Substitution>, string])[] = [
    ['the same item', { sku: 'MUG' }, 'line 1 is MUG: that is no other item'],
    ['an item that nobody knows', { sku: 'NOTHING' }, 'NOTHING is no item that is known here'],
    ['more than the store has', { sku: 'JAR', quantity: 2 }, `${SOHO} has not enough of JAR`],
    ['more than is open', { quantity: 4 }, '4 of line 1, of which 3 are to be picked'],
    [
      'more tax than was paid, with no word of it',
      { taxes: [{ taxCode: 'US-STATE', amountMinor: 900 }] },
      'it comes to 617 more than was paid: the customer has to agree to that',
    ],
  ];
  test.each(REFUSED)('%s', async (_name, of, detail) => {
    const pickupId = await mugs();
    const [pickup, order, stock] = [
      await readPickup(db, pickupId),
      await orderOfPickup(pickupId),
      await stocks(),
    ];
    const refusal = await press(pickupId, instead(of)).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(PressRefused);
    expect(refusal).toMatchObject({ refusal: { code: 'pickup_units', detail } });
    expect([await readPickup(db, pickupId), await orderOfPickup(pickupId), await stocks()]).toEqual(
      [pickup, order, stock],
    );
  });
});
