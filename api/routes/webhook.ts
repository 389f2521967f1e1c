/** `POST /v1/webhooks/{connector}/{account}`: a vendor's own webhook, stored as it came. */
import { z } from 'zod';
import { inboundConnector } from '../../connectors/inbound';
import type { WebhookHeaders } from '../../connectors/inbound-contract';
import { storeVendorEvent } from '../../store/inbox/inbox';
import { LARGE_BODY_LIMIT_BYTES, readBytes } from '../http/body';
import { correlatedOf } from '../http/correlation';
import { Problem } from '../http/problem';
import type { Route } from '../http/route';

const Params = z.strictObject({
  connector: z
    .string()
    .meta({ description: 'Of the vendor: `shopify` or `stripe`', example: 'shopify' }),
  account: z
    .string()
    .meta({ description: 'The account of the set-up that it comes from', example: 'shopify-us' }),
});

const Stored = z
  .strictObject({ status: z.enum(['stored', 'duplicate']), eventNo: z.int() })
  .meta({ id: 'WebhookStored' });

/** Kept with the raw event: what the vendor says beside the body, never what it signs with. */
const KEPT_HEADER = /^(content-type|user-agent|x-shopify-.+)$/;
const SECRET_HEADER = /hmac|signature|token|authorization/;
const DELIVERY_HEADER = /-webhook-id$/;
const MAX_HEADER_CHARS = 500;

function keptHeaders(headers: WebhookHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string' || !KEPT_HEADER.test(name) || SECRET_HEADER.test(name)) continue;
    kept[name] = value.slice(0, MAX_HEADER_CHARS);
    // By this the vendor's own log of deliveries calls it; traces find it under one name.
    if (DELIVERY_HEADER.test(name)) kept['delivery-id'] = value.slice(0, MAX_HEADER_CHARS);
  }
  return kept;
}

export const webhookRoute: Route = {
  method: 'post',
  path: '/v1/webhooks/{connector}/{account}',
  tag: 'Events',
  summary: "Take a vendor's webhook",
  description:
    'The body is verified byte for byte against its signature and answered with 200 only once it ' +
    'is stored. A delivery that was stored before is a duplicate: 200 too.',
  roles: null,
  params: Params,
  responses: { 200: { description: 'Stored, now or before', schema: Stored } },
  errors: ['invalid_signature', 'unknown_connector', 'payload_too_large'],
  shell: {
    call: [
      `SECRET=$(node -p "require('$STACK').webhooks.shopify.secret")`,
      `BODY='{"id": 5000001001}'`,
      `SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -binary | base64)`,
      `curl -s "$API/v1/webhooks/shopify/shopify-us" -d "$BODY" \\`,
      `  -H "Content-Type: application/json" -H "X-Shopify-Topic: customers/create" \\`,
      `  -H "X-Shopify-Shop-Domain: shopify-us.myshopify.com" \\`,
      `  -H "X-Shopify-Hmac-Sha256: $SIGNATURE"`,
    ],
  },
  serve: async (request, response, _caller, { db, log }) => {
    const { connector = '', account = '' } = request.params as Record<string, string>;
    const inbound = inboundConnector(connector, account);
    if (inbound === undefined) {
      throw new Problem('unknown_connector', 'no such connector and account are set up');
    }
    const raw = await readBytes(request, response, LARGE_BODY_LIMIT_BYTES);
    const verification = inbound.verify(request.headers, raw, inbound.secret());
    if (!verification.verified) {
      throw new Problem('invalid_signature', `${verification.why}; nothing was stored`);
    }
    const { correlationId } = correlatedOf(response);
    const stored = await storeVendorEvent(db, {
      ...inbound.identify(request.headers, raw),
      connector,
      account,
      raw,
      headers: keptHeaders(request.headers),
      correlationId,
    });
    // A duplicate belongs to the story of its first delivery.
    response.setHeader('X-Correlation-Id', stored.correlationId);
    const status = stored.isDuplicate ? 'duplicate' : 'stored';
    const { eventNo } = stored;
    log.debug({ eventNo, connector, account, status }, 'webhook stored');
    return { status: 200, body: { status, eventNo } };
  },
};
