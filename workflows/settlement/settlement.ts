/**
 * settlement: from a report's bytes to the bank's booking of what it pays.
 *
 *   received → read and added up → tied → matched, classified, posted → payout in transit → at the bank → close
 *
 * Promises: a report that does not come to its declared net posts nothing; every line is settled
 * against an open item, posted by its class, or in suspense under an exception; each of its two big
 * moments is one transaction, so that a worker that dies in one leaves nothing, and the next begins
 * it anew. What is not explained is looked for again by the clock.
 * Compensation: none; what is wrong is decided on its exceptions. Versioning: a change of behaviour
 * is under `patched`.
 */
import { continueAsNew } from '@temporalio/workflow';
import type { SettlementFlowInput, SettlementStatus } from '../../canonical/flows/settlement';
import { openFlow, type CarriedOver } from '../kernel/flow';
import { runFlow } from '../kernel/run';
import { settlementProcess } from './process';

export interface SettlementEnd {
  readonly status: SettlementStatus;
  readonly lineCount: number;
}

export async function settlement(
  input: SettlementFlowInput,
  carried?: CarriedOver,
): Promise<SettlementEnd> {
  const flow = openFlow(settlementProcess(input), input, carried);
  await runFlow(flow, {
    nextRun: (carry) => continueAsNew<typeof settlement>(input, carry),
  });
  return {
    status: flow.agenda?.status ?? 'closed',
    lineCount: flow.agenda?.lineCount ?? 0,
  };
}
