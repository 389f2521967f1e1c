/** The relay's pace: bounded, and second to buyers. */
import { BUSY_ARRIVALS_PER_SECOND } from '../../store/flows/dispatch-delivery';
import { describe, expect, test } from 'vitest';
import { FLOOR_STARTS_PER_SECOND, startRate } from '../../workers/start-rate';

/** Starts made over `seconds` of a clock that ticks every 10 ms. */
function startsOver(seconds: number, perSecond: number, arrivals: number): number {
  const rate = startRate(perSecond);
  rate.sawArrivals(arrivals);
  let made = 0;
  for (let nowMs = 0; nowMs <= seconds * 1000; nowMs += 10) {
    const allowed = rate.allowance(nowMs);
    rate.spend(allowed);
    made += allowed;
  }
  return made;
}

describe('the rate of starts', () => {
  test('keeps to what is configured', () => {
    expect(startsOver(10, 40, 0)).toBeGreaterThanOrEqual(395);
    expect(startsOver(10, 40, 0)).toBeLessThanOrEqual(411);
  });

  test('falls to the floor while many orders arrive, and never to nothing', () => {
    const made = startsOver(10, 40, BUSY_ARRIVALS_PER_SECOND + 1);
    expect(made).toBeGreaterThanOrEqual(10 * FLOOR_STARTS_PER_SECOND - 2);
    expect(made).toBeLessThanOrEqual(10 * FLOOR_STARTS_PER_SECOND + 3);
  });

  test('a pause is not made up for in one burst', () => {
    const rate = startRate(40);
    rate.allowance(0);
    expect(rate.allowance(60_000)).toBeLessThanOrEqual(10);
  });
});
