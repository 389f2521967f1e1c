/** Stores that hand orders over, and what one of them tells of a pickup as its till would. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { ALWAYS_OPEN } from '../../stack/worked-order/opening-hours';
import type { World } from './fixture';
import { SHOP } from './selling';

/** The store that the shipped set-up has a key for, and its location's number in the shop. */
export const STORE = 'store-001';
export const STORE_IN_SHOP = '9001';

const DAY_MS = 86_400_000;

/** A store with goods of its own, from which nothing is shipped. */
export async function openStore(world: World, storeId: string, skus: readonly string[]) {
  const location = {
    name: `The store ${storeId}`,
    kind: 'store',
    timeZone: 'America/New_York',
    entity: 'us-01',
    ships: false,
    openingHours: ALWAYS_OPEN,
  };
  expect((await world.put(`/v1/locations/${storeId}`, location)).status).toBeLessThan(300);
  for (const sku of skus) await world.stock(sku, 100, storeId);
  await world.until(`stock of ${storeId}`, async () => {
    const { rows } = await world.db.query(
      'select 1 from stock where location_id = $1 and sku = any($2) and on_hand > 0',
      [storeId, skus],
    );
    return rows.length === skus.length;
  });
}

export const mapStore = (world: World, locationId = STORE_IN_SHOP, storeId = STORE) =>
  world.put(`/v1/mappings/store/${SHOP}/${locationId}`, { target: storeId });

export interface Pickup {
  readonly pickupId: string;
  readonly orderNo: string;
}

/** A fact of the store, sent by its till with the store's key; `id`: to tell it again. */
export async function tillSays(
  world: World,
  type: string,
  pickup: Pickup,
  data: object,
  id: string = randomUUID(),
) {
  const event = {
    specversion: '1.0',
    id,
    source: `/store/${STORE}/till-1`,
    type: `pickup.${type}.v1`,
    data: { pickupId: pickup.pickupId, location: STORE, ...data },
  };
  const answer = await world.call('POST', '/v1/events', { role: 'store', body: event });
  expect(answer.status).toBe(202);
  expect(JSON.stringify(answer.body)).not.toContain('rejected');
  return answer;
}

export const ago = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
export const PROOF = { proof: { kind: 'order-confirmation' } };

export async function pickupStateOf(world: World, { pickupId }: Pickup): Promise<string> {
  const { rows } = await world.db.query<{ state: string }>(
    'select state from pickup where pickup_id = $1',
    [pickupId],
  );
  return rows[0]?.state ?? 'none';
}

/** Fails with what it was last, and what became of what was told of it. */
export async function untilPickup(world: World, pickup: Pickup, state: string): Promise<void> {
  const isThere = async () => (await pickupStateOf(world, pickup)) === state;
  await world.until(`pickup of ${pickup.orderNo}: ${state}`, isThere).catch(async (error) => {
    const { rows } = await world.db.query(
      `select type, state, note from inbox where body ->> 'pickupId' = $1 order by event_no`,
      [pickup.pickupId],
    );
    const last = await pickupStateOf(world, pickup);
    throw new Error(`${String(error)}; it is ${last}; told: ${JSON.stringify(rows)}`);
  });
}

/** The order's only pickup, once its store was asked. */
export async function untilRequested(world: World, orderNo: string): Promise<Pickup> {
  let pickupId = '';
  await world.until(`pickup of ${orderNo}`, async () => {
    const { rows } = await world.db.query<{ pickupId: string }>(
      `select pickup_id as "pickupId" from pickup where channel_instance = $1 and order_no = $2`,
      [SHOP, orderNo],
    );
    pickupId = rows[0]?.pickupId ?? '';
    return rows.length === 1;
  });
  return { pickupId, orderNo };
}

/** Templates of the messages that the provider's own records have of an order, in their order. */
export async function toldCustomer(world: World, orderId: string): Promise<readonly unknown[]> {
  const messages = await world.records('notification', 'messages', { orderId });
  return messages.map((message) => message['template']);
}
