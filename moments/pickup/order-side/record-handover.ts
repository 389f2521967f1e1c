/**
 * What a store handed over is recorded on the order: units, stock, invoice, revenue, tax and cost of
 * goods with the store's location, what its capture takes, and what the tax service is told. Rules
 * 5a, 3a. Goods that left are on the books even when the card then fails; a handover after the
 * pickup had expired revives the sale.
 *
 * Beside the order itself: one statement for what is read, one for what is written with the status,
 * one for the stock, and two side by side for the invoice and its journal.
 */
import { sum } from '../../../canonical/rules/money/money';
import { drawOn, type PrepaymentPart } from '../../../canonical/rules/money/prepayment';
import type { CapturePlan } from '../../../canonical/rules/money/capture';
import { afterCapture, afterMoves } from '../../../canonical/rules/order/after';
import type { LineQuantity } from '../../../canonical/rules/order/cancellation';
import {
  planHandover,
  type ImpossibleHandover,
  type PlannedHandover,
} from '../../../canonical/rules/order/handover';
import { costed, documentNumber } from '../../../canonical/rules/order/shipment';
import type { OrderSnapshot } from '../../../canonical/rules/order/snapshot';
import { openUnits } from '../../../canonical/rules/order/state';
import { businessDate } from '../../../canonical/rules/posting/business-date';
import {
  invoiceTotal,
  postHandover,
  type ShippedLine,
} from '../../../canonical/rules/posting/posting';
import { only, type Sql } from '../../../store/database';
import { lookAgainWrite, reopenFlow } from '../../../store/flows/flows';
import { journalWrites } from '../../../store/ledger/ledger';
import { provisionJournal, provisionRows, setAsideOf } from '../../money/provision';
import { factWrite, moveWrites } from '../../../store/orders/orders';
import { messageWrites } from '../../../store/outbox/outbox';
import { moveStock } from '../../../store/stock/stock-rows';
import { writeTogether } from '../../../store/writes';
import { toTaxService, type WhomToTell } from '../../fulfilment/shipment-messages';
import { drawWrite } from '../../money/give-back';
import { afterMoney, capturePlanOf, moneyWrites, openUncovered } from '../../money/shipment-money';
import { orderJournal } from '../../order/of-order';
import type { OrderInHand, TakenOrder } from '../../order/order-moment';

export interface Handover {
  readonly groupNo: number;
  /** Counts within its group. */
  readonly handoverNo: number;
  readonly lines: readonly LineQuantity[];
  readonly occurredAt: string;
  readonly eventNo: number | null;
}

export type RecordedHandover =
  | {
      readonly outcome: 'recorded';
      readonly invoiceNo: number;
      readonly invoiceMinor: number;
      /** Units that had been given up before. */
      readonly afterCancel: number;
      /** Read beside it. */
      readonly whom: WhomToTell;
    }
  | ImpossibleHandover;

/** Called with the order's row locked; a handover that is recorded already is a fault of the caller. */
export async function recordHandover(
  sql: Sql,
  inHand: OrderInHand,
  handover: Handover,
): Promise<RecordedHandover> {
  const planned = planHandover(inHand.order, handover.groupNo, handover.lines);
  if (planned.outcome === 'impossible') return planned;
  const { timeZone, invoices, ...whom } = await readBeside(sql, inHand.order, planned);
  const onDate = businessDate(handover.occurredAt, timeZone);
  return record(sql, inHand, { handover, planned, onDate, invoiceNo: invoices + 1, whom });
}

interface Beside extends WhomToTell {
  /** Invoices that the order has, of whatever passed control before. */
  readonly invoices: number;
  readonly timeZone: string;
}

async function readBeside(
  sql: Sql,
  { orderId }: OrderSnapshot,
  { group }: PlannedHandover,
): Promise<Beside> {
  const { rows } = await sql.query<Beside & Record<string, unknown>>({
    name: 'beside-handover',
    text: `select (select count(*) from invoice i where i.order_id = $1)::int as invoices,
                  (select time_zone from location where location_id = $2) as "timeZone",
                  content -> 'customer' as customer, content -> 'shipTo' as "shipTo"
             from sales_order where order_id = $1`,
    values: [orderId, group.locationId],
  });
  return only(rows, `order ${orderId}`);
}

interface About {
  readonly handover: Handover;
  readonly planned: PlannedHandover;
  readonly onDate: string;
  readonly invoiceNo: number;
  readonly whom: WhomToTell;
}

async function record(sql: Sql, inHand: OrderInHand, about: About): Promise<RecordedHandover> {
  const order = await revived(sql, inHand.order);
  const { handover, planned, onDate, invoiceNo, whom } = about;
  const { orderId } = order;
  const { groupNo, handoverNo, occurredAt, eventNo } = handover;
  const invoiceMinor = invoiceTotal(planned.lines);
  const money = moneyOf({ order, setup: inHand.setup }, planned, invoiceMinor);
  const invoice = { ...money.paid, invoiceMinor };
  const writes = [
    ...moveWrites(orderId, planned.moves),
    ...moneyWrites(order, invoiceNo, money.plan),
    ...(money.drawn.length > 0 ? [drawWrite(order, money.drawn)] : []),
    factWrite(orderId, {
      kind: 'handed-over',
      eventNo,
      occurredAt,
      moves: planned.moves,
      about: { groupNo, handoverNo, invoiceNo, location: planned.group.locationId, invoiceMinor },
    }),
    ...messageWrites(
      toTaxService(inHand, whom, {
        invoiceNo,
        onDate,
        lines: planned.lines,
        storeId: planned.group.locationId,
      }),
    ),
    lookAgainWrite(order.workflowId),
  ];
  const isUncovered = await openUncovered(sql, order, invoiceNo, money.plan);
  // An exception is part of what is due: with one, the order is read again.
  if (isUncovered) await writeTogether(sql, writes);
  else {
    const moved = drawn(afterMoves(order, planned.moves), money.drawn);
    inHand.becomes(afterMoney(moved, invoiceNo, money.plan), writes);
  }
  inHand.lastly(async () => {
    const moved = await moveStock(sql, planned.stock, {
      orderId,
      eventNo,
      reason: null,
      occurredAt,
      businessDate: onDate,
    });
    const lines = costed(planned.lines, moved);
    await Promise.all([
      keepInvoice(sql, order, about, { ...invoice, lines }),
      post(sql, inHand, about, lines, invoice.prepaidMinor),
    ]);
  });
  const { afterCancel } = planned;
  return { outcome: 'recorded', invoiceNo, invoiceMinor, afterCancel, whom };
}

