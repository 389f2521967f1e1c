// I2 by the other systems' own books: nothing captured beyond an authorization, nothing refunded
// beyond what was captured, whatever we believe.
import type { OutsideRecord } from '../../canonical/ports/records';
import { amountOf, money, nameOfOrder, type Difference, type OrderName } from '../report';

const isDead = (state: string) => ['failed', 'canceled', 'FAILURE', 'ERROR'].includes(state);

function sumBy(records: readonly OutsideRecord[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { parentId, amountMinor, state } of records) {
    if (parentId === null || isDead(state)) continue;
    sums.set(parentId, (sums.get(parentId) ?? 0) + (amountMinor ?? 0));
  }
  return sums;
}

interface MovedMoney {
  readonly books: string;
  readonly authorizations: readonly OutsideRecord[];
  /** Their parent is the authorization. */
  readonly captures: readonly OutsideRecord[];
  /** Their parent is the authorization, or the capture. */
  readonly refunds: readonly OutsideRecord[];
}

/** @param orders by the reference that the system's records carry */
export function checkOutsideMoney(
  { books, authorizations, captures, refunds }: MovedMoney,
  orders: ReadonlyMap<string, OrderName>,
): Difference[] {
  const captured = sumBy(captures);
  const refunded = sumBy(refunds);
  const over = (
    record: OutsideRecord,
    verb: 'captured' | 'refunded',
    doneMinor: number,
    limitMinor: number,
  ): Difference[] => {
    const order = record.orderRef === null ? undefined : orders.get(record.orderRef);
    if (!order || doneMinor <= limitMinor) return [];
    const { currency } = record;
    const limit = verb === 'captured' ? 'authorized' : 'captured';
    return [
      {
        invariant: 'I2',
        code: `outside-over-${verb}`,
        subject: record.id,
        ...amountOf(doneMinor - limitMinor, currency),
        detail: `${nameOfOrder(order)}: ${books}'s records have ${money(doneMinor, currency)} ${verb} on ${record.id}, of ${money(limitMinor, currency)} ${limit}`,
      },
    ];
  };
  return [
    ...authorizations.flatMap((record) => {
      const taken = captured.get(record.id) ?? 0;
      return [
        ...over(record, 'captured', taken, record.amountMinor ?? 0),
        ...over(record, 'refunded', refunded.get(record.id) ?? 0, taken),
      ];
    }),
    ...captures.flatMap((record) =>
      over(record, 'refunded', refunded.get(record.id) ?? 0, record.amountMinor ?? 0),
    ),
  ];
}
