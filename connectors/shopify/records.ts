/**
 * Shopify's records for the audit. Read from the stand-in's lists: it answers an order by its id,
 * not a search. Shopify itself has `orders(query: "updated_at:>=…")` with transactions and
 * fulfilments inside; which webhooks it delivered only its own delivery log says.
 */
import type { AccountRecords } from '../../canonical/ports/records';
import { listedRecords } from '../listed-records';

export const shopifyRecords = (baseUrl: string): AccountRecords =>
  listedRecords(baseUrl, {
    'shop-order': { path: 'orders' },
    'shop-transaction': { path: 'transactions' },
    'shop-fulfillment': { path: 'fulfillments' },
    'shop-webhook': { path: 'webhooks', referenceOf: ({ eventId }) => eventId ?? null },
  });
