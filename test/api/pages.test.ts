/** The pages for people: signed in by a key, one way to decide, nothing that another site can use. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../canonical/schema/api-key';
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import { openException } from '../../store/exceptions/exceptions';
import { keyOf, startApi, type RunningApi } from './fixture';
import { visitorOf } from './visitor';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

let opened = 0;
async function open(code: ExceptionCode, detail = '12.99 USD was declined', workflowId?: string) {
  opened += 1;
  const brief = await openException(api.db, {
    ...{ code, detail, workflowId, subject: `pages-${opened}`, moneyMinor: 1_299, currency: 'USD' },
    cause: { kind: 'effect', ref: `ref-${opened}` },
    blocks: {
      step: 'capture',
      about: { tenderNo: 1, invoiceNo: opened },
      text: `capture:1:${opened}`,
    },
  });
  return brief.exceptionId;
}

const visitor = visitorOf(() => api.url, '/exceptions');
const { visit } = visitor;
const signIn = (role: Role, exceptionId = '') => visitor.signIn(role, { exceptionId });

const hiddenIn = (text: string, name: string): string =>
  new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(text)?.[1] ?? '';

/** Opens the page, and sends one of its forms. */
async function decide(
  cookie: string,
  exceptionId: string,
  action: string,
  typed: Readonly<Record<string, string>> = {},
) {
  const { text } = await visit(`/exceptions/${exceptionId}`, { cookie });
  const form = { token: hiddenIn(text, 'token'), decision: hiddenIn(text, 'decision'), ...typed };
  const path = `/exceptions/${exceptionId}/${action}`;
  return { form, path, answer: await visit(path, { cookie, form }) };
}

async function stateOf(exceptionId: string) {
  const { body } = await api.send('GET', `/v1/exceptions/${exceptionId}`, { role: 'auditor' });
  return { state: body.state, resolution: body.resolution, by: body.resolvedBy };
}

describe('signing in', () => {
  test('asks for a key, and shows nothing of the exception before', async () => {
    const id = await open('payment.declined', 'a secret of the order');
    const { status, text, headers } = await visit(`/exceptions/${id}`);
    expect(status).toBe(401);
    expect(text).toContain('type="password"');
    expect(text).not.toContain('a secret of the order');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('sets a cookie that no script and no other site can use, and no key in any address', async () => {
    const id = await open('payment.declined');
    const { status, headers, set, cookie } = await signIn('support', id);
    expect([status, headers.get('location')]).toEqual([303, `/exceptions/${id}`]);
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/exceptions']) {
      expect(set).toContain(part);
    }
    expect(set).not.toContain(keyOf('support'));
    expect((await visit(`/exceptions/${id}`, { cookie })).status).toBe(200);
    expect(api.logged.join('\n')).not.toContain(keyOf('support'));
  });

  test('refuses unknown keys, keys that may not read exceptions, and forms of other sites', async () => {
    const unknown = await visit('/exceptions/sign-in', { form: { key: 'not-a-key-of-ours' } });
    expect([unknown.status, unknown.headers.get('set-cookie')]).toEqual([401, null]);
    const { status, set } = await signIn('channel');
    expect([status, set]).toEqual([403, '']);
    const form = { key: keyOf('support') };
    for (const [name, value] of [
      ['sec-fetch-site', 'cross-site'],
      ['origin', 'https://evil.example'],
    ] as const) {
      const answer = await visit('/exceptions/sign-in', { form, headers: { [name]: value } });
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null]);
    }
  });

  test('ends with its key, and with signing out', async () => {
    const id = await open('payment.declined');
    const { cookie } = await signIn('finance');
    const revoke = 'update api_key set revoked_at = $1 where label = $2';
    await api.db.query(revoke, [new Date().toISOString(), 'test finance']);
    expect((await visit(`/exceptions/${id}`, { cookie })).status).toBe(401);
    await api.db.query(revoke, [null, 'test finance']);
    const { text } = await visit(`/exceptions/${id}`, { cookie });
    const form = { token: hiddenIn(text, 'token') };
    expect((await visit('/exceptions/sign-out', { cookie, form })).status).toBe(303);
    expect((await visit(`/exceptions/${id}`, { cookie })).status).toBe(401);
  });

  test('goes on by itself where a link of another site left the cookie behind', async () => {
    const id = await open('payment.declined');
    const headers = { 'sec-fetch-site': 'cross-site' };
    const { status, text } = await visit(`/exceptions/${id}`, { headers });
    expect([status, text.includes(`0;url=/exceptions/${id}?again=1`)]).toEqual([200, true]);
    const again = await visit(`/exceptions/${id}?again=1`, { headers });
    expect(again.status).toBe(401);
  });
});

