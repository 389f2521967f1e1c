/** Orders over HTTP: accepted from one transaction, or refused with every reason. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ORDER_EXAMPLE } from '../../api/examples';
import { Problem } from '../../api/http/problem';
import { FlowNotRunningError } from '../../api/order-flow';
import { startApi, type RunningApi } from './fixture';
import { addStock, countOf, DC, orderOf, putMasterData, SKU, usd } from './world';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
  await putMasterData(api);
  await addStock(api, 1_000, 'stock-1');
});
afterAll(() => api.stop());

const submit = (json: unknown, key: string, role: 'channel' | 'oms' = 'channel') =>
  api.send('POST', '/v1/orders', { json, key, role });

test('accepts an order, reserves it and leaves the row that starts its flow', async () => {
  const answer = await submit(orderOf('A-1', 2), 'a-1');
  expect([answer.status, answer.body]).toEqual([
    201,
    expect.objectContaining({
      orderNo: 'A-1',
      status: 'accepted',
      workflowId: 'order/web-us/A-1',
      location: DC,
      lines: [expect.objectContaining({ sku: SKU, ordered: 2, reserved: 2 })],
    }),
  ]);
  expect(answer.headers.get('location')).toBe(`/v1/orders/${answer.body.orderId}`);
  const read = await api.send('GET', `/v1/orders/${answer.body.orderId}`, { role: 'support' });
  expect(read.status).toBe(200);
  expect(read.body.correlationId).toBe(answer.headers.get('x-correlation-id'));
  expect(read.body.temporalUiUrl).toBe(
    'http://127.0.0.1:8233/namespaces/default/workflows/order%2Fweb-us%2FA-1',
  );
  expect(read.body.lines[0]).toMatchObject({ ordered: 2, reserved: 2, shipped: 0 });
  expect(read.body.tenders[0]).toMatchObject({ state: 'pending', amount: usd(2_760) });
  expect(read.text).not.toContain('Ada');
  const found = await api.send('GET', '/v1/orders?channelInstance=web-us&orderNo=A-1');
  expect(found.body.items.map((one: { orderId: string }) => one.orderId)).toEqual([
    answer.body.orderId,
  ]);
  const { rows } = await api.db.query(`select kind, name from dispatch where order_id = $1`, [
    answer.body.orderId,
  ]);
  expect(rows).toEqual([{ kind: 'start', name: 'orderToCash' }]);
});

test('the example of the reference can be pasted as it is', async () => {
  const answer = await submit(ORDER_EXAMPLE, 'example');
  expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
});

test('gives the first answer again for the same key, and refuses another body', async () => {
  const first = await submit(orderOf('A-2'), 'a-2');
  const again = await submit(orderOf('A-2'), 'a-2');
  expect([again.status, again.body]).toEqual([201, first.body]);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  const other = await submit(orderOf('A-2', 3), 'a-2');
  expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  const missing = await api.send('POST', '/v1/orders', { json: orderOf('A-3'), role: 'oms' });
  expect([missing.status, missing.body.code]).toEqual([400, 'idempotency_key_missing']);
});

test('the same order ten times at once under one key is one order', async () => {
  const before = await countOf(api, 'sales_order');
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => submit(orderOf('A-4'), 'a-4')),
  );
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
  expect(new Set(answers.map((answer) => answer.body.orderId)).size).toBe(1);
  expect(await countOf(api, 'sales_order')).toBe(before + 1);
});

test('a resubmission under a new key is the existing order; other content is refused', async () => {
  const first = await submit(orderOf('A-5'), 'a-5');
  const same = await submit(orderOf('A-5'), 'a-5-again');
  expect([same.status, same.body.orderId]).toEqual([200, first.body.orderId]);
  const other = await submit(orderOf('A-5', 2), 'a-5-other');
  expect([other.status, other.body.code]).toEqual([409, 'order_exists']);
  expect(other.body.orderId).toBe(first.body.orderId);
});

test('says what is available of each line when there is not enough', async () => {
  const answer = await submit(orderOf('A-6', 5_000), 'a-6');
  expect([answer.status, answer.body.code]).toEqual([409, 'insufficient_stock']);
  expect(answer.body.available).toEqual([
    expect.objectContaining({ lineNo: 1, sku: SKU, wanted: 5_000 }),
  ]);
  const stock = await api.send('GET', `/v1/availability?sku=${SKU}`, { role: 'channel' });
  expect(answer.body.available[0].available).toBe(stock.body.sellable);
});

test('a refusal is the first answer too: again for the same order, no other under its key', async () => {
  const short = await submit(orderOf('A-20', 6_000), 'a-20');
  expect([short.status, short.headers.get('idempotency-replayed')]).toEqual([409, null]);
  await addStock(api, 10_000, 'stock-20');
  const again = await submit(orderOf('A-20', 6_000), 'a-20');
  expect([again.status, again.body]).toEqual([409, short.body]);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.headers.get('content-type')).toContain('application/problem+json');
  const other = await submit(orderOf('A-20', 1), 'a-20');
  expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  expect((await submit(orderOf('A-20', 6_000), 'a-20-new')).status).toBe(201);
  const off = { ...orderOf('A-21'), tenders: [] };
  expect((await submit(off, 'a-21')).body.code).toBe('totals_mismatch');
  expect((await submit(off, 'a-21')).headers.get('idempotency-replayed')).toBe('true');
  const mended = await submit(orderOf('A-21'), 'a-21');
  expect([mended.status, mended.body.code]).toEqual([422, 'idempotency_key_reused']);
});

test('an order on hold is taken and waits', async () => {
  const answer = await submit({ ...orderOf('A-7'), hold: { reason: 'fraud review' } }, 'a-7');
  expect([answer.status, answer.body.status]).toEqual([202, 'on-hold']);
  expect(answer.body.holds).toEqual([{ reason: 'fraud review' }]);
});

test('an order with an unmapped tax waits, and the mapping wakes its flow', async () => {
  const order = orderOf('A-8');
  const line = { ...order.lines[0], taxes: [{ code: 'Moon Tax', amount: usd(81) }] };
  const waiting = await submit({ ...order, lines: [line] }, 'a-8');
  expect(waiting.status).toBe(202);
  expect(waiting.body.exceptions).toEqual([
    expect.objectContaining({ code: 'mapping.tax-code', owner: 'master-data' }),
  ]);
  const path = '/v1/mappings/tax-code/web-us/Moon%20Tax';
  const mapped = await api.send('PUT', path, { json: { target: 'MOON' } });
  expect([mapped.status, mapped.body.resumed]).toEqual([200, 1]);
  const { rows } = await api.db.query(
    `select name from dispatch where order_id = $1 and kind = 'signal'`,
    [waiting.body.orderId],
  );
  expect(rows).toEqual([{ name: 'exceptionResolved' }]);
});

test('a decision reaches the flow with its start, and leaves who and why in the audit trail', async () => {
  const { body } = await submit(orderOf('A-9'), 'a-9');
  const cancelled = [{ lineNo: 1, quantity: 1 }];
  api.answerUpdates(() => ({ outcome: 'cancelled', cancelled, reason: null, agenda: null }));
  const sent = { json: { reason: 'changed mind' }, key: 'c-9', role: 'support' } as const;
  const answer = await api.send('POST', `/v1/orders/${body.orderId}/cancel`, sent);
  expect([answer.status, answer.body]).toEqual([
    200,
    { orderId: body.orderId, outcome: 'cancelled', cancelled, reason: null },
  ]);
  const update = api.updates.at(-1);
  expect(update?.start?.options.args).toMatchObject([{ orderId: body.orderId }]);
  expect(update?.updateId).toMatch(/^dec_/);
  expect(JSON.stringify(update?.request)).not.toContain('changed mind');
  const { rows } = await api.db.query(
    `select action, actor, role, reason, detail from decision where order_id = $1`,
    [body.orderId],
  );
  expect(rows).toEqual([
    {
      action: 'cancel',
      actor: 'test support',
      role: 'support',
      reason: 'changed mind',
      detail: { lines: null, outcome: 'cancelled' },
    },
  ]);
  const asked = api.updates.length;
  const again = await api.send('POST', `/v1/orders/${body.orderId}/cancel`, sent);
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
  expect(api.updates).toHaveLength(asked);
});

test('a refusal of the flow says why; holds are answered with their result', async () => {
  const { body } = await submit(orderOf('A-10'), 'a-10');
  const path = `/v1/orders/${body.orderId}`;
  const json = { reason: 'why not' };
  const refused = { outcome: 'refused', cancelled: [], reason: 'all of it has shipped' };
  api.answerUpdates(() => refused);
  const late = await api.send('POST', `${path}/cancel`, { json, key: 'c-10', role: 'oms' });
  expect([late.status, late.body.code]).toEqual([409, 'not_cancellable']);
  expect(late.body.detail).toBe('all of it has shipped');
  api.answerUpdates(() => ({ outcome: 'held', agenda: null }));
  const held = await api.send('POST', `${path}/hold`, { json, key: 'h-10', role: 'support' });
  expect([held.status, held.body.outcome]).toEqual([200, 'held']);
  api.answerUpdates(() => ({ outcome: 'refused', reason: 'it is fulfilled' }));
  const free = await api.send('POST', `${path}/release-hold`, { json, key: 'r-10', role: 'oms' });
  expect([free.status, free.body.code]).toEqual([409, 'decision_refused']);
});

test('a closed order takes no decision, an unknown one is not found', async () => {
  const { body } = await submit(orderOf('A-11'), 'a-11');
  await api.db.query(`update sales_order set stage = 'closed' where order_id = $1`, [body.orderId]);
  const sent = { json: { reason: 'too late' }, key: 'c-11', role: 'oms' } as const;
  const closed = await api.send('POST', `/v1/orders/${body.orderId}/cancel`, sent);
  expect([closed.status, closed.body.code]).toEqual([409, 'order_closed']);
  const nowhere = '/v1/orders/ord_00000000000000000000000000/cancel';
  expect((await api.send('POST', nowhere, { ...sent, key: 'c-11b' })).status).toBe(404);
});

test('a flow that was terminated is started again by a decision, with what the relay would say', async () => {
  const { body } = await submit(orderOf('A-15'), 'a-15');
  await api.db.query(`update dispatch set state = 'delivered' where order_id = $1`, [body.orderId]);
  api.answerUpdates(({ start }) => {
    if (start === null) throw new FlowNotRunningError('terminated');
    return { outcome: 'held', agenda: null };
  });
  const sent = { json: { reason: 'fraud review' }, key: 'h-15', role: 'support' } as const;
  const held = await api.send('POST', `/v1/orders/${body.orderId}/hold`, sent);
  expect([held.status, held.body.outcome]).toEqual([200, 'held']);
  const [first, again] = api.updates.slice(-2);
  expect(first?.start).toBeNull();
  expect(again).toMatchObject({
    updateId: first?.updateId,
    start: { mode: 'again', options: { args: [{ orderId: body.orderId, accepted: null }] } },
  });
});

test('a flow that ended while it was asked is not started again', async () => {
  const { body } = await submit(orderOf('A-16'), 'a-16');
  api.answerUpdates(async () => {
    const close = `update sales_order set stage = 'closed' where order_id = $1`;
    await api.db.query(close, [body.orderId]);
    throw new FlowNotRunningError('ended');
  });
  const asked = api.updates.length;
  const sent = { json: { reason: 'x' }, key: 'h-16', role: 'support' } as const;
  const late = await api.send('POST', `/v1/orders/${body.orderId}/hold`, sent);
  expect([late.status, late.body.code]).toEqual([409, 'order_closed']);
  expect(api.updates).toHaveLength(asked + 1);
});

test('an answer that was lost is found again after the cancel has ended the flow', async () => {
  const { body } = await submit(orderOf('A-13'), 'a-13');
  const sent = { json: { reason: 'x' }, key: 'c-13', role: 'oms' } as const;
  const path = `/v1/orders/${body.orderId}/cancel`;
  const cancelled = [{ lineNo: 1, quantity: 1 }];
  api.answerUpdates(() => {
    throw new Problem('unavailable', 'the flow has not answered yet');
  });
  expect((await api.send('POST', path, sent)).status).toBe(503);
  const decisionId = api.updates.at(-1)?.updateId ?? '';
  const result = JSON.stringify({ outcome: 'cancelled', cancelled, reason: null, agenda: null });
  await api.db.query(
    `insert into order_fact (order_id, fact_no, kind, body, occurred_at)
     select $1, max(fact_no) + 1, 'cancelled', $2, now() from order_fact where order_id = $1`,
    [body.orderId, JSON.stringify({ about: { decisionId, result } })],
  );
  await api.db.query(`update sales_order set stage = 'closed' where order_id = $1`, [body.orderId]);
  const again = await api.send('POST', path, sent);
  expect([again.status, again.body.cancelled]).toEqual([200, cancelled]);
});

test('a key whose call died is in progress first, and taken over after its limit', async () => {
  const { body } = await submit(orderOf('A-14'), 'a-14');
  const path = `/v1/orders/${body.orderId}/hold`;
  const sent = { json: { reason: 'x' }, key: 'h-14', role: 'oms' } as const;
  let answer: (value: unknown) => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    api.answerUpdates(() => {
      resolve();
      return new Promise((answered) => {
        answer = answered;
      });
    });
  });
  const slow = api.send('POST', path, sent);
  await asked;
  const running = await api.send('POST', path, sent);
  expect([running.status, running.body.code]).toEqual([409, 'idempotency_in_progress']);
  expect(running.headers.get('retry-after')).toBe('1');
  await api.db.query(
    `update idempotency set created_at = created_at - interval '1 hour' where status is null`,
  );
  api.answerUpdates(() => ({ outcome: 'held', agenda: null }));
  expect((await api.send('POST', path, sent)).status).toBe(200);
  answer({ outcome: 'held', agenda: null });
  expect((await slow).status).toBe(409);
});

test('a flow server that is down is 503, and the key may be used again', async () => {
  const { body } = await submit(orderOf('A-12'), 'a-12');
  api.answerUpdates(() => {
    throw new Problem('unavailable', 'the workflow server does not answer');
  });
  const sent = { json: { reason: 'x' }, key: 'c-12', role: 'oms' } as const;
  const down = await api.send('POST', `/v1/orders/${body.orderId}/cancel`, sent);
  expect([down.status, down.headers.get('retry-after')]).toEqual([503, '1']);
  api.answerUpdates(() => ({ outcome: 'cancelled', cancelled: [], reason: null }));
  const up = await api.send('POST', `/v1/orders/${body.orderId}/cancel`, sent);
  expect(up.status).toBe(200);
});
