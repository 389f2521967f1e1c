/** kill -9 of the worker at the three points where a lesser system charges or ships twice. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Fault, System, World } from '../fixture';
import { sellInShop, sellOnWeb, SHOP, WEB } from '../selling';
import { sharedWorld } from '../shared-world';

const CAPTURE = { method: 'POST', path: '/v1/payment_intents/*/capture' };
const SHOP_CAPTURE = { method: 'POST', path: '/admin/api/', body: 'orderCapture' };

let world: World;
beforeAll(async () => {
  world = await sharedWorld();
  await world.item('MUG');
});

/** Of each there is one, with us and with whoever moved the money. */
async function expectDoneOnce(channel: string, orderNo: string, shopId = ''): Promise<void> {
  const order = await world.untilOrder(channel, orderNo, 'closed');
  const { orderId, shipments, tenders, total } = order;
  expect(shipments).toHaveLength(1);
  expect(shipments[0]?.captures).toMatchObject([{ state: 'captured', amount: total }]);
  expect(tenders).toMatchObject([{ state: 'captured', captured: total }]);

  const captures =
    channel === WEB
      ? await world.records('payment', 'captures', { orderId })
      : await world.shopTransactions(shopId, 'CAPTURE');
  expect(captures.map(({ amountMinor }) => amountMinor)).toEqual([total.minorUnits]);

  expect(await world.records('wms', 'shipments', { orderId })).toHaveLength(1);
  const rules = (await world.journals(orderId)).map(({ rule }) => rule);
  expect(rules.sort()).toEqual(['3', '3c']);
}

/** Two orders a channel, told apart by their totals: 20.00 and 30.00 before tax and shipping. */
describe('a worker killed in the middle of captures', () => {
  const sold = { beforeWeb: '', afterWeb: '', beforeShop: ['', ''], afterShop: ['', ''] };

  beforeAll(async () => {
    const hang = (system: System, match: Fault['match'], kind: string) =>
      world.fault(system, { match, fault: { kind } });
    const captured = async () => (await world.records('payment', 'captures')).length;
    const capturedBefore = await captured();
    await hang('payment', { ...CAPTURE, body: 'amount_to_capture=2120' }, 'hang-before');
    await hang('payment', { ...CAPTURE, body: 'amount_to_capture=3180' }, 'hang-after');
    await hang('commerce', { ...SHOP_CAPTURE, body: '"26.20"' }, 'hang-before');
    await hang('commerce', { ...SHOP_CAPTURE, body: '"36.80"' }, 'hang-after');
    sold.beforeWeb = (await sellOnWeb(world, { priceMinor: 2_000 })).orderNo;
    sold.afterWeb = (await sellOnWeb(world, { priceMinor: 3_000 })).orderNo;
    const before = await sellInShop(world, { price: '20.00' });
    const after = await sellInShop(world, { price: '30.00' });
    sold.beforeShop = [before.orderNo, before.shopId];
    sold.afterShop = [after.orderNo, after.shopId];
    await Promise.all([world.untilHeld('payment', 2), world.untilHeld('commerce', 2)]);
    // The money of one order each has moved by now, and nobody here has heard of it.
    expect(await captured()).toBe(capturedBefore + 1);
    expect(await world.shopTransactions(before.shopId, 'CAPTURE')).toHaveLength(0);
    expect(await world.shopTransactions(after.shopId, 'CAPTURE')).toHaveLength(1);
    await world.killed('worker');
    await Promise.all([world.clearFaults('payment'), world.clearFaults('commerce')]);
  });

  test('before the call: the processor charges once', () => expectDoneOnce(WEB, sold.beforeWeb));

  test('after the charge, before its answer: the processor charges once', () =>
    expectDoneOnce(WEB, sold.afterWeb));

  test('before the call: the shop, which knows no key, charges once', () =>
    expectDoneOnce(SHOP, sold.beforeShop[0] ?? '', sold.beforeShop[1]));

  test('after the charge, before its answer: the shop charges once', () =>
    expectDoneOnce(SHOP, sold.afterShop[0] ?? '', sold.afterShop[1]));

  test('the audit finds no difference', () => world.expectCleanAudit());
});

test('a worker killed while it records a shipment: it is recorded once', async () => {
  await world.script('wms', { mode: 'never' });
  const { orderId, orderNo } = await sellOnWeb(world);
  await world.untilOrder(WEB, orderNo, 'released');
  const lock = await world.db.connect();
  try {
    // The moment gets its order and stops half-way, at the stock.
    await lock.query('begin');
    await lock.query('select from stock for update');
    const [request] = await world.records('wms', 'fulfilment_requests', { orderId });
    await world.sandbox('wms', 'POST', 'ship', { requestId: request?.id });
    await world.until('a shipment that is half recorded', async () => {
      const { rows } = await world.db.query(
        `select from pg_stat_activity
          where application_name = 'throughline-worker' and wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    });
    await world.stack.kill('worker', 'SIGKILL');
    await lock.query('commit');
  } finally {
    lock.release();
  }
  await expectDoneOnce(WEB, orderNo);
  await world.script('wms', { delayMs: 20 });
  await world.expectCleanAudit();
});
