/** Journals of refunds that are not made to the payment that they are of, and of concessions. */
import { sum } from '../money/money';
import { credit, debit, posting, type Posting } from './posting';

interface PaidRefund {
  readonly tenderNo: number;
  readonly refundItem: string;
  readonly amountMinor: number;
}

const settled = (refunds: readonly PaidRefund[]) =>
  refunds.map(({ tenderNo, refundItem, amountMinor }) =>
    debit('REFP', amountMinor, { tenderNo, item: refundItem }),
  );
const totalOf = (refunds: readonly PaidRefund[]) => sum(refunds.map((one) => one.amountMinor));

/** Rule 8, in cash of a store's till. */
export const postPaidInCash = (location: string, refunds: readonly PaidRefund[]): Posting | null =>
  posting('8', [...settled(refunds), credit('TILL', totalOf(refunds), { location })]);

/** Rule 8, as our debt to whoever holds the credit; what is added to it is a concession. */
export const postStoreCredit = (
  creditId: string,
  refunds: readonly PaidRefund[],
  bonusMinor: number,
): Posting | null =>
  posting('8', [
    ...settled(refunds),
    debit('RET', bonusMinor, {}),
    credit('GC', totalOf(refunds) + bonusMinor, { item: `credit:${creditId}` }),
  ]);

/** Rule 15: what a return owes pays for an order, as its prepaid money. */
export const postExchanged = (of: PaidRefund & { readonly orderId: string }): Posting | null =>
  posting('15', [
    ...settled([of]),
    credit('CL', of.amountMinor, { tenderNo: of.tenderNo, item: `order:${of.orderId}` }),
  ]);

/** Rule 8b: `madeMinor` of it was paid before, by others, and booked as a concession then. */
export const postAppeasement = (
  refunds: readonly PaidRefund[],
  madeMinor: number,
): Posting | null =>
  posting('8b', [
    debit('RET', totalOf(refunds) + madeMinor, {}),
    ...refunds.map(({ tenderNo, refundItem, amountMinor }) =>
      credit('REFP', amountMinor, { tenderNo, item: refundItem }),
    ),
    credit('RET', madeMinor, {}),
  ]);
