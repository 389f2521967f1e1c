/**
 * How a stand-in behaves on its own. One schema a system; a script may be set for everything, or
 * for what matches (one order), where the system knows that.
 */
import type { z } from 'zod';
import { readInput, type InputError } from './input';

const OVERRIDES_MAX = 1_000;

export interface ScriptBoard<Script> {
  /** The script for an order number, or the one for everything. */
  current(orderNo?: string): Script;
  /** The errors; none when it is taken. What is left out keeps its default. */
  set(input: unknown): InputError[];
  shown(): Record<string, unknown>;
  reset(): void;
}

/**
 * @param schema every field of it has a default, so that `{}` is the default script.
 * @param orderOf the order number that a script is meant for, if any.
 */
export function createScript<Script>(
  schema: z.ZodType<Script>,
  orderOf: (script: Script) => string | undefined = () => undefined,
): ScriptBoard<Script> {
  const standard = schema.parse({});
  let everything = standard;
  const overrides = new Map<string, Script>();
  return {
    current: (orderNo) =>
      (orderNo === undefined ? undefined : overrides.get(orderNo)) ?? everything,
    set(input) {
      const read = readInput(schema, input);
      if (!read.ok) return read.errors;
      const orderNo = orderOf(read.value);
      if (orderNo === undefined) {
        everything = read.value;
      } else if (overrides.size >= OVERRIDES_MAX && !overrides.has(orderNo)) {
        return [{ pointer: '/match', code: 'limit', detail: `at most ${OVERRIDES_MAX} orders` }];
      } else {
        overrides.set(orderNo, read.value);
      }
      return [];
    },
    shown: () => ({ script: everything, overrides: [...overrides.values()] }),
    reset() {
      everything = standard;
      overrides.clear();
    },
  };
}
