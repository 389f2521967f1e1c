/** The page of a store: its own pickups only, one press a step, words instead of codes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../canonical/schema/api-key';
import { wakePickup } from '../../moments/pickup/wake-pickup';
import { startApi, STORE_ID, type RunningApi } from './fixture';
import { openStore, toPick, type Waiting } from './pickup-world';
import { visitorOf } from './visitor';
import { putMasterData, SKU } from './world';

const OTHER = 'store-002';
const OTHER_SKU = 'MUG-GREEN';
/** Of one pickup: two reminders and its deadline. */
const MOST_WAKES = 3;

let api: RunningApi;
let mine: Waiting;
let others: Waiting;
beforeAll(async () => {
  api = await startApi();
  await putMasterData(api);
  await openStore(api, STORE_ID);
  await openStore(api, OTHER, { name: 'Broadway' });
  mine = await toPick(api, { orderNo: 'SP-1', storeId: STORE_ID, quantity: 2 });
  others = await toPick(api, { orderNo: 'SP-2', storeId: OTHER });
});
afterAll(() => api.stop());

const visitor = visitorOf(() => api.url, '/stores');
const { visit } = visitor;
const signIn = (role: Role, storeId = '') => visitor.signIn(role, { storeId });

/** The form of a press on a page, as a browser would send it. */
function formOf(text: string, { pickupId }: Waiting, press: string) {
  const action = `/pickups/${pickupId}/${press}"`;
  const form = text.split('<form').find((part) => part.includes(action)) ?? '';
  const hidden = (name: string) =>
    new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(form)?.[1] ?? '';
  return { token: hidden('token'), key: hidden('key') };
}

async function stateOf({ pickupId }: Waiting): Promise<string> {
  const { rows } = await api.db.query<{ state: string }>(
    'select state from pickup where pickup_id = $1',
    [pickupId],
  );
  return rows[0]?.state ?? '';
}

const asScript = { accept: 'application/json' };
const page = `/stores/${STORE_ID}`;

describe('who may see it', () => {
  test('asks for a key before it shows anything, and goes to the store of that key', async () => {
    const closed = await visit(page);
    expect([closed.status, closed.text.includes(mine.orderNo)]).toEqual([401, false]);
    const { status, headers, set, cookie } = await signIn('store', STORE_ID);
    expect([status, headers.get('location')]).toEqual([303, page]);
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/stores']) expect(set).toContain(part);
    const home = await visit('/stores', { cookie });
    expect([home.status, home.headers.get('location')]).toEqual([303, page]);
    const { text } = await visit(page, { cookie });
    expect(text).toContain(mine.orderNo);
    expect(text).not.toContain(others.orderNo);
  });

  test('a key of one store is refused by another, in the same words where there is none', async () => {
    const { cookie } = await signIn('store');
    const answers = await Promise.all(
      [OTHER, 'store-of-nobody'].map((id) => visit(`/stores/${id}`, { cookie })),
    );
    for (const { status, text } of answers) {
      expect(status).toBe(403);
      expect(text).not.toContain('Broadway');
      expect(text).toBe(answers[0]?.text);
    }
    const board = await visit(`/stores/${OTHER}/board`, { cookie });
    expect([board.status, board.text.includes(others.orderNo)]).toEqual([403, false]);
  });

  test('keys of channels may not; support sees every store', async () => {
    expect((await signIn('channel')).status).toBe(403);
    const { cookie } = await signIn('support');
    expect((await visit(`/stores/${OTHER}`, { cookie })).text).toContain(others.orderNo);
    expect((await visit('/stores/store-of-nobody', { cookie })).status).toBe(404);
    expect((await visit('/stores/dc-east', { cookie })).status).toBe(404);
  });

  test('an auditor reads, and is shown nothing to press', async () => {
    const { cookie } = await signIn('auditor');
    const { text } = await visit(page, { cookie });
    expect(text).toContain(mine.orderNo);
    expect(text).not.toContain('class="press"');
  });

  test('runs our own scripts only, and these are served to be kept', async () => {
    const { cookie } = await signIn('store');
    const { text, headers } = await visit(page, { cookie });
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';connect-src 'self'");
    const paths = [...text.matchAll(/<script type="module" src="([^"]+)">/g)].map(([, at]) => at);
    expect(paths).toHaveLength(4);
    for (const at of paths) {
      const script = await visit(at ?? '');
      expect([script.status, script.headers.get('cache-control')]).toEqual([
        200,
        'public, max-age=31536000, immutable',
      ]);
    }
  });
});

