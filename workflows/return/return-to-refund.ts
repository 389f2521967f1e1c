/**
 * return-to-refund: from goods that are expected, or have come, to their last unit decided on and
 * their money back.
 *
 *   expected → received (anywhere, in parts) → inspected → approved by whoever has to → refund → close
 *
 * Promises: what people and stores do is true in Postgres before this flow hears of it; every refund
 * is one effect under one key; what lacks an invoice, a capture or a yes waits under a name and goes
 * on there. It needs nothing of its order's flow, which may have ended long ago. It ends when
 * Postgres closes the return; what has not come by its deadline is not expected any more.
 * Compensation: none; a refund that is refused stays owed (REFP) under an exception.
 * Versioning: a change of behaviour is under `patched`.
 */
import { continueAsNew } from '@temporalio/workflow';
import type { ReturnFlowInput, ReturnStatus } from '../../canonical/flows/return';
import { adopt, openFlow, refreshAgenda, type CarriedOver } from '../kernel/flow';
import { runFlow } from '../kernel/run';
import { returnProcess } from './process';

export interface ReturnEnd {
  readonly status: ReturnStatus;
  readonly refundedMinor: number;
}

export async function returnToRefund(
  input: ReturnFlowInput,
  carried?: CarriedOver,
): Promise<ReturnEnd> {
  const flow = openFlow(returnProcess(input), input, carried);
  await runFlow(flow, {
    async begin() {
      if (input.opened === null) await refreshAgenda(flow);
      else adopt(flow, input.opened);
    },
    nextRun: (carry) => continueAsNew<typeof returnToRefund>({ ...input, opened: null }, carry),
  });
  return {
    status: flow.agenda?.status ?? 'closed',
    refundedMinor: flow.agenda?.refundedMinor ?? 0,
  };
}
