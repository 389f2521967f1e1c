// I4 of returns at a shop that keeps no key: what it was told is to come back it has once, of the same
// units; what it has as a return is one of ours; and one that ended here is not open there.
import { differenceOfParts } from './parts';
import { isLookedFor, type Against } from './window';
import { nameOfEffect, type OwnEffect } from '../own-effect';
import { tail, type OutsideRecord } from '../../canonical/ports/records';
import { nameOfOrder, type Difference, type OrderName } from '../report';

/** A return of the shop's in these states has begun: one that is asked for may yet be declined. */
const BEGUN: ReadonlySet<string> = new Set(['OPEN', 'CLOSED']);
const OPEN = 'OPEN';

export interface ReturningOrder extends OrderName {
  readonly channelOrderRef: string | null;
  readonly channelReturns?: readonly string[];
}

export function checkShopReturns(
  effects: readonly OwnEffect[],
  theirs: readonly OutsideRecord[],
  orders: readonly ReturningOrder[],
  against: Against,
): Difference[] {
  const byId = new Map(theirs.map((record) => [tail(record.id), record]));
  const told = effects.filter(({ verb }) => verb === 'return-at-channel');
  const claimed = new Map<string, string>();
  const own = told
    .filter(({ state }) => state === 'done')
    .flatMap((effect) => compareTold(effect, byId, claimed, against));
  const ended = effects
    .filter(({ verb, state }) => verb === 'close-return-at-channel' && state === 'done')
    .flatMap((effect) => stillOpen(effect, byId, against));
  const byRef = new Map(orders.map((order) => [tail(order.channelOrderRef), order]));
  const unknown = theirs.flatMap((record) => {
    const order = byRef.get(tail(record.orderRef));
    if (!order || claimed.has(tail(record.id))) return [];
    return unknownHere(record, order, told, against);
  });
  return [...own, ...ended, ...unknown];
}

const say = (code: string, subject: string, detail: string): Difference => ({
  invariant: 'I4',
  code: `shop-return-${code}`,
  subject,
  detail,
});

function compareTold(
  effect: OwnEffect,
  byId: ReadonlyMap<string, OutsideRecord>,
  claimed: Map<string, string>,
  against: Against,
): Difference[] {
  const { key, reference, order, parts } = effect;
  const id = tail(reference);
  const record = byId.get(id);
  const told = `${nameOfEffect(key, order)}: the shop was told of the return under ${key}`;
  if (!record) {
    if (!isLookedFor(effect.calledAt, against)) return [];
    const there = `${against.books}'s records have no such return (${reference ?? 'no reference'})`;
    return [say('missing', key, `${told}; ${there}`)];
  }
  const other = claimed.get(id);
  if (other) return [say('shared', key, `${told}; the return ${record.id} is that of ${other}`)];
  claimed.set(id, key);
  const difference = parts.length === 0 ? null : differenceOfParts(parts, record.parts);
  if (difference === null) return [];
  const there = `the return ${record.id} of ${against.books}'s records is not of the same units`;
  return [say('lines', key, `${told}; ${there}: ${difference}`)];
}

function stillOpen(
  { key, reference, order, calledAt }: OwnEffect,
  byId: ReadonlyMap<string, OutsideRecord>,
  against: Against,
): Difference[] {
  const record = byId.get(tail(reference));
  if (record?.state !== OPEN || calledAt > against.cutoff) return [];
  const there = `${against.books}'s records have the return ${record.id} open still`;
  return [say('open', key, `${nameOfEffect(key, order)}: it ended, told under ${key}; ${there}`)];
}

function unknownHere(
  { id, orderRef, state, createdAt, updatedAt }: OutsideRecord,
  order: ReturningOrder,
  told: readonly OwnEffect[],
  { books, cutoff }: Against,
): Difference[] {
  if (!BEGUN.has(state) || createdAt > cutoff || updatedAt > cutoff) return [];
  if (order.channelReturns?.some((ref) => tail(ref) === tail(id))) return [];
  const isOnItsWay = told.some(
    (effect) => effect.state === 'called' && tail(effect.channelOrderRef) === tail(orderRef),
  );
  if (isOnItsWay) return [];
  const detail = `${nameOfOrder(order)}: ${books}'s records have the return ${id}; none of ours is it`;
  return [say('unknown', id, detail)];
}
