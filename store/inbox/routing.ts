/** Events on their way from the inbox to what they are about: claimed, routed, or set aside. */
import type { FlowAddress } from '../../canonical/flows/contract';
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import type { ExceptionCause } from '../../canonical/schema/exception';
import type { Database, Sql } from '../database';
import { openException } from '../exceptions/exceptions';

export interface InboxRow {
  readonly eventNo: number;
  readonly source: string;
  readonly eventId: string;
  /** Null: an event in our own vocabulary. */
  readonly connector: string | null;
  readonly account: string | null;
  readonly topic: string;
  readonly raw: Buffer;
  /** Null until a vendor's event is mapped. */
  readonly type: string | null;
  readonly body: unknown;
  readonly correlationId: string;
  /** RFC 3339. */
  readonly occurredAt: string;
  readonly waitedMs: number;
  readonly attempts: number;
}

/**
 * Takes rows for `claimMs`: nobody else sees them meanwhile, and a worker that dies gives them back
 * by the clock.
 */
export async function claimEvents(sql: Sql, limit: number, claimMs: number): Promise<InboxRow[]> {
  const { rows } = await sql.query<InboxRow>({
    name: 'claim-events',
    text: `with due as (
             select event_no from inbox
              where state in ('received', 'waiting') and next_at <= now()
              order by next_at, event_no limit $1 for update skip locked)
           update inbox i set next_at = now() + $2 * interval '1 millisecond',
                  attempts = attempts + 1
             from due where i.event_no = due.event_no
           returning i.event_no as "eventNo", source, event_id as "eventId", connector, account,
                     topic, raw, type, body, correlation_id as "correlationId",
                     coalesce(occurred_at, received_at) as "occurredAt", attempts,
                     (extract(epoch from now() - received_at) * 1000)::bigint as "waitedMs"`,
    values: [limit, claimMs],
  });
  return rows.sort((a, b) => a.eventNo - b.eventNo);
}

/**
 * The processor ended an authorization on its own and we know: a capture on it was refused, or a
 * person gave it up. One that still counts as live here is news that has no rule yet.
 */
export async function isAuthorizationGone(sql: Sql, reference: string): Promise<boolean> {
  const { rows } = await sql.query<{ is_gone: boolean }>(
    `select state in ('expired', 'voided', 'declined') as is_gone
       from payment_authorization where reference = $1`,
    [reference],
  );
  return rows.length > 0 && rows.every((row) => row.is_gone);
}

/** What a vendor's event means in our words. */
export async function keepMapped(
  sql: Sql,
  eventNo: number,
  event: { readonly type: string; readonly data: unknown },
): Promise<void> {
  await sql.query({
    name: 'keep-mapped',
    text: 'update inbox set type = $2, body = $3 where event_no = $1',
    values: [eventNo, event.type, JSON.stringify(event.data)],
  });
}

/** A delivery that says several things: the others are rows of their own, each once. */
export async function addDerived(
  sql: Sql,
  row: InboxRow,
  events: readonly { readonly type: string; readonly data: unknown }[],
): Promise<void> {
  for (const [index, event] of events.entries()) {
    await sql.query(
      `insert into inbox (source, event_id, topic, raw, type, body, correlation_id, occurred_at)
       values ($1, $2, $3, '', $4, $5, $6, $7) on conflict (source, event_id) do nothing`,
      [
        row.source,
        `${row.eventId}#${index + 2}`,
        row.topic,
        event.type,
        JSON.stringify(event.data),
        row.correlationId,
        row.occurredAt,
      ],
    );
  }
}

/** What an event comes to in our words: a row of its own under its own name, once. */
export async function addFact(
  sql: Sql,
  of: Pick<InboxRow, 'correlationId'>,
  fact: {
    readonly source: string;
    readonly eventId: string;
    readonly type: string;
    readonly data: unknown;
    readonly occurredAt: string;
  },
): Promise<void> {
  const { source, eventId, type, data, occurredAt } = fact;
  await sql.query({
    name: 'add-fact',
    text: `insert into inbox (source, event_id, topic, raw, type, body, correlation_id, occurred_at)
           values ($1, $2, $3, '', $3, $4, $5, $6) on conflict (source, event_id) do nothing`,
    values: [source, eventId, type, JSON.stringify(data), of.correlationId, occurredAt],
  });
}

export type Settled = 'applied' | 'superseded' | 'ignored';

/** The end of an event's way; the note says why where it is not plain. */
export async function settleEvent(
  sql: Sql,
  eventNo: number,
  state: Settled,
  note: string | null,
  orderId: string | null = null,
): Promise<void> {
  await sql.query({
    name: 'settle-event',
    text: `update inbox set state = $2, note = $3, order_id = coalesce($4, order_id),
                  applied_at = case when $2 = 'applied' then now() end
            where event_no = $1 and state in ('received', 'waiting')`,
    values: [eventNo, state, note, orderId],
  });
}

