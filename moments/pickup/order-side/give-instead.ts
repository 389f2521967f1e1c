/**
 * A store gives another item for units that it has not, with the customer's consent: reserved there,
 * what was sold let go, in one transaction. It is a line of its own, or all of its line; the worth
 * follows from the rule, what is less is given back, what is more is authorized anew.
 */
import type { UnitMove } from '../../../canonical/rules/order/after';
import type { OrderSnapshot } from '../../../canonical/rules/order/snapshot';
import {
  planSubstitute,
  type PlannedSubstitute,
  type Substitute,
} from '../../../canonical/rules/order/substitution';
import { businessDate } from '../../../canonical/rules/posting/business-date';
import type { Sql } from '../../../store/database';
import { lookAgainWrite } from '../../../store/flows/flows';
import { askMasterData } from '../../../store/master/master-data';
import { appendFact } from '../../../store/orders/orders';
import { giveInstead as keepLine, splitLine } from '../../../store/orders/re-source';
import { lockSellable } from '../../../store/stock/lock-stock';
import { moveStock } from '../../../store/stock/stock-rows';
import { writeTogether } from '../../../store/writes';
import type { OrderInHand } from '../../order/order-moment';
import { moveMoney, whyNotMore } from './move-money';

export interface Instead extends Substitute {
  readonly groupNo: number;
  readonly occurredAt: string;
  readonly eventNo: number | null;
}

export type GivenInstead =
  | {
      readonly outcome: 'given';
      /** The line that has them now: the same where it is all of it. */
      readonly lineNo: number;
      readonly deltaMinor: number;
      /** As the channel names what it sold; null: it has no name. */
      readonly channelLineRef: string | null;
    }
  | { readonly outcome: 'impossible'; readonly reason: string };

type Planned = Extract<PlannedSubstitute, { outcome: 'possible' }>;

/** Called with the order's row locked; the caller settles it. */
export async function giveInstead(
  sql: Sql,
  inHand: OrderInHand,
  given: Instead,
): Promise<GivenInstead> {
  const { order } = inHand;
  const { groupNo, sku, quantity } = given;
  const group = order.groups.find((one) => one.groupNo === groupNo);
  if (group?.kind !== 'pickup') return impossible(`the order has no pickup group ${groupNo}`);
  const planned = planSubstitute(order, groupNo, given);
  if (planned.outcome === 'impossible') return planned;
  const { line, deltaMinor } = planned;
  const no = deltaMinor > 0 ? whyNotMore(inHand) : null;
  if (no !== null) return impossible(no);
  const unknown = await whyUnknown(sql, order, sku);
  if (unknown !== null) return impossible(unknown);
  const { locationId } = group;
  const was = line.sku ?? line.channelSku;
  const sellable = await lockSellable(sql, [
    { sku, locationId },
    { sku: was, locationId },
  ]);
  if ((sellable.get(`${sku}@${locationId}`) ?? 0) < quantity) {
    return impossible(`${locationId} has not enough of ${sku}`);
  }
  const lineNo = await write(sql, order, given, { planned, was, locationId });
  await moveMoney(sql, inHand, { from: groupNo, to: groupNo, deltaMinor, reason: 'substituted' });
  await writeTogether(sql, [lookAgainWrite(order.workflowId)]);
  return { outcome: 'given', lineNo, deltaMinor, channelLineRef: line.channelLineRef };
}

const impossible = (reason: string): GivenInstead => ({ outcome: 'impossible', reason });

async function whyUnknown(
  sql: Sql,
  { channelInstance, currency }: OrderSnapshot,
  sku: string,
): Promise<string | null> {
  const asked = { channelInstance, skus: [sku], taxCodes: [], gateways: [], stores: [] };
  const { items } = await askMasterData(sql, asked);
  const costed = items.get(sku);
  if (costed === undefined) return `${sku} is no item that is known here`;
  return costed === currency ? null : `${sku} has its cost in ${costed}, not in ${currency}`;
}

interface There {
  readonly planned: Planned;
  readonly was: string;
  readonly locationId: string;
}

/** The line, the fact and the stock; the number of the line that has them. */
async function write(
  sql: Sql,
  { orderId, timeZone }: OrderSnapshot,
  { groupNo, lineNo, quantity, sku, occurredAt, eventNo }: Instead,
  { planned: { moved, rest }, was, locationId }: There,
): Promise<number> {
  let toLineNo = lineNo;
  if (rest === null) await keepLine(sql, orderId, lineNo, { sku, worth: moved });
  else toLineNo = await splitLine(sql, orderId, { lineNo, groupNo, moved, rest, sku });
  const split: UnitMove = { lineNo, toLineNo, groupNo, from: 'released', to: 'released', quantity };
  await appendFact(sql, orderId, {
    kind: 'substituted',
    eventNo,
    occurredAt,
    moves: toLineNo === lineNo ? [] : [split],
    about: { groupNo, location: locationId, lineNo: toLineNo, quantity, sku, insteadOf: was },
  });
  const at = { locationId, onHandDelta: 0 };
  await moveStock(
    sql,
    [
      { ...at, kind: 'release', sku: was, reservedDelta: -quantity, lineNo },
      { ...at, kind: 'reservation', sku, reservedDelta: quantity, lineNo: toLineNo },
    ],
    {
      orderId,
      eventNo,
      reason: 'substituted',
      occurredAt,
      businessDate: businessDate(occurredAt, timeZone),
    },
  );
  return toLineNo;
}
