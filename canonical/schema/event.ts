/**
 * Canonical events: facts and requests in our words, carried as CloudEvents 1.0.
 * `source` + `id` is what makes two events the same one. The catalogue below is the list.
 */
import { z } from 'zod';
import { ChannelInstance, Instant, LocationId, OrderId, OrderNo, Sku } from './ids';
import { Money } from './money';
import { MAX_ORDER_LINES, MAX_QUANTITY, Order } from './order';

export const MAX_EVENTS_A_BATCH = 1_000;
const MAX_STOCK_LINES = 1_000;

const Quantity = z.int().min(1).max(MAX_QUANTITY);

/** An order by our id, or by its channel and number; one of the two is needed. */
const orderReference = {
  orderId: OrderId.optional(),
  channelInstance: ChannelInstance.optional(),
  orderNo: OrderNo.optional(),
};
const namesAnOrder = (value: {
  orderId?: string | undefined;
  channelInstance?: string | undefined;
  orderNo?: string | undefined;
}) =>
  value.orderId !== undefined ||
  (value.channelInstance !== undefined && value.orderNo !== undefined);
const NAMES_AN_ORDER = 'orderId, or channelInstance and orderNo';

export const ShipmentConfirmed = z
  .strictObject({
    ...orderReference,
    requestId: z.string().max(200).optional(),
    /** The warehouse's id of the parcel: the same id is the same shipment. */
    shipmentId: z.string().min(1).max(120),
    location: LocationId,
    carrier: z.string().max(120).optional(),
    trackingNumber: z.string().max(120).optional(),
    shippedAt: Instant,
    carrierCost: Money.optional(),
    lines: z
      .array(z.strictObject({ lineNo: z.int().min(1), sku: Sku.optional(), quantity: Quantity }))
      .min(1)
      .max(MAX_ORDER_LINES),
  })
  .refine(namesAnOrder, NAMES_AN_ORDER);
export type ShipmentConfirmed = z.infer<typeof ShipmentConfirmed>;

export const FulfilmentAccepted = z
  .strictObject({ ...orderReference, requestId: z.string().min(1).max(200) })
  .refine(namesAnOrder, NAMES_AN_ORDER);

export const FulfilmentRejected = z
  .strictObject({
    ...orderReference,
    requestId: z.string().min(1).max(200),
    reason: z.string().min(1).max(300),
    /** Left out: everything of that request that has not shipped. */
    lines: z
      .array(z.strictObject({ lineNo: z.int().min(1), quantity: Quantity }))
      .min(1)
      .max(MAX_ORDER_LINES)
      .optional(),
  })
  .refine(namesAnOrder, NAMES_AN_ORDER);
export type FulfilmentRejected = z.infer<typeof FulfilmentRejected>;

export const CancelLine = z.strictObject({ lineNo: z.int().min(1), quantity: Quantity });

export const CancelRequested = z
  .strictObject({
    ...orderReference,
    reason: z.string().min(1).max(300),
    /** Left out: everything that has not shipped. */
    lines: z.array(CancelLine).min(1).max(MAX_ORDER_LINES).optional(),
  })
  .refine(namesAnOrder, NAMES_AN_ORDER);
export type CancelRequested = z.infer<typeof CancelRequested>;

/** A processor's word about money it moved; it confirms an effect of ours by its reference. */
export const PaymentFact = z.strictObject({
  reference: z.string().min(1).max(200),
  /** The key that we sent along, where the processor gave it back. */
  effectKey: z.string().max(300).optional(),
  orderId: OrderId.optional(),
  amount: Money,
});
export type PaymentFact = z.infer<typeof PaymentFact>;

export const InventoryReceived = z.strictObject({
  location: LocationId,
  reference: z.string().max(120).optional(),
  lines: z
    .array(z.strictObject({ sku: Sku, quantity: Quantity }))
    .min(1)
    .max(MAX_STOCK_LINES),
});
export type InventoryReceived = z.infer<typeof InventoryReceived>;

