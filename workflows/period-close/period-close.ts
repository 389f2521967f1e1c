/**
 * period-close: from the day that somebody begins to close a month to its locked books.
 *
 *   begun → checks, by the clock → prepared by one person → approved by another → locked → end
 *
 * Promises: nothing is locked that two different people have not signed as it is; what is being
 * posted in the month is waited for; what changed since it was signed is an exception, and after it
 * the lock is tried again in place. A month that is opened again and closed again is the same flow.
 * Compensation: none; reopening is a decision of two people. Versioning: a change of behaviour is
 * under `patched`.
 */
import { continueAsNew } from '@temporalio/workflow';
import type { PeriodCloseInput, PeriodState } from '../../canonical/flows/period-close';
import { openFlow, type CarriedOver } from '../kernel/flow';
import { runFlow } from '../kernel/run';
import { closeProcess } from './process';

export async function periodClose(
  input: PeriodCloseInput,
  carried?: CarriedOver,
): Promise<{ readonly status: PeriodState }> {
  const flow = openFlow(closeProcess(input), input, carried);
  await runFlow(flow, {
    nextRun: (carry) => continueAsNew<typeof periodClose>(input, carry),
  });
  return { status: flow.agenda?.status ?? 'closed' };
}
