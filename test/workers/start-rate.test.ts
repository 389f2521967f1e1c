/** The relay's pace: bounded, and second to buyers. */
import { describe, expect, test } from 'vitest';
import { BUSY_ARRIVALS_PER_SECOND } from '../../store/flows/dispatch-delivery';
import {
  FLOOR_STARTS_PER_SECOND,
  nextRate,
  QUICK_ACCEPT_MS,
  SLOW_ACCEPT_MS,
  startRate,
} from '../../workers/start-rate';

const CONFIGURED = 40;
const NOBODY = { arrivalsInLastSecond: 0, latency: null };
const MANY = BUSY_ARRIVALS_PER_SECOND + 1;

/** Starts made over `seconds` of a clock that ticks every 10 ms. */
function startsOver(seconds: number, perSecond: number, arrivals: number): number {
  const rate = startRate(perSecond);
  rate.saw({ arrivalsInLastSecond: arrivals, latency: null });
  let made = 0;
  for (let nowMs = 0; nowMs <= seconds * 1000; nowMs += 10) {
    const allowed = rate.allowance(nowMs);
    rate.spend(allowed);
    made += allowed;
  }
  return made;
}

/** The rate after one measurement a second, each as slow as it says. */
function ratesWith(arrivalsInLastSecond: number, p95s: readonly number[]): number[] {
  let rate = { perSecond: CONFIGURED, measuredAtMs: 0, isBusy: false };
  return p95s.map((p95Ms, index) => {
    const latency = { p95Ms, measuredAtMs: index + 1 };
    rate = nextRate(rate, { arrivalsInLastSecond, latency }, CONFIGURED);
    return rate.perSecond;
  });
}

describe('the rate of starts', () => {
  test('keeps to what is configured', () => {
    expect(startsOver(10, CONFIGURED, 0)).toBeGreaterThanOrEqual(395);
    expect(startsOver(10, CONFIGURED, 0)).toBeLessThanOrEqual(411);
  });

  test('falls to the floor while many orders arrive, and never to nothing', () => {
    const made = startsOver(10, CONFIGURED, MANY);
    expect(made).toBeGreaterThanOrEqual(10 * FLOOR_STARTS_PER_SECOND - 2);
    expect(made).toBeLessThanOrEqual(10 * FLOOR_STARTS_PER_SECOND + 3);
  });

  test('a pause is not made up for in one burst', () => {
    const rate = startRate(CONFIGURED);
    rate.allowance(0);
    expect(rate.allowance(60_000)).toBeLessThanOrEqual(10);
  });
});

describe('what buyers are measured to bear', () => {
  const quick = QUICK_ACCEPT_MS - 1;
  const slow = SLOW_ACCEPT_MS + 1;

  test('many that arrive begin at the floor, and flows go faster while they are quick', () => {
    expect(ratesWith(MANY, [quick, quick, quick, quick])).toEqual([5, 9, 13, 17]);
  });

  test('a slow one halves it, each time, down to the floor and not below', () => {
    expect(ratesWith(1, [slow, slow, slow, slow, slow])).toEqual([20, 10, 5, 5, 5]);
  });

  test('between quick and slow it stays', () => {
    expect(ratesWith(1, [slow, SLOW_ACCEPT_MS, QUICK_ACCEPT_MS])).toEqual([20, 20, 20]);
  });

  test('a measurement counts once, and never takes it above what is configured', () => {
    const door = { arrivalsInLastSecond: 1, latency: { p95Ms: slow, measuredAtMs: 7 } };
    const before = { perSecond: CONFIGURED, measuredAtMs: 0, isBusy: false };
    const once = nextRate(before, door, CONFIGURED);
    expect(nextRate(once, door, CONFIGURED)).toEqual(once);
    expect(ratesWith(1, [quick, quick])).toEqual([CONFIGURED, CONFIGURED]);
  });

  test('with nobody at the door it is what is configured again', () => {
    const low = { perSecond: 5, measuredAtMs: 7, isBusy: true };
    expect(nextRate(low, NOBODY, CONFIGURED).perSecond).toBe(CONFIGURED);
  });
});
