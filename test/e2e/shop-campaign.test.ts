/** The short form of the shop's campaign: a few lives, each order judged by what its merchant meant. */
import { expect, test } from 'vitest';
import { isWrong, playShops } from '../../campaign/shop/play';
import { shopLifeOf } from '../../campaign/shop/plan';

const PORT_OFFSET = 24_000;
const SEED = 1;
const COUNT = 6;
/** Until everything has settled on a busy machine. */
const LIMIT_MS = 240_000;

test('the same seed is the same life of a shop; another seed is another', () => {
  expect(shopLifeOf(SEED)).toEqual(shopLifeOf(SEED));
  expect(shopLifeOf(SEED + 1)).not.toEqual(shopLifeOf(SEED));
});

test(
  'what merchants do in their shop ends as they meant it, or an open exception speaks of it',
  async () => {
    const options = { seed: SEED, count: COUNT, portOffset: PORT_OFFSET };
    const { verdicts, unnamed } = await playShops(options);
    expect(verdicts.filter(isWrong)).toEqual([]);
    expect(unnamed).toEqual([]);
    const plain = verdicts.filter(({ exceptions }) => exceptions.length === 0);
    expect(plain.length).toBeGreaterThan(verdicts.length / 4);
  },
  LIMIT_MS,
);
