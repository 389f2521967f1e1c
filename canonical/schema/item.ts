/** Items as the API takes and shows them. */
import { z } from 'zod';
import { Instant } from './ids';
import { Money } from './money';

export const ItemBody = z
  .strictObject({
    description: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .meta({ description: 'What people call it; left out: it has none' }),
    standardCost: Money.meta({
      description: 'Of one unit: what a shipment takes out of inventory',
    }),
    finalSaleFrom: Instant.nullable()
      .optional()
      .meta({
        description:
          'What is ordered from then on is sold for good: it comes back only for what is our doing. ' +
          'Left out: as it is; null: it is not',
      }),
  })
  .meta({ id: 'ItemBody' });

export const Item = z
  .strictObject({
    sku: z.string(),
    description: z.string().nullable(),
    standardCost: Money,
    finalSaleFrom: Instant.nullable().meta({
      description: 'What was ordered from then on was sold for good; null: it is not',
    }),
    updatedAt: Instant,
  })
  .meta({ id: 'Item' });
export type Item = z.infer<typeof Item>;
