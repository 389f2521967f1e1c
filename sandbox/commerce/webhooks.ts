/** Shopify's webhooks. https://shopify.dev/docs/apps/build/webhooks */
import { createHmac } from 'node:crypto';
import { contentHash, derivedUuid } from '../identifiers';
import type { Message, Signer } from '../outbound';
import { API_VERSION } from './schema';

export const shopDomain = (account: string): string => `${account}.myshopify.com`;

/** HMAC-SHA256 of the raw body, base64; each delivery has its own webhook id. */
export function shopifySigner(secret: string): Signer {
  return (delivery) => ({
    'x-shopify-hmac-sha256': createHmac('sha256', secret).update(delivery.body).digest('base64'),
    'x-shopify-webhook-id': derivedUuid('delivery', delivery.id),
  });
}

/**
 * The same topic, order and content are the same event, however often it is sent.
 *
 * @param orderGid `gid://shopify/Order/…`
 */
export function orderWebhook(
  account: string,
  topic: string,
  orderGid: string,
  payload: Record<string, unknown>,
  triggeredAt: string,
): Message {
  const eventId = derivedUuid('event', topic, orderGid, contentHash(payload));
  return {
    system: 'commerce',
    topic,
    path: `/v1/webhooks/shopify/${account}`,
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': topic,
      'x-shopify-shop-domain': shopDomain(account),
      'x-shopify-event-id': eventId,
      'x-shopify-triggered-at': triggeredAt,
      'x-shopify-api-version': API_VERSION,
      'x-shopify-test': 'true',
    },
    body: JSON.stringify(payload),
    eventId,
    reference: orderGid,
    orderId: orderGid,
  };
}
