/**
 * Units that a store cannot give go to another store, or to the customer's home: reserved there, let
 * go here, in one transaction, with the customer's consent as part of the decision. Taxed as the
 * decision says for the new place; what is more is authorized anew, what is less is given back.
 * Never sent from the store that could not give them.
 */
import { warehouseOf } from '../../../canonical/installation';
import { sum } from '../../../canonical/rules/money/money';
import type { UnitMove } from '../../../canonical/rules/order/after';
import type { LineQuantity } from '../../../canonical/rules/order/cancellation';
import { mergedLines } from '../../../canonical/rules/order/handover';
import {
  planMove,
  type NewTaxes,
  type UnitsToMove,
} from '../../../canonical/rules/order/re-source';
import type { OrderSnapshot } from '../../../canonical/rules/order/snapshot';
import { businessDate } from '../../../canonical/rules/posting/business-date';
import type { Sql } from '../../../store/database';
import { lookAgainWrite } from '../../../store/flows/flows';
import { appendFact, moveUnits as projectUnits } from '../../../store/orders/orders';
import { openGroup, placeLines, splitLine, taxLine } from '../../../store/orders/re-source';
import { lockSellable } from '../../../store/stock/lock-stock';
import { moveStock, type StockMove } from '../../../store/stock/stock-rows';
import { writeTogether } from '../../../store/writes';
import type { OrderInHand } from '../../order/order-moment';
import { tellChannel } from './tell-channel';
import { findPlace, type NewPlace, type Wanted } from './new-place';
import { moveMoney, whyNotMore } from './move-money';

export interface UnitsElsewhere {
  readonly groupNo: number;
  readonly lines: readonly LineQuantity[];
  readonly to: NewPlace;
  /** Of lines that are taxed otherwise there; the others are taxed as before. */
  readonly taxes?: readonly NewTaxes[];
  /** The customer agreed to the place and to the amount. */
  readonly consent: true;
  readonly decisionId: string;
}

export type Moved =
  | {
      readonly outcome: 'moved';
      /** The group that has them now. */
      readonly groupNo: number;
      readonly locationId: string;
      /** What the customer pays more, or less. */
      readonly deltaMinor: number;
    }
  | { readonly outcome: 'impossible'; readonly reason: string };

const impossible = (reason: string): Moved => ({ outcome: 'impossible', reason });

/** Called with the order's row locked; the caller settles it. */
export async function moveUnits(
  sql: Sql,
  inHand: OrderInHand,
  moved: UnitsElsewhere,
): Promise<Moved> {
  const { order } = inHand;
  const from = order.groups.find((one) => one.groupNo === moved.groupNo);
  if (from?.kind !== 'pickup') return impossible(`the order has no pickup group ${moved.groupNo}`);
  const lines = mergedLines(moved.lines);
  const planned = planMove(order, moved.groupNo, lines, moved.taxes ?? []);
  if (planned.outcome === 'impossible') return planned;
  const { units } = planned;
  const deltaMinor = sum(units.map((one) => one.taxDeltaMinor));
  const no = deltaMinor > 0 ? whyNotMore(inHand) : null;
  if (no !== null) return impossible(no);
  const wanted = wantedOf(units);
  const place = await findPlace(sql, inHand, { from: from.locationId, to: moved.to, wanted });
  if (place.outcome === 'impossible') return place;
  const { locationId } = place;
  // Both places at once: rows are locked in one order whoever moves what where.
  const places = wanted.flatMap(({ sku }) => [
    { sku, locationId },
    { sku, locationId: from.locationId },
  ]);
  const sellable = await lockSellable(sql, places);
  const short = wanted.find(
    ({ sku, quantity }) => (sellable.get(`${sku}@${locationId}`) ?? 0) < quantity,
  );
  if (short) return impossible(`${locationId} has not enough of ${short.sku}`);
  const groupNo = await write(sql, inHand, moved, { units, kind: moved.to.kind, locationId });
  if (moved.to.kind === 'pickup') {
    const stores = { from: from.locationId, to: locationId };
    await tellChannel(sql, inHand, { groupNo, stores, lines });
  }
  const money = { from: moved.groupNo, to: groupNo, deltaMinor };
  await moveMoney(sql, inHand, { ...money, reason: 're-sourced' });
  return { outcome: 'moved', groupNo, locationId, deltaMinor };
}

