/** What a store has to do with its pickups now: what its page and its devices show. */
import type { PickupState } from '../../canonical/rules/pickup/state';
import type { Sql } from '../database';

/** Pickups in one list of the board, the most urgent first; the counts are of all. */
export const MAX_BOARD_ROWS = 200;

export interface BoardLine {
  readonly lineNo: number;
  readonly sku: string;
  /** Of the item master; null where it has no words. */
  readonly description: string | null;
  readonly requested: number;
  readonly ready: number;
  readonly handedOver: number;
  readonly expired: number;
  readonly cancelled: number;
}

export interface BoardRow {
  readonly pickupId: string;
  readonly orderNo: string;
  readonly channelInstance: string;
  /** Of its order: what something else costs is said in it. */
  readonly currency: string;
  readonly state: PickupState;
  readonly requestedAt: string;
  readonly pickBy: string;
  readonly acceptedAt: string | null;
  readonly readyAt: string | null;
  readonly deadlineAt: string | null;
  readonly arrivedAt: string | null;
  /** Curbside, as whoever collects told it: for the store alone. */
  readonly bay: string | null;
  readonly vehicle: string | null;
  /** Who collects in the buyer's place, as the buyer said: for the store alone. */
  readonly collector: string | null;
  readonly lines: readonly BoardLine[];
}

export const BOARD_LISTS = ['toPick', 'ready', 'arrived', 'expiringToday', 'toPutBack'] as const;
export type BoardList = (typeof BOARD_LISTS)[number];

/** A pickup may be in several lists: one that arrived and expires today is in three. */
export type StoreBoard = Readonly<Record<BoardList, readonly BoardRow[]>> & {
  readonly counts: Readonly<Record<BoardList, number>>;
  /** IANA, of the store; what `expiringToday` is counted in. */
  readonly timeZone: string;
};

const ROW = `jsonb_build_object('pickupId', p.pickup_id, 'orderNo', p.order_no,
  'channelInstance', p.channel_instance, 'currency', (select o.currency from sales_order o
    where o.order_id = p.order_id), 'state', p.state, 'requestedAt', ${utc('p.requested_at')},
  'pickBy', ${utc('p.pick_by')}, 'acceptedAt', ${utc('p.accepted_at')},
  'readyAt', ${utc('p.ready_at')}, 'deadlineAt', ${utc('p.deadline_at')},
  'arrivedAt', ${utc('p.arrived_at')}, 'bay', p.bay, 'vehicle', p.vehicle, 'collector', p.collector,
  'lines', (select jsonb_agg(jsonb_build_object('lineNo', l.line_no, 'sku', l.sku,
      'description', i.description, 'requested', l.requested, 'ready', l.ready,
      'handedOver', l.handed_over, 'expired', l.expired, 'cancelled', l.cancelled)
      order by l.line_no)
    from pickup_line l left join item i using (sku) where l.pickup_id = p.pickup_id))`;

function utc(instant: string): string {
  return `to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** Each list's condition and order over `b`: a pickup with what of it is to be picked or ready. */
const LISTS: Readonly<Record<BoardList, { readonly where: string; readonly by: string }>> = {
  toPick: { where: 'b.is_open and b.to_pick', by: 'b.pick_by' },
  ready: { where: 'b.is_open and b.is_ready', by: 'b.deadline_at' },
  arrived: {
    where: 'b.is_open and b.is_ready and b.arrived_at is not null',
    by: 'b.arrived_at',
  },
  expiringToday: {
    where: `b.is_open and (b.deadline_at at time zone b.time_zone)::date
              <= (now() at time zone b.time_zone)::date`,
    by: 'b.deadline_at',
  },
  toPutBack: {
    where: 'b.put_back_due_at is not null and b.put_back_at is null',
    by: 'b.put_back_due_at',
  },
};

const BOARD = `
  with b as materialized (
    select p.*, s.time_zone, p.ended_at is null as is_open, u.to_pick, u.is_ready
      from pickup p join location s on s.location_id = p.store_id
      cross join lateral (select bool_or(l.requested > 0) as to_pick,
             bool_or(l.ready > 0) as is_ready
        from pickup_line l where l.pickup_id = p.pickup_id) u
     where p.store_id = $1
       and (p.ended_at is null or (p.put_back_due_at is not null and p.put_back_at is null)))
  select s.time_zone as "timeZone",
    ${BOARD_LISTS.map(
      (list) => `
    (select jsonb_build_object('count', count(*), 'rows', coalesce((
        select jsonb_agg(${ROW} order by p.place) from (
          select b.*, row_number() over (order by ${LISTS[list].by}, b.pickup_id) as place
            from b where ${LISTS[list].where}
           order by place limit ${MAX_BOARD_ROWS}) p), '[]'))
       from b where ${LISTS[list].where}) as "${list}"`,
    ).join(',')}
    from location s where s.location_id = $1`;

type FoundBoard = { readonly timeZone: string } & Readonly<
  Record<BoardList, { readonly count: number; readonly rows: readonly BoardRow[] }>
>;

/** Null where there is no such place. */
export async function boardOf(db: Sql, storeId: string): Promise<StoreBoard | null> {
  const { rows } = await db.query<FoundBoard & Record<string, unknown>>({
    name: 'store-board',
    text: BOARD,
    values: [storeId],
  });
  const [found] = rows;
  if (!found) return null;
  const { timeZone, toPick, ready, arrived, expiringToday, toPutBack } = found;
  return {
    timeZone,
    toPick: toPick.rows,
    ready: ready.rows,
    arrived: arrived.rows,
    expiringToday: expiringToday.rows,
    toPutBack: toPutBack.rows,
    counts: {
      toPick: toPick.count,
      ready: ready.count,
      arrived: arrived.count,
      expiringToday: expiringToday.count,
      toPutBack: toPutBack.count,
    },
  };
}

/** Of a store, the newest first; `where` is about `p`, with the store as `$1`. */
export async function rowsWhere(
  sql: Sql,
  where: string,
  values: readonly [storeId: string, ...unknown[]],
  limit: number,
): Promise<BoardRow[]> {
  const { rows } = await sql.query<{ row: BoardRow }>(
    `select ${ROW} as row from pickup p where p.store_id = $1 and ${where}
      order by p.requested_at desc, p.pickup_id limit ${limit}`,
    [...values],
  );
  return rows.map(({ row }) => row);
}
