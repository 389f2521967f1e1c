/** Canonical events, carried as CloudEvents 1.0: `source` + `id` is what makes two the same one. */
import { z } from 'zod';
import { FulfilmentChanged, ToldBy } from './channel-events';
import { Instant, LocationId, Sku } from './ids';
import { Money } from './money';
import { InventoryAdjusted, InventoryReceived } from './inventory-events';
import { MAX_ORDER_LINES, Order } from './order';
import { NAMES_AN_ORDER, namesAnOrder, orderReference } from './order-reference';
import { PaymentFact } from './payment-fact';
import {
  PickupAccepted,
  PickupArrived,
  PickupHandedOver,
  PickupNoShow,
  PickupReady,
  PickupRejected,
  PickupSubstituted,
} from './pickup-events';
import {
  ReturnDisposed,
  ReturnInspected,
  ReturnReceived,
  ReturnRequested,
  ReturnStatusChanged,
} from './return-events';
import { LineNo, Quantity } from './units';

export const MAX_EVENTS_A_BATCH = 1_000;
const RequestId = z
  .string()
  .max(200)
  .meta({ description: 'The fulfilment request that was sent to the warehouse' });

export const ShipmentConfirmed = z
  .strictObject({
    ...orderReference,
    requestId: RequestId.optional(),
    shipmentId: z
      .string()
      .min(1)
      .max(120)
      .meta({ description: 'The warehouse’s id of the parcel: the same id is the same shipment' }),
    location: LocationId.meta({ description: 'From where it left' }),
    carrier: z.string().max(120).optional().meta({ description: 'Who carries it' }),
    trackingNumber: z.string().max(120).optional().meta({ description: 'The carrier’s' }),
    shippedAt: Instant.meta({ description: 'When it left; revenue is dated by it' }),
    carrierCost: Money.optional().meta({ description: 'What the carrier will charge for it' }),
    toldBy: ToldBy,
    lines: z
      .array(
        z.strictObject({
          lineNo: LineNo,
          sku: Sku.optional().meta({ description: 'Of the item that left' }),
          quantity: Quantity,
        }),
      )
      .min(1)
      .max(MAX_ORDER_LINES)
      .meta({ description: 'What is in the parcel' }),
  })
  .refine(namesAnOrder, NAMES_AN_ORDER);
export type ShipmentConfirmed = z.infer<typeof ShipmentConfirmed>;

export const FulfilmentAccepted = z
  .strictObject({ ...orderReference, requestId: RequestId.min(1) })
  .refine(namesAnOrder, NAMES_AN_ORDER);

export const FulfilmentRejected = z
  .strictObject({
    ...orderReference,
    requestId: RequestId.min(1),
    reason: z.string().min(1).max(300).meta({ description: 'In the warehouse’s words' }),
    lines: z
      .array(z.strictObject({ lineNo: LineNo, quantity: Quantity }))
      .min(1)
      .max(MAX_ORDER_LINES)
      .optional()
      .meta({ description: 'Left out: everything of that request that has not shipped' }),
  })
  .refine(namesAnOrder, NAMES_AN_ORDER);
export type FulfilmentRejected = z.infer<typeof FulfilmentRejected>;

export const CancelLine = z.strictObject({ lineNo: LineNo, quantity: Quantity });

export const CancelRequested = z
  .strictObject({
    ...orderReference,
    reason: z.string().min(1).max(300).meta({ description: 'Why; no personal data' }),
    lines: z
      .array(CancelLine)
      .min(1)
      .max(MAX_ORDER_LINES)
      .optional()
      .meta({ description: 'Left out: everything that has not shipped' }),
  })
  .refine(namesAnOrder, NAMES_AN_ORDER);
export type CancelRequested = z.infer<typeof CancelRequested>;

interface EventKind {
  readonly data: z.ZodType;
  /** The system whose word on this fact is the truth (R8). */
  readonly owner: 'channel' | 'warehouse' | 'processor' | 'store';
  readonly about: 'order' | 'pickup' | 'stock' | 'effect' | 'return';
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
  'fulfilment.changed-at-channel.v1': {
    data: FulfilmentChanged,
    owner: 'channel',
    about: 'order',
    title: 'Somebody told the channel of a collection: it is asked how far the order has come',
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
  'pickup.accepted.v1': {
    data: PickupAccepted,
    owner: 'store',
    about: 'pickup',
    title: 'The store took a pick request',
  },
  'pickup.ready.v1': {
    data: PickupReady,
    owner: 'store',
    about: 'pickup',
    title: 'Units lie ready to be collected',
  },
  'pickup.customer-arrived.v1': {
    data: PickupArrived,
    owner: 'store',
    about: 'pickup',
    title: 'Whoever collects waits in the store or outside',
  },
  'pickup.handed-over.v1': {
    data: PickupHandedOver,
    owner: 'store',
    about: 'pickup',
    title: 'The store handed units over',
  },
  'pickup.rejected.v1': {
    data: PickupRejected,
    owner: 'store',
    about: 'pickup',
    title: 'The store cannot give units',
  },
  'pickup.substituted.v1': {
    data: PickupSubstituted,
    owner: 'store',
    about: 'pickup',
    title: 'The store gives another item, with the customer’s consent',
  },
  'pickup.no-show.v1': {
    data: PickupNoShow,
    owner: 'store',
    about: 'pickup',
    title: 'Nobody collected until the deadline',
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
  'payment.refund-failed.v1': {
    ...{ data: PaymentFact, owner: 'processor', about: 'effect' },
    title: 'A refund that the processor had taken did not reach the buyer',
  },
  'return.requested.v1': {
    data: ReturnRequested,
    owner: 'channel',
    about: 'return',
    title: 'The buyer or the channel wants to bring goods back',
  },
  'return.status-changed.v1': {
    data: ReturnStatusChanged,
    owner: 'channel',
    about: 'return',
    title: 'A return was requested, approved, declined, closed or cancelled at its channel',
  },
  'return.disposed.v1': {
    data: ReturnDisposed,
    owner: 'channel',
    about: 'return',
    title: 'A channel says what became of goods that came back to it',
  },
  'return.received.v1': {
    data: ReturnReceived,
    owner: 'warehouse',
    about: 'return',
    title: 'Goods came back to a location',
  },
  'return.inspected.v1': {
    data: ReturnInspected,
    owner: 'warehouse',
    about: 'return',
    title: 'Somebody has looked at goods that came back',
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
    specversion: z.literal('1.0').meta({ description: 'Of CloudEvents' }),
    id: z.string().min(1).max(200).meta({ description: 'With `source`: what makes it the same' }),
    source: z.string().min(1).max(300).meta({ description: 'Who says it: a system’s own name' }),
    type: z.string().min(1).max(100).meta({ description: 'One of the catalogue’s' }),
    subject: z.string().max(300).optional().meta({ description: 'Kept, not read' }),
    time: Instant.optional().meta({ description: 'When it happened; left out: when it came' }),
    datacontenttype: z.literal('application/json').optional().meta({ description: 'Only this' }),
    correlationid: z
      .string()
      .max(120)
      .optional()
      .meta({ description: 'Carried to the journal; made where it is missing' }),
    data: z.unknown().meta({ description: 'What its type says it holds' }),
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
