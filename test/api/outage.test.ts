/** When the store is full or away: a clear answer for callers, and health still answers. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type RunningApi } from './fixture';
import { addStock, countOf, orderOf, putMasterData } from './world';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi({ connections: 2 });
  await putMasterData(api);
  await addStock(api, 20, 'stock-1');
});
afterAll(() => api.stop());

test('a pool without a free connection is 503 with Retry-After, and health answers', async () => {
  const pools = [api.db.pool, api.db.pool, api.buyers.pool, api.buyers.pool];
  const held = await Promise.all(pools.map((pool) => pool.connect()));
  const order = api.send('POST', '/v1/orders', {
    json: orderOf('P-1'),
    key: 'p-1',
    role: 'channel',
  });
  expect((await api.send('GET', '/healthz', { role: null })).status).toBe(200);
  const ready = await api.send('GET', '/readyz', { role: null });
  expect([ready.status, ready.body.missing]).toEqual([503, ['postgres', 'migrations']]);
  const answer = await order;
  expect([answer.status, answer.body.code]).toEqual([503, 'unavailable']);
  expect(answer.headers.get('retry-after')).toBe('1');
  for (const client of held) client.release();
  expect(await countOf(api, 'sales_order')).toBe(0);
  const again = await api.send('POST', '/v1/orders', {
    json: orderOf('P-1'),
    key: 'p-1',
    role: 'channel',
  });
  expect(again.status).toBe(201);
});

test('an order is accepted while everything else of the API waits for connections', async () => {
  // The key is known from here on.
  await api.send('GET', '/v1/orders/none', { role: 'channel' });
  const held = await Promise.all([api.db.pool.connect(), api.db.pool.connect()]);
  const answer = await api.send('POST', '/v1/orders', {
    json: orderOf('P-2'),
    key: 'p-2',
    role: 'channel',
  });
  for (const client of held) client.release();
  expect(answer.status).toBe(201);
});

test('orders many times the pool at once are all served', async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, at) =>
      api.send('POST', '/v1/orders', {
        json: orderOf(`P-9${at}`),
        key: `p-9${at}`,
        role: 'channel',
      }),
    ),
  );
  expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 8 }, () => 201));
});

test('a fault of ours is 500 without its cause, and its log holds no row', async () => {
  await api.db.query(`alter table sales_order add constraint broken check (order_no <> 'P-13')`);
  const answer = await api.send('POST', '/v1/orders', {
    json: orderOf('P-13'),
    key: 'p-13',
    role: 'channel',
  });
  await api.db.query('alter table sales_order drop constraint broken');
  expect([answer.status, answer.body.code]).toEqual([500, 'internal']);
  expect(answer.text).not.toMatch(/constraint|Ada/);
  const fault = api.logged.filter((line) => line.includes('unexpected failure'));
  expect(fault).toHaveLength(1);
  expect(fault[0]).toContain('23514');
  expect(fault[0]).not.toMatch(/Ada|Failing row/);
});