describe('a press', () => {
  test('is one press however often it is sent, and the board is new only then', async () => {
    const waiting = await toPick(api, { orderNo: 'SP-3', storeId: STORE_ID });
    const { cookie } = await signIn('store');
    const { text } = await visit(page, { cookie });
    const seen = /id="board" data-version="([^"]+)"/.exec(text)?.[1] ?? '';
    const same = await visit(`${page}/board?seen=${seen}`, { cookie });
    expect(same.status).toBe(204);
    const form = formOf(text, waiting, 'accept');
    const path = `${page}/pickups/${waiting.pickupId}/accept`;
    const sent = await visit(path, { cookie, form });
    expect([sent.status, sent.headers.get('location')]).toEqual([303, page]);
    const again = await visit(path, { cookie, form, headers: asScript });
    expect([again.status, again.text]).toEqual([200, '{}']);
    expect(await stateOf(waiting)).toBe('picking');
    const { rows } = await api.db.query(
      `select count(*) as told from inbox where workflow_id = $1 and type = 'pickup.accepted.v1'`,
      [`pickup/web-us/${waiting.orderNo}/1`],
    );
    expect(rows).toEqual([{ told: 1 }]);
    const changed = await visit(`${page}/board?seen=${seen}`, { cookie });
    expect([changed.status, changed.text.includes('Being picked')]).toEqual([200, true]);
  });

  test('goes from pick to hand-over, in parts, with a proof', async () => {
    const waiting = await toPick(api, { orderNo: 'SP-4', storeId: STORE_ID, quantity: 3 });
    const { cookie } = await signIn('store');
    const press = async (name: string, fields: Readonly<Record<string, string>> = {}) => {
      const { text } = await visit(page, { cookie });
      const form = { ...formOf(text, waiting, name), ...fields };
      const path = `${page}/pickups/${waiting.pickupId}/${name}`;
      const answer = await visit(path, { cookie, form, headers: asScript });
      return [answer.status, answer.text, await stateOf(waiting)];
    };
    expect(await press('accept')).toEqual([200, '{}', 'picking']);
    expect(await press('ready', { 'units-1': '2' })).toEqual([200, '{}', 'ready']);
    expect(await press('arrived')).toEqual([200, '{}', 'customer-arrived']);
    const proof = { proof: 'code', code: waiting.code };
    const part = await press('hand-over', { 'units-1': '1', ...proof });
    expect(part).toEqual([200, '{}', 'partly-handed-over']);
    expect(await press('ready', { 'units-1': '1' })).toEqual([200, '{}', 'partly-handed-over']);
    const rest = { 'units-1': '2', proof: 'id-card', isOtherPerson: 'yes', collectedBy: 'Bo' };
    expect(await press('hand-over', rest)).toEqual([200, '{}', 'handed-over']);
    const { rows } = await api.db.query(
      `select proof, collected_by, is_other_person from pickup_handover
        where pickup_id = $1 order by handover_no`,
      [waiting.pickupId],
    );
    expect(rows).toEqual([
      { proof: 'code', collected_by: null, is_other_person: false },
      { proof: 'id-card', collected_by: 'Bo', is_other_person: true },
    ]);
  });

  test('gives something else for what is not there, at the price of its tag, once', async () => {
    const item = { description: 'Green mug', standardCost: { currency: 'USD', minorUnits: 420 } };
    await api.send('PUT', `/v1/items/${OTHER_SKU}`, { json: item });
    const lines = [{ sku: OTHER_SKU, quantityDelta: 5 }];
    const counted = { location: STORE_ID, reason: 'opening stock', lines };
    await api.send('POST', '/v1/inventory/adjustments', { json: counted, key: 'stock-other' });
    const waiting = await toPick(api, { orderNo: 'SP-9', storeId: STORE_ID });
    const { cookie } = await signIn('store');
    const { text } = await visit(page, { cookie });
    const at = `${page}/pickups/${waiting.pickupId}/substitute`;
    const asked = { lineNo: '1', quantity: '1', sku: OTHER_SKU, consent: 'as-paid' };
    const form = { ...formOf(text, waiting, 'substitute'), ...asked, currency: 'USD' };
    const none = await visit(at, { cookie, form: { ...form, price: 'ten' }, headers: asScript });
    expect([none.status, none.text]).toEqual([422, expect.stringContaining('such as 12.99')]);
    for (const price of ['9.50', '9.50']) {
      expect((await visit(at, { cookie, form: { ...form, price } })).status).toBe(303);
    }
    const { rows } = await api.db.query(
      `select sku, instead_of, ordered, gross_minor from order_line where order_id = $1`,
      [waiting.orderId],
    );
    expect(rows).toEqual([{ sku: OTHER_SKU, instead_of: SKU, ordered: 1, gross_minor: 950 }]);
  });

  test('puts back on the shelf what nobody collected in time', async () => {
    const waiting = await toPick(api, { orderNo: 'SP-6', storeId: STORE_ID });
    const { cookie } = await signIn('store');
    const press = async (name: string) => {
      const form = formOf((await visit(page, { cookie })).text, waiting, name);
      const path = `${page}/pickups/${waiting.pickupId}/${name}`;
      return (await visit(path, { cookie, form, headers: asScript })).status;
    };
    expect(await press('ready')).toBe(200);
    const { rows } = await api.db.query<{ deadline: Date | string }>(
      'select deadline_at as deadline from pickup where pickup_id = $1',
      [waiting.pickupId],
    );
    const at = new Date(rows[0]?.deadline ?? '').toISOString();
    // The reminders that are due by then come first.
    for (let wakes = 0; wakes < MOST_WAKES && (await stateOf(waiting)) === 'ready'; wakes += 1) {
      await wakePickup(api.db, { pickupId: waiting.pickupId, at });
    }
    expect(await stateOf(waiting)).toBe('expired');
    const listed = (await visit(page, { cookie })).text;
    expect(listed).toContain('Nobody collected it in time. Put 1 unit back');
    expect(await press('put-back')).toBe(200);
    expect((await visit(page, { cookie })).text).not.toContain(waiting.orderNo);
  });

  test('out of order is answered in plain words, on the page and to its script', async () => {
    const waiting = await toPick(api, { orderNo: 'SP-5', storeId: STORE_ID });
    const { cookie } = await signIn('store');
    const { token } = formOf((await visit(page, { cookie })).text, waiting, 'accept');
    const path = `${page}/pickups/${waiting.pickupId}/hand-over`;
    const form = { token, key: 'too-early', proof: 'none', 'units-1': '1' };
    const bare = await visit(path, { cookie, form });
    expect(bare.status).toBe(409);
    expect(bare.text).toContain('This order has changed meanwhile');
    expect(bare.text).toContain(waiting.orderNo);
    const told = await visit(path, { cookie, form, headers: asScript });
    expect([told.status, JSON.parse(told.text).text]).toEqual([
      409,
      'This order has changed meanwhile, maybe by a colleague. See it as it is now.',
    ]);
    const none = { ...form, key: 'none', 'units-1': '0' };
    const nothing = await visit(path, { cookie, form: none, headers: asScript });
    expect([nothing.status, JSON.parse(nothing.text).text]).toEqual([
      422,
      'Say of at least one item how many it is.',
    ]);
    expect(await stateOf(waiting)).toBe('requested');
  });

  test('is refused for the pickup of another store, from another site, without its token', async () => {
    const { cookie } = await signIn('store');
    const { token } = formOf((await visit(page, { cookie })).text, mine, 'accept');
    const form = { token, key: 'stranger' };
    const foreign = await visit(`${page}/pickups/${others.pickupId}/accept`, { cookie, form });
    expect([foreign.status, foreign.text.includes(others.orderNo)]).toEqual([403, false]);
    const own = `${page}/pickups/${mine.pickupId}/accept`;
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await visit(own, { cookie, form, headers })).status).toBe(403);
    expect((await visit(own, { cookie, form: { key: 'x', token: 'x' } })).status).toBe(403);
    expect((await visit(own, { form })).status).toBe(401);
    expect([await stateOf(mine), await stateOf(others)]).toEqual(['requested', 'requested']);
  });
});

