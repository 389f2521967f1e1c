/**
 * Exceptions as rows. Opening is idempotent: the id follows from the flow, the step and the
 * subject. What removes a cause resolves all that waited for it and wakes their flows.
 */
import { EXCEPTION_RULES, ownerOf } from '../../canonical/schema/exception';
import type { ExceptionBrief, ExceptionCause, Resolution } from '../../canonical/schema/exception';
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import { EXCEPTION_RESOLVED } from '../../canonical/flows/contract';
import type { About, Blocked } from '../../canonical/flows/step';
import { only, type Sql } from '../database';
import { writeTogether, type Write } from '../writes';
import { derivedId } from '../ids';
import { briefOf, type BriefRow } from './briefs';

export interface NewException {
  readonly code: ExceptionCode;
  readonly detail: string;
  readonly cause: ExceptionCause;
  /** The unit of work that waits: a flow's step, or `outbox:17`, `batch:bat_…`. */
  readonly blocks: Blocked | string;
  /** Whose it is when no flow waits: an event, an account. Part of the id with `blocks`. */
  readonly subject: string;
  readonly severity?: 'low' | 'medium' | 'high';
  /** Resolutions of its code that it could not go on by: the detail says what would help. */
  readonly notOffered?: readonly Resolution[];
  readonly orderId?: string;
  readonly workflowId?: string;
  readonly eventNo?: number;
  readonly batchId?: string;
  readonly outboxNo?: number;
  readonly moneyMinor?: number;
  readonly currency?: string;
  readonly correlationId?: string;
}

/**
 * What was resolved may come back. A decision that its flow has not applied yet is not wiped out by
 * a step that began before it: the flow is on its way to apply it.
 */
const REOPENS = `exception.state = 'resolved' and (exception.is_applied or exception.workflow_id is null)`;

/** Opens it, finds it open, or opens it again where it was resolved and the reason came back. */
export async function openException(sql: Sql, exception: NewException): Promise<ExceptionBrief> {
  const { code, cause, subject } = exception;
  const { step, about, text } = isStep(exception.blocks)
    ? exception.blocks
    : { step: null, about: {}, text: exception.blocks };
  const exceptionId = derivedId('exc', exception.workflowId ?? subject, text, code, cause.ref);
  const deadlineAt = new Date(Date.now() + EXCEPTION_RULES[code].deadlineMs).toISOString();
  const { rows } = await sql.query<BriefRow>(
    `insert into exception (exception_id, code, owner, severity, detail, cause_kind, cause_ref,
       blocks, order_id, workflow_id, event_no, batch_id, outbox_no, money_minor, currency,
       correlation_id, deadline_at, step, about, not_offered)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
     on conflict (exception_id) do update set
       (state, openings, opened_at, deadline_at, detail, money_minor, not_offered, resolution,
        resolution_reason, resolved_by, resolved_at, is_applied, escalations, escalated_at,
        escalated_to) =
       (select 'open', exception.openings + 1, now(), excluded.deadline_at, excluded.detail,
               excluded.money_minor, excluded.not_offered, null, null, null, null::timestamptz, false, 0,
               null::timestamptz, null
         where ${REOPENS}
        union all
        select exception.state, exception.openings, exception.opened_at, exception.deadline_at,
               excluded.detail, excluded.money_minor, excluded.not_offered, exception.resolution,
               exception.resolution_reason, exception.resolved_by, exception.resolved_at,
               exception.is_applied, exception.escalations, exception.escalated_at,
               exception.escalated_to
         where not (${REOPENS}))
     returning exception_id as "exceptionId", code, deadline_at as "deadlineAt", detail, blocks,
               not_offered as "notOffered"`,
    [
      exceptionId,
      code,
      ownerOf(code),
      exception.severity ?? 'medium',
      exception.detail,
      cause.kind,
      cause.ref,
      text,
      exception.orderId ?? null,
      exception.workflowId ?? null,
      exception.eventNo ?? null,
      exception.batchId ?? null,
      exception.outboxNo ?? null,
      exception.moneyMinor ?? null,
      exception.currency ?? null,
      exception.correlationId ?? null,
      deadlineAt,
      step,
      JSON.stringify(about),
      exception.notOffered ?? [],
    ],
  );
  return briefOf(only(rows, 'openException'));
}