/** What it is about is not here yet. */
export async function letWait(
  sql: Sql,
  eventNo: number,
  note: string,
  delayMs: number,
): Promise<void> {
  await sql.query({
    name: 'let-wait',
    text: `update inbox set state = 'waiting', note = $2,
                  next_at = now() + $3 * interval '1 millisecond'
            where event_no = $1 and state in ('received', 'waiting')`,
    values: [eventNo, note, delayMs],
  });
}

/** An error that may pass: the row keeps its state and is tried again. */
export async function postponeEvent(sql: Sql, eventNo: number, delayMs: number): Promise<void> {
  await sql.query({
    name: 'postpone-event',
    text: `update inbox set next_at = now() + $2 * interval '1 millisecond' where event_no = $1`,
    values: [eventNo, delayMs],
  });
}

export interface DeadEnd {
  readonly code: ExceptionCode;
  readonly cause: ExceptionCause;
  readonly detail: string;
  readonly orderId?: string;
}

/** Nobody's work but a person's: kept, named, and out of its neighbours' way. */
export async function setAside(db: Database, row: InboxRow, end: DeadEnd): Promise<void> {
  await db.transaction(async (sql) => {
    const { rowCount } = await sql.query(
      `update inbox set state = 'dead', note = $2, order_id = coalesce($3, order_id)
        where event_no = $1 and state in ('received', 'waiting')`,
      [row.eventNo, end.detail, end.orderId ?? null],
    );
    if (rowCount === 0) return;
    await openException(sql, {
      code: end.code,
      detail: end.detail,
      cause: end.cause,
      blocks: `event:${row.eventNo}`,
      subject: row.source,
      eventNo: row.eventNo,
      correlationId: row.correlationId,
      ...(end.orderId === undefined ? {} : { orderId: end.orderId }),
    });
  });
}

export type Routed =
  | { readonly outcome: 'routed' }
  /** Another worker has taken it on meanwhile: nothing was written. */
  | { readonly outcome: 'not-ours' }
  | { readonly outcome: 'no-flow' }
  | {
      readonly outcome: 'ended';
      readonly workflowId: string;
      readonly orderId: string | null;
      readonly as: string;
    };

/** A fact on its way to its flow. */
export interface Fact {
  readonly eventNo: number;
  readonly flowType: string;
  readonly signal: string;
  readonly address: FlowAddress;
}

interface RouteRow {
  readonly workflow_id: string;
  readonly order_id: string | null;
  readonly outcome: string | null;
  /** Null: there is no such flow. */
  readonly is_open: boolean | null;
  readonly is_routed: boolean;
}

/**
 * Hands events to their flows: a row is `routed` and its signal is written, all in one statement,
 * under the flows' locks, so that none can end in between. They are locked in the order of their
 * ids. A row that has gone on already (its claim had run out) is never taken back. The answers are in
 * the order of the facts.
 */
export async function routeToFlows(sql: Sql, facts: readonly Fact[]): Promise<Routed[]> {
  const { rows } = await sql.query<RouteRow & Record<string, unknown>>({
    name: 'route-to-flows',
    text: `with said as materialized (
             select s.place, s."eventNo" as event_no, s.signal,
                    coalesce(s.address ->> 'workflowId', (select workflow_id from flow
                      where subject_id = s.address ->> 'subjectId'
                        and flow_type = s."flowType")) as workflow_id
               from rows from (jsonb_to_recordset($1) as ("eventNo" bigint, "flowType" text,
                      signal text, address jsonb))
                    with ordinality as s("eventNo", "flowType", signal, address, place)),
           f as materialized (
             select workflow_id, order_id, outcome, state = 'open' as is_open from flow
              where workflow_id in (select workflow_id from said)
              order by workflow_id for no key update),
           routed as (
             update inbox set state = 'routed', workflow_id = f.workflow_id,
                    order_id = f.order_id, note = null
               from said join f using (workflow_id)
              where inbox.event_no = said.event_no and f.is_open
                and inbox.state in ('received', 'waiting')
             returning inbox.event_no, f.workflow_id, f.order_id, said.signal),
           signalled as (
             insert into dispatch (workflow_id, kind, name, order_id, event_no, body)
             select workflow_id, 'signal', signal, order_id, event_no,
                    jsonb_build_object('eventNo', event_no)
               from routed order by event_no)
           select f.workflow_id, f.order_id, f.outcome, f.is_open,
                  event_no in (select event_no from routed) as is_routed
             from said left join f using (workflow_id) order by place`,
    values: [JSON.stringify(facts)],
  });
  return rows.map((row): Routed => {
    if (row.is_open === null) return { outcome: 'no-flow' };
    if (row.is_routed) return { outcome: 'routed' };
    if (row.is_open) return { outcome: 'not-ours' };
    const { workflow_id: workflowId, order_id: orderId, outcome } = row;
    return { outcome: 'ended', workflowId, orderId, as: outcome ?? 'ended' };
  });
}
