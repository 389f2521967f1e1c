/** What is posted when a refund that was made came back, or the other side has what is not ours. */
import { heldOn } from '../money/tender-kinds';
import { cleared, credit, debit, posting, type ClearedPayment, type Posting } from './posting';

/**
 * Rule 8a: it is owed again; or owed for the first time, where the other side has money that nobody
 * here asked for. Never without an exception.
 */
export function postOwedAgain(
  refund: ClearedPayment & { readonly refundItem: string },
): Posting | null {
  const { tenderNo, refundItem, amountMinor } = refund;
  return posting('8a', [
    debit(heldOn(refund.kind), amountMinor, cleared(refund)),
    credit('REFP', amountMinor, { tenderNo, item: refundItem }),
  ]);
}

/** Rule 8b undone: the buyer never had the concession. */
export function postConcessionUndone(concession: {
  readonly tenderNo: number;
  readonly refundItem: string;
  readonly amountMinor: number;
}): Posting | null {
  const { tenderNo, refundItem, amountMinor } = concession;
  return posting('8b', [
    debit('REFP', amountMinor, { tenderNo, item: refundItem }),
    credit('RET', amountMinor, { tenderNo }),
  ]);
}
