/** Pickups over HTTP: a store's presses, its board, and what it hears of what cannot be. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPickup } from '../../moments/pickup/order-side/start-pickup';
import { only } from '../../store/database';
import { startApi, STORE_ID, type Answered, type RunningApi } from './fixture';
import { orderOf, putMasterData, SKU } from './world';

const OTHER = 'store-002';
const HOURS = [{ from: '00:00', to: '24:00' }];
const OPENING = {
  monday: HOURS,
  tuesday: HOURS,
  wednesday: HOURS,
  thursday: HOURS,
  friday: HOURS,
  saturday: HOURS,
  sunday: HOURS,
};

let api: RunningApi;
let keys = 0;
beforeAll(async () => {
  api = await startApi();
  await putMasterData(api);
  for (const storeId of [STORE_ID, OTHER]) {
    const json = {
      name: storeId,
      kind: 'store',
      timeZone: 'America/New_York',
      openingHours: OPENING,
    };
    expect((await api.send('PUT', `/v1/locations/${storeId}`, { json })).status).toBe(200);
    const lines = [{ sku: SKU, quantityDelta: 500 }];
    const stock = { location: storeId, reason: 'opening stock', lines };
    await api.send('POST', '/v1/inventory/adjustments', { json: stock, key: `stock-${storeId}` });
  }
});
afterAll(() => api.stop());

/** An order that its store was asked for; the pickup's id. */
async function requested(orderNo: string, storeId = STORE_ID, quantity = 2): Promise<string> {
  const order = orderOf(orderNo, quantity);
  const lines = order.lines.map((line) => ({ ...line, pickup: { storeId } }));
  const sent = { json: { ...order, lines }, key: orderNo, role: 'channel' } as const;
  const { status, body } = await api.send('POST', '/v1/orders', sent);
  expect([status, body]).toEqual([201, expect.anything()]);
  await startPickup(api.db, { orderId: body.orderId, groupNo: 1 });
  const { rows } = await api.db.query<{ id: string }>(
    'select pickup_id as id from pickup where order_id = $1',
    [body.orderId],
  );
  return only(rows, orderNo).id;
}

function press(pickupId: string, step: string, json: object = {}, key?: string): Promise<Answered> {
  keys += 1;
  const sent = { json, key: key ?? `press-${keys}`, role: 'store' } as const;
  return api.send('POST', `/v1/pickups/${pickupId}/${step}`, sent);
}

const proof = { kind: 'id-card' };
const board = () => api.send('GET', `/v1/stores/${STORE_ID}/pickups`, { role: 'store' });

test('a store picks, sees who has arrived, and hands over', async () => {
  const pickupId = await requested('S-1');
  expect((await press(pickupId, 'accept')).body.state).toBe('picking');
  const ready = await press(pickupId, 'ready');
  expect(ready.body).toMatchObject({
    state: 'ready',
    possible: ['arrived', 'hand-over', 'reject', 'substitute', 'extend', 'no-show'],
    deadlineLocal: expect.stringMatching(/^\w{3} \d{4}-\d\d-\d\d \d\d:\d\d E[SD]T$/),
  });
  await press(pickupId, 'arrived', { bay: '4', vehicle: 'a red van' });
  expect((await board()).body.arrived).toMatchObject([
    { pickupId, bay: '4', vehicle: 'a red van' },
  ]);
  const over = await press(pickupId, 'hand-over', {
    proof: { ...proof, collectedBy: 'A. Friend' },
  });
  expect(over.body).toMatchObject({
    state: 'handed-over',
    possible: [],
    bay: null,
    handovers: [{ proof: 'id-card', collectedBy: 'A. Friend', by: 'test store' }],
  });
  const read = await api.send('GET', `/v1/pickups/${pickupId}`, { role: 'auditor' });
  expect(read.body.handovers).toMatchObject([{ collectedBy: null }]);
  expect((await board()).body.counts).toMatchObject({ toPick: 0, ready: 0, arrived: 0 });
});

test('a buyer sends somebody: the store sees who, and gives it to nobody else without the code', async () => {
  const pickupId = await requested('S-C');
  await press(pickupId, 'ready');
  const name = 'José Müller-Lynn';
  const named = await api.send('POST', `/v1/pickups/${pickupId}/collector`, {
    json: { name },
    role: 'support',
    key: 'collector-1',
  });
  expect([named.status, named.body.collector]).toEqual([200, name]);
  const shown = (await board()).body.ready.find(
    (row: { pickupId: string }) => row.pickupId === pickupId,
  );
  expect(shown.collector).toBe(name);
  const read = await api.send('GET', `/v1/pickups/${pickupId}`, { role: 'auditor' });
  expect(read.body.collector).toBeNull();
  const other = { proof: { ...proof, isOtherPerson: true, collectedBy: 'A. Stranger' } };
  const refused = await press(pickupId, 'hand-over', other);
  expect([refused.status, refused.body.code]).toEqual([409, 'pickup_collector']);
  expect(JSON.stringify(refused.body)).not.toContain('José');
  const them = { proof: { ...proof, isOtherPerson: true, collectedBy: 'jose muller lynn' } };
  expect((await press(pickupId, 'hand-over', them)).body.state).toBe('handed-over');
  const late = await api.send('POST', `/v1/pickups/${pickupId}/collector`, {
    json: { name: null },
    role: 'support',
    key: 'collector-2',
  });
  expect([late.status, late.body.code]).toEqual([409, 'pickup_state']);
  const decided = await api.db.query(
    `select detail::text as detail from decision where subject = $1`,
    [pickupId],
  );
  expect(decided.rows).toEqual([{ detail: '{"isNamed": true}' }]);
});

