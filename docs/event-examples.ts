/** One event of each kind, as it is sent to `POST /v1/events`; checked against its schema. */
import type { EventType } from '../canonical/schema/event';
import { ORDER_EXAMPLE } from '../api/examples';

const ORDER_ID = 'ord_0mu4q8zrk3f9a1c5e7b2d4f6a8c0';
const REQUEST_ID = `release:${ORDER_ID}:1:1`;
const RMA = 'rma_0mu4q8zrk3f9a1c5e7b2d4f6a8c0';
const INTENT_REF = 'pi_3Nb2c4d6e8f0';
const PICKUP_ID = 'pu_0mu4q8zrk3f9a1c5e7b2d4f6a8c0-1';
const pickup = { pickupId: PICKUP_ID, location: 'store-boston' };
const order = { channelInstance: 'web-us', orderNo: '1001' };
const usd = (minorUnits: number) => ({ currency: 'USD', minorUnits });

/** The `data` of an event; its envelope is the same for all. */
export const EVENT_DATA_EXAMPLES: Readonly<Record<EventType, unknown>> = {
  'order.created.v1': ORDER_EXAMPLE,
  'order.cancel-requested.v1': {
    ...order,
    reason: 'the buyer changed their mind',
    lines: [{ lineNo: 1, quantity: 1 }],
  },
  'fulfilment.accepted.v1': { ...order, requestId: REQUEST_ID },
  'fulfilment.rejected.v1': { ...order, requestId: REQUEST_ID, reason: 'out-of-stock' },
  'shipment.confirmed.v1': {
    ...order,
    requestId: REQUEST_ID,
    shipmentId: 'parcel-20417',
    location: 'dc-east',
    carrier: 'UPS',
    trackingNumber: '1Z999AA10123456784',
    shippedAt: '2026-03-02T15:04:05Z',
    carrierCost: usd(712),
    lines: [{ lineNo: 1, sku: 'MUG-BLUE', quantity: 2 }],
  },
  'pickup.accepted.v1': { ...pickup, acceptedAt: '2026-03-02T15:04:05Z' },
  'pickup.ready.v1': {
    ...pickup,
    readyAt: '2026-03-02T15:24:05Z',
    lines: [{ lineNo: 1, quantity: 2 }],
  },
  'pickup.customer-arrived.v1': { ...pickup, arrivedAt: '2026-03-03T17:40:00Z', bay: '4' },
  'pickup.handed-over.v1': {
    ...pickup,
    handedOverAt: '2026-03-03T17:44:05Z',
    lines: [{ lineNo: 1, quantity: 2 }],
    proof: { kind: 'id-card', isOtherPerson: false },
  },
  'pickup.rejected.v1': {
    ...pickup,
    rejectedAt: '2026-03-02T15:24:05Z',
    reason: 'not-found',
    lines: [{ lineNo: 1, quantity: 1 }],
  },
  'fulfilment.changed-at-channel.v1': {
    channelInstance: 'shopify-us',
    channelOrderRef: '450789469',
  },
  'pickup.substituted.v1': {
    ...pickup,
    substitutedAt: '2026-03-03T17:42:00Z',
    lineNo: 1,
    quantity: 1,
    sku: 'TEA-ASSAM-250',
    unitPriceMinor: 1_199,
    reason: 'not-found',
    consent: 'as-paid',
  },
  'pickup.no-show.v1': { ...pickup, noShowAt: '2026-03-10T01:00:00Z' },
  'payment.authorized.v1': {
    reference: INTENT_REF,
    effectKey: `authorize:${ORDER_ID}:1:1`,
    orderId: ORDER_ID,
    amount: usd(3_598),
  },
  'payment.captured.v1': {
    reference: 'ch_3Nb2c4d6e8f1',
    effectKey: `capture:${ORDER_ID}:1:1:1`,
    orderId: ORDER_ID,
    amount: usd(3_598),
  },
  'payment.voided.v1': {
    reference: INTENT_REF,
    effectKey: `void:${ORDER_ID}:1:1:1`,
    orderId: ORDER_ID,
    amount: usd(3_598),
  },
  'payment.refunded.v1': {
    reference: 're_3Nb2c4d6e8f2',
    effectKey: `refund:${ORDER_ID}:1:1:1`,
    orderId: ORDER_ID,
    amount: usd(1_799),
  },
  'payment.refund-failed.v1': {
    reference: 're_3Nb2c4d6e8f2',
    effectKey: `refund:${ORDER_ID}:1:1:1`,
    orderId: ORDER_ID,
    amount: usd(1_799),
  },
  'return.requested.v1': {
    ...order,
    reason: 'changed-mind',
    lines: [{ lineNo: 1, quantity: 1 }],
    expectedAt: 'store-001',
  },
  'return.status-changed.v1': {
    channelInstance: 'shopify-us',
    channelReturnRef: 'gid://shopify/Return/3547267221',
    channelOrderRef: '5196695273621',
    status: 'approved',
    reason: 'changed-mind',
    lines: [{ channelLineRef: '12695210000533', quantity: 1 }],
  },
  'return.disposed.v1': {
    channelInstance: 'shopify-us',
    reverseOrderRef: 'gid://shopify/ReverseFulfillmentOrder/7160889365',
  },
  'return.received.v1': {
    rma: RMA,
    receiptId: 'counter-3-0117',
    location: 'store-001',
    receivedAt: '2026-03-09T10:12:00Z',
    lines: [{ sku: 'MUG-BLUE', quantity: 1 }],
  },
  'return.inspected.v1': {
    rma: RMA,
    inspectionId: 'counter-3-0118',
    location: 'store-001',
    inspectedAt: '2026-03-09T10:14:00Z',
    lines: [{ lineNo: 1, quantity: 1, condition: 'new', disposition: 'restock' }],
  },
  'inventory.received.v1': {
    location: 'dc-east',
    reference: 'ASN-4711',
    lines: [{ sku: 'MUG-BLUE', quantity: 120 }],
  },
  'inventory.adjusted.v1': {
    location: 'dc-east',
    reason: 'count of 2 March',
    lines: [{ sku: 'MUG-BLUE', quantityDelta: -2 }],
  },
};
