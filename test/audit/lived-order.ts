/** An order that lives its life on a real Postgres, and the books the other systems would have. */
import type { MoneyStep, OrderAgenda } from '../../canonical/flows/order';
import type { OutsideKind, OutsideRecord } from '../../canonical/ports/records';
import type { Database } from '../../store/database';
import { beginEffect } from '../../store/effects/effects';
import { closeOrder, readAgenda } from '../../moments/order/order-flow';
import { prepareAuthorization, recordAuthorization } from '../../moments/money/authorize';
import { cancelOrder } from '../../moments/order/cancel-order';
import { prepareCapture, recordCapture } from '../../moments/money/capture';
import { recordShipment } from '../../moments/fulfilment/record-shipment';
import { prepareRefund, recordRefund } from '../../moments/money/refund';
import { prepareRelease, recordRelease } from '../../moments/fulfilment/release';
import { addressDigest } from '../../connectors/address-digest';
import { accepted, LOCATION, orderOf, routedEvent } from '../store/fixture';
import { record } from './fixture';

function step<S extends MoneyStep['step']>(agenda: OrderAgenda, name: S) {
  const found = agenda.money.find(
    (one): one is Extract<MoneyStep, { step: S }> => one.step === name,
  );
  if (!found) throw new Error(`no ${name} is due`);
  return found;
}

/** Begins an effect as the activities do: key, amount and frozen body before the call. */
async function begin(
  db: Database,
  due: { key: string; orderId: string; amountMinor?: number; currency?: string },
  verb: string,
  body: object,
) {
  const { key, orderId, amountMinor, currency } = due;
  await beginEffect(db, { key, system: 'test', verb, orderId, amountMinor, currency, body });
}

/** Three mugs: two shipped and captured, one cancelled, the order closed. Its id. */
export async function shippedOrder(db: Database): Promise<string> {
  const orderId = await accepted(
    db,
    orderOf({ lines: [{ sku: 'MUG', quantity: 3, unitMinor: 1_001 }], shippingMinor: 500 }),
  );
  const authorize = step(await readAgenda(db, { orderId }), 'authorize');
  await begin(db, authorize, 'authorize', prepareAuthorization(authorize));
  const { agenda } = await recordAuthorization(db, authorize, {
    outcome: 'authorized',
    reference: `pi_${orderId}`,
    amountMinor: authorize.amountMinor,
    isMulticapture: false,
    expiresAt: null,
  });
  const [due] = agenda.releases;
  if (!due) throw new Error('no release is due');
  await begin(db, { ...due }, 'release', prepareRelease(due));
  const reference = due.key;
  await recordRelease(db, due, { outcome: 'taken', reference });
  const eventNo = await routedEvent(db, 'shipment.confirmed.v1', orderId, {
    orderId,
    shipmentId: `parcel-${orderId}`,
    location: LOCATION,
    shippedAt: '2026-11-21T02:30:00Z',
    lines: [{ lineNo: 1, quantity: 2 }],
  });
  const shipped = await recordShipment(db, { orderId, eventNo });
  const capture = step(shipped.agenda, 'capture');
  await begin(db, capture, 'capture', prepareCapture(capture));
  await recordCapture(db, capture, {
    outcome: 'captured',
    reference: `ch_${orderId}`,
    amountMinor: capture.amountMinor,
  });
  const decision = { decisionId: `d-${orderId}`, orderId, lines: null, eventNo: null };
  const recalled = [{ groupNo: 1, lines: [{ lineNo: 1, quantity: 1 }] }];
  await cancelOrder(db, { ...decision, recalled });
  const closed = await closeOrder(db, { orderId });
  if (closed.outcome !== 'closed') throw new Error(JSON.stringify(closed.agenda));
  return orderId;
}

/** Paid when it came, cancelled before it was sent, refunded. Its id. */
export async function refundedOrder(db: Database): Promise<string> {
  const orderId = await accepted(
    db,
    orderOf({ lines: [{ sku: 'CAP', quantity: 2, unitMinor: 2_000 }], received: 'captured' }),
  );
  const decision = { decisionId: `d-${orderId}`, orderId, lines: null, eventNo: null };
  const { agenda } = await cancelOrder(db, { ...decision, recalled: [] });
  if (!agenda) throw new Error('no agenda');
  const refund = step(agenda, 'refund');
  await begin(db, refund, 'refund', prepareRefund(refund));
  await recordRefund(db, refund, {
    outcome: 'refunded',
    reference: `re_${orderId}`,
    amountMinor: refund.amountMinor,
  });
  await closeOrder(db, { orderId });
  return orderId;
}

const KIND_OF_VERB: Readonly<Record<string, OutsideKind>> = {
  authorize: 'authorization',
  capture: 'capture',
  refund: 'refund',
  release: 'fulfilment-request',
};

interface EffectRow {
  key: string;
  verb: string;
  orderId: string;
  amountMinor: number | null;
  currency: string | null;
  reference: string | null;
  lines: { lineNo: number; sku?: string; quantity: number }[] | null;
  shipTo: object | null;
}

/** Books that agree with every effect that is done: what a test then takes away or changes. */
export async function agreeingBooks(
  db: Database,
): Promise<Partial<Record<OutsideKind, OutsideRecord[]>>> {
  const { rows } = await db.query<EffectRow>(
    `select effect_key as key, verb, order_id as "orderId", amount_minor as "amountMinor",
            currency, reference, body -> 'lines' as lines,
            nullif(body -> 'shipTo', 'null') as "shipTo"
       from effect where state = 'done' order by effect_key`,
  );
  const books: Partial<Record<OutsideKind, OutsideRecord[]>> = {};
  for (const { verb, orderId, lines, shipTo, ...row } of rows) {
    const kind = KIND_OF_VERB[verb];
    if (kind === undefined) throw new Error(`nobody keeps ${verb}`);
    const parts = partsOf(lines ?? []);
    const made = record({
      ...row,
      id: `${kind}/${row.key}`,
      orderRef: orderId,
      parts,
      addressDigest: addressDigest(shipTo),
    });
    books[kind] = [...(books[kind] ?? []), made];
  }
  return { ...books, shipment: await shippedParcels(db) };
}

const partsOf = (lines: readonly { lineNo: number; sku?: string; quantity: number }[]) =>
  lines.map(({ lineNo, sku, quantity }) => ({
    name: `line ${lineNo}`,
    quantity,
    ...(sku !== undefined && { sku }),
  }));

/** The warehouse's records of what has left. */
async function shippedParcels(db: Database): Promise<OutsideRecord[]> {
  const { rows } = await db.query<{
    id: string;
    orderRef: string;
    lines: { lineNo: number; sku: string; quantity: number }[];
  }>(
    `select s.shipment_ref as id, s.order_id as "orderRef", i.lines
       from shipment s join invoice i on i.order_id = s.order_id and i.source_no = s.shipment_no`,
  );
  return rows.map(({ id, orderRef, lines }) => {
    const parts = partsOf(lines);
    return record({ id, orderRef, parts, amountMinor: null, currency: null });
  });
}
