/**
 * The fields that we read of Stripe's objects; the rest is ignored.
 * https://docs.stripe.com/api/payment_intents/object, /charges/object, /refunds/object, /errors
 */
import { z } from 'zod';

const Metadata = z.record(z.string(), z.string()).nullish();

export const StripeCharge = z.looseObject({
  id: z.string(),
  object: z.literal('charge'),
  amount: z.int(),
  amount_captured: z.int(),
  amount_refunded: z.int(),
  currency: z.string(),
  metadata: Metadata,
  payment_intent: z.union([z.string(), z.looseObject({ id: z.string() })]).nullish(),
  payment_method_details: z
    .looseObject({
      card: z
        .looseObject({
          capture_before: z.int().nullish(),
          multicapture: z.looseObject({ status: z.string() }).nullish(),
        })
        .nullish(),
    })
    .nullish(),
  refunds: z
    .looseObject({ data: z.array(z.looseObject({ id: z.string(), amount: z.int() })) })
    .nullish(),
});
export type StripeCharge = z.infer<typeof StripeCharge>;

export const StripeIntent = z.looseObject({
  id: z.string(),
  object: z.literal('payment_intent'),
  amount: z.int(),
  amount_capturable: z.int(),
  amount_received: z.int(),
  currency: z.string(),
  status: z.string(),
  metadata: Metadata,
  /** An id, or the object where it was asked for with `expand[]`. */
  latest_charge: z.union([z.string(), StripeCharge]).nullish(),
});
export type StripeIntent = z.infer<typeof StripeIntent>;

export const StripeRefund = z.looseObject({
  id: z.string(),
  object: z.literal('refund'),
  amount: z.int(),
  created: z.int().nullish(),
  currency: z.string(),
  /** The charge that it gives back: its id, or the object itself where it was expanded. */
  charge: z.union([z.string(), z.looseObject({ id: z.string() })]).nullish(),
  status: z.string().nullish(),
  metadata: Metadata,
  failure_reason: z.string().nullish(),
});
export type StripeRefund = z.infer<typeof StripeRefund>;

export const chargeOf = ({ charge }: StripeRefund): string | undefined =>
  (typeof charge === 'object' ? charge?.id : charge) ?? undefined;

export const isDead = ({ status }: StripeRefund): boolean =>
  status === 'failed' || status === 'canceled';

export const StripeIntentSearch = z.looseObject({ data: z.array(StripeIntent) });
export const StripeRefundList = z.looseObject({
  data: z.array(StripeRefund),
  has_more: z.boolean(),
});

export const StripeErrorBody = z.looseObject({
  error: z.looseObject({
    type: z.string(),
    code: z.string().nullish(),
    decline_code: z.string().nullish(),
    param: z.string().nullish(),
    message: z.string().nullish(),
    /** What was made of it all the same: it may be confirmed later. */
    payment_intent: z.looseObject({ id: z.string() }).nullish(),
  }),
});

export const StripeEvent = z.looseObject({
  id: z.string(),
  type: z.string(),
  request: z.looseObject({ idempotency_key: z.string().nullish() }).nullish(),
  data: z.looseObject({
    object: z.unknown(),
    previous_attributes: z
      .looseObject({
        amount_captured: z.int().optional(),
        amount_refunded: z.int().optional(),
      })
      .nullish(),
  }),
});
export type StripeEvent = z.infer<typeof StripeEvent>;

export function chargeIdOf(intent: StripeIntent): string | null {
  const charge = intent.latest_charge;
  return typeof charge === 'object' ? (charge?.id ?? null) : (charge ?? null);
}

export const StripeAccount = z.looseObject({ id: z.string().min(1) });
