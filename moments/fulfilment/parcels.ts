/** What is known of an order's parcels when one is told, and what waits for a person's word on it. */
import {
  total,
  type DoubtCode,
  type KnownParcel,
  type ParcelUnits,
} from '../../canonical/rules/order/parcel';
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import type { ShipmentConfirmed } from '../../canonical/schema/event';
import { only, type Sql } from '../../store/database';
import { openException, settleOfOrder } from '../../store/exceptions/exceptions';
import { markEventApplied, type Fact } from '../../store/inbox/facts';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import type { WhomToTell } from './shipment-messages';

export interface BesideShipment extends WhomToTell {
  readonly known: readonly KnownParcel[];
  /** As many as the last one's number. */
  readonly shipments: number;
  /** Invoices that the order has, of whatever passed control before. */
  readonly invoices: number;
  /** By line: units that were told to have left, and had not. */
  readonly owed: ReadonlyMap<number, number>;
  /** RFC 3339: when it was sold, when the event was told (by the warehouse's clock), when it came. */
  readonly placedAt: string;
  readonly toldAt: string;
  readonly receivedAt: string;
  /** What a person has said yes to of this event. */
  readonly confirmed: readonly string[];
  /** Earlier words on the same parcel that wait for a person: this one takes their place. */
  readonly doubts: readonly { readonly code: ExceptionCode; readonly eventNo: number }[];
}

interface Row extends WhomToTell {
  readonly shipped: readonly (Omit<KnownParcel, 'units'> & { readonly units: ParcelUnits[] })[];
  readonly variances: readonly (Omit<KnownParcel, 'units'> & ParcelUnits)[];
  readonly invoices: number;
  readonly placedAt: string;
  readonly toldAt: string;
  readonly receivedAt: string;
  readonly confirmed: readonly string[];
  readonly doubts: BesideShipment['doubts'];
}

const BESIDE = `
  select coalesce((select jsonb_agg(jsonb_build_object('shipmentRef', s.shipment_ref,
             'carrier', s.carrier, 'trackingNumber', s.tracking_number, 'toldAt', s.told_at,
             'units', i.lines) order by s.shipment_no)
           from shipment s join invoice i on i.order_id = s.order_id
            and i.source_kind = 'shipment' and i.source_no = s.shipment_no
          where s.order_id = $1), '[]') as shipped,
         coalesce((select jsonb_agg(jsonb_build_object('shipmentRef', v.shipment_ref,
             'carrier', v.carrier, 'trackingNumber', v.tracking_number, 'toldAt', v.told_at,
             'lineNo', v.line_no, 'sku', v.sku, 'quantity', v.quantity) order by v.variance_no)
           from shipment_variance v where v.order_id = $1), '[]') as variances,
         (select count(*) from invoice i where i.order_id = $1)::int as invoices,
         o.placed_at as "placedAt", e.received_at as "receivedAt",
         coalesce(e.occurred_at, e.received_at) as "toldAt",
         array(select x.code from exception x
                where x.event_no = $2 and x.resolution = 'overridden') as confirmed,
         coalesce((select jsonb_agg(jsonb_build_object('code', x.code, 'eventNo', x.event_no))
           from exception x join inbox d using (event_no)
          where x.order_id = $1 and x.state <> 'resolved' and x.event_no <> $2
            and d.state = 'dead' and d.body ->> 'shipmentId' = $3), '[]') as doubts,
         o.content -> 'customer' as customer, o.content -> 'shipTo' as "shipTo"
    from sales_order o, inbox e where o.order_id = $1 and e.event_no = $2`;

export async function readBeside(
  sql: Sql,
  orderId: string,
  { eventNo, data }: Fact<ShipmentConfirmed>,
): Promise<BesideShipment> {
  const { rows } = await sql.query<Row>({
    name: 'beside-shipment',
    text: BESIDE,
    values: [orderId, eventNo, data.shipmentId],
  });
  const { shipped, variances, ...row } = only(rows, `order ${orderId}`);
  const known = new Map<string, KnownParcel>();
  for (const { units, ...parcel } of [
    ...shipped,
    ...variances.map(({ lineNo, sku, quantity, ...of }) => ({
      ...of,
      units: [{ lineNo, sku, quantity }],
    })),
  ]) {
    const before = known.get(parcel.shipmentRef);
    known.set(parcel.shipmentRef, {
      shipmentRef: parcel.shipmentRef,
      carrier: before?.carrier ?? parcel.carrier,
      trackingNumber: before?.trackingNumber ?? parcel.trackingNumber,
      toldAt: latest(before?.toldAt ?? null, parcel.toldAt),
      units: total([...(before?.units ?? []), ...units]),
    });
  }
  return { ...row, known: [...known.values()], shipments: shipped.length, owed: owedOf(variances) };
}

const latest = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && Date.parse(b) > Date.parse(a)) ? b : a;

/** Below zero: told to have left and had not, and not made good since. */
function owedOf(variances: readonly ParcelUnits[]): ReadonlyMap<number, number> {
  const owed = new Map<number, number>();
  for (const { lineNo, quantity } of variances) {
    owed.set(lineNo, Math.max(0, (owed.get(lineNo) ?? 0) - quantity));
  }
  return owed;
}

/** Nothing of it is recorded: a person says what is true, and its event is read again, or ignored. */
export async function askAbout(
  sql: Sql,
  order: OrderSnapshot,
  eventNo: number,
  doubt: { readonly code: DoubtCode | 'event.no-rule'; readonly detail: string },
): Promise<void> {
  const { orderId, correlationId } = order;
  await openException(sql, {
    code: doubt.code,
    detail: `${order.channelInstance}/${order.orderNo}: ${doubt.detail}. Nothing of it is recorded`,
    cause: { kind: 'event', ref: String(eventNo) },
    blocks: blocksEvent(eventNo),
    subject: orderId,
    orderId,
    severity: 'high',
    eventNo,
    correlationId,
  });
  await markEventApplied(sql, eventNo, 'dead', doubt.detail);
}

const blocksEvent = (eventNo: number) => `event:${eventNo}`;

/** What the warehouse says now is what counts; what it said before of the same parcel does not. */
export async function settleDoubts(
  sql: Sql,
  orderId: string,
  doubts: BesideShipment['doubts'],
): Promise<void> {
  for (const { code, eventNo } of doubts) {
    const reason = 'the warehouse told the parcel anew';
    await settleOfOrder(sql, orderId, { code, blocks: blocksEvent(eventNo) }, reason);
    await markEventApplied(sql, eventNo, 'superseded', reason);
  }
}
