/** A store that does not pick in its time: its units go where their buyer agreed beforehand, or wait. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { QuoteDue } from '../../canonical/flows/pickup';
import type { Quoted } from '../../canonical/ports/tax';
import { readAgenda } from '../../moments/order/order-flow';
import { pickupFlow } from '../../moments/pickup/pickup-flow';
import { recordQuote, taxQuestion } from '../../moments/pickup/quote-tax';
import { wakePickup } from '../../moments/pickup/wake-pickup';
import { only, type Database } from '../../store/database';
import { putMapping } from '../../store/master/mappings';
import { loadOrder } from '../../store/orders/orders';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { LOCATION, stockShop } from './fixture';
import { pressOn, readPickup, requestedOf } from './press-steps';
import { stockOf } from './pickup-steps';
import { agreeing, openStore, pickupOrderOf, STORE } from './store-shop';

const SALEM = 'store-salem';
const EMPTY = 'store-empty';
const TAX = 'State Tax';
const UNITS = 2;
const UNIT_MINOR = 1_000;
const SOLD_TAX_MINOR = 120;

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await cloneDatabase();
  db = database.db;
  await stockShop(db, { MUG: 1_000 });
  await openStore(db, { MUG: 1_000 });
  await openStore(db, { MUG: 100 }, { storeId: SALEM });
  await openStore(db, { MUG: 1 }, { storeId: EMPTY });
  const mapping = {
    kind: 'tax-code',
    source: 'avatax-us',
    value: TAX,
    target: 'US-STATE',
  } as const;
  await putMapping(db, mapping, 'a test');
});
afterAll(() => database.drop());

interface Sold {
  readonly stores?: string[];
  readonly home?: boolean;
  readonly channelInstance?: 'web-us' | 'shopify-us';
}

/** Two mugs, taxed with 1.20; the time of their store is over. */
async function notPicked({ stores = [], home = false, channelInstance = 'web-us' }: Sold) {
  const lines = [{ sku: 'MUG', quantity: UNITS, unitMinor: UNIT_MINOR }];
  const order = pickupOrderOf({ channelInstance, lines, taxMinor: SOLD_TAX_MINOR });
  const pickupId = await requestedOf(db, agreeing(order, { stores, home }));
  const { pickBy, orderId } = await readPickup(db, pickupId);
  const { agenda } = await wakePickup(db, { pickupId, at: pickBy });
  const { quotes = [], wake } = agenda;
  return { pickupId, orderId, quotes, wake, pickBy };
}

const quoted = (amountMinor: number, code = TAX): Quoted => ({
  outcome: 'quoted',
  lines: [{ lineNo: 1, taxes: [{ code, amountMinor }] }],
});
const theQuote = (quotes: readonly QuoteDue[]) => only(quotes, 'the quote');
const openCodes = async (pickupId: string) =>
  (await readPickup(db, pickupId)).exceptions.map(({ code, owner }) => [code, owner]);
const placesOf = async (orderId: string) =>
  (await loadOrder(db, orderId))?.groups.map(({ kind, locationId }) => [kind, locationId]);

describe('where the buyer agreed', () => {
  test('goes to the first of those stores that has it, taxed as there, and more is authorized anew', async () => {
    const before = await stockOf(db, 'MUG', SALEM);
    const { pickupId, orderId, quotes, wake } = await notPicked({ stores: [EMPTY, SALEM] });
    expect(wake).toBeNull();
    const due = theQuote(quotes);
    expect(due).toMatchObject({ account: 'avatax-us', storeId: SALEM, units: UNITS });
    expect(await taxQuestion(db, due)).toMatchObject({
      storeId: SALEM,
      entity: 'us-01',
      currency: 'USD',
      lines: [{ lineNo: 1, sku: 'MUG', quantity: UNITS, netMinor: UNITS * UNIT_MINOR }],
    });
    expect(await recordQuote(db, due, quoted(180))).toMatchObject({ outcome: 'done' });
    expect(await placesOf(orderId)).toEqual([
      ['pickup', STORE],
      ['pickup', SALEM],
    ]);
    expect((await stockOf(db, 'MUG', SALEM)).reserved).toBe(before.reserved + UNITS);
    const order = await loadOrder(db, orderId);
    expect(order?.totalMinor).toBe(UNITS * UNIT_MINOR + 180);
    expect((await readAgenda(db, { orderId })).money).toMatchObject([
      { step: 'authorize', amountMinor: UNITS * UNIT_MINOR + 180 },
    ]);
    expect(await readPickup(db, pickupId)).toMatchObject({
      state: 'rejected',
      rejections: [{ reason: 'not-picked', outcome: 're-sourced' }],
      reSourcings: [{ state: 'moved' }],
      exceptions: [],
    });
    expect(await toldOf(orderId)).toEqual(['pickup-moved']);
  });

  test('an answer that is heard twice moves it once', async () => {
    const { orderId, quotes } = await notPicked({ stores: [SALEM] });
    const due = theQuote(quotes);
    await recordQuote(db, due, quoted(SOLD_TAX_MINOR));
    expect(await recordQuote(db, due, quoted(SOLD_TAX_MINOR))).toMatchObject({
      outcome: 'not-called',
    });
    expect(await placesOf(orderId)).toHaveLength(2);
    expect(await toldOf(orderId)).toEqual(['pickup-moved']);
    // Taxed as before: its line stays one.
    expect((await loadOrder(db, orderId))?.lines).toHaveLength(1);
  });

  test('goes home where no store of theirs has it, taxed as at the address', async () => {
    const { orderId, quotes } = await notPicked({ stores: [EMPTY], home: true });
    const due = theQuote(quotes);
    expect(due.storeId).toBeNull();
    const question = await taxQuestion(db, due);
    expect(question).toMatchObject({ shipToRegion: 'KY', shipToCountry: 'US' });
    expect(question).not.toHaveProperty('storeId');
    await recordQuote(db, due, quoted(SOLD_TAX_MINOR));
    expect(await placesOf(orderId)).toEqual([
      ['pickup', STORE],
      ['ship', LOCATION],
    ]);
    expect(await toldOf(orderId)).toEqual(['pickup-sent-home']);
  });
});

