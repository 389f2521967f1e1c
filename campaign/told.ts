/**
 * What people were told, kept by them: orders that are here, goods that were handed over and received.
 * I1 by their own word, and not by what is stored of it.
 */
import type { Sql } from '../store/database';
import type { Difference } from './books';
import type { Sale } from './plan';

/** An order that somebody was told is here, and what the channel calls it. */
export interface Acknowledged {
  readonly sale: Sale;
  readonly how: 'answered' | 'sold-by-the-shop';
}

export interface Told {
  readonly acknowledged: Acknowledged[];
  refused: number;
  /** By pickup and by return: how many handovers and receipts were answered. */
  readonly handovers: Map<string, number>;
  readonly receipts: Map<string, number>;
}

export const nothingTold = (): Told => ({
  acknowledged: [],
  refused: 0,
  handovers: new Map(),
  receipts: new Map(),
});

/** Answers of one subject may come in any order. */
export function keepMost(counts: Map<string, number>, subject: string, count: number): void {
  counts.set(subject, Math.max(counts.get(subject) ?? 0, count));
}

export async function checkTold(db: Sql, told: Told): Promise<readonly Difference[]> {
  return [
    ...(await checkOrders(db, told)),
    ...(await checkCounts(db, told.handovers, 'handovers of pickup', HANDOVERS)),
    ...(await checkCounts(db, told.receipts, 'receipts of return', RECEIPTS)),
  ];
}

async function checkOrders(db: Sql, { acknowledged }: Told): Promise<readonly Difference[]> {
  const { rows } = await db.query<{ name: string }>(
    `select channel_instance || '/' || order_no as name from sales_order`,
  );
  return acknowledged.flatMap(({ sale, how }) => {
    const name = `${sale.channel}/${sale.orderNo}`;
    const times = rows.filter((row) => row.name === name).length;
    if (times === 1) return [];
    return [{ invariant: 'I1', detail: `order ${name} (${how}) is here ${times} times` }];
  });
}

const HANDOVERS = `select pickup_id as subject, count(*)::int as count from pickup_handover group by 1`;
const RECEIPTS = `select rma as subject, count(*)::int as count from return_receipt group by 1`;

/** More may be here than was answered: a till's events have no answer. */
async function checkCounts(
  db: Sql,
  told: ReadonlyMap<string, number>,
  what: string,
  stored: string,
): Promise<readonly Difference[]> {
  const { rows } = await db.query<{ subject: string; count: number }>(stored);
  const here = new Map(rows.map(({ subject, count }) => [subject, count]));
  return [...told].flatMap(([subject, count]) => {
    const kept = here.get(subject) ?? 0;
    if (kept >= count) return [];
    const detail = `${count} ${what} ${subject} were answered, ${kept} are here`;
    return [{ invariant: 'I1', detail }];
  });
}
