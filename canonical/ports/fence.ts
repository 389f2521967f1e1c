/**
 * The fence of a call that could make something: until when it may begin. It goes along with the
 * call and not through each port, so that no client can forget it, and is asked at the last moment
 * before the first byte leaves. A process that was stopped meanwhile finds it closed: its clock went
 * on. What lies between the question and the send is one turn of the event loop.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { VendorFault } from './fault';

/** A call that begins later than this after its lease was taken does not begin. */
export const SEND_WITHIN_MS = 5_000;

interface Fence {
  /** On this process's steady clock. */
  readonly openUntilMs: number;
  hasPassed: boolean;
}

const fences = new AsyncLocalStorage<Fence>();

/** A clock that no correction moves and that goes on while the process is stopped. */
export const steadyMs = (): number => performance.now();

/** Every call that `work` makes begins before `openUntilMs`, or not at all. */
export function withinFence<T>(openUntilMs: number, work: () => Promise<T>): Promise<T> {
  return fences.run({ openUntilMs, hasPassed: false }, work);
}

/**
 * The fence that goes along here, as a question to be asked when the first byte is about to leave: by
 * then another's work may be what runs. Where none goes along, nothing is held to one: a harmless read.
 * The question throws a VendorFault: `unavailable` where nothing was sent yet, `ambiguous` after a
 * first call.
 */
export function fenceHere(system: string, what: string): () => void {
  const fence = fences.getStore();
  return () => {
    if (!fence) return;
    if (steadyMs() > fence.openUntilMs) {
      const kind = fence.hasPassed ? 'ambiguous' : 'unavailable';
      throw new VendorFault(system, kind, `${what}: its lease ran out before it was sent`);
    }
    fence.hasPassed = true;
  };
}
