/** Resolutions above the limits: asked for by one, approved or denied by others, on paper all along. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installation } from '../../canonical/installation';
import type { Role } from '../../canonical/schema/api-key';
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import { putApiKey } from '../../store/access/api-keys';
import { openException } from '../../store/exceptions/exceptions';
import { briefsOf } from '../../store/exceptions/briefs';
import { keyOf, startApi, type RunningApi } from './fixture';

/** Two more people of finance, and one more of support. */
const OTHERS = {
  second: ['finance', 'key-of-the-second-of-finance'],
  third: ['finance', 'key-of-the-third-of-finance'],
  colleague: ['support', 'key-of-a-colleague-in-support'],
} as const satisfies Record<string, readonly [Role, string]>;
type Who = Role | keyof typeof OTHERS;
const isOther = (who: Who): who is keyof typeof OTHERS => who in OTHERS;

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
  for (const [label, [role, key]] of Object.entries(OTHERS)) {
    const bound = installation().keys.find((one) => one.role === role);
    if (bound) await putApiKey(api.db, key, { ...bound, label });
  }
});
afterAll(() => api.stop());

let made = 0;
interface Opened {
  readonly amountMinor?: number;
  readonly code?: ExceptionCode;
  readonly currency?: string;
  readonly workflowId?: string;
}
function opening({ amountMinor = 30_000, code = 'payment.capture-failed', ...more }: Opened) {
  const name = more.workflowId ?? `approvals-${(made += 1)}`;
  return openException(api.db, {
    ...{ code, detail: 'a test', subject: name, blocks: `capture:${name}` },
    cause: { kind: 'effect', ref: name },
    ...{ moneyMinor: amountMinor, currency: 'USD', ...more },
  });
}
const open = async (opened: Opened = {}) => (await opening(opened)).exceptionId;

let calls = 0;
async function say(who: Who, id: string, verb: string, json: object = { reason: 'by cheque' }) {
  const key = isOther(who) ? OTHERS[who][1] : keyOf(who);
  const { status, body } = await api.send('POST', `/v1/exceptions/${id}/${verb}`, {
    role: null,
    json,
    key: `approvals-${(calls += 1)}`,
    headers: { authorization: `Bearer ${key}` },
  });
  return { status, body, code: body.code };
}
const approve = (who: Who, id: string, resolution = 'override') =>
  say(who, id, 'approve', { resolution });

async function trail(id: string) {
  const { rows } = await api.db.query(
    `select action, actor from decision where subject = $1 order by decision_no`,
    [id],
  );
  return rows.map((row) => [row['action'], row['actor']]);
}

/** An open flow, so that somebody would be woken. */
async function flowOf(workflowId: string): Promise<string> {
  await api.db.query(
    `insert into flow (workflow_id, flow_type, subject_kind, subject_id, input)
     values ($1, 'orderToCash', 'order', $1, '{}')`,
    [workflowId],
  );
  return workflowId;
}
async function told(workflowId: string) {
  const { rows } = await api.db.query(
    'select name from dispatch where workflow_id = $1 order by dispatch_no',
    [workflowId],
  );
  return rows.map((row) => row['name']);
}

test('within the limit it is done at once, by one person', async () => {
  const id = await open({ amountMinor: 20_000 });
  const done = await say('support', id, 'override');
  expect([done.status, done.body.state, done.body.asked]).toEqual([200, 'resolved', null]);
});

