/**
 * What Adyen's journal types are for the books. The type is ours: `gross` of what moved, the name of
 * the column that was kept of it, `net` where a booking has no gross, `difference` for the rest.
 * https://docs.adyen.com/reporting/settlement-reconciliation/transaction-level/settlement-details-report
 */
import type { ClassRule, SettlementClass } from '../../../canonical/ports/settlement';

const DISPUTES = [
  'Chargeback',
  'SecondChargeback',
  'ChargebackReversed',
  'NotificationOfChargeback',
];

const booked = (to: SettlementClass, ...transactions: readonly string[]): ClassRule[] =>
  transactions.map((transaction) => ({ when: { transaction }, class: to }));
const bySign = (
  transaction: string,
  above: SettlementClass,
  below: SettlementClass,
): ClassRule[] => [
  { when: { transaction, sign: 'positive' }, class: above },
  { when: { transaction, sign: 'negative' }, class: below },
];

export const ADYEN_CLASSES: readonly ClassRule[] = [
  ...DISPUTES.flatMap((transaction) =>
    ['difference', 'commission', 'markup', 'scheme fees', 'interchange'].map((type): ClassRule => ({
      when: { transaction, type },
      class: 'dispute-fee',
    })),
  ),
  ...['commission', 'markup', 'scheme fees', 'interchange'].flatMap((type): ClassRule[] => [
    { when: { type, sign: 'positive' }, class: 'fee-returned' },
    { when: { type }, class: 'processing-fee' },
  ]),
  // Net and gross differ and no column says why: nobody knows what it is.
  { when: { type: 'difference' }, class: 'unknown' },
  ...booked('sale', 'Settled', 'SettledReversed', 'SettledInInstallments', 'SettledExternally'),
  ...booked('refund', 'Refunded', 'RefundedReversed', 'RefundedExternally'),
  ...booked('dispute-opened', 'Chargeback', 'SecondChargeback', 'NotificationOfChargeback'),
  ...booked('dispute-won', 'ChargebackReversed'),
  ...bySign('Fee', 'fee-returned', 'processing-fee'),
  ...bySign('MiscCosts', 'fee-returned', 'other-fee'),
  ...booked('other-fee', 'InvoiceDeduction'),
  ...bySign('DepositCorrection', 'reserve-released', 'reserve-held'),
  ...bySign('ReserveAdjustment', 'reserve-released', 'reserve-held'),
  ...booked('transfer', 'Balancetransfer', 'MerchantPayin'),
  ...booked('payout', 'MerchantPayout'),
];
