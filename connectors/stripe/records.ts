/**
 * Stripe's records for the audit. Read from the stand-in's lists: it answers reads of one object and
 * of one payment's charges, not lists by time. Stripe itself has them: `GET /v1/payment_intents`,
 * `/v1/charges` (captures expanded) and `/v1/refunds` with `created[gte]`; our key is metadata there.
 */
import type { RecordLists } from '../listed-records';
import { fromStripeAmount } from './amount';

export const stripeRecords: RecordLists = {
  authorization: {
    path: 'payment_intents',
    isHeld: ({ status }) => status === 'requires_capture',
    minorOf: fromStripeAmount,
  },
  capture: { path: 'captures', minorOf: fromStripeAmount },
  refund: { path: 'refunds', minorOf: fromStripeAmount },
};
