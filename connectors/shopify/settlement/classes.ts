/**
 * What Shopify Payments' types are for the books: those of the export, of REST
 * (https://shopify.dev/docs/api/admin-rest/latest/resources/transactions) and of GraphQL's
 * ShopifyPaymentsTransactionType, which are the same words. The type is ours: `gross` or `fee`.
 */
import type { ClassRule, SettlementClass } from '../../../canonical/ports/settlement';

const gross = (to: SettlementClass, ...transactions: readonly string[]): ClassRule[] =>
  transactions.map((transaction) => ({ when: { transaction, type: 'gross' }, class: to }));
/** Money that stays with Shopify, by its sign. */
const kept = (...transactions: readonly string[]): ClassRule[] =>
  transactions.flatMap((transaction): ClassRule[] => [
    { when: { transaction, sign: 'negative' }, class: 'reserve-held' },
    { when: { transaction }, class: 'reserve-released' },
  ]);

export const SHOPIFY_CLASSES: readonly ClassRule[] = [
  { when: { transaction: 'chargeback', type: 'fee' }, class: 'dispute-fee' },
  { when: { transaction: 'dispute', type: 'fee' }, class: 'dispute-fee' },
  { when: { transaction: 'dispute_withdrawal', type: 'fee' }, class: 'dispute-fee' },
  { when: { type: 'fee', sign: 'positive' }, class: 'fee-returned' },
  { when: { type: 'fee' }, class: 'processing-fee' },
  ...gross('sale', 'charge'),
  ...gross('refund', 'refund', 'refund_failure'),
  { when: { transaction: 'dispute', sign: 'positive' }, class: 'dispute-won' },
  { when: { transaction: 'chargeback', sign: 'positive' }, class: 'dispute-won' },
  ...gross('dispute-opened', 'dispute', 'chargeback', 'dispute_withdrawal'),
  ...gross('dispute-won', 'dispute_reversal', 'chargeback won'),
  ...gross('dispute-fee', 'chargeback_fee', 'chargeback_fee_refund'),
  ...kept('reserve', 'reserved_funds', 'chargeback_hold', 'chargeback_hold_release'),
  ...kept('reserved_funds_withdrawal', 'reserved_funds_reversal'),
  ...gross('label-fee', 'shipping_label', 'shipping_label_adjustment'),
  ...gross('payout', 'payout', 'transfer'),
  ...gross('payout-failed', 'payout_failure', 'payout_cancellation', 'transfer_failure'),
  ...gross('payout-failed', 'transfer_cancel'),
  ...gross('adjustment', 'adjustment', 'credit', 'debit'),
];
