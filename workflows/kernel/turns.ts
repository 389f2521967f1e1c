/**
 * Work in turns: each starts when the one before it has ended, in the order they came. Update
 * handlers and the main function share the turns of one order, so its moments never interleave.
 *
 * ```ts
 * const turns = serialTurns();
 * const a = turns.take(() => moments.placeHold(decision));
 * const b = turns.take(() => moments.recordShipment(fact)); // begins after `a` has ended
 * ```
 */
export interface SerialTurns {
  take<T>(work: () => Promise<T>): Promise<T>;
  /** Somebody has the turn, or waits for it. */
  readonly isBusy: boolean;
}

export function serialTurns(): SerialTurns {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    get isBusy() {
      return waiting > 0;
    },
    async take(work) {
      waiting += 1;
      const turn = last.then(work);
      // A turn that fails ends like any other; whoever took it has the error.
      last = turn.catch(() => undefined);
      try {
        return await turn;
      } finally {
        waiting -= 1;
      }
    },
  };
}
