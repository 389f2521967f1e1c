/** Lists are paged by cursor: the last row's key, opaque to callers. */
import { z } from 'zod';
import { invalidRequest } from './validation';

export const PAGE_LIMIT = 50;
export const PAGE_LIMIT_MAX = 200;
const MAX_CURSOR_CHARS = 1_000;

export const PageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(PAGE_LIMIT_MAX)
    .default(PAGE_LIMIT)
    .meta({ description: `How many at the most; ${PAGE_LIMIT} where it is left out` }),
  cursor: z
    .string()
    .max(MAX_CURSOR_CHARS)
    .optional()
    .meta({ description: "The last answer's nextCursor" }),
};

/** `{items, nextCursor}`, as every list of ours. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** `rows` holds one more than `limit` where there is a next page. */
export function toPage<T, I>(
  rows: readonly T[],
  limit: number,
  keyOf: (row: T) => readonly (string | number)[],
  itemOf: (row: T) => I,
): Page<I> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  const nextCursor = hasMore
    ? Buffer.from(JSON.stringify(keyOf(last))).toString('base64url')
    : null;
  return { items: shown.map(itemOf), nextCursor };
}

/** The key in a cursor, `parts` strings long; null without one. @throws Problem */
export function readCursor(cursor: string | undefined, parts: number): string[] | null {
  if (cursor === undefined) return null;
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return z.array(z.coerce.string()).length(parts).parse(key);
  } catch {
    throw invalidRequest([
      { pointer: 'query:cursor', code: 'invalid_value', detail: 'this cursor is none of ours' },
    ]);
  }
}
