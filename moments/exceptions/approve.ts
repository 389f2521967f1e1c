/**
 * A second person's word on what another asked for, wherever it is given: at the exception, or at
 * what it is about. Whoever calls it holds the lock of the exception's row.
 */
import type { Role } from '../../canonical/schema/api-key';
import type { ResolutionRequest } from '../../canonical/schema/exception-view';
import type { Sql } from '../../store/database';
import { approveResolution, endRequest } from '../../store/exceptions/approvals';
import type { ExceptionSeen } from '../../store/exceptions/exception-queries';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { limitsOf } from './limits';

export interface Decider {
  /** The label of the key: a rotated one keeps it. */
  readonly actor: string;
  readonly role: Role;
}

export type Approval =
  /** With none missing, what was asked for is done. */
  | { readonly outcome: 'said'; readonly missing: number }
  | { readonly outcome: 'own-request' | 'said-before' | 'beyond-role' };

export async function approveAsked(
  sql: Sql,
  seen: ExceptionSeen,
  asked: ResolutionRequest,
  { actor, role }: Decider,
): Promise<Approval> {
  const limits = await limitsOf(sql, seen);
  if (actor === asked.askedBy || asked.involved.includes(actor)) return { outcome: 'own-request' };
  if (asked.approvedBy.includes(actor)) return { outcome: 'said-before' };
  if (!limits.mayApprove(role)) return { outcome: 'beyond-role' };
  const { exceptionId } = seen;
  const { resolution, askedRole, askedBy, reason } = asked;
  const needed = limits.needed(resolution, askedRole);
  const missing = await approveResolution(sql, exceptionId, { by: actor, needed });
  if (missing <= 0) {
    await endRequest(sql, exceptionId, 'approved');
    const how = { resolution, by: askedBy, reason };
    await resolveExceptions(sql, { exceptionIds: [exceptionId] }, how);
  }
  return { outcome: 'said', missing };
}
