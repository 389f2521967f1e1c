/**
 * How many flows may be started now: a bucket that fills at a rate, and the rate gives way to
 * buyers. While many orders arrive it begins at the floor; from there it is what buyers are measured
 * to bear: halved by each measurement that finds them slow, raised a step at a time while they are
 * not. With no orders at the door it is what is configured.
 */
import type { AcceptLatency } from '../store/flows/accept-latency';
import { BUSY_ARRIVALS_PER_SECOND } from '../store/flows/dispatch-delivery';

/** Starts a second meanwhile: flows go on being drained. */
export const FLOOR_STARTS_PER_SECOND = 5;
/** An order that takes longer at the door is slow: a half of the 300 ms that are promised. */
export const SLOW_ACCEPT_MS = 150;
/** Below it buyers have room to spare; between the two the rate stays as it is. */
export const QUICK_ACCEPT_MS = 75;
/** What the rate gains with each measurement that finds room, as a part of what is configured. */
const STEP = 0.1;
/** Starts saved up at the most, as a part of a second's. */
const BURST_SECONDS = 0.25;
const MS_PER_SECOND = 1_000;

/** What is known of buyers now. */
export interface AtTheDoor {
  readonly arrivalsInLastSecond: number;
  /** Null: no order was answered in the last seconds. */
  readonly latency: AcceptLatency | null;
}

/** The rate after a look; `before` is that of the last one. Pure. */
export function nextRate(
  before: { readonly perSecond: number; readonly measuredAtMs: number; readonly isBusy: boolean },
  { arrivalsInLastSecond, latency }: AtTheDoor,
  configured: number,
): { readonly perSecond: number; readonly measuredAtMs: number; readonly isBusy: boolean } {
  const floor = Math.min(FLOOR_STARTS_PER_SECOND, configured);
  const isBusy = arrivalsInLastSecond > BUSY_ARRIVALS_PER_SECOND;
  const { measuredAtMs } = latency ?? before;
  const as = (perSecond: number) => ({
    perSecond: Math.max(floor, Math.min(configured, perSecond)),
    measuredAtMs,
    isBusy,
  });
  if (isBusy && !before.isBusy) return as(floor);
  if (latency === null) return as(isBusy ? floor : configured);
  // One measurement counts once, however often it is looked at.
  if (latency.measuredAtMs === before.measuredAtMs) return as(before.perSecond);
  if (latency.p95Ms > SLOW_ACCEPT_MS) return as(before.perSecond / 2);
  return as(
    latency.p95Ms < QUICK_ACCEPT_MS ? before.perSecond + configured * STEP : before.perSecond,
  );
}

export interface StartRate {
  saw(door: AtTheDoor): void;
  /** Whole starts that may be made now. */
  allowance(nowMs: number): number;
  spend(starts: number): void;
}

export function startRate(startsPerSecond: number): StartRate {
  let saved = 1;
  let countedAtMs: number | null = null;
  let rate = { perSecond: startsPerSecond, measuredAtMs: 0, isBusy: false };
  return {
    saw(door) {
      rate = nextRate(rate, door, startsPerSecond);
    },
    allowance(nowMs) {
      const sinceMs = countedAtMs === null ? 0 : nowMs - countedAtMs;
      countedAtMs = nowMs;
      const most = Math.max(1, rate.perSecond * BURST_SECONDS);
      saved = Math.min(saved + (rate.perSecond * sinceMs) / MS_PER_SECOND, most);
      return Math.floor(saved);
    },
    spend(starts) {
      saved -= starts;
    },
  };
}
