/**
 * Shopify's records for the audit. Read from the stand-in's lists: it answers an order by its id,
 * not a search. Shopify itself has `orders(query: "updated_at:>=…")` with transactions and
 * fulfilments inside; which webhooks it delivered only its own delivery log says.
 */
import type { RecordLists } from '../listed-records';

export const shopifyRecords: RecordLists = {
  'shop-order': { path: 'orders' },
  'shop-transaction': {
    path: 'transactions',
    fields: ['kind', 'closed'],
    isHeld: ({ kind, status, closed }) =>
      kind === 'AUTHORIZATION' && status === 'SUCCESS' && closed === false,
  },
  'shop-fulfillment': { path: 'fulfillments' },
  'shop-webhook': {
    path: 'webhooks',
    fields: ['topic', 'eventId'],
    referenceOf: ({ eventId }) => eventId ?? null,
  },
};