describe('finding', () => {
  async function find(cookie: string, text: string) {
    const { token } = formOf((await visit(page, { cookie })).text, mine, 'accept');
    const answer = await visit(`${page}/find`, {
      cookie,
      form: { token, text },
      headers: asScript,
    });
    return { status: answer.status, body: JSON.parse(answer.text) };
  }

  test('takes an order’s number as it is read out, or the code that a customer shows', async () => {
    const { cookie } = await signIn('store');
    const found = { pickupIds: [mine.pickupId], isByCode: false };
    for (const text of ['SP-1', '#SP-1', ' SP-1 ']) {
      expect((await find(cookie, text)).body).toMatchObject({
        text: 'Order SP-1 is to be picked.',
        ...found,
      });
    }
    const { body } = await find(cookie, mine.code.toLowerCase());
    expect(body).toMatchObject({ pickupIds: [mine.pickupId], isByCode: true });
  });

  test('says nothing of another store’s orders and codes, and slows who guesses', async () => {
    const { cookie } = await signIn('store');
    const unknown = { text: 'No order of this store has this number or code.' };
    expect((await find(cookie, others.code)).body).toEqual(unknown);
    expect((await find(cookie, others.orderNo)).body).toEqual(unknown);
    let answer = await find(cookie, 'GUESS-0');
    for (let guess = 1; answer.status === 404 && guess < 100; guess += 1) {
      answer = await find(cookie, `GUESS-${guess}`);
    }
    expect([answer.status, answer.body.text]).toEqual([
      429,
      'Too much at once. Wait a little and try again.',
    ]);
  });
});
