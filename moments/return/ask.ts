/** What of a return needs other people's yes waits under an exception, as asked for. */
import { blocksAcceptance, blocksReturn } from '../../canonical/flows/return-steps';
import { formatMoney } from '../../canonical/rules/money/money';
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import type { Sql } from '../../store/database';
import { askForResolution } from '../../store/exceptions/approvals';
import { openException } from '../../store/exceptions/exceptions';
import { newId } from '../../store/ids';
import { valueInspection } from '../../store/returns/returns';
import { exceptionOfReturn, takeReturn } from './return-moment';
import type { Valued } from './valued';

/** Goodwill: the policy says no, and `why`. */
export async function askToAllow(sql: Sql, rma: string, why: string): Promise<void> {
  const ret = await takeReturn(sql, rma);
  const { exceptionId } = await openException(sql, {
    code: 'return.to-approve',
    detail: `goodwill for order ${ret.orderNo}: ${why}`,
    cause: { kind: 'order', ref: ret.orderId },
    blocks: blocksReturn(),
    ...exceptionOfReturn(ret),
  });
  await askForResolution(sql, {
    requestId: newId('req'),
    exceptionId,
    resolution: 'override',
    reason: `return ${rma}`,
    askedBy: ret.askedBy,
    // Goodwill is support's to ask for.
    askedRole: 'support',
    needed: 1,
  });
}

/** The amount is above what its asker parts with alone, or it is goodwill. */
export async function askToPayBack(sql: Sql, ret: ReturnSnapshot, valued: Valued): Promise<void> {
  const { inspectionNo, refundMinor, approvalsNeeded: needed, inspectedBy } = valued;
  await valueInspection(sql, ret.rma, inspectionNo, valued);
  const amount = formatMoney(refundMinor, ret.currency);
  const { exceptionId } = await openException(sql, {
    code: 'refund.to-approve',
    detail: `${amount} for order ${ret.orderNo} go back when ${needed === 1 ? 'one person says' : `${needed} people say`} yes`,
    cause: { kind: 'order', ref: ret.orderId },
    blocks: blocksAcceptance(inspectionNo),
    ...exceptionOfReturn(ret, refundMinor),
  });
  await askForResolution(sql, {
    requestId: newId('req'),
    exceptionId,
    resolution: 'override',
    reason: `return ${ret.rma}`,
    askedBy: inspectedBy,
    askedRole: valued.inspectedRole,
    needed,
    involved: [ret.askedBy, inspectedBy],
  });
}
