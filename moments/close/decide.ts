/**
 * What people do about a month: begin to close it, prepare the close, approve it, send it back, ask
 * for its reopening, agree to that. Each in the caller's transaction, under the period's row; what
 * comes of it is the flow's.
 */
import {
  CLOSE_WITHIN_MS,
  closeWorkflowId,
  PERIOD_CLOSE_FLOW,
} from '../../canonical/flows/period-close';
import {
  CHECK_RULES,
  holdingUp,
  type Accepted,
  type CheckResult,
  type CloseCheck,
} from '../../canonical/rules/close/checks';
import {
  daysOf,
  hasEnded,
  periodIdOf,
  type PeriodSnapshot,
} from '../../canonical/rules/close/period';
import {
  beginClosing,
  closedAfter,
  loadPeriod,
  lockedPeriod,
  recordApproved,
  recordPrepared,
  recordReopened,
  recordReopening,
  unsign,
} from '../../store/close/periods';
import type { Sql } from '../../store/database';
import { lookAgainWrite, openFlow, reopenFlow } from '../../store/flows/flows';
import { writeTogether } from '../../store/writes';
import { check, checkedAnew } from './period-moment';

export interface PeriodDecided {
  readonly entity: string;
  /** `YYYY-MM`. */
  readonly month: string;
  /** The label of the key. */
  readonly by: string;
  readonly correlationId: string;
  readonly now: Date;
  readonly pagesUrl?: string | undefined;
}

export type PeriodAnswer =
  /** `waits`: for the word of another. */
  | { readonly outcome: 'done' | 'waits' }
  | { readonly outcome: 'wrong-state'; readonly detail: string }
  /** Whoever did the one half does not do the other. */
  | { readonly outcome: 'own-work' }
  | { readonly outcome: 'not-ready'; readonly holding: readonly CheckResult[] };

const wrong = (detail: string): PeriodAnswer => ({ outcome: 'wrong-state', detail });
const DONE: PeriodAnswer = { outcome: 'done' };

const of = (sql: Sql, { entity, month }: PeriodDecided) =>
  lockedPeriod(sql, periodIdOf(entity, month));

/** Its checks are made, and its flow begins. */
export async function beginClose(sql: Sql, decided: PeriodDecided): Promise<PeriodAnswer> {
  const { entity, month, correlationId, now, pagesUrl } = decided;
  if (!hasEnded(month, now)) return wrong('the month has not ended everywhere');
  const periodId = periodIdOf(entity, month);
  // Of two who begin it for the first time the second waits here.
  await sql.query(`select pg_advisory_xact_lock(hashtextextended('close:' || $1, 0))`, [periodId]);
  const before = await lockedPeriod(sql, periodId);
  if (before?.state === 'closing' || before?.state === 'closed') {
    return wrong(`it is ${before.state}`);
  }
  const workflowId = closeWorkflowId(entity, month);
  const isFirst = await beginClosing(sql, {
    ...{ periodId, workflowId, entity, correlationId },
    ...daysOf(month),
  });
  const period = await loadPeriod(sql, periodId);
  if (period) await check(sql, period, now);
  if (isFirst) {
    await openFlow(sql, {
      contract: PERIOD_CLOSE_FLOW,
      input: {
        ...{ periodId, entity, month, closeWithinMs: CLOSE_WITHIN_MS },
        ...(pagesUrl !== undefined && { pagesUrl }),
      },
      subjectId: periodId,
    });
  } else {
    await reopenFlow(sql, workflowId);
    await tell(sql, workflowId);
  }
  return DONE;
}

/** The first signature; `reasons` say why what fails and may be accepted is taken as it is. */
export async function prepareClose(
  sql: Sql,
  decided: PeriodDecided & { readonly reasons: Readonly<Partial<Record<CloseCheck, string>>> },
): Promise<PeriodAnswer> {
  const period = await of(sql, decided);
  if (period?.state !== 'closing') return wrong('its close has not begun');
  if (period.preparedBy !== null) return wrong('it is prepared already');
  const results = await check(sql, period, decided.now);
  const accepted = results.flatMap(({ name, state, finding }): Accepted[] => {
    const reason = decided.reasons[name];
    const isTaken = state === 'failed' && reason !== undefined && CHECK_RULES[name].mayAccept;
    return isTaken ? [{ check: name, finding, reason }] : [];
  });
  const holding = holdingUp(results, accepted);
  if (holding.length > 0) return { outcome: 'not-ready', holding };
  await recordPrepared(sql, period.periodId, { by: decided.by, accepted });
  await tell(sql, period.workflowId);
  return { outcome: 'waits' };
}

/** The second signature, of another person; the flow locks the books. */
export async function approveClose(sql: Sql, decided: PeriodDecided): Promise<PeriodAnswer> {
  const period = await of(sql, decided);
  if (period?.state !== 'closing' || period.preparedBy === null) {
    return wrong('nobody has prepared its close');
  }
  if (period.approvedBy !== null) return wrong('it is approved already');
  if (period.preparedBy === decided.by) return { outcome: 'own-work' };
  const holding = await checkedAnew(sql, period, decided.now);
  if (holding.length > 0) return { outcome: 'not-ready', holding };
  await recordApproved(sql, period.periodId, decided.by);
  await tell(sql, period.workflowId);
  return DONE;
}

/** What waits for a second person is not to be: a close that is prepared, a reopening. */
export async function sendBack(sql: Sql, decided: PeriodDecided): Promise<PeriodAnswer> {
  const period = await of(sql, decided);
  if (period?.state === 'closed' && period.reopeningBy !== null) {
    await recordReopening(sql, period.periodId, null);
    return DONE;
  }
  if (period?.state !== 'closing' || period.preparedBy === null) {
    return wrong('nothing of it waits for the word of another');
  }
  if (period.approvedBy !== null) return wrong('both have signed it');
  await unsign(sql, period.periodId);
  await tell(sql, period.workflowId);
  return DONE;
}

/** The last month that is closed may be opened again, when a second person agrees. */
export async function askReopening(
  sql: Sql,
  decided: PeriodDecided & { readonly reason: string },
): Promise<PeriodAnswer> {
  const period = await of(sql, decided);
  const problem = await notReopenable(sql, period);
  if (problem !== null || period === null) return wrong(problem ?? 'it is not closed');
  if (period.reopeningBy !== null) return wrong('its reopening is asked for already');
  await recordReopening(sql, period.periodId, { by: decided.by, reason: decided.reason });
  return { outcome: 'waits' };
}

export async function agreeToReopening(sql: Sql, decided: PeriodDecided): Promise<PeriodAnswer> {
  const period = await of(sql, decided);
  const problem = await notReopenable(sql, period);
  if (problem !== null || period === null) return wrong(problem ?? 'it is not closed');
  if (period.reopeningBy === null) return wrong('nobody has asked for its reopening');
  if (period.reopeningBy === decided.by) return { outcome: 'own-work' };
  await recordReopened(sql, period.periodId);
  return DONE;
}

/** A later month stands on what this one closed with. */
async function notReopenable(sql: Sql, period: PeriodSnapshot | null): Promise<string | null> {
  if (period?.state !== 'closed') return 'it is not closed';
  const later = await closedAfter(sql, period);
  return later === null ? null : `${later} is closed: it comes first`;
}

const tell = (sql: Sql, workflowId: string) => writeTogether(sql, [lookAgainWrite(workflowId)]);
