/**
 * What PayPal's transaction event codes are for the books. The type is ours: `gross`, `fee`, and
 * `balance` for what the account carries from a report into the next.
 * https://developer.paypal.com/docs/reports/reference/tcodes/
 */
import type { ClassRule, SettlementClass } from '../../../canonical/ports/settlement';

const coded = (to: SettlementClass, ...codes: readonly string[]): ClassRule[] =>
  codes.map((transaction) => ({ when: { transaction, type: 'gross' }, class: to }));
const bySign = (above: SettlementClass, below: SettlementClass, ...codes: readonly string[]) =>
  codes.flatMap((transaction): ClassRule[] => [
    { when: { transaction, type: 'gross', sign: 'positive' }, class: above },
    { when: { transaction, type: 'gross', sign: 'negative' }, class: below },
  ]);
const range = (letter: string, first: number, last: number): string[] =>
  Array.from(
    { length: last - first + 1 },
    (_, index) => `${letter}${String(first + index).padStart(4, '0')}`,
  );

export const PAYPAL_CLASSES: readonly ClassRule[] = [
  { when: { type: 'balance', description: 'beginning' }, class: 'reserve-released' },
  { when: { type: 'balance', description: 'ending' }, class: 'reserve-held' },
  { when: { transaction: 'T1201', type: 'fee' }, class: 'dispute-fee' },
  { when: { type: 'fee', sign: 'positive' }, class: 'fee-returned' },
  { when: { type: 'fee' }, class: 'processing-fee' },
  // Payments of the account itself are money that it sends elsewhere.
  ...bySign('sale', 'transfer', ...range('T', 0, 22)),
  ...bySign('fee-returned', 'processing-fee', ...range('T', 100, 114)),
  // Between currencies of one account.
  ...coded('transfer', 'T0200', 'T0201', 'T0202'),
  ...coded('transfer', 'T0300', 'T0301', 'T0302', 'T0303'),
  ...coded('payout', 'T0400', 'T0401', 'T0402', 'T0403'),
  ...coded('adjustment', 'T1900', 'T1901', 'T1902', 'T1903'),
  ...coded('dispute-fee', 'T0106', 'T0110'),
  ...coded('payout-failed', 'T1103'),
  ...coded('reserve-released', 'T1105', 'T1111', 'T1119'),
  ...coded('refund', 'T1106', 'T1107', 'T1109', 'T1115'),
  ...coded('fee-returned', 'T1108'),
  ...coded('reserve-held', 'T1110', 'T1118', ...range('T', 1500, 1503)),
  ...coded('dispute-opened', 'T1201'),
  ...coded('dispute-won', 'T1202'),
  ...coded('reimbursement', 'T1204', 'T1205'),
];
