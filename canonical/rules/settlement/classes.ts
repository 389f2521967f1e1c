/**
 * What each class of settlement line posts (rules 17a, 18–18e, 20, 22, 22a, 24). One that stands for
 * money that is booked already is matched to its open item, and posts only through the payout.
 */
import type { SettlementClass } from '../../ports/settlement';
import type { Account } from '../posting/posting';

export type ClassTreatment =
  /** Settles what a capture or a refund opened (rules 18b, 18c, 20, 8). */
  | { readonly kind: 'matched' }
  /** One journal of all lines of the class against the settlement's own clearing item. */
  | { readonly kind: 'posted'; readonly rule: string; readonly account: Account }
  /** The same, with an item of its own for each payment (rules 22, 22a). */
  | { readonly kind: 'by-payment'; readonly rule: string; readonly account: Account }
  /** What the payout itself says: it is the declared net, no line of it. */
  | { readonly kind: 'payout' }
  /** Of the payout that came back (rule 19c); one that means none is of class `unknown`. */
  | { readonly kind: 'failed-payout' }
  /** A person's to explain (rule 24). */
  | { readonly kind: 'suspense' };

const posted = (rule: string, account: Account): ClassTreatment => ({
  kind: 'posted',
  rule,
  account,
});
const matched: ClassTreatment = { kind: 'matched' };

export const CLASS_TREATMENTS: Readonly<Record<SettlementClass, ClassTreatment>> = {
  sale: matched,
  shipping: matched,
  promotion: matched,
  refund: matched,
  'sale-tax': posted('17a', 'MFT'),
  'facilitator-tax': posted('17a', 'MFT'),
  commission: posted('18', 'FEE-COMM'),
  'fulfilment-fee': posted('18', 'FEE-FULFIL'),
  'label-fee': posted('18', 'FEE-LABEL'),
  'advertising-fee': posted('18', 'FEE-ADS'),
  'storage-fee': posted('18', 'FEE-STORAGE'),
  'subscription-fee': posted('18', 'FEE-SUBSCRIPTION'),
  'other-fee': posted('18', 'FEE-OTHER'),
  'processing-fee': posted('20', 'FEE-PROC'),
  'fee-returned': posted('18a', 'FEE-COMM'),
  reimbursement: posted('18d', 'REIMBURSEMENT'),
  'reserve-held': posted('18e', 'RSV'),
  'reserve-released': posted('18e', 'RSV'),
  'dispute-opened': { kind: 'by-payment', rule: '22', account: 'DISP' },
  'dispute-won': { kind: 'by-payment', rule: '22a', account: 'DISP' },
  'dispute-fee': posted('22', 'FEE-CB'),
  'retro-charge': posted('18b', 'SETTLE-ADJ'),
  adjustment: posted('18b', 'SETTLE-ADJ'),
  payout: { kind: 'payout' },
  'payout-failed': { kind: 'failed-payout' },
  transfer: { kind: 'suspense' },
  unknown: { kind: 'suspense' },
};

/** The classes that are treated so, for a statement over lines. */
export function classesOf(kind: ClassTreatment['kind']): SettlementClass[] {
  return (Object.keys(CLASS_TREATMENTS) as SettlementClass[]).filter(
    (one) => CLASS_TREATMENTS[one].kind === kind,
  );
}
