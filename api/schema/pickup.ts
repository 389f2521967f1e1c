/** Pickups as the API shows them to stores, support and channels. */
import { z } from 'zod';
import {
  PICKUP_PROOFS,
  PickupProof,
  REJECTION_REASONS,
  Substitution,
} from '../../canonical/schema/pickup-events';
import {
  BusinessDate,
  ChannelInstance,
  Instant,
  LocationId,
  OrderId,
  OrderNo,
  PickupId,
} from '../../canonical/schema/ids';
import { Currency } from '../../canonical/schema/money';
import { PICKUP_PRESSES, PICKUP_STATES } from '../../canonical/rules/pickup/state';
import { REJECTION_OUTCOMES } from '../../canonical/rules/pickup/snapshot';
import { MAX_ORDER_LINES, MAX_QUANTITY, MAX_TAXES_A_LINE } from '../../canonical/schema/order';
import { Reason } from './reason';

export const StoreParams = z.strictObject({
  storeId: LocationId.meta({ description: 'The store', example: 'store-001' }),
});
export const PickupParams = z.strictObject({
  pickupId: PickupId.meta({ example: 'pu_0mu4q8zrk3f9a1c5e7b2d4f6a8c0-1' }),
});

const Units = z.int().min(0);
const LineUnits = z.strictObject({ lineNo: z.int(), quantity: z.int() });

const BoardLine = z.strictObject({
  lineNo: z.int(),
  sku: z.string(),
  description: z.string().nullable(),
  requested: Units,
  ready: Units,
  handedOver: Units,
  expired: Units,
  cancelled: Units,
});

export const BoardRow = z
  .strictObject({
    pickupId: PickupId,
    orderNo: OrderNo,
    channelInstance: ChannelInstance,
    currency: Currency,
    state: z.enum(PICKUP_STATES),
    requestedAt: Instant,
    pickBy: Instant,
    acceptedAt: Instant.nullable(),
    readyAt: Instant.nullable(),
    deadlineAt: Instant.nullable(),
    arrivedAt: Instant.nullable(),
    bay: z.string().nullable(),
    vehicle: z.string().nullable(),
    collector: z.string().nullable(),
    lines: z.array(BoardLine),
  })
  .meta({ id: 'PickupOnBoard' });

const Rows = z.array(BoardRow);

/** With `code` or `orderNo`: the pickups that were found, and no board. */
export const StorePickups = z
  .strictObject({
    storeId: LocationId,
    timeZone: z.string(),
    toPick: Rows,
    ready: Rows,
    arrived: Rows,
    expiringToday: Rows,
    toPutBack: Rows,
    counts: z.strictObject({
      toPick: Units,
      ready: Units,
      arrived: Units,
      expiringToday: Units,
      toPutBack: Units,
    }),
  })
  .meta({ id: 'StorePickups' });

export const FoundPickups = z
  .strictObject({ storeId: LocationId, found: Rows })
  .meta({ id: 'FoundPickups' });

export const PickupView = z
  .strictObject({
    pickupId: PickupId,
    orderId: OrderId,
    orderNo: OrderNo,
    channelInstance: ChannelInstance,
    groupNo: z.int(),
    storeId: LocationId,
    workflowId: z.string(),
    state: z.enum(PICKUP_STATES),
    possible: z.array(z.enum(PICKUP_PRESSES)).meta({ description: 'What may be pressed now' }),
    pickBy: Instant,
    acceptedAt: Instant.nullable(),
    readyAt: Instant.nullable(),
    deadlineAt: Instant.nullable(),
    deadlineLocal: z.string().nullable().meta({ description: "In the store's local time" }),
    remindersSent: z.array(Instant),
    arrivedAt: Instant.nullable(),
    bay: z.string().nullable(),
    vehicle: z.string().nullable(),
    collector: z
      .string()
      .nullable()
      .meta({ description: 'Who collects in the buyer’s place; for store and support' }),
    lines: z.array(
      z.strictObject({
        lineNo: z.int(),
        sku: z.string(),
        requested: Units,
        ready: Units,
        handedOver: Units,
        rejected: Units,
        expired: Units,
        cancelled: Units,
      }),
    ),
    handovers: z.array(
      z.strictObject({
        handoverNo: z.int(),
        proof: z.enum(PICKUP_PROOFS),
        isOtherPerson: z.boolean(),
        collectedBy: z.string().nullable(),
        by: z.string(),
        handedOverAt: Instant,
        lines: z.array(LineUnits),
      }),
    ),
    extensions: z.array(
      z.strictObject({
        extensionNo: z.int(),
        by: z.string(),
        beforeAt: Instant,
        untilAt: Instant,
      }),
    ),
    rejections: z.array(
      z.strictObject({
        rejectionNo: z.int(),
        reason: z.string(),
        lines: z.array(LineUnits),
        outcome: z.enum(REJECTION_OUTCOMES).nullable(),
      }),
    ),
    addOns: z
      .array(
        z.strictObject({ orderId: OrderId, channelInstance: ChannelInstance, orderNo: OrderNo }),
      )
      .meta({ description: 'Sales at the till in the same visit' }),
  })
  .meta({ id: 'Pickup' });

