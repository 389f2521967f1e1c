/** Returns: why, in which condition, what becomes of the goods, and what is asked over the API. */
import { z } from 'zod';
import { LocationId, Instant, Sku } from './ids';
import { MAX_ORDER_LINES, MAX_QUANTITY } from './order';

export const RETURN_REASONS = [
  'changed-mind',
  'defective',
  'damaged-in-transit',
  'wrong-item',
  'not-as-described',
  'arrived-late',
] as const;
export type ReturnReason = (typeof RETURN_REASONS)[number];

export const CONDITIONS = ['new', 'opened', 'used', 'damaged', 'defective'] as const;
export type Condition = (typeof CONDITIONS)[number];

export const DISPOSITIONS = ['restock', 'refurbish', 'scrap', 'return-to-vendor'] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

export const REFUND_TIMINGS = ['inspected', 'advance', 'returnless'] as const;
export type RefundTiming = (typeof REFUND_TIMINGS)[number];
/** An appeasement is a price concession: money without goods, for goods that stay. */
export const RETURN_KINDS = [...REFUND_TIMINGS, 'appeasement'] as const;
export type ReturnKind = (typeof RETURN_KINDS)[number];

export const APPEASEMENT_REASONS = ['goodwill', 'keep-it', 'late', 'price-match'] as const;
export type AppeasementReason = (typeof APPEASEMENT_REASONS)[number];

/** Where what is owed goes: to the payments that it is of, or otherwise. */
export const REFUNDED_TO = ['tender', 'store-credit', 'cash'] as const;
export type RefundedTo = (typeof REFUNDED_TO)[number];
/** An exchange: to the order of what goes out. */
export const PAID_BY = [...REFUNDED_TO, 'exchange'] as const;
export type PaidBy = (typeof PAID_BY)[number];

export const Rma = z
  .string()
  .regex(/^rma_[0-9a-z]{20,40}$/, 'an id that starts with rma_')
  .meta({ description: 'Our id of the return', example: 'rma_0mhyq3k2z1b2c3d4e5f6a7b8c9d0e' });

const Quantity = z
  .int('a whole number of units')
  .min(1)
  .max(MAX_QUANTITY)
  .meta({ description: 'Units' });
const LineNo = z.int().min(1).meta({ description: 'The line of the order' });

const eachOnce = (lines: readonly { lineNo?: number | undefined; sku?: string | undefined }[]) =>
  new Set(lines.map(({ lineNo, sku }) => lineNo ?? sku)).size === lines.length;
const EACH_ONCE = 'a line is named once';

export const ReturnLines = z
  .array(z.strictObject({ lineNo: LineNo, quantity: Quantity }))
  .min(1)
  .max(MAX_ORDER_LINES)
  .refine(eachOnce, EACH_ONCE);

/** A counter that scans knows the SKU, not the order's line. */
export const ReceivedLines = z
  .array(
    z
      .strictObject({
        lineNo: LineNo.optional(),
        sku: Sku.optional().meta({ description: 'As it was scanned, where no line is named' }),
        quantity: Quantity,
      })
      .refine(({ lineNo, sku }) => lineNo !== undefined || sku !== undefined, 'lineNo or sku'),
  )
  .min(1)
  .max(MAX_ORDER_LINES)
  .refine(eachOnce, EACH_ONCE);
export type ReceivedLines = z.infer<typeof ReceivedLines>;

export const InspectedLines = z
  .array(
    z.strictObject({
      lineNo: LineNo,
      quantity: Quantity,
      condition: z.enum(CONDITIONS).meta({ description: 'How it came back' }),
      disposition: z
        .enum(DISPOSITIONS)
        .optional()
        .meta({ description: 'What becomes of it; left out: what its condition usually means' }),
    }),
  )
  .min(1)
  .max(MAX_ORDER_LINES);
export type InspectedLines = z.infer<typeof InspectedLines>;

/** The counter's or carrier's id of what arrived: the same id is the same receipt. */
const Reference = z.string().min(1).max(120).meta({
  description: 'Of whoever tells it: the same again is told twice, and counts once',
});

export const receiptFields = {
  receiptId: Reference,
  location: LocationId.meta({ description: 'Where they are' }),
  receivedAt: Instant.meta({ description: 'When they came' }),
  lines: ReceivedLines.meta({ description: 'What came, each line once' }),
};
export const inspectionFields = {
  inspectionId: Reference,
  location: LocationId.meta({ description: 'Where they are' }),
  inspectedAt: Instant.meta({ description: 'When somebody looked at them' }),
  lines: InspectedLines.meta({ description: 'What was looked at' }),
};
