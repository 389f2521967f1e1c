/** Orders as a channel submits them, and the moment they are closed. */
import { Pool } from 'undici';
import type { Order } from '../canonical/schema/order';
import { pollUntil } from '../stack/supervisor/poll';
import type { BenchStack } from './bench-stack';

const CONNECTIONS = 64;
const CREATED = 201;

export interface Submitter {
  /** Milliseconds until the answer. */
  submit(order: Order): Promise<number>;
  close(): Promise<void>;
}

export function submitter({ stack }: BenchStack): Submitter {
  const { apiUrl, keys } = stack.stackJson;
  const pool = new Pool(apiUrl, { connections: CONNECTIONS });
  return {
    async submit(order) {
      const startedAt = performance.now();
      const response = await pool.request({
        method: 'POST',
        path: '/v1/orders',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${keys.oms}`,
          'idempotency-key': order.orderNo,
        },
        body: JSON.stringify(order),
      });
      const text = await response.body.text();
      if (response.statusCode !== CREATED) throw new Error(`${response.statusCode}: ${text}`);
      return performance.now() - startedAt;
    },
    close: () => pool.close(),
  };
}

/** Orders of these numbers that are closed, with the instant. */
export async function closedAmong(
  { db }: BenchStack,
  orderNos: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.query<{ order_no: string; closed_at: string }>({
    name: 'bench-closed',
    text: `select /* bench */ order_no, closed_at from sales_order
            where channel_instance = 'web-us' and order_no = any($1::text[]) and stage = 'closed'`,
    values: [orderNos],
  });
  return new Map(rows.map((row) => [row.order_no, Date.parse(row.closed_at)]));
}

interface Backlog {
  readonly inbox: number;
  readonly dispatch: number;
  readonly outbox: number;
  readonly journals: number;
  readonly orders: number;
}

export async function backlogOf({ db }: BenchStack): Promise<Backlog> {
  const { rows } = await db.query<{
    inbox: number;
    dispatch: number;
    outbox: number;
    journals: number;
    orders: number;
  }>(
    `select /* bench */ (select count(*) from inbox where state in ('received', 'routed')) as inbox,
            (select count(*) from dispatch where state = 'pending') as dispatch,
            (select count(*) from outbox where state = 'pending') as outbox,
            (select count(*) from journal_to_batch where channel_instance <> '-')
              + (select coalesce(sum(journal_count), 0) from posting_batch
                  where state = 'formed' and channel_instance <> '-') as journals,
            (select count(*) from sales_order where stage in ('received', 'accepted')) as orders`,
  );
  const [row] = rows;
  if (!row) throw new RangeError('no backlog');
  return row;
}

/** Until nothing is left to be delivered, applied or posted. */
export async function untilDrained(stack: BenchStack, timeoutMs: number): Promise<void> {
  let last = '';
  await pollUntil('the backlog drained', timeoutMs, async () => {
    const backlog = await backlogOf(stack);
    last = JSON.stringify(backlog);
    return Object.values(backlog).every((count) => count === 0);
  }).catch(() => {
    throw new Error(`the backlog is not drained: ${last}`);
  });
}
