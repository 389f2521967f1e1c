/** The doors that need no key, and what every answer carries. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEvent } from '../../api/event-verdict';
import { beginSlice } from '../../store/slices';
import { EVENT_EXAMPLE } from '../../api/examples';
import { routes } from '../../api/routes';
import { startApi, type RunningApi } from './fixture';

const ANYBODY = {
  role: 'oms',
  label: 'test',
  callerId: 'test',
  channels: ['*'],
  sources: ['*'],
  types: ['*'],
  storeId: null,
  othersSources: [],
} as const;

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

test('answers health and readiness without a key', async () => {
  expect((await api.send('GET', '/healthz', { role: null })).body).toEqual({ status: 'ok' });
  const ready = await api.send('GET', '/readyz', { role: null });
  expect(ready.status).toBe(200);
  expect(ready.body).toEqual({ ready: true, missing: [], details: {} });
});

test('readiness names the migration that is missing', async () => {
  await api.db.query(`update schema_migration set name = 'gone' where id = 1`);
  const ready = await api.send('GET', '/readyz', { role: null });
  await api.db.query(`update schema_migration set name = '0001_first-path' where id = 1`);
  expect(ready.status).toBe(503);
  expect(ready.body.missing).toEqual(['migrations']);
  expect(ready.body.details.migrations).toContain('0001_first-path');
});

test('shows metrics with durations and backlogs', async () => {
  const metrics = await api.send('GET', '/metrics', { role: null });
  expect(metrics.status).toBe(200);
  for (const name of [
    'throughline_http_request_duration_seconds_bucket',
    'throughline_inbox_backlog 0',
    'throughline_dispatch_backlog 0',
    'throughline_outbox_backlog 0',
    'throughline_lag_seconds{loop="inbox"} 0',
    'throughline_lag_seconds{loop="dispatch"} 0',
    'throughline_lag_seconds{loop="outbox"} 0',
    'throughline_lag_seconds{loop="effects"} 0',
    'throughline_journals_unposted 0',
    'throughline_store_up 1',
    'process_cpu_seconds_total',
  ]) {
    expect(metrics.text).toContain(name);
  }
});

test('serves pages that load nothing from anywhere', async () => {
  const home = await api.send('GET', '/', { role: null });
  expect(home.text).toContain('href="/docs"');
  expect(home.text).toContain('http://127.0.0.1:8233');
  const docs = await api.send('GET', '/docs', { role: null });
  expect(docs.headers.get('content-type')).toContain('text/html');
  expect(docs.text).toContain('/v1/orders/{orderId}');
  for (const page of [home, docs]) expect(page.text).not.toMatch(/<script|<link|src=/);
  expect(docs.headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('the OpenAPI document is 3.1 and describes every route', async () => {
  const { body } = await api.send('GET', '/openapi.json', { role: null });
  expect(body.openapi).toBe('3.1.0');
  const post = body.paths['/v1/orders'].post;
  expect(post.requestBody.content['application/json'].example.orderNo).toBe('1001');
  expect(post.parameters.map((one: { name: string }) => one.name)).toContain('Idempotency-Key');
  expect(body.components.schemas.Money).toBeDefined();
});

test('every example of the document fits the schema beside it', async () => {
  for (const { method, path, body } of routes) {
    if (body === undefined) continue;
    expect([method, path, body.schema.safeParse(body.example).error]).toEqual([
      method,
      path,
      undefined,
    ]);
  }
  const reading = { correlationId: 'cor_1', slice: beginSlice() };
  expect((await readEvent(EVENT_EXAMPLE, 0, ANYBODY, reading)).errors).toEqual([]);
});

test('the document names every event type and every code that has a path', async () => {
  const { body, text } = await api.send('GET', '/openapi.json', { role: null });
  expect(body.components.schemas['shipment.confirmed.v1']).toBeDefined();
  for (const code of ['insufficient_stock', 'exception_resolved', 'invalid_signature']) {
    expect(text).toContain(code);
  }
});

test('makes a correlation id, takes a good one, refuses a bad one', async () => {
  const made = await api.send('GET', '/healthz', { role: null });
  expect(made.headers.get('x-correlation-id')).toMatch(/^cor_/);
  const headers = { 'x-correlation-id': 'shop:order-1' };
  const taken = await api.send('GET', '/healthz', { role: null, headers });
  expect(taken.headers.get('x-correlation-id')).toBe('shop:order-1');
  const bad = { 'x-correlation-id': 'two words' };
  const refused = await api.send('GET', '/healthz', { role: null, headers: bad });
  expect(refused.status).toBe(422);
  expect(refused.body.errors[0].pointer).toBe('header:X-Correlation-Id');
});

test('takes the trace id of a traceparent where no correlation id came', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  const traced = await api.send('GET', '/v1/orders/x', { headers });
  expect(traced.headers.get('x-correlation-id')).toBe(traceId);
  expect(api.logged.some((line) => line.includes(traceId))).toBe(true);
});

test('answers unknown paths, wrong methods and missing keys as problem documents', async () => {
  const unknown = await api.send('GET', '/v1/nothing');
  expect([unknown.status, unknown.body.code]).toEqual([404, 'not_found']);
  const wrong = await api.send('DELETE', '/v1/orders');
  expect([wrong.status, wrong.body.code]).toEqual([405, 'method_not_allowed']);
  expect(wrong.headers.get('allow')).toBe('POST, GET, HEAD');
  const path = '/v1/orders/ord_0mhyq3k2z1b2c3d4e5f6a7b8c9d0e';
  const nobody = await api.send('GET', path, { role: null });
  expect([nobody.status, nobody.body.code]).toEqual([401, 'unauthenticated']);
  expect(nobody.headers.get('www-authenticate')).toContain('Bearer');
  expect(nobody.headers.get('content-type')).toContain('application/problem+json');
  const headers = { authorization: 'Bearer not-a-key' };
  expect((await api.send('GET', path, { role: null, headers })).status).toBe(401);
  const forbidden = await api.send('POST', '/v1/orders', { role: 'auditor', json: {} });
  expect([forbidden.status, forbidden.body.code]).toEqual([403, 'forbidden']);
});
