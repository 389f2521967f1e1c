/**
 * Whose word a resolution needs beside that of who decides: nobody's, one other person's or two.
 * Resolutions that part with money are limited by amount; some always need a second person. Whoever
 * approves is of finance, or of support for a refund within its limit, and is neither who asked nor
 * who approved before.
 */
import type { Role } from '../../schema/api-key';
import type { Resolution } from '../../schema/exception';
import type { Policies } from '../../schema/policies';
import type { ExceptionCode } from '../../schema/error-codes';
import { resolvingRole } from './resolving-role';

export const APPROVING_ROLE: Role = 'finance';

export type ApprovalLimits = Pick<
  Policies,
  'refundApprovalAboveMinor' | 'refundSecondApprovalAboveMinor' | 'writeOffAloneUpToMinor'
>;

export interface ResolutionAsked {
  /** Of the exception. */
  readonly code: string;
  readonly resolution: Resolution;
  /** Of whoever decides. */
  readonly role: Role;
  /** At stake, in the currency of the limits; null: not known, or not in that currency. */
  readonly amountMinor: number | null;
}

/** `colleague`: it parts with no money yet, and another person of the same team says yes. */
type Weight = 'none' | 'by-amount' | 'second-person' | 'colleague';

/** By family, or by code where one differs from its family. */
const WEIGHTS: Readonly<Record<string, Partial<Record<Resolution, Weight>>>> = {
  payment: { override: 'by-amount' },
  'payment.capture-failed': { override: 'by-amount', abandon: 'by-amount' },
  // Its retry is a refund.
  'payment.duplicate-capture': { retry: 'by-amount', override: 'by-amount' },
  refund: { override: 'by-amount' },
  'refund.to-approve': { override: 'second-person' },
  'return.to-approve': { override: 'colleague' },
  // Its abandon charges the buyer.
  'return.not-received': { override: 'by-amount', abandon: 'by-amount' },
  'order.totals-mismatch': { override: 'by-amount' },
  settlement: { override: 'by-amount', abandon: 'second-person' },
  reconciliation: { override: 'by-amount', abandon: 'second-person' },
  dispute: { override: 'by-amount', abandon: 'second-person' },
};

function weightOf(code: string, resolution: Resolution): Weight {
  const family = code.split('.', 1)[0] ?? '';
  return (WEIGHTS[code] ?? WEIGHTS[family])?.[resolution] ?? 'none';
}

export const partsWithMoney = (code: string, resolution: Resolution): boolean =>
  weightOf(code, resolution) !== 'none';

/** How many others have to approve before it is done. */
export function approvalsNeeded(asked: ResolutionAsked, limits: ApprovalLimits): 0 | 1 | 2 {
  const weight = weightOf(asked.code, asked.resolution);
  if (weight === 'none') return 0;
  if (weight === 'colleague') return 1;
  const { refundApprovalAboveMinor, refundSecondApprovalAboveMinor, writeOffAloneUpToMinor } =
    limits;
  // What nobody knows the amount of is above every limit.
  const amountMinor = asked.amountMinor ?? Infinity;
  const isApprover = asked.role === APPROVING_ROLE;
  // Above the second limit two people of finance say yes; one of them may be who asked.
  if (amountMinor > refundSecondApprovalAboveMinor) return isApprover ? 1 : 2;
  const aloneUpTo = isApprover ? writeOffAloneUpToMinor : refundApprovalAboveMinor;
  return amountMinor > aloneUpTo || weight === 'second-person' ? 1 : 0;
}

/** Whose yes counts, beside that of finance. */
export function mayApprove(
  {
    code,
    role,
    amountMinor,
  }: Pick<ResolutionAsked, 'role' | 'amountMinor'> & {
    readonly code: ExceptionCode;
  },
  { refundApprovalAboveMinor }: ApprovalLimits,
): boolean {
  if (role === APPROVING_ROLE) return true;
  if (role !== resolvingRole(code)) return false;
  if (weightOf(code, 'override') === 'colleague') return true;
  return code.startsWith('refund.') && (amountMinor ?? Infinity) <= refundApprovalAboveMinor;
}
