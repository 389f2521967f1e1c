/**
 * People say yes or no: to a return outside the policy, and to what is paid back. It is the general
 * approval of what waits (`moments/exceptions/approve.ts`), given at the return; what it decides is
 * done in the same transaction.
 */
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import { only, type Sql } from '../../store/database';
import { endRequest } from '../../store/exceptions/approvals';
import { lockException } from '../../store/exceptions/exception-queries';
import { resolveExceptions, takeResolutions } from '../../store/exceptions/exceptions';
import { approveAsked, type Approval, type Decider } from '../exceptions/approve';
import { resolveReturn } from './resolutions';

export type Decided = { readonly outcome: 'decided' | 'nothing-to-decide' } | Approval;

const TO_DECIDE: readonly string[] = ['return.to-approve', 'refund.to-approve'];

export async function approve(sql: Sql, ret: ReturnSnapshot, by: Decider): Promise<Decided> {
  const seen = await whatWaits(sql, ret);
  if (!seen?.asked) return { outcome: 'nothing-to-decide' };
  const approval = await approveAsked(sql, seen, seen.asked, by);
  if (approval.outcome === 'said' && approval.missing <= 0) await doNow(sql, ret, seen.exceptionId);
  return approval;
}

export async function deny(
  sql: Sql,
  ret: ReturnSnapshot,
  { actor, reason }: Pick<Decider, 'actor'> & { readonly reason: string },
): Promise<Decided> {
  const seen = await whatWaits(sql, ret);
  if (!seen) return { outcome: 'nothing-to-decide' };
  const { exceptionId } = seen;
  if (seen.asked) await endRequest(sql, exceptionId, 'denied');
  const how = { resolution: 'abandon', by: actor, reason } as const;
  await resolveExceptions(sql, { exceptionIds: [exceptionId] }, how);
  await doNow(sql, ret, exceptionId);
  return { outcome: 'decided' };
}

/** The exception that a person's yes or no ends, with its row locked. */
async function whatWaits(sql: Sql, { exceptions }: ReturnSnapshot) {
  const waiting = exceptions.find(({ code }) => TO_DECIDE.includes(code));
  return waiting ? lockException(sql, waiting.exceptionId) : null;
}

/** The flow is told as well, and finds it applied. */
async function doNow(sql: Sql, ret: ReturnSnapshot, exceptionId: string): Promise<void> {
  const { workflowId } = ret;
  const resolved = await takeResolutions(sql, { workflowId, exceptionId });
  await resolveReturn(sql, ret, only(resolved, exceptionId));
}
