/**
 * Who may do what, about whose data: one table of holders × paths × whose, tested whole. `own` is
 * of the channel web-us or the store store-001, `other` of another one.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../api/routes';
import { EVENT_CATALOGUE, EVENT_TYPES, type EventType } from '../../canonical/schema/event';
import { EVENT_DATA_EXAMPLES } from '../../docs/event-examples';
import { openReturn } from '../../moments/return/request';
import { cancelPickupUnits } from '../../moments/pickup/cancel-units';
import { openPickup } from '../../store/pickups/open-pickup';
import { putApiKey } from '../../store/access/api-keys';
import { startApi, STORE_ID, type Answered, type RunningApi } from './fixture';
import {
  channel,
  FACTS,
  HOLDERS,
  HOLDER_NAMES,
  location,
  nextNumber,
  NOBODYS,
  orders,
  OTHER,
  OWN,
  pickups,
  returns,
  STORES,
  TABLE,
  units,
  WMS,
  type Holder,
  type Row,
  type Whose,
} from './rights-table';
import { addStock, DC, hearInShadow, orderOf, putMasterData, SKU } from './world';

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
  for (const whose of ['own', 'other'] as const) returns[whose] = await returnOf(whose);
  await api.send('PUT', `/v1/locations/${STORES.other}`, { json: store });
  for (const whose of ['own', 'other'] as const) {
    const order = {
      orderId: orders[whose],
      channelInstance: channel(whose),
      orderNo: `R-${whose}`,
    };
    const lines = [{ lineNo: 1, sku: SKU, quantity: 1 }];
    pickups[whose] = await api.db.transaction(async (sql) => {
      const { pickupId } = await openPickup(sql, {
        ...order,
        workflowId: `order/${channel(whose)}/R-${whose}`,
        correlationId: 'cor_rights',
        groupNo: 7,
        storeId: STORES[whose],
        lines,
      });
      await cancelPickupUnits(sql, { pickupId, lines });
      return pickupId;
    });
  }
  await hearInShadow(api.db, [OWN, OTHER]);
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

/** One that somebody has asked for. */
async function returnOf(whose: Whose): Promise<string> {
  const { ret } = await api.db.transaction((sql) =>
    openReturn(sql, {
      orderId: orders[whose],
      channelInstance: channel(whose),
      orderNo: `R-${whose}`,
      isAnnounced: true,
      reason: 'defective',
      state: 'approved',
      askedBy: 'nobody',
      isException: false,
      isGift: false,
      expectedAt: null,
      refundTiming: 'inspected',
      refundTo: 'tender',
      concededMinor: null,
      correlationId: 'cor_returns',
      requestKey: whose,
      lines: units(),
      currency: 'USD',
    }),
  );
  return ret.rma;
}

const keyOf = (name: Holder) => `key-of-${name}-0123456789`;
const as = (name: Holder) => ({ authorization: `Bearer ${keyOf(name)}` });

function call(name: Holder, { does, path, json }: Row, whose: Whose): Promise<Answered> {
  const [method = '', pattern = ''] = does.split(' ');
  const at = path?.(whose) ?? pattern.replace('{kind}', 'tender').replaceAll(/\{\w+\}/g, 'nothing');
  const key = `key-${nextNumber()}`;
  return api.send(method, at, {
    key,
    headers: as(name),
    ...(method !== 'GET' && { json: json?.(whose) ?? {} }),
  });
}

/** `none`: an answer with nothing in it. */
function answered({ status, body }: Answered): number | 'none' | 'all of it' {
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
    const own = row.own ?? 'all of it';
    const rule = [row.bound, row.alsoBound].find((one) => one?.[0].split(' ').includes(name));
    const [mine, other] = [await call(name, row, 'own'), await call(name, row, 'other')];
    if (row.bound === undefined) {
      expect([mine.status === 403, other.status === 403]).toEqual([!isLet, !isLet]);
    } else if (isLet) {
      const expected = rule ? rule[1] : expect.not.stringMatching(/^(403|404|none)$/);
      expect(answered(mine)).toBe(own);
      expect(rule ? answered(other) : String(answered(other))).toEqual(expected);
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
    ...('rma' in example && { rma: returns[whose] }),
  };
  const source = name === 'warehouse' ? WMS : NOBODYS;
  const { status, body } = await send(name, { id: `e-${nextNumber()}`, source, type, data });
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

test('a pickup of another channel’s order is not reached by its id either', async () => {
  const of = (pickupId: string) => ({
    id: `by-id-${nextNumber()}`,
    source: NOBODYS,
    type: 'pickup.accepted.v1',
    data: { pickupId, location: STORE_ID, acceptedAt: '2026-03-02T15:04:05Z' },
  });
  expect((await send('oms', of(pickups.own))).body.verdicts[0].verdict).toBe('accepted');
  expect((await send('oms', of(pickups.other))).body.verdicts[0].errors).toMatchObject([
    { pointer: '/data/pickupId', code: 'forbidden' },
  ]);
});

test('an order of another channel is not reached by its id either', async () => {
  const of = (orderId: string) => ({
    id: `by-id-${nextNumber()}`,
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