/** An order that had ended goes on: its flow is begun again by the signal that follows. */
async function revived(sql: Sql, order: OrderSnapshot): Promise<OrderSnapshot> {
  if (order.stage !== 'closed') return order;
  await sql.query(`update sales_order set stage = 'accepted' where order_id = $1`, [order.orderId]);
  await reopenFlow(sql, order.workflowId);
  return { ...order, stage: 'accepted' };
}

interface HandoverMoney {
  /** Of prepaid money: the group's own too, tender by tender. */
  readonly plan: CapturePlan;
  readonly drawn: readonly PrepaymentPart[];
  readonly paid: { readonly prepaidMinor: number; readonly awaitedMinor: number };
}

/** What was charged for the group comes first, then what is here, then captures. */
function moneyOf(
  { order, setup }: TakenOrder,
  planned: PlannedHandover,
  invoiceMinor: number,
): HandoverMoney {
  const { made, awaited } = drawOn(order, planned.group.groupNo, invoiceMinor);
  const awaitedMinor = sum(awaited.map((part) => part.amountMinor));
  const drawnMinor = sum(made.map((part) => part.amountMinor));
  const left = invoiceMinor - drawnMinor - awaitedMinor;
  const rest = capturePlanOf({ order, setup }, left, isLast(order, planned));
  const byTender = new Map<number, number>();
  const parts = [
    ...made.map(({ prepayment, amountMinor }) => ({ ...prepayment, amountMinor })),
    ...rest.prepaid,
  ];
  for (const { tenderNo, amountMinor } of parts) {
    byTender.set(tenderNo, (byTender.get(tenderNo) ?? 0) + amountMinor);
  }
  const prepaid = [...byTender].map(([tenderNo, amountMinor]) => ({ tenderNo, amountMinor }));
  const prepaidMinor = sum(prepaid.map((part) => part.amountMinor));
  return {
    plan: { ...rest, prepaid },
    drawn: [...made, ...awaited],
    paid: { prepaidMinor, awaitedMinor },
  };
}

function isLast(order: OrderSnapshot, { moves }: PlannedHandover): boolean {
  return order.lines.every((line) => {
    const own = moves.filter((move) => move.lineNo === line.lineNo && move.from !== 'cancelled');
    return openUnits(line) === sum(own.map((move) => move.quantity));
  });
}

function drawn(order: OrderSnapshot, parts: readonly PrepaymentPart[]): OrderSnapshot {
  return parts.reduce((so, { prepayment: { prepayment, ...capture }, amountMinor }) => {
    const usedMinor = prepayment.usedMinor + amountMinor;
    return afterCapture(so, capture, { prepayment: { ...prepayment, usedMinor } });
  }, order);
}

async function keepInvoice(
  sql: Sql,
  order: OrderSnapshot,
  { handover, onDate, invoiceNo }: About,
  invoice: {
    readonly invoiceMinor: number;
    readonly prepaidMinor: number;
    readonly awaitedMinor: number;
    readonly lines: readonly ShippedLine[];
  },
): Promise<void> {
  await sql.query({
    name: 'keep-handover-invoice',
    text: `insert into invoice (order_id, source_kind, source_no, invoice_no, group_no, document_no,
             business_date, amount_minor, prepaid_minor, awaited_minor, lines)
           values ($1, 'handover', $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    values: [
      order.orderId,
      handover.handoverNo,
      invoiceNo,
      handover.groupNo,
      documentNumber(order, invoiceNo),
      onDate,
      invoice.invoiceMinor,
      invoice.prepaidMinor,
      invoice.awaitedMinor,
      JSON.stringify(invoice.lines),
    ],
  });
}

async function post(
  sql: Sql,
  inHand: OrderInHand,
  { handover, planned, onDate, invoiceNo }: About,
  lines: readonly ShippedLine[],
  prepaidMinor: number,
): Promise<void> {
  const { orderId } = inHand.order;
  const { groupNo, handoverNo, occurredAt, eventNo } = handover;
  const location = planned.group.locationId;
  const setAside = setAsideOf(inHand.setup, onDate, lines);
  const provisions = provisionJournal(location, lines, setAside);
  await writeTogether(sql, [
    ...provisionRows({ orderId, invoiceNo }, lines, setAside),
    ...journalWrites(
      orderJournal(inHand, {
        momentKey: `invoice:${orderId}:${invoiceNo}`,
        businessDate: onDate,
        ...(eventNo !== null && { eventNo }),
        source: `handover:${orderId}:${groupNo}:${handoverNo}`,
        occurredAt,
        posting: postHandover({ orderId, location, prepaidMinor, lines, provisions }),
      }),
    ),
  ]);
}
