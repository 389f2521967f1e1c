/** What goods are worth when they come, are lost or are found. */
import { credit, debit, posting, type Posting } from './posting';

export interface StockValue {
  readonly sku: string;
  readonly location: string;
  readonly costMinor: number;
}

/** Rule 25: goods receipt. */
export function postGoodsReceipt(goods: readonly StockValue[]): Posting | null {
  return posting(
    '25',
    goods.flatMap(({ sku, location, costMinor }) => [
      debit('INV', costMinor, { sku, location }),
      credit('GRNI', costMinor, { sku, location }),
    ]),
  );
}

/** Rule 25a: shrink (negative cost) or found stock (positive). */
export function postAdjustment(goods: readonly StockValue[]): Posting | null {
  return posting(
    '25a',
    goods.flatMap(({ sku, location, costMinor }) => {
      const amount = Math.abs(costMinor);
      const at = { sku, location };
      return costMinor < 0
        ? [debit('SHRINK', amount, at), credit('INV', amount, at)]
        : [debit('INV', amount, at), credit('SHRINK', amount, at)];
    }),
  );
}
