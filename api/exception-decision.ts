/** What people decide on exceptions: one transaction for the decision, its record and what it wakes. */
import { z } from 'zod';
import type { Resolution } from '../canonical/schema/exception';
import { ExceptionId } from '../canonical/schema/ids';
import { recordDecision } from '../store/access/decisions';
import { resolveExceptions } from '../store/exceptions/exceptions';
import { EXCEPTION_RULES } from '../canonical/schema/exception';
import {
  lockException,
  markPostedByHand,
  readException,
  type ExceptionSeen,
} from '../store/exceptions/exception-queries';
import type { Database, Sql } from '../store/database';
import type { Answer, KeyedCall } from './http/keyed';
import { Problem } from './http/problem';
import type { Call } from './http/route';
import { invalidRequest } from './http/validation';
import { EXCEPTION_ID_EXAMPLE } from './examples';
import { mayResolve } from './roles';

export const ExceptionParams = z.strictObject({
  exceptionId: ExceptionId.meta({ example: EXCEPTION_ID_EXAMPLE }),
});

export interface ResolutionBody {
  readonly reason?: string | undefined;
  /** The ERP's number of what a person posted there by hand. */
  readonly documentNo?: string | undefined;
}
type DecisionCall<B> = Call<{ exceptionId: string }, unknown, B>;

export async function lockedOrMissing(sql: Sql, exceptionId: string): Promise<ExceptionSeen> {
  const exception = await lockException(sql, exceptionId);
  if (exception === null) throw new Problem('not_found', 'there is no exception with that id');
  return exception;
}

export async function record(
  sql: Sql,
  call: DecisionCall<unknown>,
  key: KeyedCall,
  exception: ExceptionSeen,
  decided: { readonly action: string; readonly reason?: string; readonly detail: object },
): Promise<void> {
  await recordDecision(sql, {
    decisionId: key.decisionId,
    actor: call.caller.label,
    role: call.caller.role,
    action: `exception.${decided.action}`,
    subject: exception.exceptionId,
    orderId: exception.orderId,
    reason: decided.reason ?? null,
    detail: { code: exception.code, ...decided.detail },
    correlationId: call.correlationId,
  });
}

/** The exception as it is now, kept as the key's answer. */
export async function answerWith(sql: Sql, key: KeyedCall, exceptionId: string): Promise<Answer> {
  const answer = { status: 200, body: await readException(sql, exceptionId) };
  await key.keep(sql, answer);
  return answer;
}

/** @throws Problem forbidden, resolution_not_allowed */
function requireAllowed(
  call: DecisionCall<unknown>,
  { code }: ExceptionSeen,
  resolution: Resolution,
): void {
  if (!mayResolve(call.caller.role, code, resolution)) {
    throw new Problem('forbidden', `${call.caller.role} may not ${resolution} ${code}`);
  }
  const { resolutions } = EXCEPTION_RULES[code];
  if (!resolutions.includes(resolution)) {
    const detail = `${code} is resolved by ${resolutions.join(' or ')}, not by ${resolution}`;
    throw new Problem('resolution_not_allowed', detail, { members: { resolutions } });
  }
}

/** Finance systems go on by hand with the number of what they posted. */
function requireDocument(exception: ExceptionSeen, { documentNo }: ResolutionBody): void {
  if (!exception.code.startsWith('erp.') || documentNo !== undefined) return;
  const detail = "the ERP's number of the document that was posted by hand";
  throw invalidRequest([{ pointer: '/documentNo', code: 'required', detail }]);
}

/** Retry, override or abandon; a retry of what is resolved already changes nothing. */
export function resolve(
  db: Database,
  call: DecisionCall<ResolutionBody>,
  key: KeyedCall,
  resolution: Resolution,
): Promise<Answer> {
  const { exceptionId } = call.params;
  const { reason, documentNo } = call.body;
  return db.transaction(async (sql) => {
    const exception = await lockedOrMissing(sql, exceptionId);
    requireAllowed(call, exception, resolution);
    if (exception.state === 'resolved') {
      if (resolution === 'retry') return answerWith(sql, key, exceptionId);
      throw new Problem('exception_resolved', `it was ${exception.resolution ?? 'resolved'}`);
    }
    if (resolution === 'override') requireDocument(exception, call.body);
    await resolveExceptions(
      sql,
      { exceptionIds: [exceptionId] },
      { resolution, by: call.caller.label, ...(reason !== undefined && { reason }) },
    );
    if (resolution === 'override' && exception.batchId !== null && documentNo !== undefined) {
      await markPostedByHand(sql, exception.batchId, documentNo);
    }
    await record(sql, call, key, exception, {
      action: resolution,
      ...(reason !== undefined && { reason }),
      detail: documentNo === undefined ? {} : { documentNo },
    });
    return answerWith(sql, key, exceptionId);
  });
}
