/** Lists are paged by cursor: the last row's key, opaque to callers. */
import { z } from 'zod';
import type { Answer } from './keyed';
import { invalid } from './validation';

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

interface Asked {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * A page of what `read` gives after a key, one row more than is shown where there is a next page.
 * @param key the fields that the list is ordered by, which together name a row
 * @throws Problem for a cursor that is none of ours
 */
export async function readPage<K extends string, T extends Readonly<Record<K, string | number>>>(
  { limit, cursor }: Asked,
  key: readonly K[],
  read: (after: Readonly<Record<K, string>> | null, limit: number) => Promise<readonly T[]>,
): Promise<Answer> {
  const rows = await read(readCursor(cursor, key), limit + 1);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  const nextCursor = hasMore
    ? Buffer.from(JSON.stringify(key.map((name) => last[name]))).toString('base64url')
    : null;
  return { status: 200, body: { items, nextCursor } };
}

function readCursor<K extends string>(
  cursor: string | undefined,
  key: readonly K[],
): Readonly<Record<K, string>> | null {
  if (cursor === undefined) return null;
  try {
    const json: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const parts = z.array(z.coerce.string()).length(key.length).parse(json);
    return Object.fromEntries(key.map((name, at) => [name, parts[at]])) as Record<K, string>;
  } catch {
    throw invalid({
      pointer: 'query:cursor',
      code: 'invalid_value',
      detail: 'this cursor is none of ours',
    });
  }
}
