/**
 * Units by which a parcel differs from what is invoiced of it. What left and its order does not have
 * is taken off the stock and booked as lost (rule 25a); what was told to have left and had not is
 * found again. Who owes what for it is a person's to say: nobody is charged.
 */
import { nameUnits, type ParcelUnits, type SurplusUnits } from '../../canonical/rules/order/parcel';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import type { ShipmentConfirmed } from '../../canonical/schema/event';
import type { Sql } from '../../store/database';
import { openException } from '../../store/exceptions/exceptions';
import type { Fact } from '../../store/inbox/facts';
import { appendFact } from '../../store/orders/orders';
import { adjustWithin } from '../stock/move-stock';
import type { Departure } from './invoice-shipment';

export interface Variances {
  readonly surplus: readonly SurplusUnits[];
  readonly fewer: readonly ParcelUnits[];
  /** The order has ended. */
  readonly isOver: boolean;
  /** RFC 3339: when the warehouse said so, and what the books are dated by. */
  readonly toldAt: string;
  readonly bookedAt: string;
}

/** In the transaction that applies the event. */
export async function recordVariances(
  sql: Sql,
  order: OrderSnapshot,
  fact: Fact<ShipmentConfirmed>,
  of: Variances,
): Promise<void> {
  const { surplus, fewer, bookedAt } = of;
  const units: ParcelUnits[] = [
    ...surplus,
    ...fewer.map((one) => ({ ...one, quantity: -one.quantity })),
  ];
  if (units.length === 0) return;
  const { orderId } = order;
  const { shipmentId } = fact.data;
  await keepVariances(sql, orderId, fact, units, of.toldAt);
  await correctStock(sql, order, fact, units, bookedAt);
  await appendFact(sql, orderId, {
    kind: 'shipment-variance',
    eventNo: fact.eventNo,
    occurredAt: bookedAt,
    about: {
      shipmentRef: shipmentId,
      more: surplus.reduce((sum, one) => sum + one.quantity, 0),
      fewer: fewer.reduce((sum, one) => sum + one.quantity, 0),
    },
  });
  const beyond = surplus.filter(({ why }) => why !== 'made-good');
  if (beyond.length > 0) {
    await openFor(
      sql,
      order,
      fact,
      'fulfilment.over-shipped',
      beyondWords(beyond, of.isOver ? order.status : null),
    );
  }
  if (fewer.length > 0) {
    const detail = `${nameUnits(fewer)} counted as shipped and did not leave; it is back in stock, and the buyer is still to get it`;
    await openFor(sql, order, fact, 'fulfilment.short-shipped', detail);
  }
}

/** An exception about a parcel: it holds nothing up. */
export async function openFor(
  sql: Sql,
  order: OrderSnapshot,
  { data, eventNo }: Departure,
  code: ExceptionCode,
  detail: string,
): Promise<void> {
  const { orderId, correlationId } = order;
  await openException(sql, {
    code,
    detail: `parcel ${data.shipmentId} of ${order.channelInstance}/${order.orderNo}: ${detail}`,
    cause: { kind: 'event', ref: String(eventNo) },
    blocks: `parcel:${eventNo}`,
    subject: orderId,
    orderId,
    severity: 'high',
    correlationId,
  });
}

const WHY: Readonly<Record<SurplusUnits['why'], string>> = {
  'wrong-item': 'in place of the item ordered',
  'no-such-line': 'which the order does not have',
  'more-than-ordered': 'more than were still to leave',
  'made-good': 'that were owed',
};

/** `endedAs`: the order is; null: it is open. */
function beyondWords(units: readonly SurplusUnits[], endedAs: string | null): string {
  const over = endedAs === null ? '' : `; the order is ${endedAs}`;
  const left = units.map((one) => `${nameUnits([one])} left, ${WHY[one.why]}`).join('; ');
  return `${left}${over}. It is off the stock, and nobody is charged`;
}

async function keepVariances(
  sql: Sql,
  orderId: string,
  { data, eventNo }: Fact<ShipmentConfirmed>,
  units: readonly ParcelUnits[],
  toldAt: string,
): Promise<void> {
  await sql.query({
    name: 'keep-shipment-variances',
    text: `insert into shipment_variance (order_id, shipment_ref, event_no, line_no, sku, quantity,
             location_id, carrier, tracking_number, told_at)
           select $1, $2, $3, u."lineNo", u.sku, u.quantity, $5, $6, $7, $8
             from jsonb_to_recordset($4) as u("lineNo" int, sku text, quantity int)`,
    values: [
      orderId,
      data.shipmentId,
      eventNo,
      JSON.stringify(units),
      data.location,
      data.carrier ?? null,
      data.trackingNumber ?? null,
      toldAt,
    ],
  });
}

/** Of items that are known: what nobody named, or nobody knows, a person corrects by hand. */
async function correctStock(
  sql: Sql,
  { orderId, correlationId }: OrderSnapshot,
  { data, eventNo, source }: Fact<ShipmentConfirmed>,
  units: readonly ParcelUnits[],
  bookedAt: string,
): Promise<void> {
  const { rows } = await sql.query<{ sku: string }>(
    'select sku from item where sku = any($1::text[])',
    [units.flatMap(({ sku }) => sku ?? [])],
  );
  const known = new Set(rows.map(({ sku }) => sku));
  const lines = units.flatMap(({ sku, quantity }) =>
    sku !== null && known.has(sku) ? [{ sku, quantityDelta: -quantity }] : [],
  );
  if (lines.length === 0) return;
  await adjustWithin(sql, {
    eventNo,
    source: `${source}/variance`,
    occurredAt: bookedAt,
    correlationId,
    data: {
      location: data.location,
      reason: `parcel ${data.shipmentId} of ${orderId} is not what is invoiced of it`,
      lines,
    },
  });
}