describe('the page of an exception', () => {
  test('says what it is, what it blocks, the money, the owner, the deadline and the runbook', async () => {
    const id = await open('payment.capture-failed', 'its card was declined: card_declined');
    const { cookie } = await signIn('support');
    const { text, headers } = await visit(`/exceptions/${id}`, { cookie });
    for (const said of [
      'Shipped goods could not be charged',
      'its card was declined: card_declined',
      `capture (tender 1, invoice ${opened})`,
      '12.99 USD',
      'payments; decided by <b>support</b>',
      'in 4 h 0 min',
      'A capture was refused after its shipment was recorded',
    ]) {
      expect(text).toContain(said);
    }
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none';style-src 'sha256-[^']+';form-action 'self';/);
    expect(text).not.toMatch(/<script|<link|src=|style="|\son\w+=/);
  });

  test('escapes what others have written', async () => {
    const id = await open('payment.declined', '<img src=x onerror=alert(1)> & "more"');
    const { cookie } = await signIn('support');
    const { text } = await visit(`/exceptions/${id}`, { cookie });
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;more&quot;');
    expect(text).not.toContain('<img');
  });

  test('offers what its reader may decide, and names who may do the rest', async () => {
    const id = await open('payment.capture-failed');
    const actionsOf = async (role: Role) => {
      const { text } = await visit(`/exceptions/${id}`, { cookie: (await signIn(role)).cookie });
      return [...text.matchAll(new RegExp(`action="/exceptions/${id}/(\\w+)"`, 'g'))].map(
        ([, action]) => action,
      );
    };
    expect(await actionsOf('support')).toEqual(['retry', 'override', 'abandon', 'assign']);
    expect(await actionsOf('operator')).toEqual(['retry', 'assign']);
    expect(await actionsOf('auditor')).toEqual([]);
  });

  test('is not there for what does not exist', async () => {
    const { cookie } = await signIn('support');
    for (const id of ['exc_00000000000000000000000000', 'nonsense']) {
      expect((await visit(`/exceptions/${id}`, { cookie })).status).toBe(404);
    }
  });
});

describe('a decision on the page', () => {
  test('is the API’s own: recorded with who and why, told to the flow once, shown as history', async () => {
    const workflowId = 'order/web-us/PAGE-1';
    const id = await open('payment.capture-failed', 'declined', workflowId);
    const { cookie } = await signIn('support');
    await decide(cookie, id, 'assign', { assignee: 'early shift' });
    const sent = await decide(cookie, id, 'override', { reason: 'paid <at> the counter' });
    expect([sent.answer.status, sent.answer.headers.get('location')]).toEqual([
      303,
      `/exceptions/${id}?done=override`,
    ]);
    // The same form again, as a browser that goes back would send it.
    expect((await visit(sent.path, { cookie, form: sent.form })).status).toBe(303);
    expect(await stateOf(id)).toEqual({
      ...{ state: 'resolved', resolution: 'overridden', by: 'test support' },
    });
    const { rows } = await api.db.query(
      `select (select count(*) from dispatch where workflow_id = $1) as signals,
              (select count(*) from decision where subject = $2) as decisions`,
      [workflowId, id],
    );
    expect(rows).toEqual([{ signals: 1, decisions: 2 }]);
    const { text } = await visit(`/exceptions/${id}`, { cookie });
    expect(text).toContain('to early shift');
    expect(text).toContain('paid &lt;at&gt; the counter');
    expect(text).not.toContain('<form class="card"');
  });

  test('needs what the API needs: a reason, the ERP’s document, the role', async () => {
    const payment = await open('payment.capture-failed');
    const support = (await signIn('support')).cookie;
    const bare = await decide(support, payment, 'abandon', { reason: '  ' });
    expect([bare.answer.status, bare.answer.text.includes('reason:')]).toEqual([422, true]);
    const erp = await open('erp.refused');
    const finance = (await signIn('finance')).cookie;
    const undocumented = await decide(finance, erp, 'override', { reason: 'posted by hand' });
    expect(undocumented.answer.status).toBe(422);
    expect(undocumented.answer.text).toContain('posted by hand</textarea');
    const forbidden = await decide(finance, payment, 'override', {
      ...{ reason: 'no', decision: 'of-no-page' },
    });
    expect(forbidden.answer.status).toBe(403);
    expect(await stateOf(payment)).toMatchObject({ state: 'open' });
  });

  test('is refused without the token of its session, and from another site', async () => {
    const id = await open('payment.declined');
    const { cookie } = await signIn('support');
    const { text } = await visit(`/exceptions/${id}`, { cookie });
    const stranger = await visit(`/exceptions/${id}`, { cookie: (await signIn('support')).cookie });
    const decision = hiddenIn(text, 'decision');
    const path = `/exceptions/${id}/retry`;
    for (const token of ['', 'x', hiddenIn(stranger.text, 'token')]) {
      expect((await visit(path, { cookie, form: { token, decision } })).status).toBe(403);
    }
    const form = { token: hiddenIn(text, 'token'), decision };
    const headers = { 'sec-fetch-site': 'same-site' };
    expect((await visit(path, { cookie, form, headers })).status).toBe(403);
    expect((await visit(path, { form })).status).toBe(401);
    expect(await stateOf(id)).toMatchObject({ state: 'open' });
    const own = { 'sec-fetch-site': 'same-origin' };
    expect((await visit(path, { cookie, form, headers: own })).status).toBe(303);
    expect(await stateOf(id)).toMatchObject({ state: 'resolved', resolution: 'retried' });
  });
});

test('every code has a runbook that is served, and links lead to others', async () => {
  const { status, text } = await visit('/runbooks/payment.declined');
  expect([status, /<ol>\s*<li>/.test(text)]).toEqual([200, true]);
  expect((await visit('/runbooks/..%2f..%2fpackage.json')).status).toBe(404);
  expect((await visit('/runbooks/invalid_request')).status).toBe(404);
});

test('the first page leads to lists of orders by what they wait for', async () => {
  const { text, headers } = await visit('/');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  const queries = [...text.matchAll(/workflows\?query=([^"]+)"/g)].map(([, query = '']) =>
    decodeURIComponent(query.replaceAll('&#39;', "'")),
  );
  expect(queries).toContain(
    "WorkflowType = 'orderToCash' and ExecutionStatus = 'Running' and ThroughlineWaitingFor = 'hold'",
  );
  expect(text).toContain('href="/exceptions"');
});

describe('what needs the word of another', () => {
  test('is asked for by one, shown as waiting, and approved or denied by another only', async () => {
    const { cookie: support } = await signIn('support');
    const { cookie: finance } = await signIn('finance');
    const id = await open('payment.capture-failed');
    await api.db.query('update exception set money_minor = 30000 where exception_id = $1', [id]);
    const before = await visit(`/exceptions/${id}`, { cookie: support });
    expect(before.text).toContain('It is done once one other person of finance approved it.');
    expect(before.text).toContain('Ask for approval');

    const asked = await decide(support, id, 'override', { reason: 'by cheque' });
    expect(asked.answer.headers.get('location')).toBe(`/exceptions/${id}?done=asked`);
    expect(await stateOf(id)).toMatchObject({ state: 'open' });
    const own = (await visit(`/exceptions/${id}`, { cookie: support })).text;
    expect(own).toContain('Asked for: override');
    expect(own).toContain('Take it back');
    expect(own).not.toContain('/approve"');
    expect((await visit('/exceptions', { cookie: finance })).text).toContain('waits for approval');

    expect((await decide(support, id, 'approve', { resolution: 'override' })).answer.status).toBe(
      403,
    );
    const approved = await decide(finance, id, 'approve', { resolution: 'override' });
    expect(approved.answer.status).toBe(303);
    expect(await stateOf(id)).toMatchObject({ resolution: 'overridden', by: 'test support' });
    const after = (await visit(`/exceptions/${id}`, { cookie: finance })).text;
    expect(after).toContain('approval asked for');
    expect(after).toContain('approved');
  });
});
