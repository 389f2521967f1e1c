/** What a store does to an order: its units, its stock, its invoice, its money; and what it must not. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../store/database';
import { loadOrder } from '../../store/orders/orders';
import { cancelOrder, planCancellation } from '../../moments/order/cancel-order';
import { closeOrder, readAgenda } from '../../moments/order/order-flow';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { routedEvent, stockShop } from './fixture';
import {
  chargeAt,
  differences,
  giveBack,
  handOver,
  heldMugs,
  moveTo,
  ready,
  rulesOf,
  settleMoney,
  SOHO,
  startPickups,
  stockOf,
  stockStore,
  VENICE,
} from './pickup-steps';
import { balances } from './steps';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 1000, CAP: 1000 });
  await stockStore(db, SOHO, { MUG: 500, CAP: 500 });
  await stockStore(db, VENICE, { MUG: 10 });
});
afterAll(() => test.drop());
beforeEach(() => chargeAt('handover'));

const mugs = (quantity: number) => ({ groupNo: 1, lines: [{ lineNo: 1, quantity }] });

describe('a handover', () => {
  it('leaves the store, is invoiced with its location and its day, and is captured', async () => {
    const before = await stockOf(db, 'MUG', SOHO);
    const orderId = await heldMugs(db);
    expect(await stockOf(db, 'MUG', SOHO)).toEqual({
      onHand: before.onHand,
      reserved: before.reserved + 3,
    });
    expect((await handOver(db, orderId, mugs(3))).outcome).toBe('recorded');
    const settled = await settleMoney(db, orderId);
    expect(settled).toMatchObject({ isSettled: true, order: { status: 'fulfilled' } });
    expect(await stockOf(db, 'MUG', SOHO)).toEqual({
      onHand: before.onHand - 3,
      reserved: before.reserved,
    });
    expect(await rulesOf(db, orderId)).toEqual(['5a', '3c']);
    expect(await balances(db, orderId)).toEqual({
      CLR: 3253,
      REV: -3003,
      TAX: -250,
      COGS: 2100,
      INV: -2100,
    });
    const { rows } = await db.query<{ account: string; location: string; date: string }>(
      `select distinct l.dimensions ->> 'location' as location, j.business_date::text as date
         from journal j join journal_line l using (journal_id)
        where j.order_id = $1 and j.rule = '5a'`,
      [orderId],
    );
    // 02:30 in UTC is the evening before in New York.
    expect(rows).toEqual([{ location: SOHO, date: '2026-11-22' }]);
    expect((await closeOrder(db, { orderId })).outcome).toBe('closed');
    expect(await differences(db)).toEqual([]);
  });

  it('of some units leaves the rest held; the last one captures the rest to the cent', async () => {
    const orderId = await heldMugs(db);
    await handOver(db, orderId, mugs(1));
    const half = await settleMoney(db, orderId);
    expect(half).toMatchObject({ isSettled: false, order: { status: 'partly-fulfilled' } });
    await handOver(db, orderId, { ...mugs(2), handoverNo: 2 });
    const whole = await settleMoney(db, orderId);
    expect(whole).toMatchObject({ isSettled: true });
    expect(whole.order.tenders).toMatchObject([{ capturedMinor: 3253 }]);
    expect(await differences(db)).toEqual([]);
  });

  it('of more units than the store has says so, and changes nothing', async () => {
    const orderId = await heldMugs(db);
    const before = await loadOrder(db, orderId);
    expect(await handOver(db, orderId, mugs(4))).toMatchObject({ outcome: 'impossible' });
    const { version, ...after } = (await loadOrder(db, orderId)) ?? { version: 0 };
    expect({ version: before?.version, ...after }).toEqual(before);
    expect(version).toBeGreaterThan(0);
  });

  it('told twice under one number is a fault, and counts once', async () => {
    const orderId = await heldMugs(db);
    await handOver(db, orderId, mugs(1));
    await expect(handOver(db, orderId, mugs(1))).rejects.toMatchObject({ code: '23505' });
    expect((await loadOrder(db, orderId))?.lines).toMatchObject([{ pickedUp: 1, released: 2 }]);
  });

  it('tells its order to look again what is due', async () => {
    const orderId = await heldMugs(db);
    await handOver(db, orderId, mugs(1));
    const { rows } = await db.query(
      `select kind, name from dispatch where order_id = $1
          and workflow_id = (select workflow_id from sales_order where order_id = $1)
          and kind = 'signal'`,
      [orderId],
    );
    expect(rows).toEqual([{ kind: 'signal', name: 'lookAgain' }]);
  });
});

describe('a pickup that ends uncollected', () => {
  it('before anything was captured posts nothing, frees the stock and voids', async () => {
    const before = await stockOf(db, 'MUG', SOHO);
    const orderId = await heldMugs(db);
    expect(await giveBack(db, orderId, mugs(3))).toEqual(mugs(3).lines);
    expect((await readAgenda(db, { orderId })).money).toMatchObject([{ step: 'void' }]);
    const settled = await settleMoney(db, orderId);
    expect(settled).toMatchObject({ isSettled: true, order: { status: 'cancelled' } });
    expect(await stockOf(db, 'MUG', SOHO)).toEqual(before);
    expect(await rulesOf(db, orderId)).toEqual([]);
    expect(await differences(db)).toEqual([]);
  });

  it('after it was captured as it lay ready is refunded by 6a and 8', async () => {
    chargeAt('ready');
    const orderId = await heldMugs(db);
    await ready(db, orderId, mugs(3));
    expect((await settleMoney(db, orderId)).order.tenders).toMatchObject([{ capturedMinor: 3253 }]);
    expect(await rulesOf(db, orderId)).toEqual(['2']);
    expect(await balances(db, orderId)).toEqual({ CLR: 3253, CL: -3253 });
    await giveBack(db, orderId, mugs(3));
    expect(await settleMoney(db, orderId)).toMatchObject({ isSettled: true });
    expect(await rulesOf(db, orderId)).toEqual(['2', '6a', '8']);
    expect(await balances(db, orderId)).toEqual({});
    expect(await differences(db)).toEqual([]);
  });

  /** One mug is handed over and charged, of an authorization that takes several captures. */
  async function oneCharged(shape: Parameters<typeof heldMugs>[1] = {}): Promise<string> {
    const orderId = await heldMugs(db, shape);
    await db.query('update payment_authorization set is_multicapture = true where order_id = $1', [
      orderId,
    ]);
    await handOver(db, orderId, mugs(1));
    await settleMoney(db, orderId);
    return orderId;
  }

  it('after a part was handed over and charged lets the rest of its authorization go', async () => {
    const orderId = await oneCharged();
    const { order } = await readAgenda(db, { orderId });
    const charged = order.tenders[0]?.capturedMinor ?? 0;
    expect(charged).toBeGreaterThan(0);
    await giveBack(db, orderId, mugs(2));
    const { isSettled, money } = await readAgenda(db, { orderId });
    expect(isSettled).toBe(false);
    expect(money).toMatchObject([{ step: 'void', amountMinor: 3253 - charged }]);
    expect(await settleMoney(db, orderId)).toMatchObject({
      isSettled: true,
      order: { tenders: [{ state: 'captured', capturedMinor: charged }] },
    });
    expect(await differences(db)).toEqual([]);
  });

  it('leaves the rest to a shop, which lets it go only as it lapses', async () => {
    const orderId = await oneCharged({ channelInstance: 'shopify-us' });
    await giveBack(db, orderId, mugs(2));
    expect(await readAgenda(db, { orderId })).toMatchObject({ isSettled: true, money: [] });
  });

  it('takes nothing of what was handed over', async () => {
    const orderId = await heldMugs(db);
    await handOver(db, orderId, mugs(2));
    expect(await giveBack(db, orderId, mugs(3))).toEqual(mugs(1).lines);
    expect((await loadOrder(db, orderId))?.lines).toMatchObject([{ pickedUp: 2, cancelled: 1 }]);
    expect(await settleMoney(db, orderId)).toMatchObject({ isSettled: true });
    expect(await differences(db)).toEqual([]);
  });

  it('and is handed over after all revives the sale, on a new authorization', async () => {
    const orderId = await heldMugs(db);
    await giveBack(db, orderId, mugs(3));
    await settleMoney(db, orderId);
    expect((await closeOrder(db, { orderId })).outcome).toBe('closed');
    expect(await handOver(db, orderId, mugs(3))).toMatchObject({
      outcome: 'recorded',
      afterCancel: 3,
    });
    expect((await readAgenda(db, { orderId })).money).toMatchObject([
      { step: 'authorize', authorizationNo: 2, amountMinor: 3253 },
    ]);
    const settled = await settleMoney(db, orderId);
    expect(settled).toMatchObject({ isSettled: true, order: { status: 'fulfilled' } });
    expect((await closeOrder(db, { orderId })).outcome).toBe('closed');
    expect(await differences(db)).toEqual([]);
  });

  it('and is handed over after its refund is receivable, with an exception', async () => {
    chargeAt('ready');
    const orderId = await heldMugs(db);
    await ready(db, orderId, mugs(3));
    await settleMoney(db, orderId);
    await giveBack(db, orderId, mugs(3));
    await settleMoney(db, orderId);
    await closeOrder(db, { orderId });
    await handOver(db, orderId, mugs(3));
    expect((await readAgenda(db, { orderId })).blockedBy).toMatchObject([
      { code: 'payment.capture-failed', blocks: 'capture:0:1' },
    ]);
    expect((await balances(db, orderId)).AR).toBe(3253);
    expect(await differences(db)).toEqual([]);
  });
});

