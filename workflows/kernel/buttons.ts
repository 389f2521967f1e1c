/**
 * Buttons of the Temporal UI that reach a flow. A request to cancel the workflow and a signal that
 * it cannot take change nothing, and its page says so. Terminate and Reset never reach it: the run
 * that comes after either reads from Postgres what is due.
 */
import { CancellationScope, log } from '@temporalio/workflow';
import type { FlowAgenda } from '../../canonical/flows/step';
import { showDetails } from './details';
import type { Flow } from './flow';
import { pressed, pressedToCancel } from './presses';

/** Shown at the most, the last ones. */
const MAX_PRESSES_SHOWN = 5;
/** What somebody typed as the name of a signal; it is Markdown on a page that others read. */
const MAX_NAME_CHARS = 60;
const NOT_IN_A_NAME = /[^\w.:/-]/g;

/**
 * A handler in the scope of its flow: a request to cancel the workflow, before or during it, does
 * not reach what it does.
 *
 * ```ts
 * setHandler(holdOrder, shielded((request) => hold(flow, request)));
 * ```
 */
export function shielded<Args extends unknown[], T>(
  handle: (...args: Args) => Promise<T>,
): (...args: Args) => Promise<T> {
  return (...args) => CancellationScope.nonCancellable(() => handle(...args));
}

/** To be called outside of every other scope: only there the request is heard. */
export function listenToCancellation<Agenda extends FlowAgenda>(flow: Flow<Agenda>): void {
  CancellationScope.current().cancelRequested.catch(() => {
    log.warn('a request to cancel the workflow changes nothing');
    const instead = flow.spec.insteadOfCancelling ?? 'it ends when its work is done';
    press(flow, pressedToCancel(instead));
  });
}

/** One that no handler is there for, or whose message says nothing that its handler can take. */
export function ignoreSignal<Agenda extends FlowAgenda>(
  flow: Flow<Agenda>,
  signalName: string,
): void {
  log.warn('a signal was ignored', { signalName });
  const name = signalName.replace(NOT_IN_A_NAME, '?').slice(0, MAX_NAME_CHARS);
  press(flow, pressed(`**Signal** \`${name}\` was ignored: this flow cannot take it`));
}

function press<Agenda extends FlowAgenda>(flow: Flow<Agenda>, line: string): void {
  flow.presses = [...flow.presses, line].slice(-MAX_PRESSES_SHOWN);
  showDetails(flow);
}
