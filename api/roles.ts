/** Who may do what: the table of roles, by the group of paths that it opens. */
import { resolvingRole } from '../canonical/rules/exceptions/resolving-role';
import { ROLES, type Role } from '../canonical/schema/api-key';
import type { ExceptionCode } from '../canonical/schema/error-codes';
import type { Resolution } from '../canonical/schema/exception';

const EVERYBODY: readonly Role[] = ROLES;
/** They see all, to help, to reconcile, to run it, to audit it. */
const READERS: readonly Role[] = ['support', 'finance', 'operator', 'auditor'];

export const MAY = {
  submitOrders: ['channel', 'oms'],
  readOrders: ['channel', 'oms', ...READERS],
  cancelOrders: ['channel', 'oms', 'support'],
  holdOrders: ['channel', 'oms', 'support'],
  /** Operators replay; a store sends what it received and counted itself. */
  sendEvents: ['channel', 'oms', 'store', 'operator'],
  readStock: EVERYBODY,
  adjustStock: ['operator'],
  readMasterData: ['oms', ...READERS],
  writeMasterData: ['operator'],
  readExceptions: READERS,
  /** Each code has its own roles as well: see `mayResolve`. */
  resolveExceptions: ['support', 'finance', 'operator'],
  readLedger: READERS,
  readTraces: READERS,
  manageKeys: ['operator'],
} as const satisfies Record<string, readonly Role[]>;

/** Operators retry anything; giving up or going on by hand is for whoever owns the family. */
export function mayResolve(role: Role, code: ExceptionCode, resolution: Resolution): boolean {
  return role === resolvingRole(code) || (role === 'operator' && resolution === 'retry');
}

/** To assign is for whoever may resolve it, and for operators. */
export function mayAssign(role: Role, code: ExceptionCode): boolean {
  return role === 'operator' || mayResolve(role, code, 'override');
}
