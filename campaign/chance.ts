/** Chance that follows from a seed: the same seed draws the same, on every machine. */

export interface Chance {
  /** From 0 up to, but not, 1. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number;
  /** True that often. */
  happens(probability: number): boolean;
  /** @throws RangeError of an empty list. */
  pick<T>(list: readonly T[]): T;
}

const TWO_POW_32 = 2 ** 32;
const HASH_START = 2_166_136_261;
const HASH_PRIME = 16_777_619;

/** FNV-1a of the text. */
function hashOf(text: string): number {
  let hash = HASH_START;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), HASH_PRIME);
  return hash >>> 0;
}

/**
 * Mulberry32, begun from the seed and a name: what one part draws does not move what another one
 * draws.
 */
export function chanceOf(seed: number, name: string): Chance {
  let state = hashOf(`${seed}/${name}`);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / TWO_POW_32;
  };
  return {
    next,
    whole: (min, max) => min + Math.floor(next() * (max - min + 1)),
    happens: (probability) => next() < probability,
    pick(list) {
      const picked = list[Math.floor(next() * list.length)];
      if (picked === undefined) throw new RangeError('nothing to pick from');
      return picked;
    },
  };
}
