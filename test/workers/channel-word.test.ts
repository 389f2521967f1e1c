/** What a shop says of an order after it was taken is never dropped: followed, or named and held. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { line, openShop, type Shop, type ShopLine } from './shop';

let shop: Shop;

beforeAll(async () => {
  shop = await openShop({ MUG: 1_000, TEA: 1_000 }, 7_000);
});
afterAll(() => shop.close());
beforeEach(() => {
  shop.next();
});

const says = (topic: string, body: object) => shop.says(topic, body);
const theOrder = () => shop.theOrder();
const openAbout = () => shop.openAbout();
const shopOrder = (lines: readonly ShopLine[], change: object = {}) => shop.order(lines, change);

const two = () => [line(1, 'MUG', 2), line(2, 'TEA', 1)];
async function taken() {
  await says('orders/create', shopOrder(two()));
  expect((await theOrder())?.stage).toBe('accepted');
}

test.each<[string, () => object, RegExp]>([
  ['a line added', () => shopOrder([...two(), line(3, 'MUG', 4)]), /a line of 4 × MUG was added/],
  [
    'units added',
    () => shopOrder([line(1, 'MUG', 3), line(2, 'TEA', 1)]),
    /has 3 units, and had 2/,
  ],
  [
    'units taken off, and another price',
    () => shopOrder([line(1, 'MUG', 2, { current_quantity: 1, price: '9.00' }), line(2, 'TEA', 1)]),
    /has 1 units left, and 2 here/,
  ],
  [
    'a line taken away',
    () => shopOrder([line(1, 'MUG', 2)]),
    /line 2 \(TEA\) is not there any more/,
  ],
  [
    'another price',
    () => shopOrder([{ ...line(1, 'MUG', 2), price: '12.00' }, line(2, 'TEA', 1)]),
    /line 1 \(MUG\) has another price/,
  ],
  [
    'another SKU',
    () => shopOrder([line(1, 'MUG', 2), line(2, 'COCOA', 1)]),
    /is COCOA, and was TEA/,
  ],
  [
    'an address in another country',
    () => shopOrder(two(), { shipping_address: { address1: '2 Other Road', country_code: 'CA' } }),
    /goes to another address/,
  ],
  [
    'the authorization voided',
    () => shopOrder(two(), { financial_status: 'voided' }),
    /authorization was voided/,
  ],
])('%s after it was taken: named, and what has not left is held', async (_, changed, named) => {
  await taken();
  const end = await says('orders/updated', changed());
  expect(end).toMatchObject({ state: 'applied', note: expect.stringMatching(named) });
  const [open, ...others] = await openAbout();
  expect(others).toEqual([]);
  expect(open).toMatchObject({
    code: 'order.changed-at-channel',
    detail: expect.stringMatching(named),
  });
  expect(open?.detail).not.toContain('Road');
  expect((await theOrder())?.holdReason).not.toBeNull();
});

test('units taken off before they have left are a cancellation of just these, once', async () => {
  await taken();
  const lowered = shopOrder([line(1, 'MUG', 2, { current_quantity: 1 }), line(2, 'TEA', 1)], {
    updated_at: '2026-03-01T12:00:00Z',
  });
  expect(await says('orders/updated', lowered)).toMatchObject({ state: 'applied' });
  await shop.goesOn();
  await says('orders/edited', { order_edit: { id: 1, order_id: lowered.id } });
  await says('orders/fulfilled', lowered);
  await shop.goesOn();
  const order = await theOrder();
  expect(order?.lines.map(({ reserved, cancelled }) => [reserved, cancelled])).toEqual([
    [1, 1],
    [1, 0],
  ]);
  expect(order?.holdReason).toBeNull();
  expect(await openAbout()).toEqual([]);
  expect(await shop.audited()).toEqual([]);
});

test('units taken off twice before the first is decided are cancelled once each', async () => {
  const four = (current_quantity: number, updated_at: string) =>
    shopOrder([line(1, 'MUG', 4, { current_quantity })], { updated_at });
  await says('orders/create', four(4, '2026-03-01T10:00:00Z'));
  await says('orders/updated', four(3, '2026-03-01T12:00:00Z'));
  await says('orders/updated', four(2, '2026-03-01T12:00:01Z'));
  await shop.goesOn();
  expect((await theOrder())?.lines).toMatchObject([{ reserved: 2, cancelled: 2 }]);
  expect(await openAbout()).toEqual([]);
});

test('units taken off an order that is cancelled as a whole before are nobody’s matter', async () => {
  await taken();
  const lowered = shopOrder([line(1, 'MUG', 2, { current_quantity: 1 }), line(2, 'TEA', 1)]);
  const cancelled_at = '2026-03-01T12:00:00Z';
  await says('orders/cancelled', { ...lowered, cancelled_at });
  await says('orders/updated', lowered);
  await shop.goesOn();
  expect((await theOrder())?.status).toBe('cancelled');
  expect(await openAbout()).toEqual([]);
});

test('an order that its shop cancels when its goods have left is named', async () => {
  await says('orders/create', {
    ...shopOrder([line(1, 'MUG', 1, { fulfillment_status: 'fulfilled' })]),
    location_id: 55,
    fulfillments: [
      { id: 72, created_at: '2026-03-01T10:30:00Z', line_items: [{ id: 1, quantity: 1 }] },
    ],
  });
  await shop.mapPlace('55');
  await shop.goesOn();
  const cancelled_at = '2026-03-01T12:00:00Z';
  await says('orders/cancelled', shopOrder([line(1, 'MUG', 1)], { cancelled_at }));
  await shop.goesOn();
  expect(await openAbout()).toMatchObject([
    {
      code: 'order.changed-at-channel',
      detail: expect.stringMatching(/every unit is shipped or cancelled already/),
    },
  ]);
});

test('units that are paid back and not put back still go out', async () => {
  await taken();
  const kept = line(1, 'MUG', 2, { current_quantity: 1, fulfillable_quantity: 2 });
  await says('orders/updated', shopOrder([kept, line(2, 'TEA', 1)]));
  await shop.goesOn();
  expect((await theOrder())?.lines.map(({ reserved }) => reserved)).toEqual([2, 1]);
  expect(await openAbout()).toEqual([]);
});

test('a line taken off to nothing is cancelled, and the rest goes on', async () => {
  await taken();
  const off = line(2, 'TEA', 1, { current_quantity: 0 });
  await says('orders/updated', shopOrder([line(1, 'MUG', 2), off]));
  await shop.goesOn();
  expect((await theOrder())?.lines.map(({ cancelled }) => cancelled)).toEqual([0, 1]);
  expect(await openAbout()).toEqual([]);
});

test('of a line that has left in part nobody guesses which units were taken off', async () => {
  await says('orders/create', {
    ...shopOrder([line(1, 'MUG', 2, { fulfillment_status: 'partial' })]),
    location_id: 55,
    fulfillments: [
      { id: 71, created_at: '2026-03-01T10:30:00Z', line_items: [{ id: 1, quantity: 1 }] },
    ],
  });
  await shop.mapPlace('55');
  await shop.goesOn();
  await says('orders/updated', shopOrder([line(1, 'MUG', 2, { current_quantity: 1 })]));
  expect(await openAbout()).toMatchObject([{ code: 'order.changed-at-channel' }]);
});

test('a cancellation of more units than a line has is named and held', async () => {
  await taken();
  await shop.isAskedToCancel([{ lineNo: 1, quantity: 5 }]);
  expect(await openAbout()).toMatchObject([
    { code: 'order.changed-at-channel', detail: expect.stringMatching(/2 units can still be/) },
  ]);
  expect((await theOrder())?.holdReason).not.toBeNull();
});

test('the same difference told again opens nothing more, and an older word changes nothing', async () => {
  await taken();
  const more = [...two(), line(3, 'MUG', 4)];
  const later = { updated_at: '2026-03-01T12:00:00Z' };
  await says('orders/updated', shopOrder(more, later));
  expect(await says('orders/updated', shopOrder(more, later))).toMatchObject({
    state: 'superseded',
    note: 'what it changed is known',
  });
  const older = shopOrder([line(1, 'MUG', 1)], { updated_at: '2026-03-01T11:00:00Z' });
  expect(await says('orders/updated', older)).toMatchObject({
    state: 'superseded',
    note: expect.stringContaining('something later'),
  });
  expect(await openAbout()).toHaveLength(1);
});

test('units that were taken off and are wanted again are named', async () => {
  const four = (current_quantity: number, updated_at: string) =>
    shopOrder([line(1, 'MUG', 4, { current_quantity })], { updated_at });
  await says('orders/create', four(4, '2026-03-01T10:00:00Z'));
  await says('orders/updated', four(3, '2026-03-01T12:00:00Z'));
  // Before the first is decided, and after it.
  const again = /has 4 units again, of 1 taken off/;
  expect(await says('orders/updated', four(4, '2026-03-01T12:00:01Z'))).toMatchObject({
    note: expect.stringMatching(again),
  });
  await shop.goesOn();
  await says('orders/updated', four(3, '2026-03-01T12:00:02Z'));
  expect(await says('orders/updated', four(4, '2026-03-01T12:00:03Z'))).toMatchObject({
    state: 'superseded',
    note: 'what it changed is known',
  });
  expect(await openAbout()).toMatchObject([{ detail: expect.stringMatching(again) }]);
  expect((await theOrder())?.lines).toMatchObject([{ reserved: 3, cancelled: 1 }]);
});

test('an order that waits is taken from what its shop said last, in whatever order it is heard', async () => {
  const pending = (lines: readonly ShopLine[], updated_at: string, change: object = {}) =>
    shopOrder(lines, { updated_at, financial_status: 'pending', ...change });
  await says('orders/create', pending(two(), '2026-03-01T10:00:00Z'));
  expect((await theOrder())?.stage).toBe('received');
  const more = [...two(), line(3, 'MUG', 4)];
  await says('orders/updated', pending(more, '2026-03-01T12:00:00Z'));
  const paid = { financial_status: 'paid' };
  const older = pending(two(), '2026-03-01T11:00:00Z', paid);
  expect(await says('orders/paid', older)).toMatchObject({
    state: 'superseded',
    note: expect.stringContaining('something later'),
  });
  const last = pending(more, '2026-03-01T12:30:00Z', paid);
  expect(await says('orders/paid', last)).toMatchObject({ state: 'applied' });
  expect(await contentOf()).toEqual([2, 1, 4]);
});

test('what a shop said before the word that an order was taken from changes nothing', async () => {
  const more = [...two(), line(3, 'MUG', 4)];
  await says('orders/updated', shopOrder(more, { updated_at: '2026-03-01T12:00:00Z' }));
  expect((await theOrder())?.stage).toBe('accepted');
  expect(await says('orders/create', shopOrder(two()))).toMatchObject({ state: 'superseded' });
  expect(await openAbout()).toEqual([]);
});

async function contentOf(): Promise<number[]> {
  const order = await theOrder();
  const { rows } = await shop.db.query<{ units: number[] }>(
    `select array(select (line ->> 'quantity')::int from jsonb_array_elements(content -> 'lines')
               as line) as units from sales_order where order_id = $1`,
    [order?.orderId],
  );
  return rows[0]?.units ?? [];
}

test.each([
  ['paid', { financial_status: 'paid' }],
  ['fulfilled in part', { fulfillment_status: 'partial' }],
  ['read by another means', { note: 'gift wrap' }],
])('an update that changes nothing of what was sold (%s) is the echo it is', async (_, change) => {
  await taken();
  expect(await says('orders/updated', shopOrder(two(), change))).toMatchObject({
    state: 'superseded',
    note: 'it says what is here',
  });
  expect(await openAbout()).toEqual([]);
  expect((await theOrder())?.holdReason).toBeNull();
});

test('a cancellation that only an update tells of is a cancellation', async () => {
  await taken();
  const cancelled = shopOrder(two(), { cancelled_at: '2026-03-01T12:00:00Z' });
  expect(await says('orders/updated', cancelled)).toMatchObject({
    state: 'routed',
    type: 'order.cancel-requested.v1',
  });
});

test('another order of the shop under the same number touches nothing, and a person is told', async () => {
  await taken();
  const before = await theOrder();
  const other = shopOrder([line(9, 'TEA', 5)], { id: 999 });
  const end = await says('orders/create', other);
  expect(end?.state).not.toBe('superseded');
  expect(await theOrder()).toEqual(before);
  const { rows } = await shop.db.query(
    `select from exception x join inbox i using (event_no)
      where i.event_id = $1 and x.code = 'event.unmappable' and x.detail like '%another order%'`,
    [shop.lastEventId()],
  );
  expect(rows).toHaveLength(1);
});

test.each([
  ['2099-05-01T10:00:00Z', 'more than a day in the future'],
  ['0001-01-01T00:00:00Z', 'before 2000-01-01'],
])('an order placed at %s waits with the reason, and is no order', async (created_at, why) => {
  await says('orders/create', shopOrder(two(), { created_at }));
  expect(await theOrder()).toBeNull();
  const { rows } = await shop.db.query(
    `select from exception x join inbox i using (event_no)
      where i.event_id = $1 and x.detail like '%' || $2 || '%'`,
    [shop.lastEventId(), why],
  );
  expect(rows).toHaveLength(1);
});

test('U+0000 and half a character in a name are replaced, and the order is taken', async () => {
  const body = shopOrder([{ ...line(1, 'MUG', 2), name: 'a\u0000b \ud83d' }]);
  await says('orders/create', body);
  const order = await theOrder();
  expect(order?.stage).toBe('accepted');
  const { rows } = await shop.db.query<{ text: string }>(
    `select content #>> '{lines,0,description}' as text from sales_order where order_id = $1`,
    [order?.orderId],
  );
  expect(rows[0]?.text).toBe('a\uFFFDb \uFFFD');
});
