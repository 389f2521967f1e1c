/** The two doors for events: stored first, each once, with a verdict. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SHOPIFY_SECRET, STORE_ID, STRIPE_SECRET, startApi, type RunningApi } from './fixture';
import { addStock, countOf, orderOf, putMasterData, shopifyWebhook } from './world';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
  await putMasterData(api);
  await addStock(api, 10, 'stock-1');
});
afterAll(() => api.stop());

const receipt = (id: string, quantity = 5) => ({
  specversion: '1.0',
  id,
  source: 'wms-main',
  type: 'inventory.received.v1',
  time: '2026-03-02T12:00:00Z',
  data: { location: 'dc-east', lines: [{ sku: 'MUG-BLUE', quantity }] },
});
const shipment = (id: string, orderNo: string) => ({
  specversion: '1.0',
  id,
  source: 'wms-main',
  type: 'shipment.confirmed.v1',
  data: {
    channelInstance: 'web-us',
    orderNo,
    shipmentId: id,
    location: 'dc-east',
    shippedAt: '2026-03-02T18:00:00Z',
    lines: [{ lineNo: 1, quantity: 1 }],
  },
});
const sendBatch = (events: unknown) =>
  api.send('POST', '/v1/events', {
    role: 'oms',
    raw: JSON.stringify(events),
    headers: { 'content-type': 'application/cloudevents-batch+json' },
  });
const sendOne = (event: unknown, role: 'oms' | 'store' = 'oms') =>
  api.send('POST', '/v1/events', {
    role,
    raw: JSON.stringify(event),
    headers: { 'content-type': 'application/cloudevents+json' },
  });

test('takes one event, knows it again, and refuses its id with other data', async () => {
  const first = await sendOne(receipt('one'));
  expect([first.status, first.body.verdicts]).toEqual([
    202,
    [{ index: 0, id: 'one', source: 'wms-main', verdict: 'accepted' }],
  ]);
  expect((await sendOne(receipt('one'))).body.verdicts[0].verdict).toBe('duplicate');
  const other = await sendOne(receipt('one', 6));
  expect(other.body.verdicts[0]).toMatchObject({
    verdict: 'rejected',
    errors: [{ pointer: '/id', code: 'id_reused' }],
  });
  const { rows } = await api.db.query(
    `select state, type, duplicates, occurred_at from inbox where event_id = 'one'`,
  );
  expect(rows).toEqual([
    {
      state: 'received',
      type: 'inventory.received.v1',
      duplicates: 1,
      occurred_at: '2026-03-02T12:00:00.000Z',
    },
  ]);
});

test('an event of another age is rejected by name', async () => {
  const late = { ...receipt('age-1'), time: '2099-01-01T00:00:00Z' };
  expect((await sendOne(late)).body.verdicts[0]).toMatchObject({
    verdict: 'rejected',
    errors: [{ pointer: '/time', code: 'too_big' }],
  });
  const old = shipment('age-2', 'E-1');
  const shipped = { ...old, data: { ...old.data, shippedAt: '1970-01-01T00:00:00Z' } };
  expect((await sendOne(shipped)).body.verdicts[0]).toMatchObject({
    verdict: 'rejected',
    errors: [{ pointer: '/data/shippedAt', code: 'too_small' }],
  });
});

test('a malformed event in the middle of a batch is rejected, the good ones go through', async () => {
  const bad = {
    ...receipt('bad'),
    specversion: '0.3',
    time: 'yesterday',
    data: { location: 'DC EAST', lines: [{ sku: 'MUG-BLUE', quantity: 0 }], note: 'x' },
  };
  const { status, body } = await sendBatch([receipt('g-1'), bad, receipt('g-2')]);
  expect(status).toBe(202);
  expect(body.verdicts.map((one: { verdict: string }) => one.verdict)).toEqual([
    'accepted',
    'rejected',
    'accepted',
  ]);
  const pointers = body.verdicts[1].errors.map((one: { pointer: string }) => one.pointer);
  expect(pointers.sort()).toEqual([
    '/data/lines/0/quantity',
    '/data/location',
    '/data/note',
    '/specversion',
    '/time',
  ]);
  const { rows } = await api.db.query(`select 1 from inbox where event_id = 'bad'`);
  expect(rows).toEqual([]);
});

test('tells repeats within a batch apart, and rejects what is no event at all', async () => {
  const { body } = await sendBatch([
    receipt('r-1'),
    receipt('r-1'),
    receipt('r-1', 9),
    7,
    { ...receipt('r-2'), type: 'moon.landed.v1' },
    { ...receipt('r-3'), source: 'shopify/shopify-us' },
  ]);
  expect(body.verdicts.map((one: { verdict: string }) => one.verdict)).toEqual([
    'accepted',
    'duplicate',
    'rejected',
    'rejected',
    'rejected',
    'rejected',
  ]);
  expect(body.verdicts[4].errors[0]).toMatchObject({ pointer: '/type', code: 'unknown_type' });
  expect(body.verdicts[5].errors[0]).toMatchObject({ pointer: '/source', code: 'reserved' });
});

test('says which order an event waits for', async () => {
  const order = await api.send('POST', '/v1/orders', {
    json: orderOf('E-1'),
    key: 'e-1',
    role: 'channel',
  });
  expect(order.status).toBe(201);
  const { body } = await sendBatch([shipment('s-1', 'E-1'), shipment('s-2', 'E-404')]);
  expect(body.verdicts[0]).toEqual({
    index: 0,
    id: 's-1',
    source: 'wms-main',
    verdict: 'accepted',
  });
  expect(body.verdicts[1]).toMatchObject({
    verdict: 'accepted',
    waitingFor: 'order web-us/E-404',
  });
});

test('a batch of 1,000 goes in, one of 1,001 does not', async () => {
  const many = (count: number, name: string) =>
    Array.from({ length: count }, (_, at) => receipt(`${name}-${at}`));
  const full = await sendBatch(many(1_000, 'full'));
  expect(full.body.verdicts).toHaveLength(1_000);
  const over = await sendBatch(many(1_001, 'over'));
  expect([over.status, over.body.errors[0].code]).toEqual([422, 'too_big']);
  const { rows } = await api.db.query(`select 1 from inbox where event_id like 'over-%'`);
  expect(rows).toEqual([]);
});

test('a store sends only what it received itself', async () => {
  const own = { ...receipt('st-1'), data: { ...receipt('x').data, location: STORE_ID } };
  expect((await sendOne(own, 'store')).body.verdicts[0].verdict).toBe('accepted');
  const other = (await sendOne(receipt('st-2'), 'store')).body.verdicts[0];
  expect(other).toMatchObject({ verdict: 'rejected', errors: [{ code: 'forbidden' }] });
  const sold = (await sendOne(shipment('st-3', 'E-1'), 'store')).body.verdicts[0];
  expect(sold).toMatchObject({ verdict: 'rejected', errors: [{ pointer: '/type' }] });
});

test('the same webhook five times at once is stored once and counted', async () => {
  const sent = shopifyWebhook('{"id": 1, "name": "#1"}', 'evt-five');
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => api.send('POST', '/v1/webhooks/shopify/shopify-us', sent)),
  );
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
  const statuses = answers.map((answer) => answer.body.status).sort();
  expect(statuses).toEqual(['duplicate', 'duplicate', 'duplicate', 'duplicate', 'stored']);
  const { rows } = await api.db.query(
    `select duplicates, topic, connector, account, headers, convert_from(raw, 'UTF8') as raw
       from inbox where event_id = 'evt-five'`,
  );
  expect(rows).toEqual([
    {
      duplicates: 4,
      topic: 'orders/create',
      connector: 'shopify',
      account: 'shopify-us',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'node',
        'x-shopify-shop-domain': 'shopify-us.myshopify.com',
        'x-shopify-topic': 'orders/create',
        'x-shopify-event-id': 'evt-five',
        'x-shopify-triggered-at': '2026-03-02T15:04:06Z',
      },
      raw: '{"id": 1, "name": "#1"}',
    },
  ]);
});

test('a wrong or missing signature is refused and nothing is stored', async () => {
  const before = await countOf(api, 'inbox');
  const good = shopifyWebhook('{"id": 2}', 'evt-bad');
  const tampered = { ...good, raw: '{"id": 3}' };
  const path = '/v1/webhooks/shopify/shopify-us';
  const wrong = await api.send('POST', path, tampered);
  expect([wrong.status, wrong.body.code]).toEqual([401, 'invalid_signature']);
  const unsigned = { ...good.headers, 'x-shopify-hmac-sha256': '' };
  const missing = await api.send('POST', path, { ...good, headers: unsigned });
  expect([missing.status, missing.body.code]).toEqual([401, 'invalid_signature']);
  const nobody = await api.send('POST', '/v1/webhooks/shopify/shopify-mars', good);
  expect([nobody.status, nobody.body.code]).toEqual([404, 'unknown_connector']);
  expect(await countOf(api, 'inbox')).toBe(before);
  expect(wrong.text).not.toContain(SHOPIFY_SECRET);
});

test("takes Stripe's webhook by its own signature, not a stale one", async () => {
  const body = JSON.stringify({
    id: 'evt_1',
    type: 'charge.captured',
    created: 1_772_000_000,
    data: {},
  });
  const signed = (seconds: number) => {
    const mac = createHmac('sha256', STRIPE_SECRET).update(`${seconds}.${body}`).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'stripe-signature': `t=${seconds},v1=${mac}`,
    };
    return { role: null, raw: body, headers };
  };
  const now = Math.floor(Date.now() / 1_000);
  const path = '/v1/webhooks/stripe/stripe-us';
  expect((await api.send('POST', path, signed(now))).body.status).toBe('stored');
  expect((await api.send('POST', path, signed(now - 3_600))).status).toBe(401);
});
