/**
 * Who may do what, about whose data: one table of holders × paths × whose, tested whole. `own` is
 * of the channel web-us or the store store-001, `other` of another one.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../api/routes';
import type { Bindings, Role } from '../../canonical/schema/api-key';
import { EVENT_CATALOGUE, EVENT_TYPES, type EventType } from '../../canonical/schema/event';
import { EVENT_DATA_EXAMPLES } from '../../docs/event-examples';
import { putApiKey } from '../../store/access/api-keys';
import { startApi, STORE_ID, type Answered, type RunningApi } from './fixture';
import { addStock, DC, orderOf, putMasterData, SKU } from './world';

const OWN = 'web-us';
const OTHER = 'shopify-us';
const WMS = '/wms/one';
const NOBODYS = 'order-desk';

const every = { channels: ['*'], sources: ['*'], types: ['*'] };
const own = { ...every, channels: [OWN] };
const HOLDERS = {
  shop: { role: 'channel', ...own },
  oms: { role: 'oms', ...own },
  everyOms: { role: 'oms', ...every },
  warehouse: { role: 'oms', ...every, sources: [WMS], types: ['warehouse'] },
  store: { role: 'store', ...every, channels: [] },
  support: { role: 'support', ...every },
  finance: { role: 'finance', ...every },
  operator: { role: 'operator', ...every },
  auditor: { role: 'auditor', ...every },
} as const satisfies Record<string, { role: Role } & Omit<Bindings, 'storeId'>>;
type Holder = keyof typeof HOLDERS;
const HOLDER_NAMES = Object.keys(HOLDERS) as Holder[];

const READERS = 'support finance operator auditor';
const OMS = 'oms everyOms warehouse';
const SELLERS = 'shop oms everyOms';
const RESOLVERS = 'support finance operator';
const ALL = HOLDER_NAMES.join(' ');

type Whose = 'own' | 'other';
interface Row {
  readonly does: string;
  readonly may: string;
  /** Who is bound, and what they hear about what is not theirs; left out: it is nobody's. */
  readonly bound?: readonly [holders: string, answer: number | 'none'];
  readonly path?: (whose: Whose) => string;
  readonly json?: (whose: Whose) => unknown;
}
const orders: Record<Whose, string> = { own: '', other: '' };
const channel = (whose: Whose) => (whose === 'own' ? OWN : OTHER);
const location = (whose: Whose) => (whose === 'own' ? STORE_ID : DC);
const ofOrder = (rest: string) => (whose: Whose) => `/v1/orders/${orders[whose]}${rest}`;
const reason = () => ({ reason: 'a reason' });
let numbers = 0;

const TABLE: readonly Row[] = [
  {
    does: 'POST /v1/orders',
    may: SELLERS,
    bound: ['shop oms', 403],
    json: (whose) => ({ ...orderOf(`M-${(numbers += 1)}`), channelInstance: channel(whose) }),
  },
  {
    does: 'GET /v1/orders',
    may: `shop ${OMS} ${READERS}`,
    bound: ['shop oms', 'none'],
    path: (whose) => `/v1/orders?channelInstance=${channel(whose)}&orderNo=R-${whose}`,
  },
  {
    does: 'GET /v1/orders/{orderId}',
    may: `shop ${OMS} ${READERS}`,
    bound: ['shop oms', 404],
    path: ofOrder(''),
  },
  ...['cancel', 'hold', 'release-hold'].map((what) => ({
    does: `POST /v1/orders/{orderId}/${what}`,
    may: `${SELLERS} support`,
    bound: ['shop oms', 404] as const,
    path: ofOrder(`/${what}`),
    json: reason,
  })),
  {
    does: 'GET /v1/availability',
    may: ALL,
    bound: ['store', 'none'],
    path: (whose) => `/v1/availability?sku=${SKU}&location=${location(whose)}`,
  },
  {
    does: 'GET /v1/availability',
    may: ALL,
    bound: ['shop oms', 422],
    path: (whose) => `/v1/availability?sku=${SKU}&channel=${channel(whose)}`,
  },
  { does: 'GET /v1/inventory/{sku}', may: ALL, path: () => `/v1/inventory/${SKU}` },
  { does: 'POST /v1/inventory/adjustments', may: 'operator' },
  { does: 'PUT /v1/items/{sku}', may: 'operator' },
  { does: 'GET /v1/items/{sku}', may: `${OMS} ${READERS}` },
  { does: 'PUT /v1/locations/{locationId}', may: 'operator' },
  { does: 'GET /v1/locations/{locationId}', may: `${OMS} ${READERS}` },
  { does: 'GET /v1/mappings/{kind}', may: `${OMS} ${READERS}`, path: () => '/v1/mappings/tender' },
  { does: 'PUT /v1/mappings/{kind}/{source}/{value}', may: 'operator' },
  {
    does: 'GET /v1/mappings/{kind}/{source}/{value}',
    may: `${OMS} ${READERS}`,
    bound: ['oms', 404],
    path: (whose) => `/v1/mappings/tender/${channel(whose)}/stripe`,
  },
  { does: 'GET /v1/exceptions', may: READERS },
  { does: 'GET /v1/exceptions/{exceptionId}', may: READERS },
  ...['assign', 'retry', 'override', 'abandon'].map((what) => ({
    does: `POST /v1/exceptions/{exceptionId}/${what}`,
    may: RESOLVERS,
  })),
  { does: 'GET /v1/journals', may: READERS },
  { does: 'GET /v1/journals/export', may: READERS },
  { does: 'GET /v1/journals/{journalId}', may: READERS },
  { does: 'GET /v1/trial-balance', may: READERS },
  { does: 'GET /v1/trace/{id}', may: READERS },
  { does: 'GET /v1/keys', may: 'operator' },
  { does: 'POST /v1/keys', may: 'operator' },
  { does: 'POST /v1/keys/{keyId}/rotate', may: 'operator' },
  { does: 'POST /v1/keys/{keyId}/revoke', may: 'operator' },
];