function wantedOf(units: readonly UnitsToMove[]): Wanted[] {
  const bySku = new Map<string, number>();
  for (const { sku, quantity } of units) bySku.set(sku, (bySku.get(sku) ?? 0) + quantity);
  return [...bySku].map(([sku, quantity]) => ({ sku, quantity }));
}

interface There {
  readonly units: readonly UnitsToMove[];
  readonly kind: NewPlace['kind'];
  readonly locationId: string;
}

/** Lines, groups, facts and stock; the number of the group that has the units. */
async function write(
  sql: Sql,
  { order, setup }: OrderInHand,
  { groupNo: fromNo, decisionId }: UnitsElsewhere,
  { units, kind, locationId }: There,
): Promise<number> {
  const { orderId } = order;
  const splits: UnitMove[] = [];
  const own: (LineQuantity & { readonly sku: string })[] = [];
  for (const one of units) {
    const lineNo = await lineOf(sql, orderId, fromNo, one);
    const { quantity, sku } = one;
    own.push({ lineNo, quantity, sku });
    if (lineNo === one.lineNo) continue;
    const at = { lineNo: one.lineNo, toLineNo: lineNo, groupNo: fromNo, quantity };
    splits.push({ ...at, from: 'released', to: 'released' });
  }
  const account = kind === 'pickup' ? null : warehouseOf(setup, locationId);
  const lineNos = own.map((one) => one.lineNo);
  const groupNo = await openGroup(sql, orderId, { kind, locationId, account, lineNos });
  const moves = own.map(({ lineNo, quantity }): UnitMove => ({
    lineNo,
    groupNo: fromNo,
    toGroupNo: groupNo,
    from: 'released',
    to: 'reserved',
    quantity,
  }));
  await projectUnits(sql, orderId, moves);
  await placeLines(sql, orderId, [...lineNos, ...units.map((one) => one.lineNo)]);
  const occurredAt = new Date().toISOString();
  await appendFact(sql, orderId, {
    kind: 're-sourced',
    occurredAt,
    moves: [...splits, ...moves],
    about: { fromGroupNo: fromNo, groupNo, location: locationId, decisionId },
  });
  await moveStock(sql, stockMoves(order, fromNo, locationId, own), {
    orderId,
    eventNo: null,
    reason: 're-sourced',
    occurredAt,
    businessDate: businessDate(occurredAt, order.timeZone),
  });
  await writeTogether(sql, [lookAgainWrite(order.workflowId)]);
  return groupNo;
}

/** The line that has them, taxed as at the new place. */
async function lineOf(
  sql: Sql,
  orderId: string,
  groupNo: number,
  { lineNo, taxed }: UnitsToMove,
): Promise<number> {
  if (taxed === null) return lineNo;
  const { moved, rest } = taxed;
  if (rest !== null) return splitLine(sql, orderId, { lineNo, groupNo, moved, rest });
  await taxLine(sql, orderId, lineNo, moved);
  return lineNo;
}

function stockMoves(
  { groups }: OrderSnapshot,
  fromNo: number,
  locationId: string,
  units: readonly (LineQuantity & { readonly sku: string })[],
): StockMove[] {
  const before = groups.find((one) => one.groupNo === fromNo)?.locationId ?? '';
  return units.flatMap(({ lineNo, sku, quantity }): StockMove[] => [
    { kind: 'release', sku, locationId: before, onHandDelta: 0, reservedDelta: -quantity, lineNo },
    { kind: 'reservation', sku, locationId, onHandDelta: 0, reservedDelta: quantity, lineNo },
  ]);
}
