/** What a sale leaves owed to others than its seller, and on which account. */
import type { NotSent } from '../../schema/not-sent';
import { isSupplied } from '../order/not-sent';
import type { LineTax } from '../order/totals';

/** Rule 9: what a gift card that was sold is owed; who redeems it names another item. */
export const giftCardItem = (orderId: string, lineNo: number): string =>
  `gift-card:${orderId}:${lineNo}`;

/** Rule 17a: a tax that the channel owes is passed through, and never a liability of ours. */
export const taxAccount = ({ owedBy }: Pick<LineTax, 'owedBy'>): 'TAX' | 'MFT' =>
  owedBy === 'channel' ? 'MFT' : 'TAX';

/** Rules 3a, 3e: out of which its cost comes. */
export const costAccount = ({
  notSent,
}: {
  readonly notSent?: NotSent;
}): 'ACCRUED-SUPPLY' | 'INV' => (isSupplied(notSent) ? 'ACCRUED-SUPPLY' : 'INV');
