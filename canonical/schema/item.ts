/** Items as the API takes and shows them. */
import { z } from 'zod';
import { Instant } from './ids';
import { Money } from './money';

export const ItemBody = z
  .strictObject({
    description: z.string().min(1).max(500).optional(),
    /** Of one unit: what a shipment takes out of inventory. */
    standardCost: Money,
  })
  .meta({ id: 'ItemBody' });

export const Item = z
  .strictObject({
    sku: z.string(),
    description: z.string().nullable(),
    standardCost: Money,
    updatedAt: Instant,
  })
  .meta({ id: 'Item' });
export type Item = z.infer<typeof Item>;
