/** An entity's calendar month: how it is called, and what its row says. */
import type { ExceptionBrief } from '../../schema/exception';
import type { PeriodAgenda, PeriodState } from '../../flows/period-close';
import { lastDayOf } from '../return/expected-back';
import { holdingUp, type Accepted, type CheckResult } from './checks';

/** `us-01/2026-03`. */
export const periodIdOf = (entity: string, month: string): string => `${entity}/${month}`;

const MONTHS_A_YEAR = 12;
const MONTH_CHARS = 'YYYY-MM'.length;

/** `YYYY-MM` of a date. */
export const monthOf = (date: string): string => date.slice(0, MONTH_CHARS);

/** First and last day of `YYYY-MM`. */
export function daysOf(month: string): { readonly firstDay: string; readonly lastDay: string } {
  return { firstDay: `${month}-01`, lastDay: lastDayOf(month) };
}

/** `YYYY-MM`, so many months later. */
export function monthAfter(month: string, months = 1): string {
  const [year = 0, of = 1] = month.split('-').map(Number);
  const count = year * MONTHS_A_YEAR + of - 1 + months;
  const [years, rest] = [Math.floor(count / MONTHS_A_YEAR), count % MONTHS_A_YEAR];
  return `${years}-${String(rest + 1).padStart(2, '0')}`;
}

/** West of every place on the calendar: when it is over there, it is over everywhere. */
const LAST_ZONE_MS = 12 * 3_600_000;

/** Its last day is over in every time zone. */
export function hasEnded(month: string, now: Date): boolean {
  const there = new Date(now.getTime() - LAST_ZONE_MS).toISOString();
  return monthOf(there) > month;
}

export interface PeriodSnapshot {
  readonly periodId: string;
  readonly workflowId: string;
  readonly entity: string;
  /** `YYYY-MM-DD`. */
  readonly firstDay: string;
  readonly lastDay: string;
  readonly state: PeriodState;
  readonly closings: number;
  /** RFC 3339, as all that end in `At` and `Since`. */
  readonly closingSince: string | null;
  /** Labels of keys. */
  readonly preparedBy: string | null;
  readonly preparedAt: string | null;
  readonly accepted: readonly Accepted[];
  readonly approvedBy: string | null;
  readonly approvedAt: string | null;
  readonly closedAt: string | null;
  readonly reopeningBy: string | null;
  readonly reopeningReason: string | null;
  readonly recheckAt: string | null;
  readonly correlationId: string;
  readonly checks: readonly CheckResult[];
  readonly exceptions: readonly ExceptionBrief[];
}

export function periodAgendaOf(one: PeriodSnapshot): PeriodAgenda {
  const isClosing = one.state === 'closing';
  const isSigned = isClosing && one.approvedBy !== null;
  const isHeld = one.exceptions.some(({ isWait }) => !isWait);
  return {
    status: one.state,
    isOut: isClosing,
    due: isSigned && !isHeld ? 'lock' : null,
    waitsFor: !isClosing ? null : one.preparedBy === null ? 'prepare' : 'approve',
    holdingUp: holdingUp(one.checks, one.accepted).map(({ name }) => name),
    recheckAt: isClosing ? one.recheckAt : null,
    blockedBy: one.exceptions,
    isSettled: !isClosing && one.exceptions.length === 0,
  };
}