function isStep(blocks: Blocked | string): blocks is Blocked {
  return typeof blocks !== 'string';
}

type ResolvedAs = 'retried' | 'overridden' | 'abandoned';
const RESOLVED_STATE: Record<Resolution, ResolvedAs> = {
  retry: 'retried',
  override: 'overridden',
  abandon: 'abandoned',
};

interface ResolvedRow {
  exception_id: string;
  order_id: string | null;
  workflow_id: string | null;
  event_no: number | null;
  outbox_no: number | null;
  batch_id: string | null;
}

/**
 * Resolves exceptions and wakes what they blocked, in the caller's transaction: a flow by a signal
 * row, an event by its inbox row, a delivery by its outbox row, a batch by its own. Those that were
 * resolved already are left alone; the answer holds the ones this call resolved.
 */
export async function resolveExceptions(
  sql: Sql,
  which: { readonly exceptionIds: readonly string[] } | { readonly cause: ExceptionCause },
  how: { readonly resolution: Resolution; readonly by: string; readonly reason?: string },
): Promise<ResolvedRow[]> {
  const byId = 'exceptionIds' in which;
  const { rows } = await sql.query<ResolvedRow>(
    `update exception set state = 'resolved', resolution = $3, resolved_by = $4,
            resolution_reason = $5, resolved_at = now()
      where state <> 'resolved'
        and ${byId ? 'exception_id = any($1::text[]) and $2::text is null' : 'cause_kind = $1 and cause_ref = $2'}
      returning exception_id, order_id, workflow_id, event_no, outbox_no, batch_id`,
    [
      byId ? which.exceptionIds : which.cause.kind,
      byId ? null : which.cause.ref,
      RESOLVED_STATE[how.resolution],
      how.by,
      how.reason ?? null,
    ],
  );
  await wake(sql, rows, how.resolution);
  return rows;
}

async function wake(sql: Sql, rows: readonly ResolvedRow[], resolution: Resolution): Promise<void> {
  const flows = rows.filter((row) => row.workflow_id !== null);
  if (flows.length > 0) {
    await sql.query(
      `insert into dispatch (workflow_id, kind, name, order_id, body)
       select w, 'signal', $3, o, jsonb_build_object('exceptionId', e, 'resolution', $5::text)
         from unnest($1::text[], $2::text[], $4::text[]) as woken(w, o, e)`,
      [
        flows.map((row) => row.workflow_id),
        flows.map((row) => row.order_id),
        EXCEPTION_RESOLVED,
        flows.map((row) => row.exception_id),
        resolution,
      ],
    );
  }
  const events = rows.filter((row) => row.event_no !== null && row.workflow_id === null);
  if (events.length > 0) {
    await sql.query(
      `update inbox set state = case when $2 then 'ignored' else 'received' end,
              note = case when $2 then 'abandoned by a person' end, next_at = now(), attempts = 0
        where event_no = any($1::bigint[]) and state = 'dead'`,
      [events.map((row) => row.event_no), resolution === 'abandon'],
    );
  }
  const deliveries = rows.filter((row) => row.outbox_no !== null);
  if (deliveries.length > 0) {
    await sql.query(
      `update outbox set state = case when $2 then 'abandoned' else 'pending' end,
              next_at = now(), attempts = 0
        where outbox_no = any($1::bigint[]) and state = 'parked'`,
      [deliveries.map((row) => row.outbox_no), resolution !== 'retry'],
    );
  }
  const batches = rows.filter((row) => row.batch_id !== null);
  if (batches.length > 0 && resolution === 'retry') {
    await sql.query(
      `update posting_batch set state = 'formed' where batch_id = any($1::text[]) and state = 'parked'`,
      [batches.map((row) => row.batch_id)],
    );
  }
}

