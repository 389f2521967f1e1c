/**
 * store-pickup: from the pick request to a store to its last unit handed over, or given back.
 *
 *   pick request → accepted, picked → ready, customer told → reminded → handed over → done
 *                                                          ↘ deadline → given back, customer told
 *
 * What a store presses is a moment of its own, answered at once; this flow owns time: the store's
 * service level, the reminders, the deadline. It is told what is due now where a press changed that,
 * and it asks Postgres at each instant that its agenda named. Its order's flow is told by signals,
 * and has the money.
 *
 * Promises: held until the store closes on the last day, by its own clock, never shorter; a press and
 * the deadline in the same second are decided by the rows, once; a store that does not answer, and
 * units that it cannot give, wait under a name with an owner. It ends when Postgres has nothing of
 * the pickup open. Compensation: what is not collected is given back by the deadline's moment, or by
 * the cancel of its order.
 *
 * Events in all histories, counted in its test: 24 for one that is collected within three days (its
 * own 18: start and finish 5, each timer 1, ready 6, handed over 6; its order's 6), 6 more a reminder;
 * 36 for one that expires after two reminders (30 and 6). A press that changes nothing of what the
 * flow waits for does not reach it. Statements of its moments, with its presses over HTTP: 31 and 37.
 * Versioning: every build replays the recorded histories; a change of behaviour is under `patched`.
 */
import { continueAsNew } from '@temporalio/workflow';
import type { PickupFlowInput } from '../../canonical/flows/pickup';
import type { PickupState } from '../../canonical/rules/pickup/state';
import { adopt, openFlow, refreshAgenda, type CarriedOver } from '../kernel/flow';
import { runFlow } from '../kernel/run';
import { pickupProcess } from './process';

export async function storePickup(
  input: PickupFlowInput,
  carried?: CarriedOver,
): Promise<{ readonly state: PickupState }> {
  const flow = openFlow(pickupProcess(input), input, carried);
  // Known before the first signal is heard, so that none is heard too early.
  if (input.first) adopt(flow, input.first);
  await runFlow(flow, {
    begin: () => (flow.agenda ? Promise.resolve() : refreshAgenda(flow)),
    nextRun: (carry) => continueAsNew<typeof storePickup>({ ...input, first: flow.agenda }, carry),
  });
  return { state: flow.agenda?.pickup.state ?? 'cancelled' };
}
