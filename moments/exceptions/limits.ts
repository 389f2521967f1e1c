/** Whose word a resolution needs, by the policies of the exception's channel. */
import { channelSetup, installation } from '../../canonical/installation';
import { approvalsNeeded, mayApprove } from '../../canonical/rules/exceptions/approval';
import type { Role } from '../../canonical/schema/api-key';
import type { Resolution } from '../../canonical/schema/exception';
import type { Sql } from '../../store/database';
import { channelOfOrder, type ExceptionSeen } from '../../store/exceptions/exception-queries';

export interface Limits {
  /** How many others have to approve. */
  needed(resolution: Resolution, role: Role): 0 | 1 | 2;
  mayApprove(role: Role): boolean;
}

/**
 * An amount as the limits compare it: they are in the functional currency of the entity; of any
 * entity where none is named. Money in another currency has no rate here: it is above every limit.
 */
export function comparableMinor(
  money: { readonly minorUnits: number; readonly currency: string } | null,
  entityName?: string,
): number | null {
  const isComparable = installation()
    .entities.filter(({ entity }) => entityName === undefined || entity === entityName)
    .every(({ functionalCurrency }) => functionalCurrency === money?.currency);
  return money !== null && isComparable ? money.minorUnits : null;
}

export async function limitsOf(
  sql: Sql,
  { code, orderId, money }: Pick<ExceptionSeen, 'code' | 'orderId' | 'money'>,
): Promise<Limits> {
  const channelInstance = await channelOfOrder(sql, orderId);
  const channel = channelInstance === null ? undefined : channelSetup(channelInstance);
  const amountMinor = comparableMinor(money, channel?.entity);
  const policies = channel?.policies ?? installation().policies;
  return {
    needed: (resolution, role) =>
      approvalsNeeded({ code, resolution, role, amountMinor }, policies),
    mayApprove: (role) => mayApprove({ code, role, amountMinor }, policies),
  };
}
