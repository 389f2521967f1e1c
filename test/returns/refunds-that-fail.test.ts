/** A refund that was made and came back is owed again, whoever made it: rule 8a, and it goes on. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../workflows/flow-bench';
import { ReturnBench } from './bench';
import { differencesOf } from './audited';

let bench: ReturnBench;
beforeAll(async () => {
  bench = await ReturnBench.open({ MUG: 10_000 });
});
afterAll(() => bench.close());

const one = [{ lineNo: 1, quantity: 1 }];
const mug = { lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }], taxMinor: 60 };
const usd = (minorUnits: number) => ({ currency: 'USD', minorUnits });
const paymentOf = (orderId: string) => `ch_capture:${orderId}:1:1:1`;
const ours = (orderId: string, tryNo = 1) => `re_refund:${orderId}:1:1:${tryNo}`;

const told = (type: string, orderId: string, reference: string, minorUnits = 1_060) =>
  bench.tell(type, { reference, paymentRef: paymentOf(orderId), amount: usd(minorUnits) });
const failed = (orderId: string, reference: string, minorUnits?: number) =>
  told('payment.refund-failed.v1', orderId, reference, minorUnits);

async function refunded(): Promise<{ orderId: string; rma: string }> {
  const orderId = await bench.sold(mug);
  const { rma } = await bench.request(orderId, one);
  await bench.receive(rma, one);
  await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'new' }]);
  await bench.handle(rma).result();
  return { orderId, rma };
}

const exceptionsOf = async (orderId: string) => {
  const { rows } = await bench.db.query<{ code: string; state: string }>(
    `select code, state from exception where order_id = $1 order by opened_at`,
    [orderId],
  );
  return rows;
};

describe('a refund of a return', () => {
  test('that comes back is owed again, and its return, which had ended, makes it anew', async () => {
    const { orderId, rma } = await refunded();
    expect(await (await failed(orderId, ours(orderId)))()).toMatchObject({ state: 'applied' });
    expect(await bench.balancesOf(orderId)).toMatchObject({ CLR: 1_060, REFP: -1_060 });
    expect(await differencesOf(bench.db, orderId)).toEqual([]);
    const open = await bench.untilException(rma, 'refund.failed');
    await bench.resolve(open, 'retry');
    await until('it is closed again', async () => (await bench.read(rma)).status === 'closed');
    expect([...bench.vendors(orderId).made.keys()]).toEqual([
      `refund:${orderId}:1:1:1`,
      `refund:${orderId}:1:1:2`,
    ]);
    expect(await bench.balancesOf(orderId)).toMatchObject({ CLR: 0, REFP: 0 });
    expect(await differencesOf(bench.db, orderId)).toEqual([]);
  });

  test('told twice, it comes back once', async () => {
    const { orderId } = await refunded();
    await failed(orderId, ours(orderId));
    const again = await failed(orderId, ours(orderId));
    expect(await again()).toMatchObject({ state: 'superseded' });
    expect(await bench.balancesOf(orderId)).toMatchObject({ CLR: 1_060, REFP: -1_060 });
  });

  test('that somebody makes by hand in the dashboard instead is that refund, and never made again', async () => {
    const { orderId, rma } = await refunded();
    await failed(orderId, ours(orderId));
    await told('payment.refunded.v1', orderId, `re_hand_${orderId}`);
    await until('it is closed again', async () => (await bench.read(rma)).status === 'closed');
    expect(bench.vendors(orderId).made.size).toBe(1);
    expect(await exceptionsOf(orderId)).toEqual([{ code: 'refund.failed', state: 'resolved' }]);
    expect(await bench.balancesOf(orderId)).toMatchObject({ CLR: 0, REFP: 0 });
    expect(await differencesOf(bench.db, orderId)).toEqual([]);
  });
});

describe('a refund of the dashboard', () => {
  test('that no return has claimed is undone with its concession, and a person is told', async () => {
    const orderId = await bench.sold(mug);
    await told('payment.refunded.v1', orderId, `re_${orderId}`, 300);
    await failed(orderId, `re_${orderId}`, 300);
    expect(await bench.balancesOf(orderId)).toMatchObject({ CLR: 1_060, REFP: 0, RET: 0 });
    expect(await exceptionsOf(orderId)).toEqual([
      { code: 'refund.outside', state: 'resolved' },
      { code: 'refund.failed', state: 'open' },
    ]);
    expect(await differencesOf(bench.db, orderId)).toEqual([]);
  });

  test('that a return has claimed is owed by that return, to the cent', async () => {
    const orderId = await bench.sold(mug);
    const { rma } = await bench.request(orderId, one);
    await bench.receive(rma, one);
    await told('payment.refunded.v1', orderId, `re_${orderId}`);
    await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'new' }]);
    await bench.handle(rma).result();
    await failed(orderId, `re_${orderId}`);
    const open = await bench.untilException(rma, 'refund.failed');
    await bench.resolve(open, 'retry');
    await until('it is closed again', async () => (await bench.read(rma)).status === 'closed');
    expect([...bench.vendors(orderId).made.keys()]).toEqual([`refund:${orderId}:1:1:2`]);
    expect(await bench.balancesOf(orderId)).toMatchObject({ CLR: 0, REFP: 0, RET: 1_000 });
    expect(await differencesOf(bench.db, orderId)).toEqual([]);
  });
});

test('its failure told before the refund itself waits for it', async () => {
  const orderId = await bench.sold(mug);
  const failure = await failed(orderId, `re_${orderId}`, 300);
  expect(await failure()).toMatchObject({ state: 'waiting' });
  await told('payment.refunded.v1', orderId, `re_${orderId}`, 300);
  await bench.db.query(`update inbox set next_at = now() where state = 'waiting'`);
  await bench.route();
  expect(await failure()).toMatchObject({ state: 'applied' });
  expect(await bench.balancesOf(orderId)).toMatchObject({ CLR: 1_060, REFP: 0 });
});
