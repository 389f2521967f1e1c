// I4, inside: money that an order's rows say has moved was moved by an effect that is done.
import { effectKey } from '../../canonical/rules/order/effect-keys';
import { nameOfEffect, type OwnEffect } from '../own-effect';
import type { OwnOrder } from '../own-order';
import { amountOf, money, nameOfOrder, type Difference } from '../report';

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
      .filter((one) => one.state === 'refunded' && one.paidBy === 'tender' && !one.isOutside)
      .map(({ tenderNo, refundNo, amountMinor, try: tryNo }) => ({
        key: effectKey.refund(orderId, tenderNo, refundNo, tryNo),
        tenderNo,
        amountMinor,
        what: 'refunded',
      })),
    ...order.duplicates.flatMap(({ kind, undoneKey, tenderNo, amountMinor }) =>
      kind === 'capture' && undoneKey !== null
        ? [{ key: undoneKey, tenderNo, amountMinor, what: 'refunded' }]
        : [],
    ),
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

/** Verbs whose effect is money of the order's own rows. */
const COUNTED: ReadonlySet<OwnEffect['verb']> = new Set(['capture', 'refund']);

const ofOrder = (order: OwnOrder, effects: ReadonlyMap<string, OwnEffect>) =>
  [...effects.values()].filter((effect) => effect.order?.orderId === order.orderId);

/** The other way round: money that an effect moved is counted, by one row and once. */
export function checkUncounted(
  order: OwnOrder,
  effects: ReadonlyMap<string, OwnEffect>,
): Difference[] {
  const counted = new Set(movedBy(order).map(({ key }) => key));
  return ofOrder(order, effects)
    .filter(({ verb, state, key }) => COUNTED.has(verb) && state === 'done' && !counted.has(key))
    .map(({ key, verb, amountMinor, currency }) => ({
      invariant: 'I4',
      code: 'effect-not-counted',
      subject: key,
      ...amountOf(amountMinor, currency),
      detail: `${nameOfEffect(key, order)}: a ${verb} of ${money(amountMinor, currency)} was made under ${key}; no row of the order counts it`,
    }));
}

/** What is told to others after the end may be on its way. */
const FOLLOWED: ReadonlySet<OwnEffect['verb']> = new Set([
  'authorize',
  'capture',
  'void',
  'refund',
  'release',
  'recall',
]);

/** An effect that was begun is followed to its end before its order ends. */
export function checkUnanswered(
  order: OwnOrder,
  effects: ReadonlyMap<string, OwnEffect>,
  cutoff: string,
): Difference[] {
  if (order.stage !== 'closed' && order.stage !== 'rejected') return [];
  // A return may begin long after its order has ended; its refunds are its own flow's.
  const ofReturns = new Set(
    order.refunds
      .filter(({ rma }) => rma !== null)
      .map((one) => effectKey.refund(order.orderId, one.tenderNo, one.refundNo, one.try)),
  );
  return ofOrder(order, effects)
    .filter(({ verb, state, calledAt, key }) => {
      const isFollowed = FOLLOWED.has(verb) && !ofReturns.has(key);
      return isFollowed && state === 'called' && calledAt <= cutoff;
    })
    .map(({ key, amountMinor, currency }) => ({
      invariant: 'I4',
      code: 'effect-unanswered',
      subject: key,
      ...amountOf(amountMinor, currency),
      detail: `${nameOfEffect(key, order)}: it has ended, and what ${key} did nobody knows: it was called and not answered`,
    }));
}
