/**
 * Work on big bodies in slices: the event loop is everybody's. Whoever has worked for a few
 * milliseconds lets the others go first; of all that wait, one goes on in each turn of the loop.
 */

import { createHash } from 'node:crypto';
import { contentPieces } from './ids';

/** Work in one go, at the most as far as it can be divided. */
export const SLICE_MS = 8;

const waiting: (() => void)[] = [];

function letOneGoOn(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(letOneGoOn);
}

/** After everybody who waits already, each in a turn of the event loop of its own. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(letOneGoOn);
  });
}

/** One request's work: `if (slice.isOver()) await slice.next()` between two pieces of it. */
export interface Slice {
  isOver(): boolean;
  next(): Promise<void>;
}

export function beginSlice(): Slice {
  let sinceMs = performance.now();
  return {
    isOver: () => performance.now() - sinceMs > SLICE_MS,
    async next() {
      await turn();
      sinceMs = performance.now();
    },
  };
}

/** The same as `contentHash`. */
export async function contentHashInSlices(value: unknown, slice = beginSlice()): Promise<string> {
  const hash = createHash('sha256');
  for (const piece of contentPieces(value)) {
    hash.update(piece);
    if (slice.isOver()) await slice.next();
  }
  return hash.digest('hex');
}

/** The same as `atOnce`, but whoever waits comes between its pieces. */
export async function inSlices<T>(pieces: Generator<void, T>, slice = beginSlice()): Promise<T> {
  for (;;) {
    const piece = pieces.next();
    if (piece.done === true) return piece.value;
    if (slice.isOver()) await slice.next();
  }
}
