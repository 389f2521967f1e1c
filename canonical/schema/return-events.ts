/** What a customer, a store or a warehouse says of a return. */
import { z } from 'zod';
import { ChannelInstance, LocationId } from './ids';
import { MAX_ORDER_LINES, MAX_QUANTITY } from './order';
import { NAMES_AN_ORDER, namesAnOrder, orderReference } from './order-reference';
import { inspectionFields, receiptFields, RETURN_REASONS, ReturnLines, Rma } from './return';

export const ReturnRequested = z
  .strictObject({
    ...orderReference,
    reason: z.enum(RETURN_REASONS),
    lines: ReturnLines,
    expectedAt: LocationId.optional(),
  })
  .refine(namesAnOrder, NAMES_AN_ORDER);
export type ReturnRequested = z.infer<typeof ReturnRequested>;

const namesAReturn = (value: {
  rma?: string | undefined;
  orderId?: string | undefined;
  channelInstance?: string | undefined;
  orderNo?: string | undefined;
}) => value.rma !== undefined || namesAnOrder(value);

/** Goods that nobody had asked about name their order; a return is opened for them. */
export const ReturnReceived = z
  .strictObject({ rma: Rma.optional(), ...orderReference, ...receiptFields })
  .refine(namesAReturn, `rma, or ${NAMES_AN_ORDER}`);
export type ReturnReceived = z.infer<typeof ReturnReceived>;

export const ReturnInspected = z.strictObject({ rma: Rma, ...inspectionFields });
export type ReturnInspected = z.infer<typeof ReturnInspected>;

/** What a channel has of a return that it knows: begun by its buyer or staff, or told by us. */
export const CHANNEL_RETURN_STATUSES = [
  'requested',
  'approved',
  'declined',
  'closed',
  'cancelled',
] as const;

const ofChannel = {
  channelInstance: ChannelInstance,
  channelReturnRef: z.string().min(1).max(200).meta({ description: "The channel's id of it" }),
};

export const ReturnStatusChanged = z.strictObject({
  ...ofChannel,
  channelOrderRef: z.string().min(1).max(200).optional().meta({
    description: "The channel's id of the order; needed where the return is not known here",
  }),
  status: z.enum(CHANNEL_RETURN_STATUSES),
  rma: Rma.optional().meta({ description: 'Where it was told by us: ours' }),
  reason: z.enum(RETURN_REASONS).optional(),
  lines: z
    .array(
      z.strictObject({
        channelLineRef: z.string().min(1).max(200),
        quantity: z.int().min(1).max(MAX_QUANTITY),
      }),
    )
    .max(MAX_ORDER_LINES)
    .optional()
    .meta({ description: 'What is to come back' }),
});
export type ReturnStatusChanged = z.infer<typeof ReturnStatusChanged>;

/** Which goods came, and what became of them, is read at the channel. */
export const ReturnDisposed = z.strictObject({
  channelInstance: ChannelInstance,
  reverseOrderRef: z.string().min(1).max(200).meta({
    description: "The channel's id of what it expects back from a return",
  }),
});
export type ReturnDisposed = z.infer<typeof ReturnDisposed>;
