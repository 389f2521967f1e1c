/**
 * How many flows may be started now. A bucket that fills at the configured rate; while many orders
 * arrive, it fills at the floor only, so that a buyer at the till comes before a flow in the queue.
 */
import { BUSY_ARRIVALS_PER_SECOND } from '../store/flows/dispatch-delivery';

/** Starts a second meanwhile: flows go on being drained. */
export const FLOOR_STARTS_PER_SECOND = 5;
/** Starts saved up at the most, as a part of a second's. */
const BURST_SECONDS = 0.25;
const MS_PER_SECOND = 1_000;

export interface StartRate {
  sawArrivals(inLastSecond: number): void;
  /** Whole starts that may be made now. */
  allowance(nowMs: number): number;
  spend(starts: number): void;
}

export function startRate(startsPerSecond: number): StartRate {
  let saved = 1;
  let countedAtMs: number | null = null;
  let rate = startsPerSecond;
  return {
    sawArrivals(arrivals) {
      const isBusy = arrivals > BUSY_ARRIVALS_PER_SECOND;
      rate = isBusy ? Math.min(FLOOR_STARTS_PER_SECOND, startsPerSecond) : startsPerSecond;
    },
    allowance(nowMs) {
      const sinceMs = countedAtMs === null ? 0 : nowMs - countedAtMs;
      countedAtMs = nowMs;
      const most = Math.max(1, rate * BURST_SECONDS);
      saved = Math.min(saved + (rate * sinceMs) / MS_PER_SECOND, most);
      return Math.floor(saved);
    },
    spend(starts) {
      saved -= starts;
    },
  };
}
