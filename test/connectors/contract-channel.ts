/** What a sales channel that moves its buyers' money must keep. */
import { expect, test, type TestContext } from 'vitest';
import { z } from 'zod';
import type { CaptureRequest, Refunded } from '../../canonical/ports/payment';
import { checkTotals } from '../../canonical/rules/order/totals';
import { shopifyClient } from '../../connectors/shopify/client';
import { mapShopify } from '../../connectors/shopify/map-order';
import { HEADERS_TIMEOUT_MS, newOrderId, subject } from './contract-subject';
import { statusContract } from './contract-statuses';
import type { Target } from './contract-targets';

const GRAPHQL = '/admin/api/2026-07/graphql.json';
const Made = z.looseObject({
  order: z.looseObject({
    id: z.union([z.string(), z.number()]).transform(String),
    line_items: z.array(z.looseObject({ id: z.union([z.string(), z.number()]).transform(String) })),
  }),
});

export function channelContract(target: () => Target): void {
  const shop = subject(target, ({ baseUrl, token }) =>
    shopifyClient({ baseUrl, accessToken: token, headersTimeoutMs: HEADERS_TIMEOUT_MS }),
  );

  /** An order of 2 mugs and 1 pot, 40.00 in all, authorized by the shop. */
  async function sold(context: TestContext, authorization: object = {}) {
    const made = await shop.sandbox(context).post('orders', {
      lines: [
        { sku: 'MUG', quantity: 2, price: '10.00' },
        { sku: 'POT', quantity: 1, price: '20.00' },
      ],
      shipping: '0.00',
      taxRate: 0,
      authorization,
    });
    const { order } = Made.parse(made);
    const [mug, pot] = order.line_items;
    return { ref: order.id, mug: mug?.id ?? '', pot: pot?.id ?? '', orderId: newOrderId() };
  }
  type Sold = Awaited<ReturnType<typeof sold>>;

  const captureOf = (from: Sold, invoiceNo: number, amountMinor: number): CaptureRequest => ({
    key: `capture:${from.orderId}:1:${invoiceNo}:1`,
    orderId: from.orderId,
    channelOrderRef: from.ref,
    tenderNo: 1,
    amountMinor,
    currency: 'USD',
    authorizationRef: null,
    isFinal: false,
    knownRefs: [],
  });
  const shipmentOf = (from: Sold, shipmentNo: number, trackingNumber: string | null) => ({
    key: `fulfil:${from.orderId}:${shipmentNo}`,
    orderId: from.orderId,
    channelOrderRef: from.ref,
    shipmentNo,
    carrier: 'UPS',
    trackingNumber,
    lines: [{ channelLineRef: from.mug, quantity: 1 }],
  });

  test('an order of the shop reads as ours, and ties', async (context) => {
    const made = await shop.sandbox(context).post('orders', {
      lines: [{ sku: 'MUG', quantity: 3, price: '9.99' }],
      shipping: '5.00',
      taxRate: 0.06,
    });
    const result = mapShopify('orders/create', Made.parse(made).order, { account: 'shopify-us' });
    const [event] = result.outcome === 'mapped' ? result.events : [];
    if (event?.type !== 'order.created.v1') throw new Error(JSON.stringify(result));
    expect(checkTotals(event.data)).toEqual([]);
    expect(event.data.tenders[0]?.received).toEqual({ state: 'authorized' });
  });

  test('finds what is claimed of an order, while it is whole and there', async (context) => {
    const order = await sold(context);
    const { money } = shop.client();
    const request = captureOf(order, 1, 4_000);
    const claim = (state: 'authorized' | 'captured', more: object = {}) =>
      money.findClaimed({ ...request, claim: { state, reference: null }, ...more });
    expect(await claim('authorized')).toMatchObject({ outcome: 'authorized' });
    expect(await claim('captured')).toBeNull();
    expect(await claim('authorized', { amountMinor: 4_001 })).toBeNull();
    expect(await claim('authorized', { currency: 'EUR' })).toBeNull();
    expect(await claim('authorized', { channelOrderRef: '1' })).toBeNull();
    await money.capture({ ...request, isFinal: true });
    expect(await claim('authorized')).toBeNull();
    expect(await claim('captured')).toMatchObject({ outcome: 'captured', amountMinor: 4_000 });
  });

  test('captures on the authorization that came with the order, and finds it', async (context) => {
    const order = await sold(context);
    const { money } = shop.client();
    const capture = captureOf(order, 1, 4_000);
    expect(await money.findCapture(capture)).toBeNull();
    const made = await money.capture(capture);
    expect(made).toMatchObject({ outcome: 'captured', amountMinor: 4_000 });
    expect(await money.findCapture(capture)).toEqual(made);
  });

  test('tells two captures of one amount apart by the ones it knows', async (context) => {
    const order = await sold(context, { multiCapturable: true });
    const { money } = shop.client();
    const first = await money.capture(captureOf(order, 1, 1_000));
    if (first.outcome !== 'captured') throw new Error(first.vendorCode);
    const second = { ...captureOf(order, 2, 1_000), knownRefs: [first.reference] };
    expect(await money.findCapture(second)).toBeNull();
    const made = await money.capture(second);
    expect(await money.findCapture(second)).toEqual(made);
  });

  test('a capture whose answer is lost is ambiguous, was made once, and is found', async (context) => {
    const order = await sold(context);
    const { money } = shop.client();
    const capture = captureOf(order, 1, 1_500);
    const match = { method: 'POST', path: GRAPHQL, body: 'orderCapture' };
    await shop.sandbox(context).failOnce(match, { kind: 'reset-after' });
    await expect(money.capture(capture)).rejects.toMatchObject({ kind: 'ambiguous' });
    expect(await money.findCapture(capture)).toMatchObject({ amountMinor: 1_500 });
  });

  test('more than was authorized and an order it does not know are refusals', async (context) => {
    const order = await sold(context);
    const { money } = shop.client();
    expect(await money.capture(captureOf(order, 1, 4_001))).toMatchObject({
      outcome: 'refused',
      detail: expect.stringContaining('amount'),
    });
    expect(await money.capture(captureOf({ ...order, ref: '1' }, 1, 100))).toMatchObject({
      vendorCode: 'unknown_order',
    });
  });

  test('voids the authorization once, and finds that', async (context) => {
    const order = await sold(context);
    const { money } = shop.client();
    const wanted = { ...captureOf(order, 1, 4_000), key: `void:${order.orderId}:1:1:1` };
    expect(await money.findVoid(wanted)).toBeNull();
    const made = await money.void(wanted);
    expect(made).toMatchObject({ outcome: 'voided' });
    expect(await money.findVoid(wanted)).toEqual(made);
    expect(await money.void(wanted)).toEqual(made);
  });

  test('refunds what was captured, once for its key, and finds it', async (context) => {
    const order = await sold(context);
    const { money } = shop.client();
    const captured = await money.capture(captureOf(order, 1, 4_000));
    if (captured.outcome !== 'captured') throw new Error(captured.vendorCode);
    const refund = {
      ...captureOf(order, 1, 700),
      key: `refund:${order.orderId}:1:1:1`,
      captureRef: captured.reference,
    };
    expect(await money.findRefund(refund)).toBeNull();
    const made = await money.refund(refund);
    expect(made).toMatchObject({ outcome: 'refunded', amountMinor: 700 });
    expect(await money.findRefund(refund)).toEqual(made);
    expect(await money.refund(refund)).toEqual(made);
    const { reference, amountMinor } = made as Refunded;
    expect(await money.otherRefunds(refund)).toMatchObject([{ reference, amountMinor }]);
    expect(await money.otherRefunds({ ...refund, knownRefs: [reference] })).toEqual([]);
  });

  test.for([['1Z999'], [null]] as const)(
    'announces a shipment (tracking %s), and finds it',
    async ([tracking], context) => {
      const order = await sold(context);
      const { channel } = shop.client();
      const shipment = shipmentOf(order, 1, tracking);
      expect(await channel.findShipment(shipment)).toBeNull();
      const made = await channel.announceShipment(shipment);
      expect(made).toMatchObject({ outcome: 'announced' });
      expect(await channel.findShipment(shipment)).toEqual(made);
      const next = shipmentOf(order, 2, tracking ? `${tracking}-2` : null);
      expect(await channel.findShipment(next)).toBeNull();
    },
  );

  test('cancels a fulfilment that it has twice, finds that, and has its units open again', async (context) => {
    const order = await sold(context);
    const { channel } = shop.client();
    const announce = async (shipmentNo: number) => {
      const made = await channel.announceShipment(shipmentOf(order, shipmentNo, '1Z7'));
      if (made.outcome !== 'announced') throw new Error(made.vendorCode);
      return made;
    };
    const first = await announce(1);
    const { reference } = await announce(1);
    const third = await channel.announceShipment(shipmentOf(order, 2, '1Z8'));
    expect(third).toMatchObject({ vendorCode: 'not_fulfillable' });
    const cancellation = {
      key: `cancel-fulfilment:${order.orderId}:1`,
      orderId: order.orderId,
      channelOrderRef: order.ref,
      reference,
    };
    expect(await channel.findFulfilmentCancellation(cancellation)).toBeNull();
    const made = await channel.cancelFulfilment(cancellation);
    expect(made).toEqual({ outcome: 'announced', reference });
    expect(await channel.findFulfilmentCancellation(cancellation)).toEqual(made);
    expect(await channel.cancelFulfilment(cancellation)).toEqual(made);
    // What is cancelled is no parcel any more.
    expect(await channel.findShipment(shipmentOf(order, 1, '1Z7'))).toEqual(first);
    await announce(2);
  });

  test('a cancellation of a fulfilment whose answer is lost is ambiguous, and found', async (context) => {
    const order = await sold(context);
    const { channel } = shop.client();
    const made = await channel.announceShipment(shipmentOf(order, 1, '1Z7'));
    if (made.outcome !== 'announced') throw new Error(made.vendorCode);
    const { orderId, ref: channelOrderRef } = order;
    const asked = { key: 'k', orderId, channelOrderRef, reference: made.reference };
    const match = { method: 'POST', path: GRAPHQL, body: 'fulfillmentCancel' };
    await shop.sandbox(context).failOnce(match, { kind: 'reset-after' });
    await expect(channel.cancelFulfilment(asked)).rejects.toMatchObject({ kind: 'ambiguous' });
    expect(await channel.findFulfilmentCancellation(asked)).not.toBeNull();
    const unknown = { ...asked, reference: 'gid://shopify/Fulfillment/1' };
    expect(await channel.cancelFulfilment(unknown)).toMatchObject({ outcome: 'refused' });
  });

  test('more units than the shop has open are refused', async (context) => {
    const order = await sold(context);
    const shipment = {
      ...shipmentOf(order, 1, '1Z1'),
      lines: [{ channelLineRef: order.mug, quantity: 3 }],
    };
    expect(await shop.client().channel.announceShipment(shipment)).toMatchObject({
      vendorCode: 'not_fulfillable',
    });
  });

  test('announces a cancellation, and finds it', async (context) => {
    const order = await sold(context);
    const { channel } = shop.client();
    const cancellation = {
      key: `cancel:${order.orderId}`,
      orderId: order.orderId,
      channelOrderRef: order.ref,
      reason: 'out of stock',
    };
    expect(await channel.findCancellation(cancellation)).toBeNull();
    expect(await channel.announceCancellation(cancellation)).toMatchObject({
      outcome: 'announced',
    });
    expect(await channel.findCancellation(cancellation)).not.toBeNull();
  });

  test('a throttled call says when to come again', async (context) => {
    const order = await sold(context);
    await shop.sandbox(context).failOnce({ path: GRAPHQL }, { kind: 'rate-limit', retryAfterS: 2 });
    await expect(shop.client().money.capture(captureOf(order, 1, 100))).rejects.toMatchObject({
      kind: 'unavailable',
      retryAfterMs: 2_000,
    });
  });

  const money = (name: string) => ({ kind: 'transactions', path: GRAPHQL, body: name });
  statusContract(shop, [
    {
      verb: 'capture',
      ...money('orderCapture'),
      arrange: async (context) => {
        const order = await sold(context);
        return () => shop.client().money.capture(captureOf(order, 1, 1_500));
      },
    },
    {
      verb: 'void',
      ...money('transactionVoid'),
      arrange: async (context) => {
        const wanted = captureOf(await sold(context), 1, 4_000);
        return () => shop.client().money.void({ ...wanted, key: `void:${wanted.orderId}:1:1:1` });
      },
    },
    {
      verb: 'refund',
      ...money('refundCreate'),
      arrange: async (context) => {
        const capture = captureOf(await sold(context), 1, 4_000);
        const made = await shop.client().money.capture(capture);
        if (made.outcome !== 'captured') throw new Error(made.vendorCode);
        const refund = { ...capture, key: `refund:${capture.orderId}`, captureRef: made.reference };
        return () => shop.client().money.refund({ ...refund, amountMinor: 700 });
      },
    },
    {
      verb: 'announce a shipment',
      ...money('fulfillmentCreate'),
      kind: 'fulfillments',
      arrange: async (context) => {
        const shipment = shipmentOf(await sold(context), 1, '1Z999');
        return () => shop.client().channel.announceShipment(shipment);
      },
    },
  ]);
}
