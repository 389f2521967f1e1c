/** Items as the API takes and shows them. */
import { z } from 'zod';
import { Instant, Sku } from '../../canonical/schema/ids';
import { Money } from '../../canonical/schema/money';
import type { Item } from '../../store/master/items';

export const ItemParams = z.strictObject({ sku: Sku.meta({ example: 'MUG-BLUE' }) });

export const ItemBody = z
  .strictObject({
    description: z.string().min(1).max(500).optional(),
    /** Of one unit: what a shipment takes out of inventory. */
    standardCost: Money,
  })
  .meta({ id: 'ItemBody' });

export const ItemView = z
  .strictObject({
    sku: z.string(),
    description: z.string().nullable(),
    standardCost: Money,
    updatedAt: Instant,
  })
  .meta({ id: 'Item' });

export const ItemWritten = ItemView.extend({
  resumed: z.int().meta({ description: 'Exceptions that waited for it and are resolved' }),
}).meta({ id: 'ItemWritten' });

export function showItem(item: Item) {
  const { sku, description, updatedAt, currency, standardCostMinor } = item;
  return {
    sku,
    description,
    standardCost: { currency, minorUnits: standardCostMinor },
    updatedAt,
  };
}
