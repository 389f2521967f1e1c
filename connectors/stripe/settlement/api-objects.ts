/**
 * What we keep and read of Stripe's payouts and balance transactions. Amounts are Stripe's integers.
 * https://docs.stripe.com/api/payouts/object, https://docs.stripe.com/api/balance_transactions/object
 */
import { z } from 'zod';

export const StripePayout = z.object({
  id: z.string(),
  object: z.literal('payout'),
  amount: z.int(),
  currency: z.string(),
  arrival_date: z.int(),
  created: z.int(),
  automatic: z.boolean(),
});
/** Where a payout stands changes: it is no part of what is kept of it. */
export const StripePayoutListed = StripePayout.extend({ status: z.string() });

/** What moved the money: an id, or the object where it was asked for. */
const Source = z.object({
  id: z.string(),
  object: z.string(),
  amount: z.int().optional(),
  currency: z.string().optional(),
  charge: z.string().nullish(),
  payment_intent: z.string().nullish(),
  metadata: z.object({ order_id: z.string().optional() }).nullish(),
});

export const StripeBalanceTransaction = z.object({
  id: z.string(),
  object: z.literal('balance_transaction'),
  amount: z.int(),
  fee: z.int(),
  net: z.int(),
  currency: z.string(),
  created: z.int(),
  reporting_category: z.string(),
  description: z.string().nullish(),
  source: z.union([z.string(), Source]).nullish(),
});
export type StripeBalanceTransaction = z.infer<typeof StripeBalanceTransaction>;
