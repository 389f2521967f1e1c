/** What an order does next: one thing at a time, facts before steps, closing last. Pure. */
import type { Fact, OrderFlow } from './flow-state';
import { mayCall } from './carry-out';
import { dueSteps, type Step } from './steps';

export type Work =
  | Fact
  | { readonly kind: 'step'; readonly step: Step }
  | { readonly kind: 'overdue' | 'overdueEnded' | 'settled' | 'longHistory' | 'failure' };

/** Events of one run after which the next one takes over; the server would suggest it at 4,096. */
export const LONG_HISTORY_EVENTS = 2_000;

/** Null: there is nothing to do but wait. */
export function nextWork(flow: OrderFlow, historyEvents: number): Work | null {
  if (flow.failure) return { kind: 'failure' };
  const { agenda } = flow;
  if (agenda === null || flow.moments.isBusy) return null;
  const [fact] = flow.facts;
  if (fact) return fact;
  const isOut = agenda.order.units.released > 0;
  if (flow.overdue === 'due') return { kind: 'overdue' };
  if (flow.overdue === 'open' && !isOut) return { kind: 'overdueEnded' };
  const step = dueSteps(agenda).find((one) => !flow.underway.has(one.key) && mayCall(flow, one));
  if (step) return { kind: 'step', step };
  if (isQuiet(flow) && historyEvents > LONG_HISTORY_EVENTS) return { kind: 'longHistory' };
  const isNews = flow.closeTriedAtTurn !== flow.turnNo;
  if (agenda.isSettled && isNews && isQuiet(flow) && flow.underway.size === 0) {
    return { kind: 'settled' };
  }
  return null;
}

/** No call is on its way and nobody waits for an answer. */
function isQuiet(flow: OrderFlow): boolean {
  return flow.call === null && !flow.cancellations.isBusy && !flow.moments.isBusy;
}