export const ReSourcedView = z
  .strictObject({
    pickup: PickupView,
    /** The group of the order that has the units now. */
    groupNo: z.int(),
    locationId: LocationId,
    deltaMinor: z.int().meta({ description: 'What the customer pays more; below 0: less' }),
  })
  .meta({ id: 'PickupReSourced' });

const Lines = z
  .array(
    z.strictObject({
      lineNo: z.int().min(1).meta({ description: 'The number of the order’s line, from 1' }),
      quantity: z.int().min(1).max(MAX_QUANTITY).meta({ description: 'Units' }),
    }),
  )
  .min(1)
  .max(MAX_ORDER_LINES)
  .optional();
const Words = (most: number) => z.string().trim().min(1).max(most).optional();

/** What is said with each press. */
export const PressBodies = {
  accept: z.strictObject({}).meta({ id: 'AcceptPickup' }),
  ready: z
    .strictObject({ lines: Lines.meta({ description: 'Left out: all that is to be picked' }) })
    .meta({ id: 'PickupReady' }),
  arrived: z
    .strictObject({
      bay: Words(40).meta({ description: 'Where they wait' }),
      vehicle: Words(120).meta({ description: 'What they came in' }),
    })
    .meta({ id: 'CustomerArrived' }),
  handOver: z
    .strictObject({
      lines: Lines.meta({ description: 'Left out: all that lies ready' }),
      proof: PickupProof,
    })
    .meta({ id: 'HandOverPickup' }),
  reject: z
    .strictObject({
      reason: z.enum(REJECTION_REASONS).meta({ description: 'Why they cannot be given' }),
      lines: Lines.meta({ description: 'Left out: all that was not handed over' }),
    })
    .meta({ id: 'RejectPickup' }),
  substitute: z.strictObject(Substitution).meta({ id: 'SubstituteUnits' }),
  extend: z
    .strictObject({
      untilDate: BusinessDate.meta({ description: "A date of the store's calendar" }),
      reason: Reason.optional(),
    })
    .meta({ id: 'ExtendPickup' }),
  collector: z
    .strictObject({
      name: z
        .string()
        .trim()
        .min(1)
        .max(120)
        .nullable()
        .meta({ description: 'As on the document that they will show; null: the buyer comes' }),
    })
    .meta({ id: 'NameCollector' }),
  noShow: z.strictObject({}).meta({ id: 'PickupNoShow' }),
  putBack: z.strictObject({}).meta({ id: 'PutBackPickup' }),
  reSource: z
    .strictObject({
      rejectionNo: z
        .int()
        .min(1)
        .optional()
        .meta({ description: 'Which rejection; left out: what has not been picked' }),
      to: z
        .discriminatedUnion('kind', [
          z.strictObject({
            kind: z.literal('pickup').meta({ description: '`pickup` in a store, or `ship`' }),
            storeId: LocationId.meta({ description: 'The other store' }),
          }),
          z.strictObject({
            kind: z.literal('ship').meta({ description: 'To the customer’s home' }),
          }),
        ])
        .meta({ description: 'Where they go instead' }),
      taxes: z
        .array(
          z.strictObject({
            lineNo: z.int().min(1).meta({ description: 'The number of the order’s line' }),
            taxes: z
              .array(
                z.strictObject({
                  taxCode: z.string().min(1).max(120).meta({ description: 'A tax code of ours' }),
                  amountMinor: z
                    .int()
                    .min(0)
                    .meta({ description: 'Of the currency’s smallest unit' }),
                }),
              )
              .max(MAX_TAXES_A_LINE)
              .meta({ description: 'All of the line’s' }),
          }),
        )
        .max(MAX_ORDER_LINES)
        .optional()
        .meta({ description: 'Of the moved units, as at the new place' }),
      consent: z.literal(true).meta({ description: 'The customer agreed to place and amount' }),
      reason: Reason,
    })
    .meta({ id: 'ReSourcePickup' }),
} as const;
