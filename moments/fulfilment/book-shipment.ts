/**
 * A shipment on the books: units, stock, invoice, revenue, tax and cost of goods, what its capture
 * takes, and what channel, customer and tax service are told; in the caller's transaction.
 */
import { businessDate } from '../../canonical/rules/posting/business-date';
import { afterMoves } from '../../canonical/rules/order/after';
import type { CapturePlan } from '../../canonical/rules/money/capture';
import { effectKey } from '../../canonical/rules/order/effect-keys';
import { sum } from '../../canonical/rules/money/money';
import { openUnits } from '../../canonical/rules/order/state';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { invoiceTotal, type InvoicedLine } from '../../canonical/rules/posting/posting';
import { costed } from '../../canonical/rules/order/shipment';
import type { PlannedShipment } from '../../canonical/rules/order/shipment';
import { isSupplied } from '../../canonical/rules/order/not-sent';
import type { Sql } from '../../store/database';
import { openException } from '../../store/exceptions/exceptions';
import { appliedWrite } from '../../store/inbox/facts';
import { standardCosts } from '../../store/master/items';
import { factWrite, moveWrites } from '../../store/orders/orders';
import { messageWrites } from '../../store/outbox/outbox';
import { moveStock } from '../../store/stock/stock-rows';
import { writeTogether } from '../../store/writes';
import { afterMoney, capturePlanOf, moneyWrites, openUncovered } from '../money/shipment-money';
import type { OrderInHand } from '../order/order-moment';
import { freightIn, invoiceShipment, type Departure } from './invoice-shipment';
import { shipmentMessages, type WhomToTell } from './shipment-messages';
import { openFor } from './variances';

export interface Booking extends WhomToTell {
  readonly shipmentNo: number;
  readonly invoiceNo: number;
  /** How often the parcel was added to before. */
  readonly amendmentNo: number;
  /** RFC 3339: when it was told, and what the books are dated by. */
  readonly toldAt: string;
  readonly bookedAt: string;
}

export async function bookShipment(
  sql: Sql,
  inHand: OrderInHand,
  fact: Departure,
  planned: PlannedShipment,
  booking: Booking,
): Promise<void> {
  const { order } = inHand;
  const { data, eventNo } = fact;
  const { shipmentNo, invoiceNo, amendmentNo, toldAt, bookedAt: at } = booking;
  const { orderId } = order;
  const onDate = businessDate(at, fact.timeZone ?? order.timeZone);
  const invoiceMinor = invoiceTotal(planned.lines);
  const plan = capturePlanOf(inHand, invoiceMinor, isLastShipment(order, planned));
  const prepaidMinor = sum(plan.prepaid.map((part) => part.amountMinor));
  const told = { shipmentNo, invoiceNo, onDate, data, planned };
  const writes = [
    ...moveWrites(orderId, planned.moves),
    ...moneyWrites(order, invoiceNo, plan),
    factWrite(orderId, {
      kind: 'shipped',
      eventNo,
      occurredAt: at,
      moves: planned.moves,
      about: { shipmentNo, invoiceNo, location: data.location, invoiceMinor },
    }),
    ...messageWrites(shipmentMessages(inHand, booking, told)),
    ...(eventNo === null ? [] : [appliedWrite(eventNo)]),
  ];
  const trouble = { planned, plan, shipmentNo, invoiceNo };
  const isTrouble = await openTrouble(sql, inHand, fact, trouble);
  // An exception is part of what is due: with one, the order is read again.
  if (isTrouble) await writeTogether(sql, writes);
  else inHand.becomes(afterMoney(afterMoves(order, planned.moves), invoiceNo, plan), writes);
  inHand.lastly(async () => {
    const moved = await moveStock(sql, planned.stock, {
      orderId,
      eventNo,
      reason: null,
      occurredAt: at,
      businessDate: onDate,
    });
    const costs = await costsOfSupplied(sql, planned.lines);
    await invoiceShipment(sql, inHand, fact, costed(planned.lines, moved, costs), {
      ...{ shipmentNo, invoiceNo, amendmentNo, toldAt, onDate, invoiceMinor, prepaidMinor },
      bookedAt: at,
      groupNo: groupOf(planned),
    });
  });
}

/** Standard costs of what others supply: no stock gives them. */
async function costsOfSupplied(
  sql: Sql,
  lines: readonly InvoicedLine[],
): Promise<ReadonlyMap<string, number>> {
  const supplied = lines.filter(({ notSent }) => isSupplied(notSent)).map(({ sku }) => sku);
  return supplied.length === 0 ? new Map() : standardCosts(sql, supplied);
}

/** What of it needs a person; false where nothing does. */
async function openTrouble(
  sql: Sql,
  inHand: OrderInHand,
  fact: Departure,
  shipment: {
    readonly planned: PlannedShipment;
    readonly plan: CapturePlan;
    readonly shipmentNo: number;
    readonly invoiceNo: number;
  },
): Promise<boolean> {
  const { order } = inHand;
  const { data, eventNo } = fact;
  const { planned, plan, shipmentNo, invoiceNo } = shipment;
  const foreign = freightIn(order, data) === undefined ? data.carrierCost : undefined;
  if (foreign) await foreignFreight(sql, inHand, eventNo, foreign.currency);
  if (planned.afterCancel > 0) {
    await shippedAfterCancel(sql, inHand, shipmentNo, planned.afterCancel);
  }
  if (planned.notAsked > 0) {
    const detail = `${planned.notAsked} of its units were not asked of ${data.location}; they are invoiced, and another that was asked for them may send them too`;
    await openFor(sql, order, fact, 'fulfilment.over-shipped', detail);
  }
  const isUncovered = await openUncovered(sql, order, invoiceNo, plan);
  return foreign !== undefined || planned.afterCancel > 0 || isUncovered;
}

async function foreignFreight(
  sql: Sql,
  { order }: OrderInHand,
  eventNo: number | null,
  currency: string,
): Promise<void> {
  await openException(sql, {
    code: 'event.no-rule',
    detail: `the shipment is recorded; its freight in ${currency} is not booked to an order in ${order.currency}`,
    cause: { kind: 'event', ref: String(eventNo) },
    blocks: `freight:${eventNo}`,
    subject: order.orderId,
    orderId: order.orderId,
    correlationId: order.correlationId,
  });
}

function isLastShipment(order: OrderSnapshot, planned: PlannedShipment): boolean {
  return order.lines.every((line) => {
    const moves = planned.moves.filter(
      (move) => move.lineNo === line.lineNo && move.from !== 'cancelled',
    );
    return openUnits(line) === sum(moves.map((move) => move.quantity));
  });
}

/** Whose units left: of several groups the first; null: units that no group had. */
const groupOf = ({ moves }: PlannedShipment) =>
  moves.find(({ groupNo }) => groupNo !== null)?.groupNo ?? null;

async function shippedAfterCancel(
  sql: Sql,
  { order }: OrderInHand,
  shipmentNo: number,
  units: number,
): Promise<void> {
  await openException(sql, {
    code: 'fulfilment.shipped-after-cancel',
    detail: `${units} cancelled units left in shipment ${shipmentNo}: recall the parcel, or expect a return`,
    cause: { kind: 'order', ref: effectKey.fulfil(order.orderId, shipmentNo) },
    blocks: `recall-parcel:${shipmentNo}`,
    subject: order.orderId,
    severity: 'high',
    orderId: order.orderId,
    correlationId: order.correlationId,
  });
}
