/**
 * What of a shop's order is not ours to send is never sent: what has left is recorded once, what others
 * send is followed, what nobody sends passes by itself; each with the right books.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { putMapping } from '../../store/master/mappings';
import { line, openShop, SHOP, type Shop } from './shop';

const COST_MINOR = 700;
let shop: Shop;

beforeAll(async () => {
  shop = await openShop({ MUG: 1_000, TEA: 1_000, 'GIFT-50': 0, EBOOK: 0 }, 8_000);
  const place = { kind: 'store', source: SHOP, value: '55', target: 'dc-east' } as const;
  await shop.db.transaction((sql) => putMapping(sql, place, 'test'));
});
afterAll(() => shop.close());
beforeEach(() => {
  shop.next();
});

const units = async () =>
  (await shop.theOrder())?.lines.map(({ unallocated, reserved, shipped }) => ({
    unallocated,
    reserved,
    shipped,
  }));
const fulfilment = (id: number, lines: readonly { id: number; quantity: number }[]) => ({
  id,
  status: 'success',
  created_at: '2026-03-01T11:00:00Z',
  location_id: 55,
  line_items: lines,
});
async function onHand(sku: string): Promise<number> {
  const { rows } = await shop.db.query<{ units: number }>(
    'select on_hand as units from stock where sku = $1',
    [sku],
  );
  return rows[0]?.units ?? 0;
}
const paid = { financial_status: 'paid' };
const messages = async () => {
  const { rows } = await shop.db.query<{ verb: string }>(
    `select verb from outbox join sales_order o using (order_id)
      where o.order_no = $1 and o.channel_instance = $2 order by outbox.verb`,
    [(await shop.theOrder())?.orderNo, SHOP],
  );
  return rows.map(({ verb }) => verb);
};

describe('goods that have left before their order came', () => {
  test('sold at a till: recorded from its place with cost and revenue, and nothing is asked for', async () => {
    const before = await onHand('MUG');
    const sold = line(1, 'MUG', 2, { fulfillment_status: 'fulfilled', fulfillable_quantity: 0 });
    await shop.says('orders/create', {
      ...shop.order([sold], { ...paid, source_name: 'pos', shipping_address: null }),
      fulfillment_status: 'fulfilled',
      fulfillments: [fulfilment(801, [{ id: 1, quantity: 2 }])],
    });
    expect(await units()).toEqual([{ unallocated: 2, reserved: 0, shipped: 0 }]);
    await shop.goesOn();
    expect(await units()).toEqual([{ unallocated: 0, reserved: 0, shipped: 2 }]);
    expect(await onHand('MUG')).toBe(before - 2);
    expect(await shop.books()).toEqual({
      CL: 0,
      CLR: 2_000,
      COGS: 2 * COST_MINOR,
      INV: -2 * COST_MINOR,
      REV: -2_000,
    });
    // The shop knows, and so does its buyer.
    expect(await messages()).toEqual(['createSalesOrder', 'recordTaxInvoice']);
    expect(await shop.openAbout()).toEqual([]);
    expect(await shop.audited()).toEqual([]);
  });

  test('in part: the rest is ours to send, and the same fulfilment told again moves nothing', async () => {
    const partly = line(1, 'MUG', 3, { fulfillment_status: 'partial' });
    const told = fulfilment(802, [{ id: 1, quantity: 1 }]);
    const body = { ...shop.order([partly, line(2, 'TEA', 1)]), fulfillments: [told] };
    await shop.says('orders/create', body);
    expect(await units()).toEqual([
      { unallocated: 1, reserved: 2, shipped: 0 },
      { unallocated: 0, reserved: 1, shipped: 0 },
    ]);
    await shop.goesOn();
    await shop.says('orders/updated', body);
    await shop.says('fulfillments/update', { ...told, order_id: body.id });
    await shop.goesOn();
    expect(await units()).toEqual([
      { unallocated: 0, reserved: 2, shipped: 1 },
      { unallocated: 0, reserved: 1, shipped: 0 },
    ]);
    expect(await shop.openAbout()).toEqual([]);
    expect(await shop.audited()).toEqual([]);
  });

  test('from a place that is mapped to none of ours: it waits for that mapping by its name', async () => {
    const sold = line(1, 'MUG', 1, { fulfillment_status: 'fulfilled' });
    const told = { ...fulfilment(803, [{ id: 1, quantity: 1 }]), location_id: 56 };
    await shop.says('orders/create', { ...shop.order([sold]), fulfillments: [told] });
    await shop.goesOn();
    expect((await units())?.[0]).toMatchObject({ unallocated: 1, reserved: 0 });
    expect(await shop.openAbout()).toEqual([
      { code: 'mapping.store', detail: expect.stringContaining('56 of shopify-us') },
    ]);
    const place = { kind: 'store', source: SHOP, value: '56', target: 'dc-east' } as const;
    await shop.db.transaction((sql) => putMapping(sql, place, 'test'));
    await shop.route();
    await shop.goesOn();
    expect((await units())?.[0]).toMatchObject({ unallocated: 0, shipped: 1 });
  });

  test("a fulfilment that is cancelled in the shop afterwards is a person's", async () => {
    const sold = line(1, 'MUG', 1, { fulfillment_status: 'fulfilled' });
    const told = fulfilment(804, [{ id: 1, quantity: 1 }]);
    const body = { ...shop.order([sold]), fulfillments: [told] };
    await shop.says('orders/create', body);
    await shop.goesOn();
    await shop.says('fulfillments/update', { ...told, status: 'cancelled', order_id: body.id });
    expect(await shop.openAbout()).toEqual([
      { code: 'event.no-rule', detail: expect.stringContaining('was cancelled at shopify-us') },
    ]);
  });
});

test('what another service sends is not asked for, and is booked when the shop says that it left', async () => {
  const before = await onHand('TEA');
  const theirs = line(2, 'TEA', 1, { fulfillment_service: 'other-3pl' });
  const body = shop.order([line(1, 'MUG', 1), theirs], paid);
  await shop.says('orders/create', body);
  expect(await units()).toEqual([
    { unallocated: 0, reserved: 1, shipped: 0 },
    { unallocated: 1, reserved: 0, shipped: 0 },
  ]);
  const told = { ...fulfilment(805, [{ id: 2, quantity: 1 }]), location_id: 99 };
  await shop.says('fulfillments/create', { ...told, status: 'pending', order_id: body.id });
  await shop.goesOn();
  expect((await units())?.[1]).toMatchObject({ shipped: 0 });
  await shop.says('fulfillments/update', { ...told, order_id: body.id });
  await shop.goesOn();
  expect((await units())?.[1]).toEqual({ unallocated: 0, reserved: 0, shipped: 1 });
  expect(await onHand('TEA')).toBe(before);
  // Rule 3e: what its supplier is owed, and nothing out of our stock.
  expect(await shop.books()).toMatchObject({
    'ACCRUED-SUPPLY': -COST_MINOR,
    COGS: COST_MINOR,
    REV: -1_000,
    CL: -1_000,
  });
  expect(await shop.openAbout()).toEqual([]);
  expect(await shop.audited()).toEqual([]);
});

test('a gift card that is sold is a debt, no revenue, untaxed, and no warehouse hears of it', async () => {
  const card = line(1, 'GIFT-50', 1, { gift_card: true, requires_shipping: false });
  await shop.says('orders/create', shop.order([card], { ...paid, shipping_address: null }));
  await shop.goesOn();
  expect((await units())?.[0]).toEqual({ unallocated: 0, reserved: 0, shipped: 1 });
  expect(await shop.books()).toEqual({ CL: 0, CLR: 1_000, GC: -1_000 });
  expect(await messages()).toEqual(['createSalesOrder']);
  expect(await shop.audited()).toEqual([]);
});

test('digital goods pass once they are paid for, beside goods that are sent', async () => {
  const digital = line(2, 'EBOOK', 1, { requires_shipping: false });
  await shop.says('orders/create', shop.order([line(1, 'MUG', 1), digital]));
  await shop.goesOn();
  expect(await units()).toEqual([
    { unallocated: 0, reserved: 1, shipped: 0 },
    { unallocated: 0, reserved: 0, shipped: 1 },
  ]);
  expect(await shop.books()).toMatchObject({ AR: 1_000, REV: -1_000 });
  expect((await shop.theOrder())?.captures).toMatchObject([{ amountMinor: 1_000, state: 'due' }]);
  expect(await shop.audited()).toEqual([]);
});

test('digital goods that nobody has paid for do not pass', async () => {
  const digital = line(1, 'EBOOK', 1, { requires_shipping: false });
  await shop.says('orders/create', shop.order([digital], { financial_status: 'pending' }));
  await shop.goesOn();
  expect((await units())?.[0]).toMatchObject({ unallocated: 1, shipped: 0 });
});

test('a tax that the channel owes is passed through, and never a liability of ours', async () => {
  const tax = (title: string, price: string, channel_liable: boolean) => ({
    title,
    price,
    channel_liable,
  });
  const taxed = line(1, 'MUG', 1, {
    fulfillment_status: 'fulfilled',
    tax_lines: [tax('State Tax', '0.60', true), tax('State Tax', '0.10', false)],
  });
  await shop.says('orders/create', {
    ...shop.order([taxed], { ...paid, total_tax: '0.70', total_price: '10.70' }),
    fulfillments: [fulfilment(806, [{ id: 1, quantity: 1 }])],
  });
  await shop.goesOn();
  expect(await shop.books()).toMatchObject({ MFT: -60, TAX: -10, REV: -1_000, CLR: 1_070 });
  const { rows } = await shop.db.query<{ taxes: object[] }>(
    `select body #> '{lines,0,taxes}' as taxes from outbox where verb = 'recordTaxInvoice'
        and order_id = $1`,
    [(await shop.theOrder())?.orderId],
  );
  expect(rows[0]?.taxes).toEqual([{ taxCode: 'US-STATE', amountMinor: 10 }]);
  expect(await shop.audited()).toEqual([]);
});

test('units of ours that somebody else sent are named, and what has not left is held', async () => {
  const body = shop.order([line(1, 'MUG', 2)]);
  await shop.says('orders/create', body);
  const told = fulfilment(807, [{ id: 1, quantity: 1 }]);
  await shop.says('fulfillments/create', { ...told, order_id: body.id });
  expect(await shop.openAbout()).toEqual([
    {
      code: 'order.changed-at-channel',
      detail: expect.stringContaining("1 units of line 1 (MUG) left by somebody else's hand"),
    },
  ]);
  expect((await shop.theOrder())?.holdReason).not.toBeNull();
});

test('goods that are to be sent, and no address: it waits for one', async () => {
  await shop.says('orders/create', shop.order([line(1, 'MUG', 1)], { shipping_address: null }));
  expect(await shop.theOrder()).toBeNull();
  expect((await shop.openAbout())[0]?.code).toBe('event.unmappable');
});
