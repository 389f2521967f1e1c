/** Webhooks as the vendors sign them, with a secret, a time or an id of the test's choice. */
import { createHmac, randomUUID } from 'node:crypto';
import type { Answer, World } from './fixture';

interface ShopifyDelivery {
  readonly topic?: string;
  /** Left out where the vendor sends none: then the bytes are what makes it the same one. */
  readonly eventId?: string;
  readonly secret?: string;
}

function accountOf(world: World, connector: string) {
  const found = world.json.webhooks[connector];
  if (!found) throw new Error(`the stack has no account of ${connector}`);
  return found;
}

/** A delivery of a Shopify webhook; each has a webhook id of its own, as Shopify gives it. */
export function shopifyWebhook(
  world: World,
  raw: string,
  { topic = 'orders/create', eventId, secret }: ShopifyDelivery = {},
): Promise<Answer> {
  const { account, secret: rightSecret } = accountOf(world, 'shopify');
  return world.call('POST', `/v1/webhooks/shopify/${account}`, {
    raw,
    headers: {
      'x-shopify-topic': topic,
      'x-shopify-shop-domain': `${account}.myshopify.com`,
      'x-shopify-hmac-sha256': createHmac('sha256', secret ?? rightSecret)
        .update(raw)
        .digest('base64'),
      'x-shopify-webhook-id': randomUUID(),
      'x-shopify-triggered-at': new Date().toISOString(),
      ...(eventId !== undefined && { 'x-shopify-event-id': eventId }),
    },
  });
}

/** A delivery of a Stripe event, signed `ageS` seconds ago. */
export function stripeWebhook(
  world: World,
  raw: string,
  { ageS = 0, secret }: { readonly ageS?: number; readonly secret?: string } = {},
): Promise<Answer> {
  const { account, secret: rightSecret } = accountOf(world, 'stripe');
  const time = Math.floor(Date.now() / 1_000) - ageS;
  const signature = createHmac('sha256', secret ?? rightSecret)
    .update(`${time}.${raw}`)
    .digest('hex');
  return world.call('POST', `/v1/webhooks/stripe/${account}`, {
    raw,
    headers: { 'stripe-signature': `t=${time},v1=${signature}` },
  });
}
