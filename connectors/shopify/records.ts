/**
 * Shopify's records for the audit. Read from the stand-in's lists: it answers an order by its id,
 * not a search. Shopify itself has `orders(query: "updated_at:>=…")` with transactions and
 * fulfilments inside; which webhooks it delivered only its own delivery log says.
 */
import { tail, type OutsideRecord } from '../../canonical/ports/records';
import type { Listed, RecordLists } from '../listed-records';
import { readAddress } from './map-order';
import { AddressFields } from './order-schema';

/** Units by the order's line that they are of. */
const unitsOfLines = ({ lines }: Listed): OutsideRecord['parts'] =>
  (lines ?? []).map(({ lineId = '', quantity = 0 }) => ({
    name: `line ${tail(lineId)}`,
    quantity,
  }));

export const shopifyRecords: RecordLists = {
  'shop-order': {
    path: 'orders',
    fields: ['lines', 'shippingAddress'],
    // As Shopify's `currentQuantity`: what was refunded or taken off is not the buyer's any more.
    partsOf: ({ lines }) =>
      (lines ?? []).map(({ id = '', sku, quantity = 0, refunded = 0, removed = 0 }) => ({
        name: `line ${tail(id)}`,
        quantity: quantity - refunded - removed,
        ...(sku && { sku }),
      })),
    addressOf: ({ shippingAddress }) => readAddress(AddressFields.nullish().parse(shippingAddress)),
  },
  'shop-transaction': {
    path: 'transactions',
    fields: ['kind', 'closed'],
    isHeld: ({ kind, status, closed }) =>
      kind === 'AUTHORIZATION' && status === 'SUCCESS' && closed === false,
  },
  'shop-fulfillment': {
    path: 'fulfillments',
    // A shipment has no type: the shop knows none that is its own.
    fields: ['methodType', 'lines'],
    partsOf: unitsOfLines,
  },
  'shop-preparation': { path: 'preparations' },
  'shop-return': {
    path: 'returns',
    fields: ['lines'],
    partsOf: unitsOfLines,
  },
  'shop-webhook': {
    path: 'webhooks',
    fields: ['topic', 'eventId'],
    referenceOf: ({ eventId }) => eventId ?? null,
  },
};
