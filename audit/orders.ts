// One chunk of orders: their own rows against each other, and against the other systems' records.
import { isAccess } from '../canonical/rules/order/not-sent';
import { ACCOUNTS } from '../canonical/rules/posting/posting';
import {
  tail,
  type OutsideKind,
  type OutsideRecord,
  type OutsideRecords,
} from '../canonical/ports/records';
import type { Sql } from '../store/database';
import { checkOpenItems } from './check-open-items';
import { checkKeyedEffects } from './comparisons/effects';
import { KEYED } from './comparisons/keyed';
import { checkHeld } from './comparisons/held';
import { checkOutsideMoney } from './comparisons/outside-money';
import { checkShipments } from './comparisons/shipments';
import { checkShop, type KnownOrder } from './comparisons/shop';
import { checkShopOrders } from './comparisons/shop-orders';
import { checkShopPickups } from './comparisons/shop-pickups';
import { checkShopReturns } from './comparisons/shop-returns';
import { checkTakenOver, takenOverOf } from './comparisons/taken-over';
import { checkVoids } from './comparisons/voids';
import type { Against } from './comparisons/window';
import type { Findings } from './findings';
import { checkOrderEffects, checkUnanswered, checkUncounted } from './invariants/order-effects';
import { checkPickups } from './invariants/pickups';
import { checkProjections } from './invariants/projections';
import { checkTenders } from './invariants/tenders';
import { loadEffects } from './load-effects';
import { loadOrders } from './load-orders';
import type { OwnEffect } from './own-effect';
import type { OwnOrder } from './own-order';
import type { Difference, OrderName } from './report';
import type { Scope } from './scope';
import { nameOfBooks, type RecordsByKind, type SpooledRecords, type SpoolNames } from './spool';

const OPEN_ITEM_ACCOUNTS = Object.entries(ACCOUNTS)
  .filter(([, account]) => account.openItem)
  .map(([name]) => name);

export interface OrderChunk {
  readonly orders: readonly OwnOrder[];
  readonly effects: ReadonlyMap<string, OwnEffect>;
}

/** Our side, in the caller's snapshot. */
export async function loadChunk(sql: Sql, orderIds: readonly string[]): Promise<OrderChunk> {
  return {
    orders: await loadOrders(sql, orderIds, OPEN_ITEM_ACCOUNTS),
    effects: await loadEffects(sql, orderIds),
  };
}

export function checkOwn(
  { orders, effects }: OrderChunk,
  { cutoff }: Scope,
  findings: Findings,
): void {
  let facts = 0;
  let items = 0;
  for (const order of orders) {
    findings.add(checkTenders(order));
    findings.add(checkProjections(order));
    findings.add(checkPickups(order, effects));
    findings.add(checkOpenItems(order));
    findings.add(checkOrderEffects(order, effects));
    findings.add(checkUncounted(order, effects));
    findings.add(checkUnanswered(order, effects, cutoff));
    facts += order.facts.length;
    items += order.openItems.length;
  }
  findings.checked('I2', 'orders, their tenders and lines', orders.length);
  findings.checked('I7', 'facts of orders', facts);
  findings.checked('I10', 'open items of orders', items);
  for (const { verb } of effects.values()) findings.checked('I4', `effects: ${verb}`, 1);
}

/** By what names the other systems' records of this chunk are found. */
export function namesOf({ orders, effects }: OrderChunk): SpoolNames {
  const own = [...effects.values()];
  const channelRefs = orders
    .map((order) => tail(order.channelOrderRef))
    .filter((ref) => ref !== '');
  const parcels = orders.flatMap((order) => order.shipments.map((one) => one.shipmentRef));
  const references = [
    ...parcels,
    ...own.map((effect) => effect.reference),
    ...orders.flatMap((order) => order.authorizations.map((one) => one.reference)),
  ];
  return {
    keys: [...effects.keys()],
    orders: [...orders.map((order) => order.orderId), ...channelRefs],
    ids: references.filter((reference) => reference !== null),
  };
}

/** Their side: `theirs` is what carries the chunk's names, of these accounts. */
export function compareChunk(
  { orders, effects }: OrderChunk,
  outside: readonly OutsideRecords[],
  theirs: SpooledRecords,
  scope: Scope,
  findings: Findings,
): void {
  // Made by somebody else, and counted here.
  const followed = new Set(
    orders.flatMap((order) =>
      order.refunds.filter((one) => one.isOutside).map((one) => one.reference ?? ''),
    ),
  );
  const byId = new Map<string, OrderName>(orders.map((order) => [order.orderId, order]));
  for (const one of outside) {
    const records = theirs.get(nameOfBooks(one)) ?? {};
    const own = [...effects.values()].filter(({ account }) => one.accounts.includes(account));
    const against = { ...scope, books: nameOfBooks(one) };
    for (const comparison of KEYED.filter(({ kind }) => one.kinds.includes(kind))) {
      const same = ofKind(records, comparison.kind).filter(({ id }) => !followed.has(id));
      findings.add(checkKeyedEffects(comparison, own, same, { ...against, orders: byId }));
    }
    if (one.kinds.includes('authorization')) {
      findings.add(compareWithProcessor(orders, own, records, against));
    }
    if (one.kinds.includes('shipment')) {
      const parcels = ofKind(records, 'shipment');
      findings.add(checkShipments(orders, parcels, one.accounts, against));
    }
    if (one.kinds.includes('shop-order')) {
      // A shop's account is called as its channel.
      const sold = orders.filter(({ channelInstance }) => one.accounts.includes(channelInstance));
      findings.add(compareWithShop(sold, own, records, against));
    }
  }
}

