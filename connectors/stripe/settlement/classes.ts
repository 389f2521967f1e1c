/**
 * What Stripe's reporting categories are for the books. The type is ours: `gross` of what moved, and
 * `fee` that Stripe kept of it. https://docs.stripe.com/reports/reporting-categories
 */
import type { ClassRule, SettlementClass } from '../../../canonical/ports/settlement';

const gross = (to: SettlementClass, ...categories: readonly string[]): ClassRule[] =>
  categories.map((transaction) => ({ when: { transaction, type: 'gross' }, class: to }));

export const STRIPE_CLASSES: readonly ClassRule[] = [
  { when: { transaction: 'dispute', type: 'fee' }, class: 'dispute-fee' },
  { when: { transaction: 'dispute_reversal', type: 'fee' }, class: 'dispute-fee' },
  { when: { type: 'fee', sign: 'positive' }, class: 'fee-returned' },
  { when: { type: 'fee' }, class: 'processing-fee' },
  ...gross('sale', 'charge', 'partial_capture_reversal'),
  ...gross('refund', 'refund', 'refund_failure'),
  ...gross('dispute-opened', 'dispute'),
  ...gross('dispute-won', 'dispute_reversal'),
  ...['fee', 'network_cost', 'tax'].flatMap((transaction): ClassRule[] => [
    { when: { transaction, sign: 'positive' }, class: 'fee-returned' },
    { when: { transaction }, class: 'processing-fee' },
  ]),
  ...gross('payout', 'payout'),
  ...gross('payout-failed', 'payout_reversal'),
  { when: { transaction: 'risk_reserved_funds', sign: 'negative' }, class: 'reserve-held' },
  { when: { transaction: 'risk_reserved_funds' }, class: 'reserve-released' },
  ...gross('transfer', 'transfer', 'transfer_reversal', 'topup', 'topup_reversal'),
  ...gross('adjustment', 'other_adjustment'),
];
