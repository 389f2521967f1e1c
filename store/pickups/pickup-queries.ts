/** A pickup as people and devices read it, and pickups found by what a customer shows. */
import type { Sql } from '../database';
import { rowsWhere, type BoardRow } from './store-board';

/** Pickups that one look-up gives, the newest first. */
const MAX_FOUND = 20;

/** What is kept of a collection: for the store and for support. */
export interface HandoverRow {
  readonly handoverNo: number;
  readonly proof: string;
  readonly isOtherPerson: boolean;
  readonly collectedBy: string | null;
  readonly by: string;
  readonly handedOverAt: string;
  readonly lines: readonly { readonly lineNo: number; readonly quantity: number }[];
}

/** Bought at the till in the visit in which it was collected. */
export interface AddOnRow {
  readonly orderId: string;
  readonly channelInstance: string;
  readonly orderNo: string;
}

export interface PickupBeside {
  readonly addOns: readonly AddOnRow[];
  readonly bay: string | null;
  readonly vehicle: string | null;
  readonly handovers: readonly HandoverRow[];
}

/** What no moment decides on. */
export async function readBeside(sql: Sql, pickupId: string): Promise<PickupBeside> {
  const { rows } = await sql.query<PickupBeside & Record<string, unknown>>({
    name: 'pickup-beside',
    text: `select bay, vehicle, coalesce((select jsonb_agg(jsonb_build_object(
                    'handoverNo', h.handover_no, 'proof', h.proof,
                    'isOtherPerson', h.is_other_person, 'collectedBy', h.collected_by,
                    'by', h.actor, 'handedOverAt', to_char(h.handed_over_at at time zone 'UTC',
                      'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'lines', h.lines) order by h.handover_no)
                  from pickup_handover h where h.pickup_id = p.pickup_id), '[]') as handovers,
                  coalesce((select jsonb_agg(jsonb_build_object('orderId', o.order_id,
                      'channelInstance', o.channel_instance, 'orderNo', o.order_no)
                      order by o.placed_at, o.order_id)
                    from sales_order o where o.add_on_to = p.pickup_id), '[]') as "addOns"
             from pickup p where p.pickup_id = $1`,
    values: [pickupId],
  });
  return rows[0] ?? { bay: null, vehicle: null, handovers: [], addOns: [] };
}

/** The open pickup of a store with that code: none or one. */
export const pickupsByCode = (sql: Sql, storeId: string, code: string): Promise<BoardRow[]> =>
  rowsWhere(sql, 'p.ended_at is null and p.code = $2', [storeId, code], MAX_FOUND);

/** Of a store, by the number that a buyer sees; two shops may both have it. */
export const pickupsByOrderNo = (sql: Sql, storeId: string, orderNo: string): Promise<BoardRow[]> =>
  rowsWhere(sql, 'p.order_no = $2', [storeId, orderNo], MAX_FOUND);

/** By pickup; an id that nobody knows is left out. */
export async function storesOfPickups(
  db: Sql,
  pickupIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (pickupIds.length === 0) return new Map();
  const { rows } = await db.query<{ pickupId: string; storeId: string }>({
    name: 'stores-of-pickups',
    text: `select pickup_id as "pickupId", store_id as "storeId" from pickup
            where pickup_id = any($1)`,
    values: [pickupIds],
  });
  return new Map(rows.map(({ pickupId, storeId }) => [pickupId, storeId]));
}

export interface ChannelOrderPickups {
  readonly orderId: string;
  /** In the order of its groups. */
  readonly pickupIds: readonly string[];
  /** Its stores, or some, are not asked yet. */
  readonly isAwaited: boolean;
}

/** Of an order by its channel's own name; null where it is not here. */
export async function pickupsOfChannelOrder(
  sql: Sql,
  channelInstance: string,
  channelOrderRef: string,
): Promise<ChannelOrderPickups | null> {
  const { rows } = await sql.query<ChannelOrderPickups & Record<string, unknown>>({
    name: 'pickups-of-channel-order',
    text: `select o.order_id as "orderId", coalesce((select jsonb_agg(p.pickup_id order by p.group_no)
                    from pickup p where p.order_id = o.order_id), '[]') as "pickupIds",
                  o.stage = 'received' or exists (select from fulfilment_group g
                    where g.order_id = o.order_id and g.kind = 'pickup' and g.state = 'planned'
                      and o.stage = 'accepted') as "isAwaited"
             from sales_order o where o.channel_order_ref = $2 and o.channel_instance = $1`,
    values: [channelInstance, channelOrderRef],
  });
  return rows[0] ?? null;
}
