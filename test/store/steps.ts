/** An order's steps, each with the effect row and the vendor's good answer that a flow would bring. */
import type { MoneyStep, OrderAgenda } from '../../canonical/flows/order';
import type { FulfilmentRequest } from '../../canonical/ports/warehouse';
import type { Database } from '../../store/database';
import { beginEffect, type Draft } from '../../store/effects/effects';
import { readAgenda } from '../../moments/order/order-flow';
import { recordAuthorization } from '../../moments/money/authorize';
import { prepareCapture, recordCapture } from '../../moments/money/capture';
import { recordShipment } from '../../moments/fulfilment/record-shipment';
import { prepareRelease, recordRelease } from '../../moments/fulfilment/release';
import { LOCATION, routedEvent } from './fixture';

export function step<S extends MoneyStep['step']>(agenda: OrderAgenda, name: S) {
  const found = agenda.money.find(
    (one): one is Extract<MoneyStep, { step: S }> => one.step === name,
  );
  if (!found) throw new Error(`no ${name} is due: ${JSON.stringify(agenda)}`);
  return found;
}

export async function begin<Request = FulfilmentRequest>(
  db: Database,
  key: string,
  verb: string,
  orderId: string,
  body: object | Draft<Request> = {},
) {
  return beginEffect<Request>(db, { key, system: 'test', verb, orderId, body });
}

export async function authorize(db: Database, orderId: string): Promise<OrderAgenda> {
  const due = step(await readAgenda(db, { orderId }), 'authorize');
  const begun = await begin(db, due.key, 'authorize', orderId);
  const yes = { outcome: 'authorized', isMulticapture: false, expiresAt: null } as const;
  const answer = { ...yes, reference: `pi_${orderId}`, amountMinor: due.amountMinor };
  return (await recordAuthorization(db, due, answer, begun)).agenda;
}

export async function release(db: Database, orderId: string): Promise<OrderAgenda> {
  const [due] = (await readAgenda(db, { orderId })).releases;
  if (!due) throw new Error('no release is due');
  const begun = await begin(db, due.key, 'release', orderId, prepareRelease(due));
  const answer = { outcome: 'taken', reference: due.key } as const;
  return (await recordRelease(db, due, answer, begun)).agenda;
}

export async function ship(
  db: Database,
  orderId: string,
  shipmentId: string,
  lines: readonly { lineNo: number; quantity: number }[],
) {
  const body = {
    orderId,
    shipmentId,
    location: LOCATION,
    shippedAt: '2026-11-21T02:30:00Z',
    lines,
  };
  const eventNo = await routedEvent(db, 'shipment.confirmed.v1', orderId, body);
  return { eventNo, ...(await recordShipment(db, { orderId, eventNo })) };
}

export async function capture(db: Database, agenda: OrderAgenda): Promise<OrderAgenda> {
  const due = step(agenda, 'capture');
  const begun = await begin(db, due.key, 'capture', due.orderId, prepareCapture(due));
  const { key, amountMinor } = due;
  const answer = { outcome: 'captured', reference: `ch_${key}`, amountMinor } as const;
  return (await recordCapture(db, due, answer, begun)).agenda;
}

export async function balances(db: Database, orderId: string): Promise<Record<string, number>> {
  const { rows } = await db.query<{ account: string; minor: number }>(
    `select account, sum(case side when 'debit' then amount_minor else -amount_minor end) as minor
       from journal_line join journal using (journal_id) where order_id = $1 group by account`,
    [orderId],
  );
  return Object.fromEntries(rows.filter((row) => row.minor !== 0).map((r) => [r.account, r.minor]));
}