type Reading = Scope & Against;

/** What was captured and refunded on an older record may not have been read: it is not added up. */
const isWhollyRead =
  ({ since }: Scope) =>
  ({ createdAt }: OutsideRecord): boolean =>
    since === null || createdAt >= since;

function compareWithProcessor(
  orders: readonly OwnOrder[],
  effects: readonly OwnEffect[],
  theirs: RecordsByKind,
  against: Reading,
): Difference[] {
  const authorizations = ofKind(theirs, 'authorization');
  const byId = new Map(orders.map((order) => [order.orderId, order]));
  const money = {
    books: against.books,
    authorizations: authorizations.filter(isWhollyRead(against)),
    captures: ofKind(theirs, 'capture'),
    refunds: ofKind(theirs, 'refund'),
  };
  return [
    ...checkVoids(effects, authorizations, liveReferencesOf(orders), against),
    ...checkHeld(authorizations, byId, against),
    ...checkOutsideMoney(money, byId),
  ];
}

/** Processor authorizations that are live here, by the processor's reference. */
function liveReferencesOf(orders: readonly OwnOrder[]): ReadonlyMap<string, OrderName> {
  const live = new Map<string, OrderName>();
  for (const order of orders) {
    for (const { state, reference } of order.authorizations) {
      if (state === 'live' && reference !== null && order.moneyMode === 'psp') {
        live.set(reference, order);
      }
    }
  }
  return live;
}

const LIVE = new Set(['planned', 'live']);

function compareWithShop(
  orders: readonly OwnOrder[],
  effects: readonly OwnEffect[],
  theirs: RecordsByKind,
  against: Reading,
): Difference[] {
  const shop = {
    orders: ofKind(theirs, 'shop-order'),
    transactions: ofKind(theirs, 'shop-transaction'),
    fulfillments: ofKind(theirs, 'shop-fulfillment'),
    preparations: ofKind(theirs, 'shop-preparation'),
    returns: ofKind(theirs, 'shop-return'),
  };
  const known = orders.map((order): KnownOrder => ({
    ...order,
    liveAuthorizations: order.authorizations.filter(({ state }) => LIVE.has(state)).length,
    accountedFor: accountedFor(order),
    accessLines: order.lines
      .filter(({ notSent }) => isAccess(notSent ?? undefined))
      .map(({ channelLineRef }) => `line ${tail(channelLineRef ?? null)}`),
  }));
  const whole = shop.orders.filter(isWhollyRead(against));
  const made = shop.transactions.filter((record) => record.state === 'SUCCESS');
  const ofType = (...types: string[]) =>
    made.filter((record) => record.type !== null && types.includes(record.type));
  const byTail = new Map(orders.map((order) => [tail(order.channelOrderRef), order]));
  const byRef = new Map<string, OwnOrder>();
  for (const { orderRef } of made) {
    const order = byTail.get(tail(orderRef));
    if (orderRef !== null && order) byRef.set(orderRef, order);
  }
  // Shopify voids none that was captured in part: its rest is held until it lapses.
  const isVoidable = ({ orderRef }: OutsideRecord) =>
    !byRef.get(orderRef ?? '')?.captures.some(({ state }) => state === 'captured');
  const money = {
    books: against.books,
    authorizations: ofType('AUTHORIZATION').filter(isWhollyRead(against)),
    captures: ofType('CAPTURE', 'SALE'),
    refunds: ofType('REFUND'),
  };
  return [
    ...checkShop(effects, shop, known, against),
    ...checkShopOrders(orders, shop.orders, against),
    ...checkShopPickups(effects, shop, known, against),
    ...checkShopReturns(effects, shop.returns, orders, against),
    ...checkTakenOver(orders.flatMap(takenOverOf), whole, shop.transactions, against.books),
    ...checkHeld(ofType('AUTHORIZATION').filter(isVoidable), byRef, against),
    ...checkOutsideMoney(money, byRef),
  ];
}

/** What left by the shop's own word, was refunded there, or is there once more than it was asked for. */
const accountedFor = ({ shipments, refunds, duplicates }: OwnOrder): string[] => [
  ...shipments.map(({ shipmentRef }) => shipmentRef),
  ...refunds.flatMap(({ isOutside, reference }) => (isOutside && reference ? [reference] : [])),
  ...duplicates.flatMap(({ reference, undoneReference, isByHand }) => {
    if (isByHand) return [reference];
    return undoneReference === null ? [] : [reference, undoneReference];
  }),
];

const ofKind = (records: RecordsByKind, kind: OutsideKind): readonly OutsideRecord[] =>
  records[kind] ?? [];
