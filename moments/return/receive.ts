/**
 * Goods came back, at any place: they are on hand there and not to be sold until somebody has looked
 * at them. Nothing is posted yet (rule 11): until they are accepted they are the customer's.
 */
import { currencyOf } from '../../canonical/installation';
import { businessDate } from '../../canonical/rules/posting/business-date';
import { unitsToCome } from '../../canonical/rules/return/agenda';
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import type { Location } from '../../canonical/schema/location';
import type { ReceivedLines } from '../../canonical/schema/return';
import type { Sql } from '../../store/database';
import { findLocation } from '../../store/master/locations';
import { spokenFor } from '../../store/returns/return-queries';
import { insertReceipt } from '../../store/returns/returns';
import { moveStock } from '../../store/stock/stock-rows';
import { setupOf } from './return-moment';

export interface Received {
  readonly receiptId: string;
  readonly location: string;
  /** RFC 3339. */
  readonly receivedAt: string;
  readonly lines: ReceivedLines;
}

/** What can be wrong with what is told of goods; each names the line of the list it is about. */
export interface ReturnProblem {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}
export type Told =
  | { readonly outcome: 'recorded' }
  | { readonly outcome: 'duplicate' }
  | { readonly outcome: 'impossible'; readonly problems: readonly ReturnProblem[] };

interface ReceivedUnits {
  readonly lineNo: number;
  readonly sku: string;
  readonly quantity: number;
}

export async function receive(
  sql: Sql,
  ret: ReturnSnapshot,
  order: OrderSnapshot,
  received: Received,
  eventNo: number | null,
): Promise<Told> {
  if (ret.receipts.some((one) => one.receiptRef === received.receiptId)) {
    return { outcome: 'duplicate' };
  }
  const problems: ReturnProblem[] = [];
  const wrong = (pointer: string, code: string, detail: string) =>
    problems.push({ pointer, code, detail });
  if (ret.state !== 'approved' && ret.state !== 'requested') {
    wrong('', 'return_closed', `the return is ${ret.state}: it takes no more goods`);
  }
  const place = await findLocation(sql, received.location);
  if (!place) wrong('/location', 'unknown_location', `${received.location} is not in the master`);
  const foreign = place && foreignCurrency(ret, place);
  if (foreign) {
    const detail = `${received.location} keeps its books in ${foreign}: what was sold in ${ret.currency} comes back where that is kept`;
    wrong('/location', 'other_currency', detail);
  }
  const elsewhere = await othersNeed(sql, ret, received);
  const units = received.lines.flatMap((line, index): ReceivedUnits[] => {
    const found = lineOf(ret, order, line);
    const pointer = `/lines/${index}`;
    if (found === null) {
      const name = line.sku ?? `line ${line.lineNo ?? 0}`;
      wrong(pointer, 'no_such_line', `${name} is not on the order`);
      return [];
    }
    const left = leftOf(ret, order, found.lineNo, elsewhere.get(found.lineNo) ?? 0);
    if (line.quantity > left) {
      const detail = `${line.quantity} of line ${found.lineNo}, of which ${left} may come back`;
      wrong(`${pointer}/quantity`, 'too_many', detail);
    }
    return [{ ...found, quantity: line.quantity }];
  });
  if (problems.length > 0 || !place) return { outcome: 'impossible', problems };
  await insertReceipt(sql, ret.rma, {
    receiptNo: ret.receipts.length + 1,
    receiptRef: received.receiptId,
    locationId: received.location,
    lines: units,
    receivedAt: received.receivedAt,
    eventNo,
  });
  await moveStock(
    sql,
    units.map(({ lineNo, sku, quantity }) => ({
      kind: 'return',
      sku,
      locationId: received.location,
      onHandDelta: quantity,
      reservedDelta: 0,
      unsellableDelta: quantity,
      lineNo,
    })),
    {
      orderId: ret.orderId,
      eventNo,
      reason: ret.rma,
      occurredAt: received.receivedAt,
      businessDate: businessDate(received.receivedAt, place.timeZone),
    },
  );
  return { outcome: 'recorded' };
}

/** Of another entity's place, where it is not what the goods were sold in. */
function foreignCurrency(ret: ReturnSnapshot, { entity }: Location): string | null {
  const currency = currencyOf(entity);
  return entity === setupOf(ret).entity || currency === ret.currency ? null : currency;
}

/** What is expected here was kept from others when it was asked for: nobody else is asked then. */
async function othersNeed(
  sql: Sql,
  ret: ReturnSnapshot,
  { lines }: Received,
): Promise<ReadonlyMap<number, number>> {
  const isExpected = lines.every(({ lineNo, quantity }) =>
    ret.lines.some((line) => line.lineNo === lineNo && unitsToCome(line) >= quantity),
  );
  return isExpected ? new Map() : spokenFor(sql, ret.orderId, ret.rma);
}

/** By its number, or the SKU that was scanned: the first line of it that still has units to come. */
function lineOf(
  ret: ReturnSnapshot,
  order: OrderSnapshot,
  asked: ReceivedLines[number],
): { readonly lineNo: number; readonly sku: string } | null {
  const lines = order.lines.map((line) => ({
    lineNo: line.lineNo,
    sku: line.sku ?? line.channelSku,
  }));
  if (asked.lineNo !== undefined) {
    const line = lines.find((one) => one.lineNo === asked.lineNo);
    return line && (asked.sku === undefined || asked.sku === line.sku) ? line : null;
  }
  const ofSku = lines.filter((line) => line.sku === asked.sku);
  const isExpected = ({ lineNo }: { readonly lineNo: number }) =>
    ret.lines.some((line) => line.lineNo === lineNo && unitsToCome(line) >= asked.quantity);
  return ofSku.find(isExpected) ?? ofSku[0] ?? null;
}

/** Units of a line that are with the customer, and that no other return speaks for. */
function leftOf(
  ret: ReturnSnapshot,
  order: OrderSnapshot,
  lineNo: number,
  elsewhere: number,
): number {
  const line = order.lines.find((one) => one.lineNo === lineNo);
  if (!line) return 0;
  const own = ret.lines.find((one) => one.lineNo === lineNo);
  const undecided = (own?.received ?? 0) - (own?.accepted ?? 0);
  // Goods may be quicker than the warehouse's word that they left.
  return line.ordered - line.cancelled - line.returned - undecided - elsewhere;
}
