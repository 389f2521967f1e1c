/**
 * A flow that does one kind of work beside the others, and ends: what its page says, and what a
 * request to cancel it changes, which is nothing. The relay would start it again for what is due.
 */
import { CancellationScope, log, setCurrentDetails } from '@temporalio/workflow';
import { describePresses, pressedToCancel } from './presses';
import { detailsOf } from './details';

/** Shows what the flow is at, in the parts that `detailsOf` takes. */
export type Show = (...parts: readonly string[]) => void;

/**
 * Runs `work` to its end, whoever asks for another. To be called outside of every other scope: only
 * there the request is heard.
 * @param ends when it ends by itself, for whoever wanted to end it
 */
export async function workBeside<T>(ends: string, work: (show: Show) => Promise<T>): Promise<T> {
  let shown: readonly string[] = [];
  let presses: readonly string[] = [];
  const render = () => setCurrentDetails(detailsOf([...shown, ...describePresses(presses)]));
  CancellationScope.current().cancelRequested.catch(() => {
    log.warn('a request to cancel the workflow changes nothing');
    presses = [...presses, pressedToCancel(ends)];
    render();
  });
  return CancellationScope.nonCancellable(() =>
    work((...parts) => {
      shown = parts;
      render();
    }),
  );
}

/** Where a person decides on what waits; nothing where no address is known. */
export function whereToDecide(pagesUrl: string | undefined): string {
  return pagesUrl === undefined ? '' : `[Look at what waits and decide](${pagesUrl}/exceptions)`;
}