/** Whose word each kind of fact is: who may bring it about their own, and about another's. */
const FACTS: Record<string, readonly [own: string, other: string]> = {
  'channel order': [`${SELLERS} operator`, 'everyOms operator'],
  'warehouse order': [`${OMS} operator`, 'everyOms warehouse operator'],
  'warehouse stock': [`${OMS} store operator`, `${OMS} operator`],
  'processor effect': ['everyOms operator', 'everyOms operator'],
};

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
  await putMasterData(api);
  await api.send('PUT', '/v1/mappings/tender/shopify-us/stripe', { json: { target: 'card' } });
  const store = { name: 'A store', kind: 'store', timeZone: 'America/New_York' };
  await api.send('PUT', `/v1/locations/${STORE_ID}`, { json: store });
  await addStock(api, 100, 'stock-dc');
  const lines = [{ sku: SKU, quantityDelta: 5 }];
  const json = { location: STORE_ID, reason: 'opening stock', lines };
  await api.send('POST', '/v1/inventory/adjustments', { json, key: 'stock-store' });
  for (const whose of ['own', 'other'] as const) {
    const order = orderOf(`R-${whose}`);
    const sold = await api.send('POST', '/v1/orders', { role: 'oms', json: order, key: whose });
    orders[whose] = sold.body.orderId;
  }
  await api.db.query('update sales_order set channel_instance = $1 where order_id = $2', [
    OTHER,
    orders.other,
  ]);
  for (const name of HOLDER_NAMES) {
    const storeId = name === 'store' ? STORE_ID : null;
    await putApiKey(api.db, keyOf(name), { ...HOLDERS[name], storeId, label: name });
  }
  api.answerUpdates(({ name }) => ({
    outcome: { cancelOrder: 'cancelled', holdOrder: 'held', releaseHold: 'released' }[name],
    cancelled: [],
    reason: null,
  }));
});
afterAll(() => api.stop());

const keyOf = (name: Holder) => `key-of-${name}-0123456789`;
const as = (name: Holder) => ({ authorization: `Bearer ${keyOf(name)}` });

function call(name: Holder, { does, path, json }: Row, whose: Whose): Promise<Answered> {
  const [method = '', pattern = ''] = does.split(' ');
  const at = path?.(whose) ?? pattern.replace('{kind}', 'tender').replaceAll(/\{\w+\}/g, 'nothing');
  const key = `key-${(numbers += 1)}`;
  return api.send(method, at, {
    key,
    headers: as(name),
    ...(method !== 'GET' && { json: json?.(whose) ?? {} }),
  });
}

/** `none`: an answer with nothing in it. */
function heard({ status, body }: Answered): number | 'none' | 'all of it' {
  if (status >= 400) return status;
  const listed: unknown = body.items ?? body.locations;
  return Array.isArray(listed) && listed.length === 0 ? 'none' : 'all of it';
}

test('the table has every path that asks for a key', () => {
  const keyed = routes.filter(({ roles }) => roles !== null);
  const paths = keyed.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  const inTable = [...TABLE.map((row) => row.does), 'POST /v1/events'];
  expect([...new Set(inTable)].sort()).toEqual(paths.sort());
});

