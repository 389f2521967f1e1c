// One chunk of orders: their own rows against each other, and against the other systems' records.
import { ACCOUNTS } from '../canonical/rules/posting/posting';
import { tail, type OutsideRecord } from '../canonical/ports/records';
import type { Sql } from '../store/database';
import { checkOpenItems } from './check-open-items';
import { checkKeyedEffects } from './comparisons/effects';
import { KEYED } from './comparisons/keyed';
import { checkOutsideMoney } from './comparisons/outside-money';
import { checkShop, type KnownOrder } from './comparisons/shop';
import { checkTakenOver, takenOverOf } from './comparisons/taken-over';
import { checkVoids } from './comparisons/voids';
import type { Findings } from './findings';
import { checkOrderEffects } from './invariants/order-effects';
import { checkProjections } from './invariants/projections';
import { checkTenders } from './invariants/tenders';
import { loadEffects } from './load-effects';
import { loadOrders } from './load-orders';
import type { OwnEffect } from './own-effect';
import type { OwnOrder } from './own-order';
import type { OrderName } from './report';
import type { Scope } from './scope';
import { ofKind, type RecordsByKind, type SpoolNames } from './spool';

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

export function checkOwn({ orders, effects }: OrderChunk, findings: Findings): void {
  let facts = 0;
  let items = 0;
  for (const order of orders) {
    findings.add(checkTenders(order));
    findings.add(checkProjections(order));
    findings.add(checkOpenItems(order));
    findings.add(checkOrderEffects(order, effects));
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
  const references = [
    ...own.map((effect) => effect.reference),
    ...orders.flatMap((order) => order.authorizations.map((one) => one.reference)),
  ];
  return {
    keys: [...effects.keys()],
    orders: [...orders.map((order) => order.orderId), ...channelRefs],
    ids: references.filter((reference) => reference !== null),
  };
}

const LIVE = new Set(['planned', 'live']);

/** Their side: `theirs` is what carries the chunk's names. */
export function compareChunk(
  { orders, effects }: OrderChunk,
  theirs: RecordsByKind,
  scope: Scope,
  findings: Findings,
): void {
  const byId = new Map<string, OrderName>(orders.map((order) => [order.orderId, order]));
  const context = { cutoff: scope.cutoff, since: scope.since, orders: byId };
  for (const comparison of KEYED) {
    const records = ofKind(theirs, comparison.kind);
    findings.add(checkKeyedEffects(comparison, effects.values(), records, context));
  }
  const authorizations = ofKind(theirs, 'authorization');
  findings.add(checkVoids(effects, authorizations, liveReferencesOf(orders), scope));
  findings.add(
    checkOutsideMoney(
      {
        system: 'payment',
        authorizations: authorizations.filter(isWhollyRead(scope)),
        captures: ofKind(theirs, 'capture'),
        refunds: ofKind(theirs, 'refund'),
      },
      byId,
    ),
  );
  compareWithShop(orders, effects, theirs, scope, findings);
}

/** What was captured and refunded on an older record may not have been read: it is not added up. */
const isWhollyRead =
  ({ since }: Scope) =>
  ({ createdAt }: OutsideRecord): boolean =>
    since === null || createdAt >= since;

/** Processor authorizations that are live here, by the processor's reference. */
function liveReferencesOf(orders: readonly OwnOrder[]): ReadonlyMap<string, OrderName> {
  const live = new Map<string, OrderName>();
  for (const order of orders) {
    for (const { state, reference } of order.authorizations) {
      if (state !== 'live' || reference === null || order.moneyMode !== 'psp') continue;
      const { orderId, channelInstance, orderNo } = order;
      live.set(reference, { orderId, channelInstance, orderNo });
    }
  }
  return live;
}

function compareWithShop(
  orders: readonly OwnOrder[],
  effects: ReadonlyMap<string, OwnEffect>,
  theirs: RecordsByKind,
  scope: Scope,
  findings: Findings,
): void {
  const shop = {
    orders: ofKind(theirs, 'shop-order'),
    transactions: ofKind(theirs, 'shop-transaction'),
    fulfillments: ofKind(theirs, 'shop-fulfillment'),
  };
  const known = orders.map((order): KnownOrder => {
    const { orderId, channelInstance, orderNo, channelOrderRef, authorizations } = order;
    const liveAuthorizations = authorizations.filter(({ state }) => LIVE.has(state)).length;
    return { orderId, channelInstance, orderNo, channelOrderRef, liveAuthorizations };
  });
  findings.add(checkShop(effects.values(), shop, known, scope));
  const takenOver = orders.flatMap(takenOverOf);
  const whole = shop.orders.filter(isWhollyRead(scope));
  findings.add(checkTakenOver(takenOver, whole, shop.transactions));
  const made = shop.transactions.filter((record) => record.state === 'SUCCESS');
  const ofType = (...types: string[]) =>
    made.filter((record) => record.type !== null && types.includes(record.type));
  const byRef = new Map<string, OrderName>();
  for (const { orderRef } of made) {
    const order = known.find((one) => tail(one.channelOrderRef) === tail(orderRef));
    if (orderRef !== null && order) byRef.set(orderRef, order);
  }
  findings.add(
    checkOutsideMoney(
      {
        system: 'the shop',
        authorizations: ofType('AUTHORIZATION').filter(isWhollyRead(scope)),
        captures: ofType('CAPTURE', 'SALE'),
        refunds: ofType('REFUND'),
      },
      byRef,
    ),
  );
}
