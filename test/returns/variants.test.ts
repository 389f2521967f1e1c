/** What is owed goes back in other ways: cash, store credit, goods of an exchange; and money without goods. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installation, useInstallation } from '../../canonical/installation';
import type { ReturnView } from '../../api/schema/return';
import { differencesOf, requireStrictBook } from './audited';
import { ReturnBench } from './bench';
import type { Refused } from './bench-parts';

let bench: ReturnBench;
const shipped = installation();
beforeAll(async () => {
  bench = await ReturnBench.open({ MUG: 10_000, CAP: 10_000 });
  await bench.db.query(
    `insert into item (sku, standard_cost_minor, currency) values ('RARE', 700, 'USD')`,
  );
  useInstallation({
    ...shipped,
    channels: shipped.channels.map((one) => ({
      ...one,
      policies: { ...one.policies, cashRefundUpToMinor: 1_500, storeCreditBonusPermille: 100 },
    })),
  });
});
afterAll(() => bench.close());

const usd = (minorUnits: number) => ({ currency: 'USD', minorUnits });
const one = [{ lineNo: 1, quantity: 1 }];
const asNew = [{ lineNo: 1, quantity: 1, condition: 'new' }];
const sold = (unitMinor = 1_000) =>
  bench.sold({ lines: [{ sku: 'MUG', quantity: 1, unitMinor }], taxMinor: 60 });

async function broughtBack(orderId: string, how: object): Promise<ReturnView> {
  const { rma } = await bench.request(orderId, one, how);
  await bench.receive(rma, one);
  await bench.inspect(rma, asNew);
  return bench.read(rma);
}
const callsOf = (orderId: string) => bench.vendors(orderId).verbs();

describe('in cash', () => {
  test('at the counter, at once: the till pays, and no payment is refunded', async () => {
    const orderId = await sold();
    const { rma } = await broughtBack(orderId, { refundTo: 'cash' });
    expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 1_060 });
    expect(callsOf(orderId)).toEqual([]);
    expect(await bench.balancesOf(orderId)).toMatchObject({ TILL: -1_060, REFP: 0, CLR: 1_060 });
    expect(await differencesOf(bench.db, orderId)).toEqual([]);
  });

  test('above its limit the card is refunded', async () => {
    const orderId = await sold(2_000);
    const { rma } = await broughtBack(orderId, { refundTo: 'cash' });
    await bench.handle(rma).result();
    expect(callsOf(orderId)).toEqual(['refund']);
  });

  test('not before the goods are here', async () => {
    const body = { orderId: await sold(), lines: one, reason: 'defective' };
    const more = { refundTo: 'cash', refundTiming: 'advance' };
    const answer = await bench.send<Refused>('support', 'POST', '/v1/returns', {
      ...body,
      ...more,
    });
    expect([answer.status, answer.body.errors?.[0]?.code]).toEqual([409, 'not_before_goods']);
  });
});

test('as store credit, with a bonus: a debt of ours to the cent, issued once', async () => {
  const orderId = await sold();
  const { rma } = await broughtBack(orderId, { refundTo: 'store-credit' });
  expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 1_060 });
  expect(callsOf(orderId)).toEqual([]);
  expect(await bench.booked(rma)).toMatchObject({ GC: -1_166, RET: 1_106, REFP: 0 });
  const { rows } = await bench.db.query(
    'select amount_minor, bonus_minor from store_credit where rma = $1',
    [rma],
  );
  expect(rows).toEqual([{ amount_minor: 1_060, bonus_minor: 106 }]);
  expect(await differencesOf(bench.db, orderId)).toEqual([]);
});

describe('goods for goods (rule 15)', () => {
  const exchangeOf = (unitMinor: number, sku = 'CAP', more: object = {}) => ({
    exchange: { lines: [{ sku, quantity: 1, unitPrice: usd(unitMinor) }], ...more },
  });
  interface Shown {
    readonly orderNo: string;
    readonly tenders: readonly object[];
  }
  const orderOf = async (orderId: string | null) =>
    (await bench.send<Shown>('support', 'GET', `/v1/orders/${orderId ?? ''}`)).body;
  const itemsOf = async (item: string) => {
    const { rows } = await bench.db.query<{ minor: number }>(
      `select sum(case side when 'debit' then amount_minor else -amount_minor end)::int as minor
         from journal_line where account = 'REFP' and dimensions ->> 'item' = $1`,
      [item],
    );
    return rows[0]?.minor;
  };

  test('even: an order of its own, paid by what came back; nobody is charged or refunded', async () => {
    const orderId = await sold();
    const asked = await broughtBack(orderId, exchangeOf(1_060));
    await bench.handle(asked.rma).result();
    const { exchangeOrderId, exchange, refunds } = await bench.read(asked.rma);
    const order = await orderOf(exchangeOrderId);
    expect(order.orderNo).toBe(exchange?.orderNo);
    expect(order.tenders).toMatchObject([{ captured: usd(1_060) }]);
    expect(refunds).toMatchObject([{ paidBy: 'exchange', state: 'refunded' }]);
    expect(callsOf(orderId)).toEqual([]);
    expect(await bench.balancesOf(exchangeOrderId ?? '')).toEqual({ REFP: 1_060, CL: -1_060 });
    expect(await itemsOf(`refund:${orderId}:1:1`)).toBe(0);
    expect(await differencesOf(bench.db, orderId)).toEqual([]);
    expect(await differencesOf(bench.db, exchangeOrderId ?? '')).toEqual([]);
  });

  test('dearer: the difference is to be authorized on the means that was named', async () => {
    const difference = { gateway: 'card', paymentMethodRef: 'pm_card_visa' };
    const asked = await broughtBack(await sold(), exchangeOf(1_500, 'CAP', { difference }));
    await bench.handle(asked.rma).result();
    const { exchangeOrderId } = await bench.read(asked.rma);
    expect((await orderOf(exchangeOrderId)).tenders).toMatchObject([
      { amount: usd(1_060), captured: usd(1_060) },
      { amount: usd(440), captured: usd(0) },
    ]);
  });

  test('cheaper: the rest goes back to the card', async () => {
    const orderId = await sold();
    const asked = await broughtBack(orderId, exchangeOf(700));
    await bench.handle(asked.rma).result();
    expect((await bench.read(asked.rma)).refunds).toMatchObject([
      { amount: usd(360), paidBy: 'tender', state: 'refunded' },
      { amount: usd(700), paidBy: 'exchange', state: 'refunded' },
    ]);
    expect([...bench.vendors(orderId).made.keys()]).toEqual([`refund:${orderId}:1:1:1`]);
    expect(await differencesOf(bench.db, orderId)).toEqual([]);
  });

  test('what is not there is ordered by nobody: a person decides, and the money goes back', async () => {
    const orderId = await sold();
    const { rma } = await broughtBack(orderId, exchangeOf(1_060, 'RARE'));
    const open = await bench.untilException(rma, 'return.exchange-refused');
    expect((await bench.read(rma)).exchangeOrderId).toBeNull();
    await bench.resolve(open, 'override');
    expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 1_060 });
    expect(callsOf(orderId)).toEqual(['refund']);
    expect(await differencesOf(bench.db, orderId)).toEqual([]);
  });

  test('dearer, and nothing pays the difference: it waits under a name', async () => {
    const { rma } = await broughtBack(await sold(), exchangeOf(5_000));
    await bench.untilException(rma, 'return.exchange-refused');
  });
});

describe('money without goods (rule 8b)', () => {
  const appease = <B = ReturnView>(orderId: string, minorUnits: number, key?: string) =>
    bench.send<B>(
      'support',
      'POST',
      `/v1/orders/${orderId}/appeasement`,
      { amount: usd(minorUnits), reason: 'keep-it' },
      key,
    );

  test('a double click gives it once, to the card', async () => {
    const orderId = await sold();
    const [first, again] = [
      await appease(orderId, 300, 'click'),
      await appease(orderId, 300, 'click'),
    ];
    expect([first.status, again.body.rma]).toEqual([201, first.body.rma]);
    const { rma } = first.body;
    await bench.start(rma);
    expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 300 });
    expect(bench.vendors(orderId).made.size).toBe(1);
    expect(await bench.bookedBy(rma, '8b')).toEqual({ RET: 300, REFP: -300 });
    expect(await differencesOf(bench.db, orderId)).toEqual([]);
  });

  test('never more than its payments have left, whatever was given before', async () => {
    const orderId = await sold();
    await appease(orderId, 1_000);
    const answer = await appease<Refused & { possible: object }>(orderId, 61);
    expect([answer.status, answer.body.possible]).toEqual([409, usd(60)]);
  });

  test('above the limit somebody else says yes', async () => {
    const orderId = await sold(50_000);
    const { body } = await appease(orderId, 20_001);
    expect(body).toMatchObject({ status: 'awaiting-approval', refunds: [] });
    await bench.start(body.rma);
    expect((await bench.decide('support', body.rma, 'approve')).status).toBe(409);
    expect((await bench.decide('finance', body.rma, 'approve')).status).toBe(200);
    expect(await bench.handle(body.rma).result()).toMatchObject({ refundedMinor: 20_001 });
  });
});

test('hledger accepts the book of all that, strictly', (context) =>
  requireStrictBook(bench.db, (why) => context.skip(why)));
