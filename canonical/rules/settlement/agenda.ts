/** What is due for a settlement, and the status that its amounts come to. */
import type { SettlementAgenda, SettlementStatus } from '../../flows/settlement';
import type { SettlementSnapshot } from './snapshot';

type Amounts = Pick<SettlementSnapshot, 'declaredNetMinor' | 'bankMinor' | 'failedMinor'>;

/** Of its net, what the bank has still to show; a negative settlement takes from the bank. */
export function toBankMinor(one: Amounts): number {
  return (one.declaredNetMinor ?? 0) - one.bankMinor - one.failedMinor;
}

export function settlementStatus(
  one: Amounts & Pick<SettlementSnapshot, 'state'>,
): SettlementStatus {
  switch (one.state) {
    case 'received':
    case 'unreadable':
      return 'received';
    case 'untied':
    case 'tied':
      return one.state;
    case 'rejected':
    case 'closed':
      return 'closed';
    case 'posted':
      if (one.declaredNetMinor === 0) return 'posted';
      return toBankMinor(one) === 0 ? 'bank-matched' : 'paid';
  }
}

export function settlementAgendaOf(one: SettlementSnapshot): SettlementAgenda {
  const isBooked = one.state === 'posted';
  const isOut = isBooked && toBankMinor(one) !== 0;
  const isOver = one.state === 'rejected' || one.state === 'closed' || (isBooked && !isOut);
  return {
    status: settlementStatus(one),
    due: one.state === 'received' ? 'stage' : one.state === 'tied' ? 'book' : null,
    lineCount: one.lineCount,
    currency: one.currency,
    netMinor: one.declaredNetMinor,
    bankMinor: one.bankMinor,
    isOut,
    recheckAt: isBooked ? one.recheckAt : null,
    blockedBy: one.exceptions,
    isSettled: isOver && one.exceptions.length === 0,
  };
}
