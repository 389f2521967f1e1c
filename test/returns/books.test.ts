/** What returns leave behind is what the audit expects; and refunds that others make are followed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differencesOf } from './audited';
import { ReturnBench, STORE } from './bench';

let bench: ReturnBench;
beforeAll(async () => {
  bench = await ReturnBench.open({ MUG: 10_000, CAP: 10_000 });
});
afterAll(() => bench.close());

const one = [{ lineNo: 1, quantity: 1 }];
const asNew = [{ lineNo: 1, quantity: 1, condition: 'new' }];
const mugs = (quantity: number) => ({
  lines: [{ sku: 'MUG', quantity, unitMinor: 1_000 }],
  taxMinor: 60 * quantity,
});

const differences = (orderId: string) => differencesOf(bench.db, orderId);

describe('the audit finds nothing', () => {
  test('while goods are expected, here, and paid back', async () => {
    const orderId = await bench.sold(mugs(3));
    const { rma } = await bench.request(orderId, [{ lineNo: 1, quantity: 2 }]);
    expect(await differences(orderId)).toEqual([]);
    await bench.receive(rma, [{ lineNo: 1, quantity: 2 }]);
    expect(await differences(orderId)).toEqual([]);
    await bench.inspect(rma, [
      { lineNo: 1, quantity: 1, condition: 'damaged' },
      { lineNo: 1, quantity: 1, condition: 'new' },
    ]);
    await bench.handle(rma).result();
    expect(await differences(orderId)).toEqual([]);
    expect(await bench.stockOf('MUG', STORE)).toEqual({ onHand: 1, unsellable: 0 });
  });

  test('where a refund was refused and is still owed', async () => {
    const orderId = await bench.sold(mugs(1));
    bench.vendors(orderId).script('refund', 'refused');
    const { rma } = await bench.request(orderId, one);
    await bench.receive(rma, one);
    await bench.inspect(rma, asNew);
    await bench.untilException(rma, 'refund.failed');
    expect(await differences(orderId)).toEqual([]);
  });
});

describe('a refund that somebody made in the dashboard of the processor', () => {
  const refunded = (orderId: string, reference: string, minorUnits: number) =>
    bench.tell('payment.refunded.v1', {
      reference,
      paymentRef: `ch_capture:${orderId}:1:1:1`,
      amount: { currency: 'USD', minorUnits },
    });

  test('before the goods are looked at: they are taken back, and nothing is refunded again', async () => {
    const orderId = await bench.sold(mugs(1));
    const { rma } = await bench.request(orderId, one);
    await bench.receive(rma, one);
    const event = await refunded(orderId, `re_${orderId}`, 1_060);
    expect((await event()).state).toBe('applied');
    expect(await bench.balancesOf(orderId)).toMatchObject({ RET: 1_060, CLR: 0, REFP: 0 });
    await bench.inspect(rma, asNew);
    expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 1_060 });
    expect(bench.vendors(orderId).verbs()).toEqual([]);
    expect(await bench.balancesOf(orderId)).toMatchObject({ RET: 1_000, TAX: 0, CLR: 0, REFP: 0 });
    expect(await differences(orderId)).toEqual([]);
  });

  test('a part of it: the return refunds the rest', async () => {
    const orderId = await bench.sold(mugs(1));
    await refunded(orderId, `re_${orderId}`, 300);
    const { rma } = await bench.request(orderId, one);
    await bench.receive(rma, one);
    await bench.inspect(rma, asNew);
    await bench.handle(rma).result();
    expect([...bench.vendors(orderId).made.keys()]).toEqual([`refund:${orderId}:1:2:1`]);
    expect(await bench.balancesOf(orderId)).toMatchObject({ CLR: 0, REFP: 0 });
    expect(await differences(orderId)).toEqual([]);
  });

  test('instead of one that is due here: that one is done', async () => {
    const orderId = await bench.sold(mugs(1));
    bench.vendors(orderId).script('refund', 'refused');
    const { rma } = await bench.request(orderId, one);
    await bench.receive(rma, one);
    await bench.inspect(rma, asNew);
    const open = await bench.untilException(rma, 'refund.failed');
    // As a person left it due again, and did it by hand before the flow came to it.
    await bench.db.query(`update refund set state = 'due', try = 2 where order_id = $1`, [orderId]);
    await refunded(orderId, `re_${orderId}`, 1_060);
    await bench.resolve(open, 'override');
    expect(await bench.handle(rma).result()).toMatchObject({ status: 'closed' });
    expect(bench.vendors(orderId).made.size).toBe(0);
  });

  test('told twice, by two events: it counts once', async () => {
    const orderId = await bench.sold(mugs(1));
    await refunded(orderId, `re_${orderId}`, 100);
    const again = await refunded(orderId, `re_${orderId}`, 100);
    expect((await again()).state).toBe('superseded');
    expect(await bench.balancesOf(orderId)).toMatchObject({ CLR: 960 });
    expect(await differences(orderId)).toEqual([]);
  });

  test('of ours, as an echo, is confirmed and opens nothing', async () => {
    const orderId = await bench.sold(mugs(1));
    const { rma } = await bench.request(orderId, one);
    await bench.receive(rma, one);
    await bench.inspect(rma, asNew);
    await bench.handle(rma).result();
    const event = await refunded(orderId, `re_refund:${orderId}:1:1:1`, 1_060);
    expect((await event()).state).toBe('applied');
    expect(await bench.balancesOf(orderId)).toMatchObject({ CLR: 0 });
  });
});