describe.each(HOLDER_NAMES)('a key of %s', (name) => {
  test.each(TABLE)('$does, of its own and of another', async (row) => {
    const isLet = row.may.split(' ').includes(name);
    const isBound = row.bound?.[0].split(' ').includes(name) === true;
    const [mine, other] = [await call(name, row, 'own'), await call(name, row, 'other')];
    if (row.bound === undefined) {
      expect([mine.status === 403, other.status === 403]).toEqual([!isLet, !isLet]);
    } else if (isLet) {
      const expected = isBound ? row.bound[1] : expect.not.stringMatching(/^(403|404|none)$/);
      expect(heard(mine)).toBe('all of it');
      expect(isBound ? heard(other) : String(heard(other))).toEqual(expected);
    } else {
      expect([mine.status, other.status]).toEqual([403, 403]);
    }
  });

  test.each(EVENT_TYPES)('brings %s, of its own and of another', async (type) => {
    const { owner, about } = EVENT_CATALOGUE[type];
    const [mine = '', other = ''] = FACTS[`${owner} ${about}`] ?? [];
    const verdicts = [];
    for (const whose of ['own', 'other'] as const) verdicts.push(await bring(name, type, whose));
    expect(verdicts).toEqual(
      [mine, other].map((may) => (may.split(' ').includes(name) ? 'accepted' : 'forbidden')),
    );
  });
});

async function send(name: Holder, event: object): Promise<Answered> {
  return api.send('POST', '/v1/events', {
    headers: { ...as(name), 'content-type': 'application/cloudevents+json' },
    raw: JSON.stringify({ specversion: '1.0', ...event }),
  });
}

async function bring(name: Holder, type: EventType, whose: Whose): Promise<string> {
  const example = Object(EVENT_DATA_EXAMPLES[type]) as Record<string, unknown>;
  const data = {
    ...example,
    ...('channelInstance' in example && { channelInstance: channel(whose) }),
    ...('location' in example && { location: location(whose) }),
  };
  const source = name === 'warehouse' ? WMS : NOBODYS;
  const { status, body } = await send(name, { id: `e-${(numbers += 1)}`, source, type, data });
  if (status === 403) return 'forbidden';
  const [{ verdict, errors = [] }] = body.verdicts;
  return verdict === 'rejected' ? errors[0].code : verdict;
}

test('an id of a source that a key names cannot be taken by another, only replayed', async () => {
  const data = { channelInstance: OWN, orderNo: '1', reason: 'taken' };
  const taken = { id: 'ship-1', source: WMS, type: 'order.cancel-requested.v1', data };
  for (const name of ['shop', 'oms', 'everyOms'] as const) {
    const [verdict] = (await send(name, taken)).body.verdicts;
    expect(verdict.errors).toMatchObject([{ pointer: '/source', code: 'forbidden' }]);
  }
  const type = 'inventory.received.v1';
  const event = { id: 'ship-1', source: WMS, type, data: EVENT_DATA_EXAMPLES[type] };
  expect((await send('warehouse', event)).body.verdicts[0].verdict).toBe('accepted');
  expect((await send('operator', event)).body.verdicts[0].verdict).toBe('duplicate');
});

test('an order of another channel is not reached by its id either', async () => {
  const of = (orderId: string) => ({
    id: `by-id-${(numbers += 1)}`,
    source: NOBODYS,
    type: 'order.cancel-requested.v1',
    data: { orderId, reason: 'by its id' },
  });
  expect((await send('shop', of(orders.own))).body.verdicts[0].verdict).toBe('accepted');
  expect((await send('shop', of(orders.other))).body.verdicts[0].errors).toMatchObject([
    { pointer: '/data/orderId', code: 'forbidden' },
  ]);
});

test('a list shows what is its reader’s, and a store sees its own shelf', async () => {
  const mappings = async (name: Holder) =>
    (await call(name, { does: 'GET /v1/mappings/{kind}', may: '' }, 'own')).body.items.map(
      (one: { source: string }) => one.source,
    );
  expect(await mappings('oms')).toEqual([OWN]);
  expect(await mappings('everyOms')).toEqual([OTHER, OWN]);
  const shelves = async (name: Holder) =>
    (await api.send('GET', `/v1/inventory/${SKU}`, { headers: as(name) })).body.positions.map(
      (one: { location: string }) => one.location,
    );
  expect(await shelves('store')).toEqual([STORE_ID]);
  expect(await shelves('shop')).toEqual([DC, STORE_ID]);
});

test('a key that is put in anew under a name takes the place of the one before', async () => {
  const before = 'key-before-0123456789';
  const bound = { ...HOLDERS.auditor, storeId: null, label: 'rotated' };
  const status = async (key: string) =>
    (await api.send('GET', '/v1/exceptions', { headers: { authorization: `Bearer ${key}` } }))
      .status;
  await putApiKey(api.db, before, bound);
  await putApiKey(api.db, 'key-after-0123456789', bound);
  expect([await status(before), await status('key-after-0123456789')]).toEqual([401, 200]);
});
