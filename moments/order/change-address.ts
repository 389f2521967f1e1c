/**
 * Where an order goes is changed, while no warehouse was asked to send it. A request that is being
 * drafted in this very moment may still read the old address: it is looked for once the change is
 * there, and where there is one the old address comes back. Tax stays as it was charged.
 */
import type { Address } from '../../canonical/schema/order';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { openUnits } from '../../canonical/rules/order/state';
import type { Database, Sql } from '../../store/database';
import { contentHash } from '../../store/ids';
import { lockFlow } from '../../store/flows/subject';
import { appendFact } from '../../store/orders/orders';
import { readShipTo, writeShipTo, type ShipTo } from '../../store/orders/ship-to';
import { ASKED_TO_SEND_TO } from '../fulfilment/release';
import { orderMoment } from './order-moment';

export type AddressPut =
  | { readonly outcome: 'put'; readonly before: ShipTo }
  | { readonly outcome: 'same' }
  | { readonly outcome: 'refused'; readonly reason: string };

const ASKED_MEANWHILE = 'the warehouse was asked to send it meanwhile';

/** `record`: who decided it, in the same transaction. */
export async function changeAddress(
  db: Database,
  of: { readonly orderId: string; readonly shipTo: Address; readonly decisionId: string },
  record: (sql: Sql) => Promise<unknown>,
): Promise<AddressPut> {
  const { orderId, shipTo, decisionId } = of;
  const { answer } = await orderMoment(db, orderId, async (sql, { order }) => {
    const put = await putAddress(sql, order, shipTo, { decisionId });
    if (put.outcome !== 'refused') await record(sql);
    return put;
  });
  if (answer.outcome !== 'put' || (await isStillPut(db, orderId, answer.before))) return answer;
  return { outcome: 'refused', reason: ASKED_MEANWHILE };
}

/**
 * In a moment of the order; `by`: who says so. What `isStillPut` says afterwards is the last word.
 */
export async function putAddress(
  sql: Sql,
  order: OrderSnapshot,
  shipTo: Address,
  by: { readonly decisionId: string } | { readonly eventNo: number },
): Promise<AddressPut> {
  // Whoever begins a call for its flow does so before this moment or after it.
  await lockFlow(sql, order.workflowId);
  const before = await readShipTo(sql, order.orderId);
  if (contentHash(before.shipTo) === contentHash(shipTo)) return { outcome: 'same' };
  const reason =
    whyNot(order) ??
    whyNotThere(before.shipTo, shipTo) ??
    ((await isAsked(sql, order.orderId)) ? 'a warehouse was asked to send it' : null);
  if (reason !== null) return { outcome: 'refused', reason };
  // What a person decides leaves what the channel said: it is no news when it says so again.
  const toldHash = 'eventNo' in by ? null : (before.toldHash ?? contentHash(before.shipTo));
  await writeShipTo(sql, order.orderId, { shipTo, toldHash });
  const occurredAt = new Date().toISOString();
  await appendFact(sql, order.orderId, { kind: 'address-changed', occurredAt, about: by });
  return { outcome: 'put', before };
}

/** False, and the old address is back, where a request with it was begun meanwhile. */
export async function isStillPut(db: Database, orderId: string, before: ShipTo): Promise<boolean> {
  const { answer } = await orderMoment(db, orderId, async (sql, { order }) => {
    await lockFlow(sql, order.workflowId);
    const { rows } = await sql.query<{ is_late: boolean }>({
      name: 'asked-to-send-elsewhere',
      text: `select exists (
               select from effect e join sales_order o using (order_id)
                where e.order_id = $1 and e.verb = 'release' and e.state <> 'refused'
                  and e.body -> 'shipTo' is distinct from ${ASKED_TO_SEND_TO}) as is_late`,
      values: [orderId],
    });
    const isLate = rows[0]?.is_late === true;
    if (isLate) await writeShipTo(sql, orderId, before);
    return !isLate;
  });
  return answer;
}

function whyNot({ stage, status, lines, groups }: OrderSnapshot): string | null {
  if (stage === 'received') return null;
  if (stage !== 'accepted') return `it is ${status}`;
  if (lines.every((line) => openUnits(line) === 0)) return 'nothing of it is left to be sent';
  return groups.every(({ kind }) => kind === 'pickup') ? 'all of it is collected' : null;
}

/** Another country has other taxes and duties than were charged. */
function whyNotThere(before: Address | null, shipTo: Address): string | null {
  const from = before?.country;
  const isAbroad = from !== undefined && shipTo.country !== from;
  return isAbroad ? `it was sold to ${from}: elsewhere it is taxed otherwise` : null;
}

async function isAsked(sql: Sql, orderId: string): Promise<boolean> {
  const { rows } = await sql.query<{ is_asked: boolean }>({
    name: 'asked-to-send',
    text: `select exists (select from effect
                           where order_id = $1 and verb = 'release' and state <> 'refused')
               or exists (select from shipment where order_id = $1) as is_asked`,
    values: [orderId],
  });
  return rows[0]?.is_asked === true;
}
