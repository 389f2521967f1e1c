/**
 * A shipment is recorded: units, stock, invoice, revenue, tax and cost of goods, what its capture
 * takes, and what channel, customer and tax service are told; one transaction. Goods that left are
 * on the books even when the card then fails. Rules 3, 3a, 3b, 4, 4a. What a parcel holds beside its
 * order, and what it turns out not to hold, is a variance (`variances.ts`); a parcel of another item,
 * or one that is known under another id, waits for a person's word.
 *
 * Nine statements in seven round trips: the begin, the lock with the fact, and the order; what else
 * is read; what is written, with the status; the stock; its invoice and journal; the commit. The
 * stock comes that late because other orders want its rows, and before the journal because it says
 * what the goods cost: a row is locked for one round trip more and the commit.
 */
import { judgeParcel, unitsByOwner, type ParcelVerdict } from '../../canonical/rules/order/parcel';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { planShipment } from '../../canonical/rules/order/shipment';
import { bookedAt, isMisdated } from '../../canonical/rules/order/shipped-at';
import type { ShipmentConfirmed } from '../../canonical/schema/event';
import type { Applied } from '../../canonical/flows/order';
import type { Database, Sql } from '../../store/database';
import { markEventApplied, takeLateFact, type Fact } from '../../store/inbox/facts';
import { orderMoment, recordOrderFact, type OrderInHand } from '../order/order-moment';
import { bookShipment } from './book-shipment';
import { followTracking } from './follow-tracking';
import { askAbout, readBeside, settleDoubts, type BesideShipment } from './parcels';
import { openFor, recordVariances } from './variances';

/** Idempotent: what the warehouse said of a parcel, and the event itself, count once. */
export function recordShipment(
  db: Database,
  input: { readonly orderId: string; readonly eventNo: number },
): Promise<Applied> {
  return recordOrderFact<ShipmentConfirmed>(
    db,
    input,
    'shipment.confirmed.v1',
    async (sql, inHand, fact) => {
      const beside = await readBeside(sql, input.orderId, fact);
      return recordParcel(sql, inHand, fact, { ...beside, isOver: isOver(inHand.order) });
    },
  );
}

/** Goods left for an order whose flow has ended: nothing is invoiced any more, the stock follows. */
export async function recordShipmentAfterEnd(
  db: Database,
  of: { readonly orderId: string; readonly eventNo: number },
): Promise<void> {
  await orderMoment(db, of.orderId, async (sql, inHand) => {
    const fact = await takeLateFact<ShipmentConfirmed>(sql, of);
    if (!fact) return;
    const beside = await readBeside(sql, of.orderId, fact);
    await recordParcel(sql, inHand, fact, { ...beside, isOver: true });
  });
}

const isOver = ({ stage }: OrderSnapshot) => stage === 'closed' || stage === 'rejected';

async function recordParcel(
  sql: Sql,
  inHand: OrderInHand,
  fact: Fact<ShipmentConfirmed>,
  beside: BesideShipment & { readonly isOver: boolean },
): Promise<'applied' | 'duplicate'> {
  const { order } = inHand;
  const { eventNo, data } = fact;
  const unbookable = whyUnbookable(order, fact);
  if (unbookable !== null) {
    const doubt = { code: 'event.no-rule' as const, detail: unbookable };
    await askAbout(sql, order, eventNo, doubt);
    return 'applied';
  }
  const verdict = judgeParcel(order, data, beside);
  switch (verdict.outcome) {
    case 'known':
      await markEventApplied(sql, eventNo, 'superseded', verdict.note);
      return 'duplicate';
    case 'in-doubt':
      await askAbout(sql, order, eventNo, verdict);
      return 'applied';
    case 'to-record':
      await recordUnits(sql, inHand, fact, { ...beside, verdict });
      return 'applied';
  }
}

/** Stock that leaves a place which nobody knows is booked nowhere, and that of no item neither. */
function whyUnbookable(order: OrderSnapshot, fact: Fact<ShipmentConfirmed>): string | null {
  if (!fact.timeZone) return `${fact.data.location} is not in the location master`;
  return order.stage === 'received' ? 'the order is not accepted yet: no line is mapped' : null;
}

type Judged = BesideShipment & {
  readonly isOver: boolean;
  readonly verdict: Extract<ParcelVerdict, { outcome: 'to-record' }>;
};

async function recordUnits(
  sql: Sql,
  inHand: OrderInHand,
  fact: Fact<ShipmentConfirmed>,
  judged: Judged,
): Promise<void> {
  const { order } = inHand;
  const { verdict, toldAt, doubts } = judged;
  const { ordered, surplus } = unitsByOwner(order, verdict.more, judged);
  const at = bookedAt(fact.data.shippedAt, judged);
  await settleDoubts(sql, order.orderId, doubts);
  await recordVariances(sql, order, fact, {
    surplus,
    fewer: verdict.fewer,
    isOver: judged.isOver,
    toldAt,
    bookedAt: at,
  });
  if (verdict.isTrackingNew) await followTracking(sql, inHand, fact, judged);
  if (isMisdated(fact.data.shippedAt, judged)) await misdated(sql, order, fact, judged);
  if (ordered.length === 0) await markEventApplied(sql, fact.eventNo);
  else {
    const { location, requestId, toldBy } = fact.data;
    const planned = planShipment(order, { location, requestId, toldBy, lines: ordered });
    await bookShipment(sql, inHand, fact, planned, {
      ...judged,
      shipmentNo: judged.shipments + 1,
      invoiceNo: judged.invoices + 1,
      amendmentNo: verdict.earlier ? judged.shipments : 0,
      bookedAt: at,
    });
  }
}

/** Goods that left are recorded whatever date they bear; books are not kept by an impossible one. */
const misdated = (
  sql: Sql,
  order: OrderSnapshot,
  fact: Fact<ShipmentConfirmed>,
  { placedAt, receivedAt }: BesideShipment,
) =>
  openFor(
    sql,
    order,
    fact,
    'fulfilment.misdated',
    `it is said to have left at ${fact.data.shippedAt}, before its order of ${placedAt}; it is booked as of ${receivedAt}, when it was told`,
  );
