/**
 * Shopify's webhook signature and identity.
 * https://shopify.dev/docs/apps/build/webhooks/subscribe/https
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Verification, WebhookHeaders, WebhookIdentity } from '../inbound-contract';
import { headerOf, toUtc } from '../inbound-contract';

const UNNAMED_TOPIC = 'unknown';
const MAX_TOPIC_CHARS = 100;
const MAX_EVENT_ID_CHARS = 200;

/**
 * Base64 HMAC-SHA256 of the raw bytes, compared in constant time: each account has a secret of its
 * own. The shop's domain is not signed, so that leaving it out proves nothing; one that is named and
 * is another shop's is a webhook set up for the wrong account. Shopify signs no time.
 */
export function verifyShopify(
  headers: WebhookHeaders,
  rawBody: Uint8Array,
  secret: string,
  shopDomain: string,
): Verification {
  const given = headerOf(headers, 'x-shopify-hmac-sha256');
  if (!given) return { verified: false, why: 'X-Shopify-Hmac-Sha256 is missing' };
  const expected = createHmac('sha256', secret).update(rawBody).digest();
  const received = Buffer.from(given, 'base64');
  // Base64 decoding is lenient: another spelling of the right bytes is not what Shopify sends.
  const isExact = received.toString('base64') === given;
  const isEqual = received.length === expected.length && timingSafeEqual(received, expected);
  if (!isExact || !isEqual) {
    return { verified: false, why: 'X-Shopify-Hmac-Sha256 does not match the body' };
  }
  const shop = headerOf(headers, 'x-shopify-shop-domain')?.toLowerCase() ?? shopDomain;
  return shop === shopDomain
    ? { verified: true }
    : { verified: false, why: "X-Shopify-Shop-Domain is not this account's shop" };
}

/**
 * One event has one X-Shopify-Event-Id over all its deliveries (X-Shopify-Webhook-Id differs), and
 * over all the topics that one change in the shop has: the topic is of its source. Without an id,
 * the same topic and bytes are the same event.
 */
export function identifyShopify(
  account: string,
  headers: WebhookHeaders,
  rawBody: Uint8Array,
): WebhookIdentity {
  const topic = (headerOf(headers, 'x-shopify-topic') ?? UNNAMED_TOPIC).slice(0, MAX_TOPIC_CHARS);
  const given = headerOf(headers, 'x-shopify-event-id');
  const isUsable = given !== undefined && given !== '' && given.length <= MAX_EVENT_ID_CHARS;
  const hash = () => createHash('sha256').update(`${topic}\n`).update(rawBody).digest('hex');
  return {
    source: `shopify/${account}/${topic}`,
    eventId: isUsable ? given : hash(),
    topic,
    occurredAt: toUtc(headerOf(headers, 'x-shopify-triggered-at')),
  };
}
