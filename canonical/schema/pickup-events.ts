/** What a store says of a pickup. */
import { z } from 'zod';
import { ChannelInstance, Instant, LocationId, OrderNo, PickupId, Sku } from './ids';
import { MAX_ORDER_LINES, MAX_QUANTITY, MAX_TAXES_A_LINE } from './order';
import { LineNo, Quantity } from './units';

/** A pickup by our id, or by its order's channel and number and its group. */
const pickupReference = {
  pickupId: PickupId.optional(),
  channelInstance: ChannelInstance.optional(),
  orderNo: OrderNo.optional(),
  groupNo: z.int().min(1).optional().meta({ description: 'The number of the order’s group' }),
  location: LocationId.meta({ description: 'The store that says it' }),
};
const namesAPickup = (value: {
  pickupId?: string | undefined;
  channelInstance?: string | undefined;
  orderNo?: string | undefined;
  groupNo?: number | undefined;
}) =>
  value.pickupId !== undefined ||
  (value.channelInstance !== undefined &&
    value.orderNo !== undefined &&
    value.groupNo !== undefined);
const NAMES_A_PICKUP = 'pickupId, or channelInstance, orderNo and groupNo';

export const PickupLine = z.strictObject({ lineNo: LineNo, quantity: Quantity });
const PickupLines = z.array(PickupLine).min(1).max(MAX_ORDER_LINES);

/** How it was seen that the goods go to the right person; never the document itself. */
export const PICKUP_PROOFS = [
  'code',
  'id-card',
  'passport',
  'driving-licence',
  'order-confirmation',
  'payment-card',
  'none',
] as const;
export const REJECTION_REASONS = ['not-found', 'damaged', 'no-capacity', 'closed'] as const;

export const PickupAccepted = z
  .strictObject({ ...pickupReference, acceptedAt: Instant })
  .refine(namesAPickup, NAMES_A_PICKUP);
export type PickupAccepted = z.infer<typeof PickupAccepted>;

export const PickupReady = z
  .strictObject({
    ...pickupReference,
    readyAt: Instant,
    lines: PickupLines.optional().meta({
      description: 'Left out: everything that is still to be picked',
    }),
  })
  .refine(namesAPickup, NAMES_A_PICKUP);
export type PickupReady = z.infer<typeof PickupReady>;

export const PickupArrived = z
  .strictObject({
    ...pickupReference,
    arrivedAt: Instant,
    bay: z.string().trim().min(1).max(40).optional().meta({ description: 'Where they wait' }),
    vehicle: z
      .string()
      .trim()
      .min(1)
      .max(120)
      .optional()
      .meta({ description: 'What they came in' }),
  })
  .refine(namesAPickup, NAMES_A_PICKUP);
export type PickupArrived = z.infer<typeof PickupArrived>;

/** What a customer shows at the counter. */
export const PickupCode = z.string().trim().min(1).max(20);

export const PickupProof = z
  .strictObject({
    kind: z.enum(PICKUP_PROOFS).meta({ description: 'What was shown' }),
    code: PickupCode.optional().meta({
      description: 'Where the kind is `code`: the code that was shown',
    }),
    collectedBy: z.string().trim().min(1).max(120).optional().meta({ description: 'Who came' }),
    isOtherPerson: z.boolean().default(false).meta({ description: 'Not the buyer' }),
  })
  .meta({ description: 'That the goods go to the right person; never the document' });

export const PickupHandedOver = z
  .strictObject({
    ...pickupReference,
    handedOverAt: Instant,
    lines: PickupLines.optional().meta({ description: 'Left out: everything that lies ready' }),
    proof: PickupProof,
  })
  .refine(namesAPickup, NAMES_A_PICKUP);
export type PickupHandedOver = z.infer<typeof PickupHandedOver>;

export const PickupRejected = z
  .strictObject({
    ...pickupReference,
    rejectedAt: Instant,
    reason: z.enum(REJECTION_REASONS).meta({ description: 'Why they cannot be given' }),
    lines: PickupLines.optional().meta({
      description: 'Left out: everything that was not handed over',
    }),
  })
  .refine(namesAPickup, NAMES_A_PICKUP);
export type PickupRejected = z.infer<typeof PickupRejected>;

/** What the customer said of something else: nothing, at no more than was paid, or at its own price. */
export const SUBSTITUTE_CONSENTS = ['refused', 'as-paid', 'to-more'] as const;

/** Another item for units of one line. */
export const Substitution = {
  lineNo: LineNo,
  quantity: Quantity,
  sku: Sku.meta({ description: 'Of the item master: what is given instead' }),
  unitPriceMinor: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER / MAX_QUANTITY)
    .meta({ description: 'What one of it costs there, without tax' }),
  taxes: z
    .array(
      z.strictObject({
        taxCode: z.string().min(1).max(120).meta({ description: 'A tax code of ours' }),
        amountMinor: z.int().min(0).meta({ description: 'Of the currency’s smallest unit' }),
      }),
    )
    .max(MAX_TAXES_A_LINE)
    .optional()
    .meta({ description: 'Of all these units; left out: at the rates of what was sold' }),
  reason: z
    .enum(REJECTION_REASONS)
    .default('not-found')
    .meta({ description: 'Why what was sold cannot be given' }),
  consent: z.enum(SUBSTITUTE_CONSENTS).meta({
    description:
      'What the customer said: `as-paid`: yes, and pays no more than was paid; `to-more`: yes, at ' +
      'its own price; `refused`: no, and it is a rejection',
  }),
} as const;

export const PickupSubstituted = z
  .strictObject({ ...pickupReference, substitutedAt: Instant, ...Substitution })
  .refine(namesAPickup, NAMES_A_PICKUP);
export type PickupSubstituted = z.infer<typeof PickupSubstituted>;

export const PickupNoShow = z
  .strictObject({ ...pickupReference, noShowAt: Instant })
  .refine(namesAPickup, NAMES_A_PICKUP);
export type PickupNoShow = z.infer<typeof PickupNoShow>;
