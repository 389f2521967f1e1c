/**
 * What activities throw: an `ApplicationFailure` whose type says whether it may pass. Messages name
 * systems, statuses and ids; a database's or a schema's own message may quote values, so it stays
 * out of histories.
 */
import { ApplicationFailure } from '@temporalio/common';
import type { VendorFault } from '../canonical/ports/fault';
import { sqlState } from '../store/database';

/** How long a vendor without keys of its own may still be at work on a call that we gave up. */
export const SETTLE_MS = 3_000;

/** SQLSTATE classes of which no retry is the cure: data, integrity, our own TL001…TL005. */
const DEFINITE_SQL = /^(22|23|TL)/;
/** What our own functions in the database raise: their words name ids and counts. */
const OUR_SQL = /^TL/;

export interface FaultContext {
  /** `capture at shopify-us`. */
  readonly what: string;
  /** When it is tried again, where the vendor asked for nothing; left out: the caller's policy. */
  readonly againAfterMs?: number;
}

/** Kept as the failure's type, so that a history and a log can be searched by it. */
export const FAILURES = {
  unavailable: 'unavailable',
  ambiguous: 'ambiguous',
  misconfigured: 'misconfigured',
  refusedByRule: 'refused_by_rule',
  internal: 'internal',
} as const;

/** A vendor's fault: retried by Temporal unless the set-up is wrong. */
export function vendorFailure(fault: VendorFault, context: FaultContext): ApplicationFailure {
  const isMisconfigured = fault.kind === 'misconfigured';
  const delayMs =
    fault.retryAfterMs ?? (fault.kind === 'ambiguous' ? SETTLE_MS : context.againAfterMs);
  return ApplicationFailure.create({
    message: `${context.what}: ${fault.kind} (${fault.message})`,
    type: fault.kind,
    nonRetryable: isMisconfigured,
    ...(delayMs === undefined ? {} : { nextRetryDelay: delayMs }),
  });
}

/** An error that our own code or Postgres threw, without what it may quote. */
export function ownFailure(
  error: unknown,
  what: string,
  retries: 'retry-all' | 'retry-what-may-pass',
  againAfterMs?: number,
): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const isDefinite = retries === 'retry-what-may-pass' && isOurMistake(error);
  return ApplicationFailure.create({
    message: `${what}: ${describe(error)}`,
    type: isDefinite ? FAILURES.refusedByRule : FAILURES.internal,
    nonRetryable: isDefinite,
    ...(againAfterMs === undefined ? {} : { nextRetryDelay: againAfterMs }),
  });
}

function isOurMistake(error: unknown): boolean {
  if (error instanceof RangeError || error instanceof TypeError) return true;
  const state = sqlState(error);
  return state !== undefined && DEFINITE_SQL.test(state);
}

/** RangeErrors are thrown by our rules and name ids only; of other errors, only the kind. */
export function describe(error: unknown): string {
  const state = sqlState(error);
  const name = error instanceof Error ? error.name : 'unknown error';
  const isOurs = error instanceof RangeError || (state !== undefined && OUR_SQL.test(state));
  if (error instanceof Error && isOurs) return error.message;
  return state === undefined ? name : `${name} ${state}`;
}
