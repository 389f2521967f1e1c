/** Who may do what: the table of roles, by the group of paths that it opens. */
import { partsWithMoney } from '../canonical/rules/exceptions/approval';
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
  appeaseOrders: ['support'],
  requestReturns: ['channel', 'oms', 'store', 'support'],
  readReturns: ['channel', 'oms', 'store', ...READERS],
  receiveReturns: ['oms', 'store', 'support'],
  /** A customer stands there: asked for, received, inspected in one. */
  takeAtCounter: ['store', 'support'],
  /** Four eyes: who asked or inspected does not approve. */
  approveReturns: ['support', 'finance'],
  /** Operators replay; a store sends what it received and counted itself. */
  sendEvents: ['channel', 'oms', 'store', 'operator'],
  /** A store its own; support and operators any store's. */
  readPickups: ['store', ...READERS],
  readPickup: ['store', 'channel', 'oms', ...READERS],
  pressPickups: ['store', 'support'],
  reSourcePickups: ['support', 'channel', 'oms'],
  nameCollectors: ['support', 'channel', 'oms'],
  extendPickups: ['store', 'support', 'channel', 'oms'],
  readStock: EVERYBODY,
  adjustStock: ['operator'],
  readMasterData: ['oms', ...READERS],
  writeMasterData: ['operator'],
  readExceptions: READERS,
  /** Each code has its own roles as well: see `mayResolve`. */
  resolveExceptions: ['support', 'finance', 'operator'],
  /** The second person's word; support's counts for refunds within its limit. */
  approveResolutions: ['support', 'finance'],
  readLedger: READERS,
  /** At a period's end. */
  trueUpReserves: ['finance'],
  /** One prepares, another approves. */
  closePeriods: ['finance'],
  bringSettlements: ['finance', 'operator'],
  readTraces: READERS,
  manageKeys: ['operator'],
} as const satisfies Record<string, readonly Role[]>;

/**
 * Operators retry anything that parts with no money; giving up or going on by hand is for whoever
 * owns the family.
 */
export function mayResolve(role: Role, code: ExceptionCode, resolution: Resolution): boolean {
  if (role === resolvingRole(code)) return true;
  return role === 'operator' && resolution === 'retry' && !partsWithMoney(code, resolution);
}

/** To assign is for whoever may resolve it, and for operators. */
export function mayAssign(role: Role, code: ExceptionCode): boolean {
  return role === 'operator' || mayResolve(role, code, 'override');
}
