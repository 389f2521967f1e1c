/** What a moment writes, as parts that are sent as one statement. */
import type { Sql } from './database';

/** One insert, update or delete; its parameters `$1`… are its own. */
export interface Write {
  /** One name for one text. */
  readonly name: string;
  /** Parts of its WITH, before it. */
  readonly with?: string;
  readonly text: string;
  readonly values: readonly unknown[];
  /**
   * A function of the database that is given how many rows `text` returns, and throws; it is asked
   * before anything else is written.
   */
  readonly check?: string;
}

/** What a write's check raises: nothing was written. */
export const CHECK_FAILED = 'TL004';

const TEXTS = new Map<string, { readonly name: string; readonly text: string }>();

/**
 * Runs the writes as one statement. They all see the rows as they were before it: no two of them
 * may change the same row, and none may read what another one writes. Constraints hold at its end.
 */
export async function writeTogether(sql: Sql, writes: readonly Write[]): Promise<void> {
  if (writes.length === 0) return;
  const names = writes.map((one) => one.name).join(' ');
  const known = TEXTS.get(names) ?? { name: `writes-${TEXTS.size + 1}`, text: textOf(writes) };
  TEXTS.set(names, known);
  await sql.query({ ...known, values: writes.flatMap((one) => one.values) });
}

function textOf(writes: readonly Write[]): string {
  let before = 0;
  const parts = writes.flatMap((one, index) => {
    const offset = before;
    before += one.values.length;
    const own = (text: string) =>
      text.replace(/\$(\d+)/g, (_, place: string) => `$${Number(place) + offset}`);
    return [
      ...(one.with === undefined ? [] : [own(one.with)]),
      `write_${index + 1} as (${own(one.text)})`,
    ];
  });
  const checks = writes.flatMap(({ check }, index) =>
    check === undefined ? [] : [`${check}((select count(*) from write_${index + 1}))`],
  );
  return `with ${parts.join(', ')} select ${checks.join(', ') || '1'}`;
}
