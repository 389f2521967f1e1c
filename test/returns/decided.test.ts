/** Who may ask for what, what is refused and why, and that money goes back once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../canonical/schema/api-key';
import { ReturnBench, STORE } from './bench';
import type { Refused } from './bench-parts';

let bench: ReturnBench;
beforeAll(async () => {
  bench = await ReturnBench.open({ MUG: 10_000, CAP: 10_000 });
});
afterAll(() => bench.close());

interface Seen {
  readonly asked: object;
}
const one = [{ lineNo: 1, quantity: 1 }];
const sold = (quantity = 1, unitMinor = 1_000) =>
  bench.sold({ lines: [{ sku: 'MUG', quantity, unitMinor }] });

describe('a request that cannot be', () => {
  const ask = async (body: object) => bench.send<Refused>('support', 'POST', '/v1/returns', body);

  test('names every line and why, and leaves nothing behind', async () => {
    const orderId = await bench.sold({
      lines: [
        { sku: 'MUG', quantity: 1, unitMinor: 1_000 },
        { sku: 'CAP', quantity: 2, unitMinor: 500 },
      ],
    });
    const lines = [
      { lineNo: 1, quantity: 5 },
      { lineNo: 9, quantity: 1 },
    ];
    const answer = await ask({ orderId, lines, reason: 'defective' });
    expect(answer).toMatchObject({
      status: 409,
      body: {
        code: 'return_refused',
        errors: [
          { pointer: '/lines/0', code: 'not_shipped' },
          { pointer: '/lines/1', code: 'no_such_line' },
        ],
        possible: [
          { lineNo: 1, possible: 1 },
          { lineNo: 9, possible: 0 },
        ],
      },
    });
    expect(await bench.returnsOf(orderId)).toEqual([]);
  });

  test.each([
    ['a negative quantity', [{ lineNo: 1, quantity: -1 }]],
    ['a part of a unit', [{ lineNo: 1, quantity: 0.5 }]],
    ['a line twice', [...one, ...one]],
    ['no line', []],
  ])('%s is invalid', async (_, lines) => {
    const orderId = await sold();
    expect(await ask({ orderId, lines, reason: 'defective' })).toMatchObject({
      status: 422,
      body: { code: 'invalid_request' },
    });
  });

  test('units that are expected back by another return are not asked for again', async () => {
    const orderId = await sold();
    await bench.request(orderId, one);
    const answer = await ask({ orderId, lines: one, reason: 'changed-mind' });
    expect(answer.body.errors).toMatchObject([{ code: 'already_returned' }]);
  });

  test('before anything has left', async () => {
    const orderId = await bench.released({
      lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }],
    });
    const answer = await ask({ orderId, lines: one, reason: 'changed-mind' });
    expect(answer.body.errors).toMatchObject([{ code: 'not_shipped' }]);
  });

  test("another channel's order is not there for it", async () => {
    const orderId = await bench.sold({
      channelInstance: 'shopify-us',
      lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }],
    });
    await bench.db.query(`update api_key set channels = '{web-us}' where role = 'oms'`);
    const answer = await bench.send<Refused>('oms', 'POST', '/v1/returns', {
      orderId,
      lines: one,
      reason: 'changed-mind',
    });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  test('outside the window: support may ask for goodwill, and somebody else says yes', async () => {
    const orderId = await sold();
    await bench.db.query(
      `update order_fact set occurred_at = now() - interval '31 days' where order_id = $1`,
      [orderId],
    );
    const refused = await ask({ orderId, lines: one, reason: 'changed-mind' });
    expect(refused.body.errors).toMatchObject([{ code: 'outside_window' }]);
    const { rma, status } = await bench.request(orderId, one, { isException: true });
    expect(status).toBe('requested');
    expect((await bench.decide('support', rma, 'approve')).status).toBe(409);
    expect((await bench.decide('finance', rma, 'approve')).body.status).toBe('approved');
    await bench.receive(rma, one);
    const inspected = await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'new' }]);
    expect(inspected.body.status).toBe('awaiting-approval');
    await bench.decide('finance', rma, 'approve');
    expect(await bench.handle(rma).result()).toMatchObject({ refundedMinor: 1_000 });
  });

  test('goodwill that is denied ends the return', async () => {
    const orderId = await sold();
    await bench.db.query(
      `update order_fact set occurred_at = now() - interval '31 days' where order_id = $1`,
      [orderId],
    );
    const { rma } = await bench.request(orderId, one, { isException: true });
    await bench.decide('finance', rma, 'deny');
    expect(await bench.handle(rma).result()).toEqual({ status: 'denied', refundedMinor: 0 });
  });
});

describe('goods that cannot be', () => {
  test('an inspection before the receipt, a SKU of another order, more than were sold', async () => {
    const orderId = await sold();
    const { rma } = await bench.request(orderId, one);
    const path = `/v1/returns/${rma}`;
    const said = async (what: string, lines: readonly object[]) => {
      const json = { location: STORE, lines };
      const { status, body } = await bench.send<Refused>(
        'support',
        'POST',
        `${path}/${what}`,
        json,
      );
      return [status, body.code, body.errors?.[0]?.code];
    };
    const inspected = [{ lineNo: 1, quantity: 1, condition: 'new' }];
    expect(await said('inspect', inspected)).toEqual([409, 'return_state', 'not_received']);
    const cap = [{ sku: 'CAP', quantity: 1 }];
    expect(await said('receive', cap)).toEqual([409, 'return_state', 'no_such_line']);
    const two = [{ sku: 'MUG', quantity: 2 }];
    expect(await said('receive', two)).toEqual([409, 'return_state', 'too_many']);
    expect(await bench.read(rma)).toMatchObject({ receipts: [], inspections: [] });
  });

  test('a return that is closed takes nothing more', async () => {
    const orderId = await sold();
    const { rma } = await bench.request(orderId, one);
    await bench.receive(rma, one);
    await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'new' }]);
    await bench.handle(rma).result();
    for (const answer of [
      await bench.receive(rma, one),
      await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'new' }]),
      await bench.decide('finance', rma, 'approve'),
    ]) {
      expect(answer).toMatchObject({ status: 409, body: { code: 'return_state' } });
    }
  });

  test("at another store's counter", async () => {
    const orderId = await sold();
    const { rma } = await bench.request(orderId, one);
    const answer = await bench.receive(rma, one, 'store-002', 'store');
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await bench.receive(rma, one, STORE, 'store')).status).toBe(200);
  });
});

describe('money goes back once', () => {
  test('two agents at the same time, one double click: one refund', async () => {
    const orderId = await sold();
    const { rma } = await bench.request(orderId, one);
    await bench.receive(rma, one);
    const json = { location: STORE, lines: [{ lineNo: 1, quantity: 1, condition: 'new' }] };
    const path = `/v1/returns/${rma}/inspect`;
    const answers = await Promise.all([
      bench.send('support', 'POST', path, json, 'agent-a'),
      bench.send('support', 'POST', path, json, 'agent-a'),
      bench.send('store', 'POST', path, json, 'agent-b'),
    ]);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1);
    await bench.route();
    await bench.handle(rma).result();
    expect(bench.vendors(orderId).verbs()).toEqual(['refund']);
    expect(bench.vendors(orderId).madeOnceEach()).toBe(true);
  });

  test('the answer of a refund is lost: it is asked for, and not made again', async () => {
    const orderId = await sold();
    bench.vendors(orderId).script('refund', 'lost');
    const { rma } = await bench.request(orderId, one);
    await bench.receive(rma, one);
    await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'new' }]);
    expect(await bench.handle(rma).result()).toMatchObject({ refundedMinor: 1_000 });
    expect(bench.vendors(orderId).madeOnceEach()).toBe(true);
  });

  test('a refund that is refused stays owed under an exception of the return, and is retried', async () => {
    const orderId = await sold();
    bench.vendors(orderId).script('refund', 'refused');
    const { rma } = await bench.request(orderId, one);
    await bench.receive(rma, one);
    await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'new' }]);
    const open = await bench.untilException(rma, 'refund.failed');
    await bench.resolve(open, 'retry');
    expect(await bench.handle(rma).result()).toMatchObject({ refundedMinor: 1_000 });
    expect([...bench.vendors(orderId).made.keys()]).toEqual([`refund:${orderId}:1:1:2`]);
  });

  test('units of a discounted line, one by one: the last takes what is left, to the cent', async () => {
    const orderId = await bench.sold({
      lines: [{ sku: 'MUG', quantity: 3, unitMinor: 999 }],
      discountMinor: 100,
      shippingMinor: 200,
      taxMinor: 101,
    });
    const refunds: number[] = [];
    for (let unit = 1; unit <= 3; unit += 1) {
      const { rma } = await bench.request(orderId, one);
      await bench.receive(rma, one);
      await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'new' }]);
      refunds.push((await bench.handle(rma).result()).refundedMinor);
    }
    expect(refunds).toEqual([999 - 34 + 67 + 34, 999 - 33 + 67 + 34, 999 - 33 + 66 + 33]);
    expect(refunds.reduce((sum, minor) => sum + minor, 0)).toBe(2_997 - 100 + 200 + 101);
  });
});

describe('approval by amount', () => {
  test('above 200.00 one of finance, above 1,000.00 two people, never who inspected', async () => {
    const orderId = await sold(1, 100_001);
    const { rma } = await bench.request(orderId, one);
    await bench.receive(rma, one);
    const inspected = await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'new' }]);
    expect(inspected.body).toMatchObject({
      status: 'awaiting-approval',
      inspections: [{ approvalsNeeded: 2 }],
      exceptions: [{ code: 'refund.to-approve' }],
    });
    expect((await bench.decide('support', rma, 'approve')).status).toBe(409);
    expect((await bench.decide('finance', rma, 'approve')).body.status).toBe('awaiting-approval');
    expect((await bench.decide('finance', rma, 'approve')).status).toBe(409);
    expect(bench.vendors(orderId).verbs()).toEqual([]);
    await bench.renameKey('finance', 'second of finance');
    await bench.decide('finance', rma, 'approve');
    expect(await bench.handle(rma).result()).toMatchObject({ refundedMinor: 100_001 });
  });

  test('it is the approval of every exception: given there, its flow pays back', async () => {
    const orderId = await sold(1, 30_000);
    const { rma } = await bench.request(orderId, one);
    await bench.receive(rma, one, STORE, 'store');
    await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'new' }], STORE, 'store');
    const open = await bench.untilException(rma, 'refund.to-approve');
    const approve = (role: Role) =>
      bench.send(role, 'POST', `/v1/exceptions/${open}/approve`, { resolution: 'override' });
    const seen = await bench.send<Seen>('finance', 'GET', `/v1/exceptions/${open}`);
    expect(seen.body.asked).toMatchObject({
      askedBy: 'test store',
      involved: ['test support', 'test store'],
    });
    // It asked for the return.
    expect((await approve('support')).status).toBe(403);
    await bench.renameKey('support', 'another of support');
    await bench.renameKey('finance', 'at the exception');
    // Above its limit.
    expect((await approve('support')).status).toBe(403);
    expect(bench.vendors(orderId).verbs()).toEqual([]);
    expect((await approve('finance')).status).toBe(200);
    await bench.deliver();
    expect(await bench.handle(rma).result()).toMatchObject({ refundedMinor: 30_000 });
    expect((await bench.read(rma)).inspections).toMatchObject([
      { approvedBy: ['at the exception'] },
    ]);
    await bench.renameKey('support', 'test support');
  });

  test('given up at its exception: the goods are sent back', async () => {
    const orderId = await sold(1, 30_000);
    const { rma } = await bench.request(orderId, one);
    await bench.receive(rma, one);
    await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'new' }]);
    const open = await bench.untilException(rma, 'refund.to-approve');
    const json = { reason: 'worn' };
    await bench.send('support', 'POST', `/v1/exceptions/${open}/abandon`, json);
    await bench.deliver();
    await bench.untilException(rma, 'return.to-send-back');
    expect(bench.vendors(orderId).verbs()).toEqual([]);
  });

  test('denied: the goods are sent back, nothing is paid or booked', async () => {
    const orderId = await sold(1, 30_000);
    const { rma } = await bench.request(orderId, one);
    await bench.receive(rma, one, 'store-002');
    await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'used' }], 'store-002');
    await bench.decide('finance', rma, 'deny');
    const open = await bench.untilException(rma, 'return.to-send-back');
    await bench.resolve(open, 'override');
    expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 0 });
    expect(await bench.booked(rma)).toEqual({});
    expect(await bench.stockOf('MUG', 'store-002')).toEqual({ onHand: 0, unsellable: 0 });
  });
});