describe('a cancellation of what a store holds', () => {
  const cancel = (orderId: string, quantity: number | null) =>
    cancelOrder(db, {
      decisionId: `cancel-${orderId}`,
      orderId,
      lines: quantity === null ? null : [{ lineNo: 1, quantity }],
      eventNo: null,
      recalled: [],
    });

  it('recalls from no warehouse, and the pickup knows', async () => {
    const orderId = await heldMugs(db);
    const decision = { decisionId: 'c', orderId, lines: null, eventNo: null };
    expect(await planCancellation(db, decision)).toEqual({ outcome: 'planned', recalls: [] });
    expect(await cancel(orderId, 2)).toMatchObject({ outcome: 'cancelled' });
    expect((await loadOrder(db, orderId))?.lines).toMatchObject([{ released: 1, cancelled: 2 }]);
    const { rows } = await db.query(
      `select l.requested, l.cancelled, p.version from pickup_line l join pickup p using (pickup_id)
        where p.order_id = $1`,
      [orderId],
    );
    expect(rows).toMatchObject([{ requested: 1, cancelled: 2, version: 1 }]);
    await handOver(db, orderId, mugs(1));
    expect(await settleMoney(db, orderId)).toMatchObject({ isSettled: true });
    expect(await differences(db)).toEqual([]);
  });

  it('in part is told to its channel, by what its own line keeps', async () => {
    const orderId = await heldMugs(db, { channelInstance: 'shopify-us' });
    const taxes = [{ lineNo: 1, taxes: [{ taxCode: 'CA-STATE', amountMinor: 50 }] }];
    // Now two lines of ours, and one of the channel's.
    expect(await moveTo(db, orderId, mugs(1), VENICE, taxes)).toMatchObject({ outcome: 'moved' });
    await startPickups(db, orderId);
    expect(await cancel(orderId, 1)).toMatchObject({ outcome: 'cancelled' });
    const { rows } = await db.query(
      `select body -> 'lines' as lines from outbox where order_id = $1 and verb = 'announceRemoval'`,
      [orderId],
    );
    expect(rows).toEqual([{ lines: [{ channelLineRef: '1', leaves: 2 }] }]);
  });

  it('that the channel asked for is not told back to it', async () => {
    const orderId = await heldMugs(db, { channelInstance: 'shopify-us' });
    const body = { orderId, reason: 'changed', lines: [{ lineNo: 1, quantity: 1 }] };
    const eventNo = await routedEvent(db, 'order.cancel-requested.v1', orderId, body);
    const decision = { decisionId: `event-${eventNo}`, orderId, lines: null, eventNo };
    expect(await cancelOrder(db, { ...decision, recalled: [] })).toMatchObject({
      outcome: 'cancelled',
      cancelled: [{ lineNo: 1, quantity: 1 }],
    });
    const { rows } = await db.query(
      `select 1 from outbox where order_id = $1 and verb like 'announce%'`,
      [orderId],
    );
    expect(rows).toEqual([]);
  });

  it('as a whole voids, and takes nothing that was collected', async () => {
    const orderId = await heldMugs(db);
    await handOver(db, orderId, mugs(1));
    expect(await cancel(orderId, 3)).toMatchObject({ outcome: 'refused' });
    expect(await cancel(orderId, null)).toMatchObject({
      outcome: 'cancelled',
      cancelled: [{ lineNo: 1, quantity: 2 }],
    });
    expect(await settleMoney(db, orderId)).toMatchObject({ isSettled: true });
    expect(await differences(db)).toEqual([]);
  });
});
