/** Stripe: a processor that authorizes, captures, voids and refunds. */
import type { Vendor } from '../vendor';
import { stripeClient } from './client';
import { mapStripe } from './map-event';
import { stripeRecords } from './records';
import { stripeSetup } from './setup';
import { identifyStripe, verifyStripe } from './webhook';

export const stripe: Vendor = {
  setup: stripeSetup,
  records: stripeRecords,
  inbound: ({ account }) => ({
    verify: (headers, rawBody, secret, nowMs = Date.now()) =>
      verifyStripe(headers, rawBody, secret, nowMs),
    identify: (headers, rawBody) => identifyStripe(account, headers, rawBody),
    toEvents: mapStripe,
  }),
  open({ baseUrl, secret }) {
    const client = stripeClient({ baseUrl, secretKey: secret('secretKey') });
    return { ...client, paymentGateway: client, moneyMover: client };
  },
};
