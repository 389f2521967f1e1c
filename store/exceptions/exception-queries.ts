/** Exceptions as people see them: whose they are, since when, what may resolve them. */
import { ERROR_CODES, type ExceptionCode } from '../../canonical/schema/error-codes';
import { offered, type Resolution } from '../../canonical/schema/exception';
import type { ExceptionView } from '../../canonical/schema/exception-view';
import type { Sql } from '../database';
import { askedOf } from './approvals';

export type ExceptionSeen = ExceptionView & { readonly code: ExceptionCode };
type Row = Omit<ExceptionSeen, 'title' | 'resolutions' | 'isOverdue'> & {
  readonly notOffered: readonly Resolution[];
};

/** An event's exception is its order's too, once the event found its order. */
const SELECT = `select exception_id as "exceptionId", code, state, owner, severity, detail,
  jsonb_build_object('kind', cause_kind, 'ref', cause_ref) as cause, blocks,
  coalesce(order_id, (select i.order_id from inbox i where i.event_no = exception.event_no))
    as "orderId",
  workflow_id as "workflowId", event_no as "eventNo", batch_id as "batchId",
  case when money_minor is not null and currency is not null
       then jsonb_build_object('currency', currency, 'minorUnits', money_minor) end as money,
  assignee, openings,
  opened_at as "openedAt", deadline_at as "deadlineAt", resolution,
  resolution_reason as "resolutionReason", resolved_by as "resolvedBy",
  resolved_at as "resolvedAt", correlation_id as "correlationId",
  case when escalations > 0 then jsonb_build_object('step', escalations, 'at',
    to_char(escalated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'toldTo', escalated_to) end as escalation,
  ${askedOf('exception')} as asked, not_offered as "notOffered" from exception`;

function seen({ notOffered, ...row }: Row): ExceptionSeen {
  const isResolved = row.state === 'resolved';
  return {
    ...row,
    title: ERROR_CODES[row.code].title,
    resolutions: isResolved ? [] : offered(row.code, notOffered),
    isOverdue: !isResolved && Date.parse(row.deadlineAt) < Date.now(),
  };
}

export interface ExceptionFilter {
  readonly owner: string | null;
  /** Any of these; null: every one. */
  readonly states: readonly string[] | null;
  readonly orderId: string | null;
  /** The last one of the page before. */
  readonly after: { readonly deadlineAt: string; readonly exceptionId: string } | null;
  readonly limit: number;
}

/** By deadline: what is due first comes first. */
export async function listExceptions(
  sql: Sql,
  { owner, states, orderId, after, limit }: ExceptionFilter,
): Promise<ExceptionSeen[]> {
  const { rows } = await sql.query<Row>(
    `${SELECT} where ($1::text is null or owner = $1) and ($2::text[] is null or state = any($2))
       and ($3::text is null or order_id = $3
            or event_no in (select i.event_no from inbox i where i.order_id = $3))
       and ($4::timestamptz is null
            or (date_trunc('milliseconds', deadline_at), exception_id) > ($4, $5))
     order by date_trunc('milliseconds', deadline_at), exception_id limit $6`,
    [owner, states, orderId, after?.deadlineAt ?? null, after?.exceptionId ?? null, limit],
  );
  return rows.map(seen);
}

export async function readException(sql: Sql, exceptionId: string): Promise<ExceptionSeen | null> {
  const { rows } = await sql.query<Row>(`${SELECT} where exception_id = $1`, [exceptionId]);
  return rows[0] === undefined ? null : seen(rows[0]);
}

/** The same, with the row locked until the transaction ends: a decision follows. */
export async function lockException(sql: Sql, exceptionId: string): Promise<ExceptionSeen | null> {
  const { rows } = await sql.query<Row>(`${SELECT} where exception_id = $1 for update`, [
    exceptionId,
  ]);
  return rows[0] === undefined ? null : seen(rows[0]);
}

/** Says who looks after it; an escalated one stays escalated. */
export async function assignException(
  sql: Sql,
  exceptionId: string,
  assignee: string,
): Promise<void> {
  await sql.query(
    `update exception set assignee = $2,
            state = case when state = 'open' then 'assigned' else state end
      where exception_id = $1 and state <> 'resolved'`,
    [exceptionId, assignee],
  );
}

/** Of its order; null where it is about none that is here. */
export async function channelOfOrder(sql: Sql, orderId: string | null): Promise<string | null> {
  if (orderId === null) return null;
  const { rows } = await sql.query<{ channel_instance: string }>(
    'select channel_instance from sales_order where order_id = $1',
    [orderId],
  );
  return rows[0]?.channel_instance ?? null;
}

/** A parked batch that a person posted in the ERP by hand. */
export async function markPostedByHand(
  sql: Sql,
  batchId: string,
  documentNo: string,
): Promise<void> {
  await sql.query(
    `update posting_batch set state = 'posted', document_no = $2, posted_at = now()
      where batch_id = $1 and state <> 'posted'`,
    [batchId, documentNo],
  );
}
