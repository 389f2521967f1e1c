// I4 of pickups at a shop that keeps no key: what it was told to be ready it has as prepared, once;
// and by line it counts as picked up what it was told, no less and no more.
import { isLookedFor, type Against } from './window';
import type { OwnEffect } from '../own-effect';
import { tail, type OutsideRecord } from '../../canonical/ports/records';
import { nameOfOrder, type Difference, type OrderName } from '../report';
import type { KnownOrder } from './shop';

const SUCCESS = 'SUCCESS';
const PICK_UP = 'PICK_UP';

export interface ShopPickups {
  readonly preparations: readonly OutsideRecord[];
  readonly fulfillments: readonly OutsideRecord[];
}

export function checkShopPickups(
  effects: readonly OwnEffect[],
  theirs: ShopPickups,
  orders: readonly KnownOrder[],
  against: Against,
): Difference[] {
  // What was shipped in the end, after the store could not give it, is a shipment of its own.
  const shipped = new Set(
    effects.filter(({ verb }) => verb === 'fulfil').map(({ reference }) => reference),
  );
  const collected = theirs.fulfillments.filter(
    ({ id, type, state }) => type === PICK_UP && state === SUCCESS && !shipped.has(id),
  );
  const ownBy = byOrder(effects, ({ order }) => order?.orderId ?? '');
  const preparedBy = byOrder(theirs.preparations, ({ orderRef }) => tail(orderRef));
  const collectedBy = byOrder(collected, ({ orderRef }) => tail(orderRef));
  return orders.flatMap((order) => {
    const ref = tail(order.channelOrderRef);
    const of = {
      order,
      own: ownBy.get(order.orderId) ?? [],
      prepared: preparedBy.get(ref) ?? [],
      collected: collectedBy.get(ref) ?? [],
    };
    return [...compareReady(of, against), ...compareHandedOver(of, against)];
  });
}

interface OfOrder {
  readonly order: OrderName;
  readonly own: readonly OwnEffect[];
  readonly prepared: readonly OutsideRecord[];
  readonly collected: readonly OutsideRecord[];
}

function byOrder<T>(list: readonly T[], orderOf: (one: T) => string): ReadonlyMap<string, T[]> {
  const found = new Map<string, T[]>();
  for (const one of list) {
    const of = orderOf(one);
    const same = found.get(of);
    if (same) same.push(one);
    else found.set(of, [one]);
  }
  return found;
}

const say = (order: OrderName, code: string, subject: string, detail: string): Difference => ({
  invariant: 'I4',
  code: `shop-${code}`,
  subject,
  detail: `${nameOfOrder(order)}: ${detail}`,
});

/** Without a reference nothing of it was left there, and the shop was told nothing. */
const isTold = ({ state, reference }: OwnEffect) => state === 'done' && reference !== null;

function compareReady({ order, own, prepared, collected }: OfOrder, against: Against) {
  const { books, cutoff } = against;
  const told = own.filter(({ verb }) => verb === 'ready');
  const missing = told
    .filter((one) => isTold(one) && isLookedFor(one.calledAt, against))
    .slice(0, prepared.length + collected.length > 0 ? 0 : 1)
    .map(({ key }) => {
      const detail = `the shop was told under ${key} that it is ready; ${books}'s records do not have it`;
      return say(order, 'preparation-missing', key, detail);
    });
  const twice = prepared
    .filter(({ parentId }, index) => prepared.findIndex((one) => one.parentId === parentId) < index)
    .map(({ id, parentId }) => {
      const detail = `${books}'s records have ${tail(parentId)} as prepared twice (${id})`;
      return say(order, 'preparation-twice', id, detail);
    });
  const unknown = prepared
    .filter(({ createdAt }) => createdAt <= cutoff)
    .filter(() => !told.some(({ state }) => state !== 'refused'))
    .map(({ id }) => {
      const detail = `${books}'s records have it as prepared (${id}); nothing here told the shop so`;
      return say(order, 'preparation-unknown', id, detail);
    });
  return [...missing, ...twice, ...unknown];
}

function unitsOf(lists: readonly OwnEffect['parts'][]): ReadonlyMap<string, number> {
  const units = new Map<string, number>();
  for (const { name, quantity } of lists.flat()) {
    units.set(name, (units.get(name) ?? 0) + quantity);
  }
  return units;
}

function compareHandedOver({ order, own, collected }: OfOrder, against: Against): Difference[] {
  const { books, cutoff } = against;
  const told = own.filter(({ verb }) => verb === 'handover');
  const done = told.filter(({ state }) => state === 'done');
  const here = unitsOf(done.map(({ parts }) => parts));
  const open = unitsOf(told.filter(({ state }) => state === 'called').map(({ parts }) => parts));
  const there = unitsOf(collected.map(({ parts }) => parts));
  const isWhole = done.every(({ calledAt }) => isLookedFor(calledAt, against));
  return [...new Set([...here.keys(), ...there.keys()])].flatMap((line): Difference[] => {
    const [ours, theirs] = [here.get(line) ?? 0, there.get(line) ?? 0];
    const subject = `${order.orderId} ${line}`;
    if (theirs < ours && isWhole) {
      const detail = `the shop was told that ${ours} of ${line} were handed over; ${books}'s records have ${theirs}`;
      return [say(order, 'handover-missing', subject, detail)];
    }
    const isSettled = collected.every(({ createdAt }) => createdAt <= cutoff);
    if (theirs <= ours + (open.get(line) ?? 0) || !isSettled) return [];
    const detail = `${books}'s records have ${theirs} of ${line} as picked up; it was told of ${ours}`;
    return [say(order, 'handover-unknown', subject, detail)];
  });
}