/** Which exceptions of a flow; what is left out does not narrow it down. */
export interface OfFlow {
  readonly workflowId: string;
  readonly blocks?: string;
  /** Names of steps. */
  readonly steps?: readonly string[];
  readonly codes?: readonly ExceptionCode[];
  readonly except?: readonly string[];
}

/**
 * Resolves, as applied, what its own flow knows to be over: it wakes nobody. A person's resolution
 * that was not applied yet keeps its words.
 */
export async function settleExceptions(
  sql: Sql,
  which: OfFlow,
  how: { readonly as: ResolvedAs; readonly reason: string },
): Promise<void> {
  await sql.query(
    `update exception set state = 'resolved', resolution = coalesce(resolution, $6),
            resolved_by = coalesce(resolved_by, 'system'),
            resolution_reason = coalesce(resolution_reason, $7),
            resolved_at = coalesce(resolved_at, now()), is_applied = true
      where workflow_id = $1 and (state <> 'resolved' or not is_applied)
        and ($2::text is null or blocks = $2) and ($3::text[] is null or step = any($3))
        and ($4::text[] is null or code = any($4)) and exception_id <> all($5::text[])`,
    [
      which.workflowId,
      which.blocks ?? null,
      which.steps ?? null,
      which.codes ?? null,
      which.except ?? [],
      how.as,
      how.reason,
    ],
  );
}

/** An exception about an order that has passed, whether or not a flow waits for it. */
export async function settleOfOrder(
  sql: Sql,
  orderId: string,
  of: { readonly code: ExceptionCode; readonly blocks: string },
  reason: string,
): Promise<void> {
  await writeTogether(sql, [settleOfOrderWrite(orderId, { ...of, blocks: [of.blocks] }, reason)]);
}

/** Of each unit of work that `blocks` names. */
export const settleOfOrderWrite = (
  orderId: string,
  of: { readonly code: ExceptionCode; readonly blocks: readonly string[] },
  reason: string,
): Write => ({
  name: 'settle-exception-of-order',
  text: `update exception set state = 'resolved', resolution = 'overridden',
                resolved_by = 'system', resolution_reason = $4, resolved_at = now(),
                is_applied = true
          where order_id = $1 and code = $2 and blocks = any($3::text[]) and state <> 'resolved'`,
  values: [orderId, of.code, of.blocks, reason],
});

export interface TakenResolution {
  readonly exceptionId: string;
  readonly code: ExceptionCode;
  readonly step: string | null;
  readonly about: About;
  readonly resolution: Resolution;
  readonly moneyMinor: number | null;
}

const RESOLUTION_OF: Record<ResolvedAs, Resolution> = {
  retried: 'retry',
  overridden: 'override',
  abandoned: 'abandon',
};

/** What was decided on exceptions of the flow and not applied yet; applied from now on. */
export async function takeResolutions(
  sql: Sql,
  which: { readonly workflowId: string; readonly exceptionId?: string; readonly blocks?: string },
): Promise<TakenResolution[]> {
  const { rows } = await sql.query<Omit<TakenResolution, 'resolution'> & { as: ResolvedAs }>(
    `update exception set is_applied = true
      where workflow_id = $1 and state = 'resolved' and not is_applied
        and ($2::text is null or exception_id = $2) and ($3::text is null or blocks = $3)
      returning exception_id as "exceptionId", code, step, about, resolution as "as",
                money_minor as "moneyMinor"`,
    [which.workflowId, which.exceptionId ?? null, which.blocks ?? null],
  );
  return rows.map(({ as, ...row }) => ({ ...row, resolution: RESOLUTION_OF[as] }));
}
