/** What a warehouse or a store says of its stock. */
import { z } from 'zod';
import { LocationId, Sku } from './ids';
import { MAX_QUANTITY } from './order';
import { Quantity } from './units';

const MAX_STOCK_LINES = 1_000;

export const InventoryReceived = z.strictObject({
  location: LocationId.meta({ description: 'Where they arrived' }),
  reference: z
    .string()
    .max(120)
    .optional()
    .meta({ description: 'The purchase order or shipping notice' }),
  lines: z
    .array(z.strictObject({ sku: Sku, quantity: Quantity }))
    .min(1)
    .max(MAX_STOCK_LINES)
    .meta({ description: 'What arrived' }),
});
export type InventoryReceived = z.infer<typeof InventoryReceived>;

export const InventoryAdjusted = z.strictObject({
  location: LocationId.meta({ description: 'Where it was counted' }),
  reason: z.string().min(1).max(300).meta({ description: 'Why; no personal data' }),
  lines: z
    .array(
      z.strictObject({
        sku: Sku,
        quantityDelta: z
          .int()
          .min(-MAX_QUANTITY)
          .max(MAX_QUANTITY)
          .refine((delta) => delta !== 0, 'a change of nothing')
          .meta({ description: 'Units found, or (negative) lost' }),
      }),
    )
    .min(1)
    .max(MAX_STOCK_LINES)
    .meta({ description: 'What changed, by SKU' }),
});
export type InventoryAdjusted = z.infer<typeof InventoryAdjusted>;