describe('waits for a person under its own name', () => {
  test('where nothing was agreed, or nobody has it', async () => {
    for (const sold of [{}, { stores: [EMPTY] }]) {
      const { pickupId, quotes } = await notPicked(sold);
      expect(quotes).toEqual([]);
      expect(await openCodes(pickupId)).toEqual([['pickup.not-picked', 'fulfilment-operations']]);
    }
  });

  test('where it costs more and its channel has authorized: the order stays as it was', async () => {
    const sold: Sold = { stores: [SALEM], channelInstance: 'shopify-us' };
    const { pickupId, orderId, quotes } = await notPicked(sold);
    expect(await recordQuote(db, theQuote(quotes), quoted(180))).toMatchObject({
      outcome: 'refused',
    });
    expect(await openCodes(pickupId)).toEqual([['pickup.not-picked', 'fulfilment-operations']]);
    const [{ detail } = { detail: '' }] = (await readPickup(db, pickupId)).exceptions;
    expect(detail).toContain('its channel has authorized less');
    expect(await placesOf(orderId)).toHaveLength(1);
    expect((await loadOrder(db, orderId))?.totalMinor).toBe(UNITS * UNIT_MINOR + SOLD_TAX_MINOR);
  });

  test('where the tax service says no: after the next place was tried', async () => {
    const { pickupId, quotes } = await notPicked({ stores: [SALEM], home: true });
    const no = { outcome: 'refused', vendorCode: 'NoNexus', detail: 'no' } as const;
    const { agenda } = await recordQuote(db, theQuote(quotes), no);
    const next = theQuote(agenda.quotes ?? []);
    expect(next).toMatchObject({ storeId: null, reSourcingNo: 2 });
    await recordQuote(db, next, no);
    expect(await openCodes(pickupId)).toEqual([['pickup.not-picked', 'fulfilment-operations']]);
  });

  test('where a tax there is not mapped, until it is', async () => {
    const { pickupId, orderId, quotes } = await notPicked({ stores: [SALEM] });
    const due = theQuote(quotes);
    const { agenda } = await recordQuote(db, due, quoted(130, 'Harbour Tax'));
    expect(agenda.quotes).toBeUndefined();
    expect(await openCodes(pickupId)).toEqual([['mapping.tax-code', 'master-data']]);
    const value = 'Harbour Tax';
    const mapping = { kind: 'tax-code', source: 'avatax-us', value, target: 'US-PORT' } as const;
    await putMapping(db, mapping, 'a test');
    const [{ exceptionId } = { exceptionId: '' }] = (await readPickup(db, pickupId)).exceptions;
    const applied = await pickupFlow.applyResolution(db, { pickupId, exceptionId });
    expect(applied.agenda.quotes).toEqual([due]);
    await recordQuote(db, due, quoted(130, value));
    expect((await loadOrder(db, orderId))?.lines).toMatchObject([
      { taxes: [{ taxCode: 'US-PORT', amountMinor: 130 }] },
    ]);
  });
});

describe('a store that answers while the tax elsewhere is asked for', () => {
  test.each([{ press: 'ready' } as const, { press: 'accept' } as const])(
    'keeps it: $press',
    async (pressed) => {
      const { pickupId, orderId, quotes, pickBy } = await notPicked({ stores: [SALEM] });
      await pressOn(db, pickupId, pressed);
      const due = theQuote(quotes);
      expect(await taxQuestion(db, due)).toBeNull();
      const { outcome, agenda } = await recordQuote(db, due, quoted(180));
      expect(outcome).toBe('not-called');
      expect(await placesOf(orderId)).toHaveLength(1);
      expect(await openCodes(pickupId)).toEqual([]);
      const at = pressed.press === 'accept' ? 'pick' : 'reminder';
      expect(agenda.wake?.for).toBe(at);
      expect(Date.parse(agenda.wake?.at ?? '')).toBeGreaterThan(Date.parse(pickBy));
    },
  );
});

test('a store that picks a part meanwhile keeps all of it: the rest is asked about anew', async () => {
  const { pickupId, orderId, quotes, pickBy } = await notPicked({ stores: [SALEM] });
  await pressOn(db, pickupId, { press: 'ready', lines: [{ lineNo: 1, quantity: 1 }] });
  const due = theQuote(quotes);
  expect((await recordQuote(db, due, quoted(180))).outcome).toBe('not-called');
  expect(await placesOf(orderId)).toHaveLength(1);
  const { agenda } = await wakePickup(db, { pickupId, at: pickBy });
  // That store was tried: nobody but a person is left.
  expect(agenda.quotes).toBeUndefined();
  expect(await openCodes(pickupId)).toEqual([['pickup.not-picked', 'fulfilment-operations']]);
});

async function toldOf(orderId: string): Promise<string[]> {
  const { rows } = await db.query<{ template: string }>(
    `select body ->> 'template' as template from outbox
      where order_id = $1 and verb = 'sendMessage' order by outbox_no`,
    [orderId],
  );
  return rows.map((row) => row.template);
}
