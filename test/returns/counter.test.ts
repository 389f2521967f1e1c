/** Goods on a store's counter: one call takes them back, all of it or nothing, and once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReturnView } from '../../api/schema/return';
import { previewAtCounter } from '../../moments/return/at-counter';
import { findSold } from '../../store/returns/sold';
import { readReturnStory } from '../../store/returns/return-story';
import { loadReturn } from '../../store/returns/returns';
import { eventCount } from '../workflows/flow-bench';
import { OTHER_STORE, ReturnBench, STORE } from './bench';
import type { Refused } from './bench-parts';

let bench: ReturnBench;
beforeAll(async () => {
  bench = await ReturnBench.open({ MUG: 10_000, CAP: 10_000 });
  await bench.db.query(`update api_key set store_id = $1 where role = 'store'`, [STORE]);
});
afterAll(() => bench.close());

const mug = { sku: 'MUG', quantity: 2, unitMinor: 1_000 };
const cap = { sku: 'CAP', quantity: 1, unitMinor: 500 };
const asNew = (quantity: number, lineNo = 1) => ({ lineNo, quantity, condition: 'new' });
const at = (store: string) => `/v1/stores/${store}/returns`;

const take = <B = ReturnView>(orderId: string, lines: readonly object[], more: object = {}) =>
  bench.send<B>('store', 'POST', at(STORE), { orderId, reason: 'changed-mind', lines, ...more });

async function countsOf(orderId: string) {
  const { rows } = await bench.db.query<Record<string, number>>(
    `select (select count(*)::int from sales_return where order_id = $1) as returns,
            (select count(*)::int from return_receipt join sales_return using (rma)
              where order_id = $1) as receipts,
            (select count(*)::int from refund where order_id = $1) as refunds,
            (select count(*)::int from journal where order_id = $1) as journals,
            (select count(*)::int from inventory_event where order_id = $1) as moves,
            (select count(*)::int from flow where order_id = $1) as flows`,
    [orderId],
  );
  return rows[0];
}

test('what was bought online is taken back, booked and refunded by one call, in few events', async () => {
  const orderId = await bench.sold({ lines: [mug, cap], taxMinor: 250 });
  const taken = await take(orderId, [asNew(1), asNew(1, 2)]);
  expect(taken.status).toBe(201);
  const { rma } = taken.body;
  expect(taken.body).toMatchObject({ status: 'inspected', owed: { minorUnits: 1_650 } });
  await bench.start(rma);
  await bench.route();
  await bench.untilRefunded(rma, 1_650);
  expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 1_650 });
  expect(await bench.stockOf('MUG', STORE)).toEqual({ onHand: 1, unsellable: 0 });
  expect(bench.vendors(orderId).verbs()).toEqual(['refund']);
  expect(await bench.booked(rma)).toMatchObject({ RET: 1_500, TAX: 150, REFP: -1_650 });
  expect(await eventCount(bench.handle(rma))).toBeLessThanOrEqual(40);
});

test('sent twice under one key it is one return, and the answer is the same', async () => {
  const orderId = await bench.sold({ lines: [mug] });
  const send = () =>
    bench.send(
      'store',
      'POST',
      at(STORE),
      { orderId, reason: 'defective', lines: [asNew(1)] },
      `pressed-${orderId}`,
    );
  const [first, second] = [await send(), await send()];
  expect(second.body).toEqual(first.body);
  expect(await countsOf(orderId)).toMatchObject({ returns: 1, receipts: 1, refunds: 1 });
});

test('two counters at the same time take the same unit once', async () => {
  const orderId = await bench.sold({ lines: [{ ...mug, quantity: 1 }] });
  const answers = await Promise.all(
    ['support', 'store'].map((role) =>
      bench.send(role as 'support', 'POST', at(STORE), {
        ...{ orderId, reason: 'defective', lines: [asNew(1)] },
      }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  expect(await countsOf(orderId)).toMatchObject({ returns: 1, refunds: 1 });
});

test('a return that was announced takes what it expects; no other is opened', async () => {
  const orderId = await bench.sold({ lines: [mug] });
  const { rma } = await bench.request(orderId, [{ lineNo: 1, quantity: 2 }]);
  const taken = await take(orderId, [asNew(2)]);
  expect(taken.body.rma).toBe(rma);
  await bench.route();
  expect(await bench.handle(rma).result()).toMatchObject({ refundedMinor: 2_000 });
  expect(await bench.returnsOf(orderId)).toEqual([rma]);
});

test('one that nobody has said yes to yet is taken in, and looked at after the yes', async () => {
  const orderId = await bench.sold({ lines: [mug] });
  await bench.db.query(
    `update order_fact set occurred_at = now() - interval '90 days' where order_id = $1`,
    [orderId],
  );
  const lines = [{ lineNo: 1, quantity: 1 }];
  const { rma } = await bench.request(orderId, lines, { isException: true });
  const taken = await take(orderId, [asNew(1)]);
  expect(taken).toMatchObject({ status: 201, body: { rma, status: 'requested', refunds: [] } });
  expect(await bench.stockOf('MUG', STORE)).toMatchObject({ unsellable: 1 });
  await bench.renameKey('support', 'a colleague');
  expect((await bench.decide('support', rma, 'approve')).status).toBe(200);
  expect((await bench.inspect(rma, [asNew(1)], STORE, 'store')).status).toBe(200);
});

describe('a gift', () => {
  const messagesOf = async (orderId: string) => {
    const { rows } = await bench.db.query<{ template: string }>(
      `select body ->> 'template' as template from outbox
        where order_id = $1 and verb = 'sendMessage' and body ->> 'template' like 'return%'`,
      [orderId],
    );
    return rows.map(({ template }) => template);
  };

  test('is paid back as store credit to who brings it: its buyer is not told and not paid', async () => {
    const orderId = await bench.sold({ lines: [mug], taxMinor: 100 });
    const taken = await take(orderId, [asNew(1)], { asGift: true });
    expect(taken).toMatchObject({
      status: 201,
      body: {
        isGift: true,
        refundTo: 'store-credit',
        refunds: [{ paidBy: 'store-credit' }],
        storeCredits: [{ amount: { minorUnits: 1_050 }, bonus: { minorUnits: 0 } }],
      },
    });
    await bench.start(taken.body.rma);
    await bench.route();
    await bench.handle(taken.body.rma).result();
    expect(bench.vendors(orderId).verbs()).toEqual([]);
    expect(await messagesOf(orderId)).toEqual([]);
    expect(await bench.balancesOf(orderId)).toMatchObject({ GC: -1_050, REFP: 0 });
    const { rows } = await bench.db.query(
      'select buyer_hash from sales_return where order_id = $1',
      [orderId],
    );
    expect(rows).toEqual([{ buyer_hash: null }]);
  });

  test("does not take what its buyer brings back, nor the buyer's return a gift", async () => {
    const orderId = await bench.sold({ lines: [{ ...mug, quantity: 1 }] });
    await bench.request(orderId, [{ lineNo: 1, quantity: 1 }]);
    const gift = await take<Refused>(orderId, [asNew(1)], { asGift: true });
    expect([gift.status, gift.body.errors?.[0]?.code]).toEqual([409, 'already_returned']);
    expect((await take(orderId, [asNew(1)])).status).toBe(201);
    expect(await messagesOf(orderId)).toEqual(['return-accepted']);
  });
});

test('a store tells of goods of any order by the number that its customer shows', async () => {
  const orderId = await bench.sold({ lines: [mug] });
  await bench.db.query(`update api_key set channels = '{}' where role = 'store'`);
  await bench.renameKey('store', 'the counter');
  const sold = await findSold(bench.db, { orderId });
  const tell = async (location: string, id: string) => {
    const data = {
      channelInstance: sold?.channelInstance,
      orderNo: sold?.orderNo,
      ...{ receiptId: `till-${id}`, location, receivedAt: '2026-11-25T10:00:00Z' },
      lines: [{ sku: 'MUG', quantity: 1 }],
    };
    const type = 'return.received.v1';
    const event = { specversion: '1.0', id, source: '/store/store-001', type, data };
    const answer = await bench.send<{ verdicts: { verdict: string }[] }>(
      ...(['store', 'POST', '/v1/events', event] as const),
    );
    return answer.body.verdicts.map(({ verdict }) => verdict);
  };
  expect(await tell(STORE, 'at-ours')).toEqual(['accepted']);
  expect(await tell(OTHER_STORE, 'at-another')).toEqual(['rejected']);
  await bench.route();
  expect(await bench.returnsOf(orderId)).toHaveLength(1);
});

describe('what cannot be leaves nothing behind', () => {
  test.each([
    ['more than was sold', [asNew(3)], 'return_refused'],
    ['a line that is not there', [asNew(1, 7)], 'return_refused'],
    ['one good line and one bad', [asNew(1), asNew(9, 2)], 'return_refused'],
  ])('%s', async (_, lines, code) => {
    const orderId = await bench.sold({ lines: [mug, cap] });
    const before = await countsOf(orderId);
    const answer = await take<Refused>(orderId, lines);
    expect([answer.status, answer.body.code]).toEqual([409, code]);
    expect(await countsOf(orderId)).toEqual(before);
  });

  test("another store's counter, and an order that is not here", async () => {
    const orderId = await bench.sold({ lines: [mug] });
    const body = { orderId, reason: 'defective', lines: [asNew(1)] };
    const other = await bench.send('store', 'POST', at(OTHER_STORE), body);
    expect(other.status).toBe(403);
    const unknown = { ...body, orderId: 'ord_0mhyq3k2z1b2c3d4e5f6a7b8c9d0e' };
    expect((await bench.send('store', 'POST', at(STORE), unknown)).status).toBe(404);
    expect(await countsOf(orderId)).toMatchObject({ returns: 0 });
  });
});

test('what is above the limit is taken in, and waits for finance', async () => {
  const orderId = await bench.sold({ lines: [{ sku: 'MUG', quantity: 1, unitMinor: 900_000 }] });
  const before = await bench.stockOf('MUG', STORE);
  const taken = await take(orderId, [asNew(1)]);
  expect(taken.body).toMatchObject({ status: 'awaiting-approval', owed: { minorUnits: 0 } });
  const { unsellable } = await bench.stockOf('MUG', STORE);
  expect(unsellable).toBe(before.unsellable + 1);
});

test('a preview says what the call would do, and nothing of it stays', async () => {
  const orderId = await bench.sold({ lines: [mug], taxMinor: 111 });
  const sold = await findSold(bench.db, { orderId });
  if (sold === null) throw new Error('not sold');
  const before = await countsOf(orderId);
  const lines = [{ lineNo: 1, quantity: 1, condition: 'used' as const }];
  const came = await previewAtCounter(
    bench.db,
    sold,
    { storeId: STORE, reason: 'changed-mind', lines },
    {
      by: {
        requestKey: 'preview:1',
        askedBy: 'a store',
        role: 'store',
        correlationId: 'cor_preview',
        askedAt: new Date().toISOString(),
      },
      see: async (sql, rma) => ({
        ret: await loadReturn(sql, rma),
        fee: (await readReturnStory(sql, rma))?.inspections[0]?.feeMinor,
      }),
    },
  );
  if (came.outcome !== 'taken') throw new Error(came.outcome);
  expect(await countsOf(orderId)).toEqual(before);
  const taken = await take(orderId, lines);
  const seen = came.seen.ret?.refunds.map(({ amountMinor }) => amountMinor);
  expect(taken.body.refunds.map(({ amount }) => amount.minorUnits)).toEqual(seen);
});

test('a store reads what came to it, the newest first', async () => {
  const orderId = await bench.sold({ lines: [mug] });
  const { rma } = (await take(orderId, [asNew(1)])).body;
  const own = await bench.send<{ returns: ReturnView[] }>('store', 'GET', at(STORE));
  expect(own.body.returns[0]?.rma).toBe(rma);
  expect((await bench.send('store', 'GET', at(OTHER_STORE))).status).toBe(403);
});
