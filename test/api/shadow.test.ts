/** Orders that a caller submits to a channel in shadow: the answer says what would have become. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useInstallation } from '../../canonical/installation';
import { installationIn, SHIPPED_SETUP } from '../installation';
import { startApi, type RunningApi } from './fixture';
import { addStock, countOf, DC, orderOf, putMasterData, SKU } from './world';

const SHIPPED = readFileSync(SHIPPED_SETUP, 'utf8');
const OF_WEB = '    money:\n      mode: psp';
const run = (order: 'on' | 'shadow') =>
  useInstallation(
    installationIn(SHIPPED.replace(OF_WEB, `    flows: { order: ${order} }\n${OF_WEB}`)),
  );

let api: RunningApi;
beforeAll(async () => {
  run('shadow');
  api = await startApi();
  await putMasterData(api);
  await addStock(api, 5, 'stock');
});
afterAll(async () => {
  run('on');
  await api.stop();
});

const submit = (json: object, key: string) =>
  api.send('POST', '/v1/orders', { role: 'channel', json, key });
const listed = async (query = '') =>
  (await api.send('GET', `/v1/shadow-findings${query}`, { role: 'channel' })).body;

test('says from where an order would be sent, or why it would be refused, and takes neither', async () => {
  const accepted = await submit(orderOf('S-1', 2), 'key-1');
  const refused = await submit(orderOf('S-2', 6), 'key-2');
  expect([accepted.status, accepted.body]).toMatchObject([
    200,
    { outcome: 'accepted', groups: [{ location: DC }], lines: [{ sku: SKU, quantity: 2 }] },
  ]);
  expect([refused.status, refused.body]).toMatchObject([
    200,
    {
      outcome: 'refused',
      problems: [{ pointer: '/lines/0/quantity', code: 'insufficient_stock' }],
    },
  ]);
  for (const table of ['sales_order', 'flow', 'dispatch', 'outbox', 'effect', 'exception']) {
    expect([table, await countOf(api, table)]).toEqual([table, 0]);
  }
  expect(await countOf(api, 'stock where reserved > 0')).toBe(0);
});

test('gives the first answer again under its key, and refuses another order under it', async () => {
  const first = await submit(orderOf('S-3'), 'key-3');
  const again = await submit(orderOf('S-3'), 'key-3');
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect((await submit(orderOf('S-4'), 'key-3')).body.code).toBe('idempotency_key_reused');
});

test('lists what was found, page by page, and by outcome and number', async () => {
  for (const no of ['S-5', 'S-6', 'S-7']) await submit(orderOf(no), `key-${no}`);
  const first = await listed('?limit=2');
  expect(first.items.map((one: { orderNo: string }) => one.orderNo)).toEqual(['S-7', 'S-6']);
  const second = await listed(`?limit=1&cursor=${first.nextCursor}`);
  expect(second.items[0].orderNo).toBe('S-5');
  await submit(orderOf('S-8', 6), 'key-8');
  expect((await listed('?outcome=refused&orderNo=S-8')).items).toHaveLength(1);
  expect((await listed('?outcome=accepted&orderNo=S-8')).items).toEqual([]);
  expect((await listed('?outcome=lost')).code).toBe('invalid_request');
});

test('counts them by channel and outcome in the metrics', async () => {
  await submit(orderOf('S-9'), 'key-9');
  const { text } = await api.send('GET', '/metrics');
  expect(text).toMatch(
    /throughline_shadow_findings\{channel="web-us",outcome="accepted"\} [1-9]\d*/,
  );
});

test('once it is on, an order that was heard in shadow is refused, and the next is taken', async () => {
  await submit(orderOf('S-10'), 'key-10');
  run('on');
  const again = await submit(orderOf('S-10'), 'key-10-again');
  const next = await submit(orderOf('S-11'), 'key-11');
  run('shadow');
  expect([again.status, again.body.code, next.status]).toEqual([409, 'order_exists', 201]);
});