describe('above the limit', () => {
  test('it waits as asked, and is done when another of finance approves', async () => {
    const workflowId = await flowOf('order/web-us/approved');
    const id = await open({ workflowId });
    const asked = await say('support', id, 'override');
    expect([asked.status, asked.body.state, asked.body.resolution]).toEqual([202, 'open', null]);
    expect(asked.body.asked).toMatchObject({
      ...{ resolution: 'override', reason: 'by cheque', needed: 1, approvedBy: [] },
      ...{ askedBy: 'test support', askedRole: 'support' },
    });
    const [brief] = await briefsOf(api.db, workflowId);
    expect(brief?.asked).toEqual({ resolution: 'override', approvalsMissing: 1 });
    expect(await told(workflowId)).toEqual(['lookAgain']);

    const approved = await approve('finance', id);
    expect([approved.status, approved.body.state, approved.body.asked]).toEqual([
      200,
      'resolved',
      null,
    ]);
    expect(approved.body).toMatchObject({
      ...{ resolution: 'overridden', resolvedBy: 'test support', resolutionReason: 'by cheque' },
    });
    expect(await told(workflowId)).toEqual(['lookAgain', 'exceptionResolved']);
    expect(await trail(id)).toEqual([
      ['exception.ask', 'test support'],
      ['exception.approve', 'test finance'],
    ]);
  });

  test('a retry that is a refund waits too, says why, and is not for who runs the platform', async () => {
    const id = await open({ code: 'payment.duplicate-capture' });
    const reason = { reason: 'the shop charged twice' };
    expect((await say('operator', id, 'retry', reason)).status).toBe(403);
    const bare = await say('support', id, 'retry', {});
    expect([bare.status, bare.body.errors]).toEqual([
      422,
      [expect.objectContaining({ pointer: '/reason' })],
    ]);
    const asked = await say('support', id, 'retry', reason);
    expect([asked.status, asked.body.asked.needed]).toEqual([202, 1]);
    expect((await say('colleague', id, 'retry', reason)).code).toBe('approval_pending');
    const approved = await approve('finance', id, 'retry');
    expect([approved.body.state, approved.body.resolution]).toEqual(['resolved', 'retried']);
  });

  test('nobody but another of finance approves', async () => {
    const id = await open({ code: 'payment.capture-failed' });
    await say('support', id, 'abandon');
    expect((await approve('support', id, 'abandon')).status).toBe(403);
    expect((await approve('colleague', id, 'abandon')).status).toBe(403);
    expect((await approve('operator', id, 'abandon')).status).toBe(403);
    expect((await approve('auditor', id, 'abandon')).status).toBe(403);
    expect((await approve('finance', id, 'override')).code).toBe('decision_refused');
    expect((await approve('finance', id, 'abandon')).body.resolution).toBe('abandoned');
    expect((await approve('second', id, 'abandon')).code).toBe('decision_refused');
  });

  test('two of finance above the second limit, and each of them once', async () => {
    const id = await open({ amountMinor: 100_001 });
    expect((await say('support', id, 'override')).body.asked.needed).toBe(2);
    const first = await approve('finance', id);
    expect([first.body.state, first.body.asked.approvedBy]).toEqual(['open', ['test finance']]);
    expect((await approve('finance', id)).code).toBe('decision_refused');
    expect((await approve('second', id)).body.state).toBe('resolved');
  });

  test('two who approve at the same moment are two, and it is done once', async () => {
    const workflowId = await flowOf('order/web-us/at-once');
    const id = await open({ amountMinor: 100_001, workflowId });
    await say('support', id, 'override');
    await Promise.all([approve('finance', id), approve('second', id), approve('third', id)]);
    const signals = (await told(workflowId)).filter((name) => name === 'exceptionResolved');
    expect(signals).toHaveLength(1);
  });

  test('whose key asked does not approve, whatever role it has meanwhile', async () => {
    const id = await open();
    await say('support', id, 'override');
    await api.db.query(
      `update resolution_request set asked_by = 'test finance' where exception_id = $1`,
      [id],
    );
    expect((await approve('finance', id)).status).toBe(403);
    expect((await approve('second', id)).body.state).toBe('resolved');
  });

  test('what grew meanwhile needs as many as it needs now', async () => {
    const shape = { amountMinor: 30_000, workflowId: 'order/web-us/grew' };
    const id = await open(shape);
    expect((await say('support', id, 'override')).body.asked.needed).toBe(1);
    await opening({ ...shape, amountMinor: 150_000 });
    const first = await approve('finance', id);
    expect([first.body.state, first.body.asked.needed]).toEqual(['open', 2]);
    expect((await approve('second', id)).body.state).toBe('resolved');
  });

  test('money in a currency that the limits are not in is above them', async () => {
    const id = await open({ amountMinor: 100, currency: 'EUR' });
    expect((await say('support', id, 'override')).body.asked.needed).toBe(2);
  });
});

describe('what was asked for', () => {
  test('is denied by another, and may be decided otherwise', async () => {
    const id = await open();
    await say('support', id, 'override');
    expect((await say('support', id, 'abandon')).code).toBe('approval_pending');
    expect((await say('colleague', id, 'deny')).status).toBe(403);
    const denied = await say('finance', id, 'deny', { reason: 'no receipt' });
    expect([denied.status, denied.body.state, denied.body.asked]).toEqual([200, 'open', null]);
    expect((await approve('second', id)).code).toBe('decision_refused');
    expect((await say('support', id, 'abandon')).body.asked.resolution).toBe('abandon');
    expect((await say('support', id, 'deny')).body.asked).toBeNull();
  });

  test('is over when its exception is resolved otherwise, and stays so when that comes back', async () => {
    const shape = { workflowId: 'order/web-us/again' };
    const id = await open(shape);
    await say('support', id, 'override');
    expect((await say('support', id, 'retry', {})).body.asked).toBeNull();
    await api.db.query('update exception set is_applied = true where exception_id = $1', [id]);
    expect(await open(shape)).toBe(id);
    const again = await api.send('GET', `/v1/exceptions/${id}`, { role: 'finance' });
    expect([again.body.state, again.body.asked]).toEqual(['open', null]);
    expect((await approve('finance', id)).code).toBe('decision_refused');
  });
});
