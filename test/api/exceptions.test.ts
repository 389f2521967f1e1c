/** Work that waits for people: who may decide what, once, with a record. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import { openException } from '../../store/exceptions/exceptions';
import type { Role } from '../../canonical/schema/api-key';
import { startApi, type RunningApi } from './fixture';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

let opened = 0;
async function open(
  code: ExceptionCode,
  more: { batchId?: string; workflowId?: string; notOffered?: ['override'] } = {},
) {
  opened += 1;
  const cause = { kind: 'effect', ref: `ref-${opened}` } as const;
  const brief = await openException(api.db, {
    code,
    detail: `test ${opened}`,
    cause,
    blocks: `step:${opened}`,
    subject: 'test',
    moneyMinor: 1_299,
    currency: 'USD',
    ...more,
  });
  return brief.exceptionId;
}

let keys = 0;
const decide = (id: string, verb: string, role: Role, json?: unknown, key?: string) => {
  keys += 1;
  const sent = { role, key: key ?? `x-${keys}` };
  return api.send('POST', `/v1/exceptions/${id}/${verb}`, {
    ...sent,
    ...(json !== undefined && { json }),
  });
};

test('a retry resolves, wakes the flow and is recorded; again it changes nothing', async () => {
  const workflowId = 'order/web-us/X-1';
  const id = await open('payment.declined', { workflowId });
  const first = await decide(id, 'retry', 'support');
  expect([first.status, first.body]).toEqual([
    200,
    expect.objectContaining({
      state: 'resolved',
      resolution: 'retried',
      resolvedBy: 'test support',
      resolutions: [],
    }),
  ]);
  const second = await decide(id, 'retry', 'operator', {});
  expect([second.status, second.body.resolvedBy]).toEqual([200, 'test support']);
  const { rows } = await api.db.query(
    `select (select count(*) from dispatch where workflow_id = $1) as signals,
            (select count(*) from decision where subject = $2) as decisions`,
    [workflowId, id],
  );
  expect(rows).toEqual([{ signals: 1, decisions: 1 }]);
  const late = await decide(id, 'abandon', 'support', { reason: 'too late' });
  expect([late.status, late.body.code]).toEqual([409, 'exception_resolved']);
});

test('the same decision under one key is made once', async () => {
  const id = await open('refund.failed');
  const json = { reason: 'paid in cash' };
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => decide(id, 'override', 'support', json, 'same')),
  );
  const made = answers.filter((answer) => answer.status === 200);
  expect(made.length).toBeGreaterThan(0);
  for (const answer of answers) {
    expect([200, 409]).toContain(answer.status);
    if (answer.status === 409) expect(answer.body.code).toBe('idempotency_in_progress');
  }
  const again = await decide(id, 'override', 'support', json, 'same');
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
  const other = await decide(id, 'override', 'support', { reason: 'other' }, 'same');
  expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
});

test('each family has its roles, each code its resolutions', async () => {
  const payment = await open('payment.capture-failed');
  const reason = { reason: 'why' };
  expect((await decide(payment, 'override', 'finance', reason)).status).toBe(403);
  expect((await decide(payment, 'abandon', 'operator', reason)).status).toBe(403);
  expect((await decide(payment, 'retry', 'auditor', {})).status).toBe(403);
  const mapping = await open('mapping.sku');
  expect((await decide(mapping, 'retry', 'support', {})).status).toBe(403);
  const wrong = await decide(mapping, 'override', 'operator', reason);
  expect([wrong.status, wrong.body.code]).toEqual([409, 'resolution_not_allowed']);
  expect(wrong.body.resolutions).toEqual(['retry', 'abandon']);
  expect((await decide(mapping, 'abandon', 'operator', reason)).body.resolution).toBe('abandoned');
});

test('what one could not go on by is neither offered nor taken; another role hears whose it is', async () => {
  const id = await open('order.totals-mismatch', { notOffered: ['override'] });
  const read = await api.send('GET', `/v1/exceptions/${id}`, { role: 'auditor' });
  expect(read.body.resolutions).toEqual(['retry', 'abandon']);
  const reason = { reason: 'why' };
  const other = await decide(id, 'override', 'finance', reason);
  expect([other.status, other.body.roles]).toEqual([403, ['operator']]);
  const wrong = await decide(id, 'override', 'operator', reason);
  expect([wrong.status, wrong.body.resolutions]).toEqual([409, ['retry', 'abandon']]);
});

test('override and abandon need a reason, finance the number of its document', async () => {
  const id = await open('erp.refused');
  for (const [verb, role] of [
    ['override', 'finance'],
    ['abandon', 'finance'],
  ] as const) {
    const missing = await decide(id, verb, role, {});
    expect([missing.status, missing.body.errors[0]]).toEqual([
      422,
      expect.objectContaining({ pointer: '/reason', code: 'required' }),
    ]);
  }
  const bare = await decide(id, 'override', 'finance', { reason: 'by hand' });
  expect(bare.body.errors[0].pointer).toBe('/documentNo');
});

test('a batch that finance posted by hand has its document number', async () => {
  const batchId = 'bat_0mhyq3k2z1b2c3d4e5f6a7b8c9d0e';
  await api.db.query(
    `insert into posting_batch (batch_id, erp_instance, entity, channel_instance, business_date,
       currency, lines, journal_count, state)
     values ($1, 'netsuite-us', 'us-01', 'web-us', '2026-03-02', 'USD', '[]', 1, 'parked')`,
    [batchId],
  );
  const id = await open('erp.refused', { batchId });
  const json = { reason: 'posted by hand', documentNo: 'JE-77' };
  expect((await decide(id, 'override', 'finance', json)).status).toBe(200);
  const { rows } = await api.db.query(
    'select state, document_no from posting_batch where batch_id = $1',
    [batchId],
  );
  expect(rows).toEqual([{ state: 'posted', document_no: 'JE-77' }]);
  const trace = await api.send('GET', '/v1/trace/JE-77', { role: 'finance' });
  expect(trace.body.matched).toEqual([{ kind: 'erp-document', ref: 'JE-77' }]);
});

test('lists by owner and state, a page at a time, what is due first', async () => {
  const ids = [await open('inventory.shortfall'), await open('inventory.shortfall')];
  const assigned = await decide(ids[0] ?? '', 'assign', 'operator', { assignee: 'stock team' });
  expect(assigned.body).toMatchObject({ state: 'assigned', assignee: 'stock team' });
  const path = '/v1/exceptions?owner=inventory';
  const first = await api.send('GET', `${path}&limit=1`, { role: 'support' });
  const next = `${path}&limit=1&cursor=${first.body.nextCursor}`;
  const second = await api.send('GET', next, { role: 'support' });
  const seen = [...first.body.items, ...second.body.items];
  expect(seen.map((one) => one.exceptionId).sort()).toEqual([...ids].sort());
  expect(second.body.nextCursor).toBeNull();
  const open_ = await api.send('GET', `${path}&state=assigned`, { role: 'auditor' });
  expect(open_.body.items).toHaveLength(1);
  const one = await api.send('GET', `/v1/exceptions/${ids[1]}`, { role: 'finance' });
  expect(one.body).toMatchObject({ code: 'inventory.shortfall', isOverdue: false });
  expect((await api.send('GET', path, { role: 'channel' })).status).toBe(403);
});
