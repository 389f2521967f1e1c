/** What went wrong elsewhere with returns and refunds, by the scenario's number: here it does not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeOrder } from '../../moments/order/order-flow';
import { only } from '../../store/database';
import { ship } from '../store/steps';
import { OTHER_STORE, ReturnBench, STORE } from './bench';
import { differencesOf } from './audited';

let bench: ReturnBench;
beforeAll(async () => {
  bench = await ReturnBench.open({ MUG: 10_000, CAP: 10_000 });
});
afterAll(() => bench.close());

const one = [{ lineNo: 1, quantity: 1 }];
const mug = { sku: 'MUG', quantity: 1, unitMinor: 1_000 };
const paymentOf = (orderId: string) => `ch_capture:${orderId}:1:1:1`;

const madeByHand = (orderId: string, paymentRef: string, minorUnits: number) =>
  bench.tell('payment.refunded.v1', {
    ...{ reference: `re_${orderId}`, paymentRef },
    amount: { currency: 'USD', minorUnits },
  });

/** Brought back to a store, looked at, paid back; what it came to. */
async function broughtBack(orderId: string, lineNo = 1, quantity = 1, store = STORE) {
  const lines = [{ lineNo, quantity }];
  const { rma } = await bench.request(orderId, lines);
  await bench.receive(rma, lines, store);
  await bench.inspect(rma, [{ lineNo, quantity, condition: 'new' }], store);
  const { refundedMinor } = await bench.handle(rma).result();
  return { rma, refundedMinor };
}

describe('refunds before and beside the goods', () => {
  test('S8 a part refunded before shipping: the order ships, and ends', async () => {
    const shape = { channelInstance: 'shopify-us', received: 'captured', lines: [mug] } as const;
    const orderId = await bench.released(shape);
    const event = await madeByHand(orderId, 'auth-1', 300);
    expect((await event()).state).toBe('applied');
    await ship(bench.db, orderId, `parcel-${orderId}`, one);
    expect(await closeOrder(bench.db, { orderId })).toMatchObject({ outcome: 'closed' });
    expect(await differencesOf(bench.db, orderId)).toEqual([]);
  });

  test('S19 never a cent more than was captured: what was given back by hand is not given again', async () => {
    const orderId = await bench.sold({ lines: [mug] });
    await madeByHand(orderId, paymentOf(orderId), 1);
    await broughtBack(orderId);
    expect(await bench.balancesOf(orderId)).toMatchObject({ CLR: 0, REFP: 0, RET: 1_000 });
    const { rows } = await bench.db.query<{ minor: number }>(
      `select sum(amount_minor)::int as minor from refund where order_id = $1`,
      [orderId],
    );
    expect(only(rows, orderId).minor).toBe(1_000);
  });

  test('S27 two who ask for the same unit, at the same time: one return', async () => {
    const orderId = await bench.sold({ lines: [mug] });
    const ask = () =>
      bench.send('support', 'POST', '/v1/returns', { orderId, lines: one, reason: 'defective' });
    const statuses = (await Promise.all([ask(), ask(), ask()])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 409, 409]);
  });

  test('S35 received is not refunded: nothing goes back before somebody has looked', async () => {
    const orderId = await bench.sold({ lines: [mug] });
    const { rma } = await bench.request(orderId, one);
    expect((await bench.receive(rma, one)).body).toMatchObject({ status: 'received', refunds: [] });
    expect(bench.vendors(orderId).verbs()).toEqual([]);
    expect(await bench.booked(rma)).toEqual({});
  });
});

describe('to the cent', () => {
  test('S20 shipping and its tax go back with the last of the goods', async () => {
    const orderId = await bench.sold({ lines: [mug], shippingMinor: 200, taxMinor: 72 });
    expect((await broughtBack(orderId)).refundedMinor).toBe(1_272);
  });

  test("S21 an order's discount is not spread again over the lines that are left", async () => {
    const lines = [mug, { sku: 'CAP', quantity: 1, unitMinor: 3_000 }];
    const orderId = await bench.sold({ lines, discountMinor: 400 });
    expect((await broughtBack(orderId, 1)).refundedMinor).toBe(900);
    expect((await broughtBack(orderId, 2)).refundedMinor).toBe(2_700);
  });

  test('S22 unit by unit, the amounts add up to what was captured', async () => {
    const lines = [{ ...mug, quantity: 3, unitMinor: 333 }];
    const orderId = await bench.sold({ lines, discountMinor: 100, taxMinor: 61 });
    let total = 0;
    for (let unit = 1; unit <= 3; unit += 1) total += (await broughtBack(orderId)).refundedMinor;
    expect(total).toBe(999 - 100 + 61);
    expect(await differencesOf(bench.db, orderId)).toEqual([]);
  });
});

describe('tax', () => {
  test("S23 the tax service hears of a return with the day of its invoice, not the return's", async () => {
    const orderId = await bench.sold({ lines: [mug], taxMinor: 60 });
    await bench.db.query(
      `update invoice set business_date = date '2026-01-31' where order_id = $1`,
      [orderId],
    );
    const { rma } = await broughtBack(orderId);
    const { rows } = await bench.db.query<{ taxDate: string; minor: number }>(
      `select body -> 'returnOf' ->> 'taxDate' as "taxDate",
              (body #>> '{lines,0,taxes,0,amountMinor}')::int as minor
         from outbox where effect_key = $1`,
      [`tax-invoice:${rma}:1:1`],
    );
    expect(rows).toEqual([{ taxDate: '2026-01-31', minor: -60 }]);
  });

  test('S24 the tax of what came back is relieved', async () => {
    const orderId = await bench.sold({ lines: [mug], taxMinor: 60 });
    expect(await bench.balancesOf(orderId)).toMatchObject({ TAX: -60 });
    await broughtBack(orderId);
    expect(await bench.balancesOf(orderId)).toMatchObject({ TAX: 0 });
  });
});

describe('goods', () => {
  test('S9 only the lines that came back are on the shelf again', async () => {
    const before = await bench.stockOf('CAP', STORE);
    const orderId = await bench.sold({ lines: [mug, { ...mug, sku: 'CAP' }] });
    const mugs = await bench.stockOf('MUG', STORE);
    await broughtBack(orderId, 1);
    expect(await bench.stockOf('MUG', STORE)).toEqual({ ...mugs, onHand: mugs.onHand + 1 });
    expect(await bench.stockOf('CAP', STORE)).toEqual(before);
  });

  test('S34 they are on the shelf where they are, and not from where they were sent', async () => {
    const orderId = await bench.sold({ lines: [mug] });
    const [sent, here] = [
      await bench.stockOf('MUG', 'dc-east'),
      await bench.stockOf('MUG', OTHER_STORE),
    ];
    await broughtBack(orderId, 1, 1, OTHER_STORE);
    expect(await bench.stockOf('MUG', OTHER_STORE)).toEqual({
      onHand: here.onHand + 1,
      unsellable: 0,
    });
    expect(await bench.stockOf('MUG', 'dc-east')).toEqual(sent);
  });
});