test('a press with its key is one press, whenever it comes again', async () => {
  const pickupId = await requested('S-2');
  await press(pickupId, 'ready');
  const half = { proof, lines: [{ lineNo: 1, quantity: 1 }] };
  const first = await press(pickupId, 'hand-over', half, 'offline-1');
  const again = await press(pickupId, 'hand-over', half, 'offline-1');
  expect([again.status, again.body]).toEqual([200, first.body]);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.body.lines).toMatchObject([{ handedOver: 1, ready: 1 }]);
});

test('a till sends events of its own store’s pickups, whoever sold them, and of no other’s', async () => {
  const [own, others] = [await requested('S-T1'), await requested('S-T2', OTHER)];
  const tell = async (pickupId: string, location = STORE_ID) => {
    keys += 1;
    const json = {
      specversion: '1.0',
      id: `till-${keys}`,
      source: '/store/till-1',
      type: 'pickup.accepted.v1',
      data: { pickupId, location, acceptedAt: '2026-11-20T15:00:00Z' },
    };
    const { body } = await api.send('POST', '/v1/events', { json, role: 'store' });
    return body.verdicts[0];
  };
  expect(await tell(own)).toMatchObject({ verdict: 'accepted' });
  const refused = await tell(others);
  expect(refused).toMatchObject({
    verdict: 'rejected',
    errors: [{ pointer: '/data/pickupId', code: 'forbidden' }],
  });
  expect(JSON.stringify(refused)).not.toContain(OTHER);
  expect(await tell(others, OTHER)).toMatchObject({ verdict: 'rejected' });
});

describe('what cannot be is answered in words, with nothing half done', () => {
  test('a step out of order: the state, and what is possible', async () => {
    const pickupId = await requested('S-3');
    const { status, body } = await press(pickupId, 'hand-over', { proof });
    expect([status, body]).toMatchObject([
      409,
      {
        code: 'pickup_state',
        state: 'requested',
        possible: ['accept', 'ready', 'reject', 'substitute'],
      },
    ]);
  });

  test('more than is ready', async () => {
    const pickupId = await requested('S-4');
    await press(pickupId, 'ready', { lines: [{ lineNo: 1, quantity: 1 }] });
    const lines = [{ lineNo: 1, quantity: 2 }];
    const { status, body } = await press(pickupId, 'hand-over', { proof, lines });
    expect([status, body]).toMatchObject([
      409,
      { code: 'pickup_units', detail: '2 of line 1, of which 1 are ready' },
    ]);
  });

  test('another store’s: not a word of what it is', async () => {
    const pickupId = await requested('S-5', OTHER);
    for (const step of ['accept', 'ready', 'no-show']) {
      const { status, text } = await press(pickupId, step);
      expect(status).toBe(403);
      expect(text).not.toContain(OTHER);
      expect(text).not.toContain('S-5');
    }
    const read = await api.send('GET', `/v1/pickups/${pickupId}`, { role: 'store' });
    expect(read.status).toBe(403);
  });

  test('one that is not there, and bodies that say nothing, or too much', async () => {
    const nowhere = 'pu_0mu4q8zrk3f9a1c5e7b2d4f6a8c0-1';
    expect((await press(nowhere, 'accept')).status).toBe(404);
    const pickupId = await requested('S-6');
    const bad = await press(pickupId, 'hand-over', { proof: { kind: 'a smile' }, tip: 5 });
    expect(bad.status).toBe(422);
    expect(bad.body.errors).toHaveLength(2);
    const code = await press(pickupId, 'hand-over', { proof: { kind: 'code' } });
    expect(code.body.errors).toMatchObject([{ pointer: '/proof/code', code: 'required' }]);
  });

  test('held beyond what the brand allows, or into the past', async () => {
    const pickupId = await requested('S-7');
    await press(pickupId, 'ready');
    for (const untilDate of ['2099-01-01', '2020-01-01']) {
      const { status, body } = await press(pickupId, 'extend', { untilDate });
      expect([status, body.code]).toEqual([422, 'pickup_extension']);
    }
  });
});

test('a code is found at its store; those of nobody are counted, and slowed', async () => {
  const pickupId = await requested('S-8');
  const { rows } = await api.db.query<{ code: string }>(
    'select code from pickup where pickup_id = $1',
    [pickupId],
  );
  const look = (code: string) =>
    api.send('GET', `/v1/stores/${STORE_ID}/pickups?code=${code}`, { role: 'store' });
  const { code } = only(rows, pickupId);
  expect((await look(code.toLowerCase())).body.found).toMatchObject([{ pickupId }]);
  const statuses = new Set<number>();
  for (let tries = 0; tries < 25; tries += 1) statuses.add((await look(`NO${tries}`)).status);
  expect([...statuses]).toEqual([404, 429]);
  expect((await look(code)).headers.get('retry-after')).not.toBeNull();
});

test('a number that a buyer sees is found as well, whatever became of it', async () => {
  const pickupId = await requested('S-9');
  const sent = { role: 'store' } as const;
  const { body } = await api.send('GET', `/v1/stores/${STORE_ID}/pickups?orderNo=S-9`, sent);
  expect(body.found).toMatchObject([{ pickupId, state: 'requested' }]);
});
