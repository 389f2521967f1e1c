/** Master data that would lead work astray is refused; what is put right wakes what waited. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installation, useInstallation } from '../../canonical/installation';
import { startApi, type RunningApi } from './fixture';
import { addStock, countOf, DC, orderOf, putMasterData, SKU, usd } from './world';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
  await putMasterData(api);
  await addStock(api, 10, 'stock-1');
});
afterAll(() => api.stop());

const put = (path: string, json: unknown) => api.send('PUT', path, { json });

test('a mapping to no item and from no channel is refused, both named', async () => {
  const ghost = await put('/v1/mappings/sku/nochannel/XX', { target: 'DOES-NOT-EXIST' });
  expect([ghost.status, ghost.body.code]).toEqual([422, 'unknown_channel']);
  expect(ghost.body.errors).toEqual([
    expect.objectContaining({ pointer: 'path:source', code: 'unknown_channel' }),
    expect.objectContaining({ pointer: '/target', code: 'unknown_item' }),
  ]);
  const item = await put('/v1/mappings/sku/web-us/XX', { target: 'DOES-NOT-EXIST' });
  expect([item.status, item.body.code]).toEqual([422, 'unknown_item']);
  const erp = await put('/v1/mappings/account/web-us/INV', { target: '120' });
  expect([erp.status, erp.body.code]).toEqual([422, 'unknown_channel']);
  const { rows } = await api.db.query(`select 1 from mapping where kind in ('sku', 'account')`);
  expect(rows).toEqual([]);
});

test('the right mapping after a wrong one wakes the order that waits for the wrong stock', async () => {
  await put('/v1/items/WRONG', { standardCost: usd(100) });
  await put('/v1/mappings/tender/shopify-us/stripe', { target: 'card' });
  await put('/v1/mappings/tax-code/shopify-us/State%20Tax', { target: 'US-STATE' });
  const path = '/v1/mappings/sku/shopify-us/XX';
  expect((await put(path, { target: 'WRONG' })).body.resumed).toBe(0);
  const order = orderOf('M-1');
  const tenders = [{ gateway: 'stripe', amount: usd(1_380), received: { state: 'authorized' } }];
  const lines = [{ ...order.lines[0], sku: 'XX' }];
  const json = { ...order, channelInstance: 'shopify-us', lines, tenders };
  const waiting = await api.send('POST', '/v1/orders', { json, key: 'm-1', role: 'oms' });
  expect(waiting.body.exceptions).toMatchObject([{ code: 'inventory.insufficient' }]);
  expect((await put(path, { target: 'WRONG' })).body.resumed).toBe(0);
  expect((await put(path, { target: SKU })).body.resumed).toBe(1);
  const { rows } = await api.db.query(
    `select name from dispatch where order_id = $1 and kind = 'signal'`,
    [waiting.body.orderId],
  );
  expect(rows).toEqual([{ name: 'exceptionResolved' }]);
});

test('no more is taken away than there is; each line is named and nothing moves', async () => {
  const journals = await countOf(api, 'journal');
  const lines = [
    { sku: SKU, quantityDelta: -99 },
    { sku: 'WRONG', quantityDelta: 3 },
  ];
  const json = { location: DC, reason: 'typing error', lines };
  const sent = { json, key: 'adjust-1' };
  const answer = await api.send('POST', '/v1/inventory/adjustments', sent);
  expect([answer.status, answer.body.code]).toEqual([409, 'insufficient_stock']);
  expect(answer.body.errors).toEqual([
    {
      pointer: '/lines/0/quantityDelta',
      code: 'insufficient_stock',
      detail: `99 of ${SKU} taken away, 10 on hand`,
    },
  ]);
  expect(await countOf(api, 'journal')).toBe(journals);
  const stock = await api.send('GET', `/v1/inventory/${SKU}`);
  expect(stock.body.positions).toMatchObject([{ onHand: 10 }]);
  const all = { location: DC, reason: 'all of it', lines: [{ sku: SKU, quantityDelta: -4 }] };
  const fits = await api.send('POST', '/v1/inventory/adjustments', { json: all, key: 'adjust-2' });
  expect([fits.status, fits.body.lines[0].onHand]).toEqual([201, 6]);
});

test('a gateway is of a kind whose money its account moves; what is lacking is named', async () => {
  const target = async (channel: string, kind: string) => {
    const answer = await put(`/v1/mappings/tender/${channel}/gift_card`, { target: kind });
    return [answer.status, answer.body.code, answer.body.errors?.[0].detail];
  };
  expect(await target('shopify-us', 'gift-card')).toEqual([200, undefined, undefined]);
  expect(await target('shopify-us', 'store-credit')).toEqual([200, undefined, undefined]);
  expect(await target('web-us', 'gift-card')).toEqual([
    422,
    'unsupported_tender',
    'gift_card of web-us is moved by stripe-us, which moves card and not gift-card: in the ' +
      'set-up, money.byGateway of the channel has to name an account that does',
  ]);
  for (const [kind, lacks] of [
    ['account', 'rule 26'],
    ['cash', 'rule 21'],
    ['marketplace', 'rule 17'],
  ] as const) {
    expect(await target('shopify-us', kind)).toEqual([
      422,
      'unsupported_tender',
      expect.stringContaining(lacks),
    ]);
  }
  expect((await target('shopify-us', 'cheque'))[0]).toBe(422);
});

test("an item's cost stays while there are units of it; its description may change", async () => {
  const path = `/v1/items/${SKU}`;
  for (const standardCost of [usd(451), { currency: 'EUR', minorUnits: 450 }]) {
    const answer = await put(path, { standardCost });
    expect([answer.status, answer.body.code]).toEqual([409, 'decision_refused']);
    expect(answer.body.detail).toContain('4.50 USD');
  }
  const renamed = await put(path, { description: 'Navy mug', standardCost: usd(450) });
  expect([renamed.status, renamed.body.description]).toEqual([200, 'Navy mug']);
  const none = await put('/v1/items/WRONG', { standardCost: usd(120) });
  expect([none.status, none.body.standardCost]).toEqual([200, usd(120)]);
});

test('a location is of an entity of the set-up: the only one, or the one that it names', async () => {
  const shipped = installation();
  const json = { name: 'West', kind: 'dc', timeZone: 'America/Denver' };
  const path = '/v1/locations/dc-west';
  expect((await put(path, json)).body.entity).toBe('us-01');
  const wrong = await put(path, { ...json, entity: 'us-09' });
  expect(wrong.body.errors).toEqual([
    { pointer: '/entity', code: 'invalid_value', detail: 'one of us-01' },
  ]);
  const second = { entity: 'de-01', functionalCurrency: 'EUR', erp: 'netsuite-us' };
  useInstallation({ ...shipped, entities: [...shipped.entities, second] });
  try {
    const unsaid = await put(path, json);
    expect(unsaid.body.errors).toEqual([
      { pointer: '/entity', code: 'required', detail: 'one of us-01, de-01' },
    ]);
    expect((await put(path, { ...json, entity: 'de-01' })).body.entity).toBe('de-01');
  } finally {
    useInstallation(shipped);
  }
});

const STORE = { name: 'Fifth Avenue', kind: 'store', timeZone: 'America/New_York' };
const DAY = [{ from: '09:00', to: '21:00' }];

test("a store's opening hours and holidays are kept; a weekday that is left out is closed", async () => {
  const path = '/v1/locations/store-5th';
  const openingHours = {
    monday: [
      { from: '09:00', to: '12:30' },
      { from: '14:00', to: '24:00' },
    ],
  };
  const holidays = [{ date: '2026-12-25' }, { date: '2026-12-28', hours: DAY }];
  expect((await put(path, { ...STORE, openingHours, holidays })).status).toBe(200);
  const kept = await api.send('GET', path);
  expect(kept.body.openingHours).toEqual({
    ...Object.fromEntries(
      ['tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((day) => [day, []]),
    ),
    ...openingHours,
  });
  expect(kept.body.holidays).toEqual([{ date: '2026-12-25', hours: [] }, holidays[1]]);
  expect((await put(path, STORE)).body).toMatchObject({ openingHours: null, holidays: [] });
});

test('a time zone that does not exist is refused by its name', async () => {
  const answer = await put('/v1/locations/store-6th', { ...STORE, timeZone: 'America/Gotham' });
  expect(answer.status).toBe(422);
  expect(answer.body.errors).toEqual([
    {
      pointer: '/timeZone',
      code: 'invalid_value',
      detail: 'there is no time zone "America/Gotham"; an IANA one such as America/New_York',
    },
  ]);
  expect((await api.send('GET', '/v1/locations/store-6th')).status).toBe(404);
});

test('hours that no store can keep are refused, each by its place', async () => {
  const openingHours = {
    monday: [{ from: '21:00', to: '09:00' }],
    tuesday: [DAY[0], { from: '20:00', to: '22:00' }],
    someday: DAY,
  };
  const holidays = [{ date: '2026-02-30' }];
  const answer = await put('/v1/locations/store-6th', { ...STORE, openingHours, holidays });
  expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    '/openingHours/monday/0/to',
    '/openingHours/tuesday',
    '/openingHours/someday',
    '/holidays/0/date',
  ]);
  const refused = async (json: object) => {
    const { errors } = (await put('/v1/locations/store-6th', json)).body;
    return errors.map(({ pointer }: { pointer: string }) => pointer);
  };
  expect(await refused({ ...STORE, openingHours: {} })).toEqual(['/openingHours']);
  const twice = [{ date: '2026-12-25' }, { date: '2026-12-25' }];
  const open = { ...STORE, openingHours: { monday: DAY } };
  expect(await refused({ ...open, holidays: twice })).toEqual(['/holidays']);
  expect(await refused({ ...open, kind: 'dc' })).toEqual(['/openingHours']);
  expect(await refused({ ...STORE, holidays: [twice[0]] })).toEqual(['/holidays']);
});
