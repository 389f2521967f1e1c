/** Stores that press, over HTTP, each with its own key. */
import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import type { PickupPress } from '../../canonical/rules/pickup/state';
import type { BenchStack } from '../bench-stack';
import { keyOfStore } from './stores';

const CONNECTIONS = 50;

export interface OpenPickup {
  readonly pickupId: string;
  readonly storeId: string;
  readonly workflowId: string;
  readonly orderNo: string;
}

export interface Presser {
  /** Milliseconds until the answer; throws what is not a yes. */
  press(pickup: OpenPickup, press: PickupPress, body?: object): Promise<number>;
  close(): Promise<void>;
}

export function presser({ stack }: BenchStack): Presser {
  const pool = new Pool(stack.stackJson.apiUrl, { connections: CONNECTIONS });
  return {
    async press({ pickupId, storeId }, press, body = {}) {
      const startedAt = performance.now();
      const response = await pool.request({
        method: 'POST',
        path: `/v1/pickups/${pickupId}/${press}`,
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${keyOfStore(storeId)}`,
          'idempotency-key': randomUUID(),
        },
        body: JSON.stringify(body),
      });
      const text = await response.body.text();
      if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${text}`);
      return performance.now() - startedAt;
    },
    close: () => pool.close(),
  };
}

/** Pickups that are open, with what a press needs; of these orders, where they are named. */
export async function openPickups(
  { db }: BenchStack,
  orderNos: readonly string[] | null = null,
): Promise<readonly OpenPickup[]> {
  const { rows } = await db.query<OpenPickup & Record<string, unknown>>(
    `select /* bench */ pickup_id as "pickupId", store_id as "storeId",
            workflow_id as "workflowId", order_no as "orderNo"
       from pickup where ended_at is null and ($1::text[] is null or order_no = any($1))
      order by pickup_id`,
    [orderNos],
  );
  return rows;
}