export const InventoryAdjusted = z.strictObject({
  location: LocationId,
  reason: z.string().min(1).max(300),
  lines: z
    .array(
      z.strictObject({
        sku: Sku,
        quantityDelta: z
          .int()
          .min(-MAX_QUANTITY)
          .max(MAX_QUANTITY)
          .refine((delta) => delta !== 0, 'a change of nothing'),
      }),
    )
    .min(1)
    .max(MAX_STOCK_LINES),
});
export type InventoryAdjusted = z.infer<typeof InventoryAdjusted>;

interface EventKind {
  readonly data: z.ZodType;
  /** The system whose word on this fact is the truth (R8). */
  readonly owner: 'channel' | 'warehouse' | 'processor';
  readonly about: 'order' | 'stock' | 'effect';
  readonly title: string;
}

export const EVENT_CATALOGUE = {
  'order.created.v1': {
    data: Order,
    owner: 'channel',
    about: 'order',
    title: 'A channel sold an order',
  },
  'order.cancel-requested.v1': {
    data: CancelRequested,
    owner: 'channel',
    about: 'order',
    title: 'The buyer or the channel wants units not to be sent',
  },
  'fulfilment.accepted.v1': {
    data: FulfilmentAccepted,
    owner: 'warehouse',
    about: 'order',
    title: 'The warehouse took a fulfilment request: an echo of our own effect',
  },
  'fulfilment.rejected.v1': {
    data: FulfilmentRejected,
    owner: 'warehouse',
    about: 'order',
    title: 'The warehouse will not fulfil a request',
  },
  'shipment.confirmed.v1': {
    data: ShipmentConfirmed,
    owner: 'warehouse',
    about: 'order',
    title: 'Goods have left',
  },
  'payment.authorized.v1': {
    data: PaymentFact,
    owner: 'processor',
    about: 'effect',
    title: 'The processor authorized an amount',
  },
  'payment.captured.v1': {
    data: PaymentFact,
    owner: 'processor',
    about: 'effect',
    title: 'The processor captured an amount',
  },
  'payment.voided.v1': {
    data: PaymentFact,
    owner: 'processor',
    about: 'effect',
    title: 'The processor voided an authorization',
  },
  'payment.refunded.v1': {
    data: PaymentFact,
    owner: 'processor',
    about: 'effect',
    title: 'The processor refunded an amount',
  },
  'inventory.received.v1': {
    data: InventoryReceived,
    owner: 'warehouse',
    about: 'stock',
    title: 'Goods arrived at a location',
  },
  'inventory.adjusted.v1': {
    data: InventoryAdjusted,
    owner: 'warehouse',
    about: 'stock',
    title: 'On-hand stock was corrected',
  },
} as const satisfies Record<string, EventKind>;

export type EventType = keyof typeof EVENT_CATALOGUE;
export const EVENT_TYPES = Object.keys(EVENT_CATALOGUE) as EventType[];

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_CATALOGUE, type);
}

/** The envelope: CloudEvents 1.0, structured JSON. Extension attributes are kept, not read. */
export const CloudEvent = z
  .looseObject({
    specversion: z.literal('1.0'),
    id: z.string().min(1).max(200),
    source: z.string().min(1).max(300),
    type: z.string().min(1).max(100),
    subject: z.string().max(300).optional(),
    time: Instant.optional(),
    datacontenttype: z.literal('application/json').optional(),
    /** Carried to the journal; made where it is missing. */
    correlationid: z.string().max(120).optional(),
    data: z.unknown(),
  })
  .meta({ id: 'CloudEvent' });
export type CloudEvent = z.infer<typeof CloudEvent>;

/** An event after parsing: its type and the data that belongs to it. */
export type CanonicalEvent = {
  [T in EventType]: {
    readonly type: T;
    readonly data: z.infer<(typeof EVENT_CATALOGUE)[T]['data']>;
  };
}[EventType];
