/**
 * The one way into a flow, from the side of who delivers: starts and signals that are due, each
 * flow's in the order of their numbers.
 */
import { ACCEPT_LATENCY, type AcceptLatency } from './accept-latency';
import type { FlowToStart } from './flows';
import type { Sql } from '../database';

export interface DueStart extends FlowToStart {
  readonly dispatchNo: number;
  readonly attempts: number;
}

export interface DueSignal {
  readonly dispatchNo: number;
  readonly workflowId: string;
  readonly name: string;
  readonly orderId: string | null;
  readonly eventNo: number | null;
  readonly body: Readonly<Record<string, unknown>>;
  readonly attempts: number;
}

/** The newest rows looked at to tell how many orders arrive. */
const ARRIVALS_LOOKED_AT = 200;

/** Orders in the last second from which on everything else yields to accepts. */
export const BUSY_ARRIVALS_PER_SECOND = 50;

/** Starts written in the last second: how busy the accept moment is. */
const ARRIVALS = `
  select count(*)::int from (
    select kind, created_at from dispatch order by dispatch_no desc limit ${ARRIVALS_LOOKED_AT}) newest
   where kind = 'start' and created_at > now() - interval '1 second'`;

export async function arrivalsInLastSecond(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ arrivals: number }>({
    name: 'arrivals',
    text: `select (${ARRIVALS}) as arrivals`,
  });
  return rows[0]?.arrivals ?? 0;
}

export interface DueDispatch {
  readonly starts: readonly DueStart[];
  /** Of flows that have been started and have no older row that still waits for its time. */
  readonly signals: readonly DueSignal[];
  /** Orders in the last second; counted where there is something to start. */
  readonly arrivals: number;
  /** How long orders take at the door; read where there is something to start. */
  readonly latency: AcceptLatency | null;
}

/** Both kinds by their numbers, the oldest first; one statement a look. */
export async function dueDispatch(
  sql: Sql,
  limits: { readonly starts: number; readonly signals: number },
): Promise<DueDispatch> {
  const { rows } = await sql.query<DueDispatch>({
    name: 'due-dispatch',
    text: `with starts as materialized (
             select d.dispatch_no as "dispatchNo", f.workflow_id as "workflowId",
                    f.flow_type as type, f.input, d.attempts
               from dispatch d join flow f using (workflow_id)
              where d.state = 'pending' and d.kind = 'start' and d.next_at <= now()
              order by d.dispatch_no limit $1),
           signals as (
             select dispatch_no as "dispatchNo", workflow_id as "workflowId", name,
                    order_id as "orderId", event_no as "eventNo", body, attempts
               from dispatch d
              where state = 'pending' and kind = 'signal' and next_at <= now()
                and not exists (
                  select from dispatch older
                   where older.workflow_id = d.workflow_id and older.state = 'pending'
                     and older.dispatch_no < d.dispatch_no
                     and (older.kind = 'start' or older.next_at > now()))
              order by dispatch_no limit $2)
           select (select coalesce(jsonb_agg(to_jsonb(s) order by s."dispatchNo"), '[]')
                     from starts s) as starts,
                  (select coalesce(jsonb_agg(to_jsonb(s) order by s."dispatchNo"), '[]')
                     from signals s) as signals,
                  case when exists (select from starts) then (${ARRIVALS}) else 0 end as arrivals,
                  case when exists (select from starts) then (${ACCEPT_LATENCY}) end as latency`,
    values: [limits.starts, limits.signals],
  });
  return rows[0] ?? { starts: [], signals: [], arrivals: 0, latency: null };
}

/** It will never arrive where it was sent; its event is looked at anew by the router. */
export async function markUndeliverable(sql: Sql, dispatchNo: number, note: string): Promise<void> {
  await sql.query({
    name: 'mark-undeliverable',
    text: `with gone as (
             update dispatch set state = 'undeliverable', note = $2, attempts = attempts + 1
              where dispatch_no = $1 returning event_no)
           update inbox set state = 'received', next_at = now()
            where state = 'routed' and event_no in (select event_no from gone)`,
    values: [dispatchNo, note],
  });
}

export async function postponeDispatch(
  sql: Sql,
  dispatchNos: readonly number[],
  delayMs: number,
): Promise<void> {
  await sql.query({
    name: 'postpone-dispatch',
    text: `update dispatch set attempts = attempts + 1,
                  next_at = now() + $2 * interval '1 millisecond'
            where dispatch_no = any($1::bigint[]) and state = 'pending'`,
    values: [dispatchNos, delayMs],
  });
}

/**
 * Facts that were signalled and never applied are signalled again; `signals` names the signal of
 * each event type. Gives how many.
 */
export async function signalAgain(
  sql: Sql,
  signals: Readonly<Record<string, string>>,
  olderThanMs: number,
  limit: number,
): Promise<number> {
  const { rowCount } = await sql.query({
    name: 'signal-again',
    text: `with stale as (
             select i.event_no, i.order_id, i.workflow_id, i.type from inbox i
              where i.state = 'routed' and i.signalled_at < now() - $1 * interval '1 millisecond'
                and not exists (select from dispatch d
                                 where d.workflow_id = i.workflow_id and d.state = 'pending')
              order by i.event_no limit $2 for update of i skip locked),
           seen as (update inbox set signalled_at = now()
                     where event_no in (select event_no from stale))
           insert into dispatch (workflow_id, kind, name, order_id, event_no, body)
           select s.workflow_id, 'signal', n.value, s.order_id, s.event_no,
                  jsonb_build_object('eventNo', s.event_no)
             from stale s join jsonb_each_text($3) n on n.key = s.type`,
    values: [olderThanMs, limit, JSON.stringify(signals)],
  });
  return rowCount ?? 0;
}

/** Delivered, with the instant at which the events behind the rows were signalled. */
export async function markDelivered(sql: Sql, dispatchNos: readonly number[]): Promise<void> {
  await sql.query({
    name: 'mark-delivered',
    text: `with sent as (
             update dispatch set state = 'delivered', delivered_at = now(), attempts = attempts + 1
              where dispatch_no = any($1::bigint[]) returning event_no)
           update inbox set signalled_at = now()
            where event_no in (select event_no from sent where event_no is not null)`,
    values: [dispatchNos],
  });
}
