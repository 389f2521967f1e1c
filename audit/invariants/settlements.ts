// I10 of settlements: each comes to its declared net, and every open item that one touches nets to
// zero or is exactly what an exception, a payout in transit or a reserve says.
import { money, type Difference } from '../report';
import type { OwnSettlement, SettledItem } from '../load-settlements';

export function checkSettlement(one: OwnSettlement): Difference[] {
  const { settlementId, reference, currency, netMinor, linesMinor, lineCount, keptLines } = one;
  if (!one.isBooked || currency === null) return [];
  const found = (code: string, amountMinor: number, detail: string): Difference => ({
    ...{ invariant: 'I10', code, subject: settlementId, amountMinor, currency },
    detail: `settlement ${reference}: ${detail}`,
  });
  return [
    ...(linesMinor === netMinor
      ? []
      : [
          found(
            'settlement-net',
            linesMinor - netMinor,
            `is booked with a net of ${money(netMinor, currency)}, its lines come to ${money(linesMinor, currency)}`,
          ),
        ]),
    ...(lineCount === keptLines
      ? []
      : [found('settlement-lines', 0, `was read with ${lineCount} lines and has ${keptLines}`)]),
  ];
}

/** `settlements`: those that may say why an item is open, by id. */
export function checkSettledItem(
  one: SettledItem,
  settlements: ReadonlyMap<string, OwnSettlement>,
): Difference[] {
  const { account, item, currency, netMinor } = one;
  const explained = explainedMinor(one, settlements);
  if (explained === netMinor) return [];
  return [
    {
      ...{ invariant: 'I10', code: 'settled-item', subject: `${account} ${item}`, currency },
      amountMinor: netMinor - explained,
      detail: `${account}, item ${item}: ${money(netMinor, currency)} are open, and ${money(explained, currency)} of it is explained`,
    },
  ];
}

function explainedMinor(one: SettledItem, settlements: ReadonlyMap<string, OwnSettlement>): number {
  const [kind = '', id = '', part = ''] = one.item.split(':');
  const settlement = settlements.get(id);
  switch (one.account) {
    case 'CLR':
      return kind === 'payment' ? paymentMinor(one, settlements) : 0;
    case 'CIT':
      return Math.max(0, settlement?.toBankMinor ?? 0);
    case 'PAYOUT-DUE':
      return Math.min(0, settlement?.toBankMinor ?? 0);
    case 'SUSP':
      return Math.sign(one.netMinor) * (settlement?.openMinor[`settlement.${part}`] ?? 0);
    // Held until it is released, or won or lost: never owed.
    case 'RSV':
    case 'DISP':
      return Math.max(0, one.netMinor);
    default:
      return 0;
  }
}

/**
 * What was refunded since it was paid out comes off the next payout. What it was paid short by is
 * named by an exception. Never more is paid out than was captured, or taken back than was refunded.
 */
function paymentMinor(
  { capturedMinor, refundedMinor, paidOutMinor, takenBackMinor }: SettledItem,
  settlements: ReadonlyMap<string, OwnSettlement>,
): number {
  const toBePaid = capturedMinor - paidOutMinor;
  const toBeTaken = refundedMinor - takenBackMinor;
  if (toBePaid < 0 || toBeTaken < 0) return 0;
  const isNamed = [...settlements.values()].some(
    ({ openMinor }) => (openMinor['settlement.paid-short'] ?? 0) >= toBePaid,
  );
  const isShort = paidOutMinor > 0 && toBePaid > 0;
  return (isShort && !isNamed ? 0 : toBePaid) - toBeTaken;
}
