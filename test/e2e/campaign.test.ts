/** The campaign's short form: one seed, whose plan is looked at before it is played. */
import { expect, test } from 'vitest';
import { planOf } from '../../campaign/plan';
import { playSeed } from '../../campaign/run';

const PORT_OFFSET = 22_000;
const LIFE_MS = 20_000;
const SEED = 1;
/** Until everything has settled on a busy machine. */
const LIMIT_MS = 420_000;

test('the same seed is the same life; another seed is another', () => {
  expect(planOf(SEED, LIFE_MS)).toEqual(planOf(SEED, LIFE_MS));
  expect(planOf(SEED + 1, LIFE_MS)).not.toEqual(planOf(SEED, LIFE_MS));
});

test(
  'after kills, lost answers and duplicates every book agrees, to the cent and to the unit',
  async () => {
    const result = await playSeed({ seed: SEED, lifeMs: LIFE_MS, portOffset: PORT_OFFSET });
    expect(result.differences).toEqual([]);
    expect(result.orders).toBeGreaterThan(20);
    expect(result.kills).toBeGreaterThan(0);
    expect(result.faults).toBeGreaterThan(5);
    expect(result.duplicates).toBeGreaterThan(0);
  },
  LIMIT_MS,
);
