/** Stock as channels and people see it. */
import { z } from 'zod';
import { Instant } from './ids';

const Units = z.int();

/** Every counter of a SKU at one location. */
export const StockPosition = z.strictObject({
  sku: z.string(),
  location: z.string(),
  onHand: Units,
  reserved: Units,
  unsellable: Units,
  safety: Units,
  heldForOthers: Units,
  inbound: Units,
  backordered: Units,
  sellable: Units,
  /** When a count or feed last confirmed it. */
  confirmedAt: Instant,
});
export type StockPosition = z.infer<typeof StockPosition>;

/** What may be promised of a SKU at one location. */
export const AvailableAt = z.strictObject({
  location: z.string(),
  sellable: Units,
  inbound: Units,
  backordered: Units,
  ships: z.boolean(),
});
export type AvailableAt = z.infer<typeof AvailableAt>;
