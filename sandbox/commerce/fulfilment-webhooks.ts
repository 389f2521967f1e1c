/**
 * What the shop sends when something is fulfilled or prepared: the order of a fulfillment, and of
 * what is prepared the fulfillment order alone. https://shopify.dev/docs/api/webhooks
 */
import type { Queryable } from '../database';
import type { SandboxContext } from '../system';
import { createFulfillment, type FulfillmentInput } from './fulfilments';
import { prepareForPickup, type PrepareInput } from './pickups';
import { numberOf } from './shop';
import { orderWebhook } from './webhooks';

export interface FulfilmentTeller {
  /** Within the change's own transaction. */
  fulfilled(db: Queryable, of: { orderId: string; fulfillmentId: string }): Promise<void>;
  prepared(db: Queryable, of: readonly { id: string; orderId: string }[]): Promise<void>;
}

export function fulfilmentTeller(context: SandboxContext): FulfilmentTeller {
  const { shopify } = context.accounts;
  const send = async (db: Queryable, topic: string, orderId: string, payload: object) => {
    const at = new Date().toISOString();
    await context.outbound.enqueue(db, orderWebhook(shopify, topic, orderId, { ...payload }, at));
  };
  return {
    fulfilled: (db, { orderId, fulfillmentId }) =>
      send(db, 'fulfillments/create', orderId, {
        id: Number(numberOf(fulfillmentId)),
        admin_graphql_api_id: fulfillmentId,
        order_id: Number(numberOf(orderId)),
        status: 'success',
      }),
    async prepared(db, of) {
      const topic = 'fulfillment_orders/line_items_prepared_for_local_pickup';
      for (const { id, orderId } of of) {
        await send(db, topic, orderId, { fulfillment_order: { id, status: 'open' } });
      }
    },
  };
}

/** Told in the transaction that makes it, where somebody is to be told. */
export async function fulfil(
  db: Queryable,
  input: FulfillmentInput,
  told: FulfilmentTeller | undefined,
): ReturnType<typeof createFulfillment> {
  const done = await createFulfillment(db, input);
  if (done.ok) await told?.fulfilled(db, done.value);
  return done;
}

export async function prepare(
  db: Queryable,
  input: PrepareInput,
  told: FulfilmentTeller | undefined,
): ReturnType<typeof prepareForPickup> {
  const done = await prepareForPickup(db, input);
  if (done.ok) await told?.prepared(db, done.value.prepared);
  return done;
}
