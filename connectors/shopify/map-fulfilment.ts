/**
 * What somebody, or we, told the shop of a fulfilment: that its order is to be looked at, and what
 * left by it. What was pressed where is not in the body, so that of a collection nothing is taken as
 * a fact. Pure.
 */
import { z } from 'zod';
import { FulfilmentChanged } from '../../canonical/schema/channel-events';
import type { CanonicalEvent } from '../../canonical/schema/event';
import {
  fieldProblems,
  unreadable,
  type InboundContext,
  type InboundResult,
} from '../inbound-contract';
import { departuresOf, leftBy } from './departed';
import { ShopifyOrderFulfillment, type ShopifyOrder } from './order-schema';

const Prepared = z.looseObject({
  fulfillment_order: z.looseObject({
    id: z.string().startsWith('gid://shopify/FulfillmentOrder/'),
  }),
});

/** One that is under way, or came to nothing before it was made, has moved nothing. */
const MOVES_GOODS = new Set(['success', 'cancelled']);

export type FulfilmentTopic =
  | 'fulfillments/create'
  | 'fulfillments/update'
  | 'fulfillment_orders/line_items_prepared_for_local_pickup';

export function readFulfilment(
  topic: FulfilmentTopic,
  body: unknown,
  { account: channelInstance }: InboundContext,
): InboundResult {
  const read = topic.startsWith('fulfillments/') ? byOrder(body) : byFulfilment(body);
  if (!read.success) return unreadable(fieldProblems(read.error));
  const changed = FulfilmentChanged.safeParse({ channelInstance, ...read.data });
  if (!changed.success) return unreadable(fieldProblems(changed.error));
  const event = { type: 'fulfilment.changed-at-channel.v1', data: changed.data } as const;
  return { outcome: 'mapped', events: [event] };
}

const byOrder = (body: unknown) =>
  ShopifyOrderFulfillment.transform((one) => {
    const left = MOVES_GOODS.has(one.status ?? 'success') ? leftBy(one) : null;
    return { channelOrderRef: one.order_id, ...(left && { left }) };
  }).safeParse(body);
const byFulfilment = (body: unknown) =>
  Prepared.transform((one) => ({ channelFulfilmentRef: one.fulfillment_order.id })).safeParse(body);

/** What has left of an order by its own word, a fact each. */
export const departures = (
  order: ShopifyOrder,
  { account: channelInstance }: InboundContext,
): CanonicalEvent[] =>
  departuresOf(order).flatMap((left) => {
    const read = FulfilmentChanged.safeParse({ channelInstance, channelOrderRef: order.id, left });
    return read.success ? [{ type: 'fulfilment.changed-at-channel.v1', data: read.data }] : [];
  });
