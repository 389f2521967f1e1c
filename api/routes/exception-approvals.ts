/**
 * `/v1/exceptions/{id}/approve` and `…/deny`: the second person's word on what another asked for.
 * Who asked does not approve, nobody approves twice, and who asked may take it back.
 */
import { z } from 'zod';
import type { ResolutionRequest } from '../../canonical/schema/exception-view';
import type { ExceptionSeen } from '../../store/exceptions/exception-queries';
import { approveAsked, type Approval } from '../../moments/exceptions/approve';
import { limitsOf } from '../../moments/exceptions/limits';
import { endRequest } from '../../store/exceptions/approvals';
import { Problem } from '../http/problem';
import { MAY } from '../roles';
import { Reason } from '../schema/reason';
import { decisionRoute } from './exception-decision';

/** @throws Problem decision_refused */
function requireAsked({ asked, state }: ExceptionSeen): ResolutionRequest {
  if (asked !== null) return asked;
  throw new Problem(
    'decision_refused',
    state === 'resolved' ? 'it is resolved already' : 'nothing of it waits for approval',
  );
}

const WHY_NOT = {
  'own-request': ['forbidden', 'who asked for it, or had a hand in it, does not approve it'],
  'said-before': ['decision_refused', 'this key has approved it already'],
  'beyond-role': ['forbidden', 'this takes the word of finance'],
} as const;

/** How many are missing. @throws Problem for a word that does not count */
export function requireSaid(approval: Approval): number {
  if (approval.outcome === 'said') return approval.missing;
  const [code, detail] = WHY_NOT[approval.outcome];
  throw new Problem(code, detail);
}

/** Nothing is asked for on a stack that has just started. */
const NOTHING_ASKED = {
  before: [
    '# Answered with 409: nobody has asked for anything beyond what one person may decide.',
    `EXCEPTION_ID=$(sell NOT-MAPPED | field 'exceptions[0].exceptionId')`,
  ],
};

export const approveExceptionRoute = decisionRoute(
  'approve',
  {
    summary: 'Approve what another asked for',
    description:
      'Done once everybody whose word is needed has given it. Who asked, or had a hand in it, does not approve, nor anybody twice; finance does, and support a refund within its limit. It is `asked` that is approved, as it is when the call arrives: name its `resolution`.',
    roles: MAY.approveResolutions,
    body: {
      schema: z
        .strictObject({
          resolution: z
            .enum(['retry', 'override', 'abandon'])
            .meta({ description: 'What was asked for, as you read it' }),
        })
        .meta({ id: 'ApproveResolution' }),
      example: { resolution: 'override' },
    },
    errors: ['not_found', 'decision_refused'],
    shell: NOTHING_ASKED,
  },
  async (sql, { caller, body: { resolution } }, seen) => {
    const asked = requireAsked(seen);
    if (asked.resolution !== resolution) {
      throw new Problem('decision_refused', `what was asked for is ${asked.resolution}`);
    }
    const by = { actor: caller.label, role: caller.role };
    const missing = requireSaid(await approveAsked(sql, seen, asked, by));
    return { detail: { resolution, askedBy: asked.askedBy, missing } };
  },
);

export const denyExceptionRoute = decisionRoute(
  'deny',
  {
    summary: 'Deny what another asked for, or take back what was asked',
    description: 'The exception goes on waiting, for any decision. A reason is needed.',
    roles: MAY.resolveExceptions,
    body: {
      schema: z.strictObject({ reason: Reason }).meta({ id: 'DenyResolution' }),
      example: { reason: 'the receipt is missing' },
    },
    errors: ['not_found', 'decision_refused'],
    shell: NOTHING_ASKED,
  },
  async (sql, { caller, body: { reason } }, seen) => {
    const { resolution, askedBy } = requireAsked(seen);
    const limits = await limitsOf(sql, seen);
    if (!limits.mayApprove(caller.role) && caller.label !== askedBy) {
      throw new Problem('forbidden', `${caller.role} denies only what it asked for itself`);
    }
    await endRequest(sql, seen.exceptionId, 'denied');
    return { reason, detail: { resolution, askedBy } };
  },
);
