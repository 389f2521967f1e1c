/** Whose work an exception is: the role whose keys decide on it, by the family of its code. */
import type { Role } from '../../schema/api-key';
import type { ExceptionCode } from '../../schema/error-codes';

const ROLE_OF_FAMILY: Readonly<Record<string, Role>> = {
  payment: 'support',
  refund: 'support',
  return: 'support',
  fulfilment: 'support',
  pickup: 'support',
  erp: 'finance',
  settlement: 'finance',
  close: 'finance',
  reconciliation: 'finance',
};

export function resolvingRole(code: ExceptionCode): Role {
  const family = code.split('.', 1)[0] ?? '';
  return ROLE_OF_FAMILY[family] ?? 'operator';
}
