/**
 * Three orders that are collected in a store: handed over in part and then the rest; not collected,
 * expired and refunded; rejected by its store and re-sourced to another one. The stores press by the
 * API's paths, and a till sends events.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { pollUntil } from '../supervisor/poll';
import type { Api } from './api-client';
import { ALWAYS_OPEN } from './opening-hours';
import { newOrderNo, submitWebOrder } from './orders';
import { MUG, TEA } from './shop';

export const STORE = 'store-001';
export const OTHER_STORE = 'store-002';
/** As the Shopify shop calls the first store's location. */
const STORE_IN_SHOP = '9001';
const STEP_DEADLINE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Longer than a pickup is held: an order that was ready then has expired by now. */
const READY_DAYS_AGO = 9;

export interface Callers {
  readonly operator: Api;
  readonly oms: Api;
  readonly store: Api;
  readonly support: Api;
  readonly commerce: Api;
}
export interface PlayedPickup {
  readonly channel: string;
  readonly orderNo: string;
  readonly says: string;
  /** How the order has to end. */
  readonly status: 'closed' | 'cancelled';
}

/** Idempotent, as the shop is. */
export async function openStores({
  operator,
  oms,
}: Pick<Callers, 'operator' | 'oms'>): Promise<void> {
  const names = { [STORE]: 'Broadway', [OTHER_STORE]: 'Union Square' };
  for (const [storeId, name] of Object.entries(names)) {
    await operator.put(`/v1/locations/${storeId}`, {
      name,
      kind: 'store',
      timeZone: 'America/New_York',
      entity: 'us-01',
      ships: false,
      openingHours: ALWAYS_OPEN,
    });
    const lines = [
      { sku: MUG, quantity: 40 },
      { sku: TEA, quantity: 40 },
    ];
    await oms.post('/v1/events', {
      specversion: '1.0',
      id: `opening-receipt-${storeId}`,
      source: '/wms/wms-main',
      type: 'inventory.received.v1',
      time: new Date().toISOString(),
      data: { location: storeId, lines },
    });
  }
  await operator.put(`/v1/mappings/store/shopify-us/${STORE_IN_SHOP}`, { target: STORE });
}

/** Two mugs of the web shop: one is collected today, the other on the next visit. */
export async function handedOverInParts(callers: Callers): Promise<PlayedPickup> {
  const orderNo = await sellForPickup(callers.oms, MUG, 2);
  const pickup = await pickupAt(callers.store, STORE, orderNo);
  await pickUntilReady(callers.store, pickup);
  await callers.store.post(
    `${pickup}/hand-over`,
    { lines: [{ lineNo: 1, quantity: 1 }], proof: { kind: 'order-confirmation' } },
    randomUUID(),
  );
  await callers.store.post(`${pickup}/hand-over`, { proof: { kind: 'id-card' } }, randomUUID());
  const says = 'Collected in store-001 in two visits, one mug at a time';
  return { channel: 'web-us', orderNo, says, status: 'closed' };
}

/**
 * Sold and paid in the Shopify shop. Time is sped up: the store's till says now that it was ready
 * nine days ago, so that its seven days are over.
 */
export async function notCollected(callers: Callers): Promise<PlayedPickup> {
  const orderNo = newOrderNo();
  await callers.commerce.post('/_sandbox/orders', {
    orderNumber: orderNo,
    lines: [{ sku: TEA, quantity: 1, price: '20.00' }],
    financialStatus: 'paid',
    pickup: { locationId: STORE_IN_SHOP, locationName: 'Broadway' },
    sendWebhook: true,
  });
  const pickup = await pickupAt(callers.store, STORE, String(orderNo));
  const at = new Date(Date.now() - READY_DAYS_AGO * DAY_MS).toISOString();
  const pickupId = pickup.slice(pickup.lastIndexOf('/') + 1);
  for (const [type, fact] of [
    ['accepted', { acceptedAt: at }],
    ['ready', { readyAt: at }],
  ] as const) {
    await callers.store.post('/v1/events', {
      specversion: '1.0',
      id: randomUUID(),
      source: `/store/${STORE}/till-1`,
      type: `pickup.${type}.v1`,
      data: { pickupId, location: STORE, ...fact },
    });
  }
  const says =
    'Nobody collects it: expired and refunded (time is sped up: the till says that it has been ready for nine days)';
  return { channel: 'shopify-us', orderNo: String(orderNo), says, status: 'cancelled' };
}

/** The first store does not find it; the customer agrees to another one, and collects there. */
export async function reSourced(callers: Callers): Promise<PlayedPickup> {
  const orderNo = await sellForPickup(callers.oms, TEA, 1);
  const first = await pickupAt(callers.store, STORE, orderNo);
  await callers.store.post(`${first}/reject`, { reason: 'not-found' }, randomUUID());
  await callers.support.post(
    `${first}/re-source`,
    {
      rejectionNo: 1,
      to: { kind: 'pickup', storeId: OTHER_STORE },
      consent: true,
      reason: 'agreed by phone',
    },
    randomUUID(),
  );
  // The shipped set-up has a key for the first store only: support presses for the other.
  const second = await pickupAt(callers.support, OTHER_STORE, orderNo);
  await pickUntilReady(callers.support, second);
  const proof = { kind: 'order-confirmation' };
  await callers.support.post(`${second}/hand-over`, { proof }, randomUUID());
  const says = 'Rejected by store-001, re-sourced to store-002 with consent, collected there';
  return { channel: 'web-us', orderNo, says, status: 'closed' };
}

async function pickUntilReady(api: Api, pickup: string): Promise<void> {
  await api.post(`${pickup}/accept`, {}, randomUUID());
  await api.post(`${pickup}/ready`, {}, randomUUID());
}

/** Our own web shop sells for pickup by its orders' lines. */
const sellForPickup = (oms: Api, sku: string, quantity: number): Promise<string> =>
  submitWebOrder(oms, {
    orderNo: `P${newOrderNo()}`,
    buyer: { email: 'cleo@example.test', name: 'Cleo Example' },
    line: { sku, quantity, unitMinor: 2_000, taxMinor: quantity * 120, storeId: STORE },
    card: 'pm_card_visa_multicapture',
  });

const Found = z.object({ found: z.array(z.object({ pickupId: z.string() })) });

/** As a till looks an order up: its path, `/v1/pickups/pu_…`, once the store was asked for it. */
async function pickupAt(api: Api, storeId: string, orderNo: string): Promise<string> {
  let pickupId = '';
  await pollUntil(`the pickup of order ${orderNo} at ${storeId}`, STEP_DEADLINE_MS, async () => {
    const answer = await api.get(`/v1/stores/${storeId}/pickups?orderNo=${orderNo}`);
    pickupId = Found.parse(answer).found[0]?.pickupId ?? '';
    return pickupId !== '';
  });
  return `/v1/pickups/${pickupId}`;
}
