// I4 of money that came with an order: what we count as authorized or captured by the channel is in
// the channel's own records, at least as much of it. An order that the shop does not have came by
// another way, and has nothing there to compare.
import { sum } from '../../canonical/rules/money/money';
import { takenByChannelMinor, type OwnOrder } from '../own-order';
import { tail, type OutsideRecord } from '../../canonical/ports/records';
import { money, nameOfOrder, type Difference, type OrderName } from '../report';

export interface TakenOver {
  readonly order: OrderName;
  readonly shopOrder: string;
  readonly tenderNo: number;
  readonly currency: string;
  readonly amountMinor: number;
  readonly isCaptured: boolean;
}

/** Of an order whose channel moves the money; none of any other. */
export function takenOverOf(order: OwnOrder): TakenOver[] {
  const { moneyMode, channelOrderRef, currency, orderId, channelInstance, orderNo } = order;
  if (moneyMode !== 'channel' || channelOrderRef === null) return [];
  return order.authorizations
    .filter((one) => one.isTakenOver)
    .map(({ tenderNo, amountMinor }) => {
      const tender = order.tenders.find((one) => one.tenderNo === tenderNo);
      return {
        order: { orderId, channelInstance, orderNo },
        shopOrder: tail(channelOrderRef),
        tenderNo,
        currency,
        amountMinor,
        // What we charged as it lay ready was captured on its authorization, and no sale.
        isCaptured: tender !== undefined && takenByChannelMinor(order, tender) > 0,
      };
    });
}

const AUTHORIZED = new Set(['AUTHORIZATION', 'EMV_AUTHORIZATION']);
const PAID = new Set(['SALE']);

export function checkTakenOver(
  ours: readonly TakenOver[],
  shopOrders: readonly OutsideRecord[],
  transactions: readonly OutsideRecord[],
  books: string,
): Difference[] {
  const known = new Set(shopOrders.map((record) => tail(record.id)));
  const there = new Map<string, number>();
  for (const { state, type, orderRef, amountMinor } of transactions) {
    if (state !== 'SUCCESS' || type === null) continue;
    const what = AUTHORIZED.has(type) ? 'authorized' : PAID.has(type) ? 'captured' : null;
    if (what === null) continue;
    const place = `${tail(orderRef)}/${what}`;
    there.set(place, (there.get(place) ?? 0) + (amountMinor ?? 0));
  }
  const here = new Map<string, TakenOver[]>();
  for (const one of ours) {
    if (!known.has(one.shopOrder)) continue;
    const place = `${one.shopOrder}/${one.isCaptured ? 'captured' : 'authorized'}`;
    here.set(place, [...(here.get(place) ?? []), one]);
  }
  return [...here].flatMap(([place, parts]): Difference[] => {
    const [first] = parts;
    const expected = sum(parts.map((one) => one.amountMinor));
    const found = there.get(place) ?? 0;
    if (!first || found >= expected) return [];
    const { order, currency, isCaptured } = first;
    const tenders = parts.map((one) => one.tenderNo).join(' and ');
    const what = isCaptured ? 'captured' : 'authorized';
    return [
      {
        invariant: 'I4',
        code: `shop-${what}-with-order`,
        subject: place,
        amountMinor: expected - found,
        currency,
        detail: `${nameOfOrder(order)}, tender ${tenders}: ${money(expected, currency)} count here as ${what} when the order came; ${books}'s records have ${money(found, currency)}`,
      },
    ];
  });
}
