// I4, inside: money that an order's rows say has moved was moved by an effect that is done.
import { effectKey } from '../../canonical/rules/order/effect-keys';
import type { OwnEffect } from '../own-effect';
import type { OwnOrder } from '../own-order';
import { money, nameOfOrder, type Difference } from '../report';

interface Moved {
  readonly key: string;
  readonly tenderNo: number;
  readonly amountMinor: number;
  readonly what: string;
}

function movedBy(order: OwnOrder): Moved[] {
  const { orderId } = order;
  return [
    ...order.authorizations
      .filter((one) => !one.isTakenOver && (one.state === 'live' || one.state === 'consumed'))
      .map(({ tenderNo, authorizationNo, amountMinor }) => ({
        key: effectKey.authorize(orderId, tenderNo, authorizationNo),
        tenderNo,
        amountMinor,
        what: 'authorized',
      })),
    ...order.captures
      .filter((one) => one.state === 'captured')
      .map(({ tenderNo, invoiceNo, amountMinor, try: tryNo }) => ({
        key: effectKey.capture(orderId, tenderNo, invoiceNo, tryNo),
        tenderNo,
        amountMinor,
        what: 'captured',
      })),
    ...order.refunds
      .filter((one) => one.state === 'refunded')
      .map(({ tenderNo, refundNo, amountMinor, try: tryNo }) => ({
        key: effectKey.refund(orderId, tenderNo, refundNo, tryNo),
        tenderNo,
        amountMinor,
        what: 'refunded',
      })),
  ];
}

export function checkOrderEffects(
  order: OwnOrder,
  effects: ReadonlyMap<string, OwnEffect>,
): Difference[] {
  return movedBy(order).flatMap(({ key, tenderNo, amountMinor, what }): Difference[] => {
    const effect = effects.get(key);
    const isSame = effect?.amountMinor === null || effect?.amountMinor === amountMinor;
    if (effect?.state === 'done' && isSame) return [];
    const { currency } = order;
    const instead = !effect
      ? 'no such effect is recorded'
      : effect.state === 'done'
        ? `the effect is recorded with ${money(effect.amountMinor, effect.currency)}`
        : `the effect is recorded as ${effect.state}`;
    return [
      {
        invariant: 'I4',
        code: 'effect-not-done',
        subject: key,
        amountMinor,
        currency,
        detail: `${nameOfOrder(order)}, tender ${tenderNo}: ${money(amountMinor, currency)} count as ${what} under ${key}; ${instead}`,
      },
    ];
  });
}
