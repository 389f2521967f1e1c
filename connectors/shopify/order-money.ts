/**
 * The money of a Shopify order in canonical shape. Decimals are parsed exactly, never rounded;
 * what cannot be read is collected with its field's pointer.
 *
 * Prices that include tax (`taxes_included`) become prices without: a line of G gross with taxes T
 * is worth G − T. Where that does not divide by the quantity, the unit price is rounded up and the
 * excess (less than a minor unit a piece) is a discount of its own, `tax-inclusive-rounding`, so
 * that every sum ties to the cent.
 */
import { isCurrency, allocate, parseDecimal, sum } from '../../canonical/rules/money/money';
import { cutText } from '../../canonical/rules/text';
import type { Discount, TaxAmount } from '../../canonical/schema/order';
import type { FieldProblem } from '../inbound-contract';
import type { ShopifyDiscountAllocation, ShopifyOrder, ShopifyTaxLine } from './order-schema';

export const ROUNDING_CODE = 'tax-inclusive-rounding';
const UNNAMED_DISCOUNT = 'discount';
const UNNAMED_TAX = 'tax';
const MAX_CODE_CHARS = 120;

interface NamedMinor {
  readonly code: string;
  readonly amountMinor: number;
  /** Of a tax: the channel pays it to the authority. */
  readonly owedBy?: 'channel';
}

/** A line's money before it is canonical; with prices as the shop states them. */
interface StatedLine {
  readonly quantity: number;
  readonly unitMinor: number;
  readonly discounts: readonly NamedMinor[];
  readonly taxes: readonly NamedMinor[];
}

export interface LineMoney {
  readonly unitMinor: number;
  readonly discounts: readonly Discount[];
  readonly taxes: readonly TaxAmount[];
}

export interface OrderMoney {
  readonly lines: readonly LineMoney[];
  readonly discounts: readonly Discount[];
  readonly shippingMinor: number;
  readonly shippingTaxes: readonly TaxAmount[];
  readonly taxes: readonly TaxAmount[];
  readonly totals: {
    readonly subtotalMinor: number;
    readonly discountMinor: number;
    readonly shippingMinor: number;
    readonly taxMinor: number;
    readonly totalMinor: number;
  };
}

/** Two digits, as most have. */
const USUAL_CURRENCY = 'USD';

const amounts = (named: readonly NamedMinor[]) => sum(named.map((one) => one.amountMinor));
const grossOf = (line: StatedLine) => line.quantity * line.unitMinor;

/** Reads decimals of one order; a bad one counts as 0 and leaves a problem behind. */
function decimalReader(currency: string, problems: FieldProblem[]) {
  // Where the currency is none, its own problem: bad amounts are named all the same.
  const readAs = isCurrency(currency) ? currency : USUAL_CURRENCY;
  return (text: string | null | undefined, pointer: string): number => {
    if (text === null || text === undefined) return 0;
    const minor = parseDecimal(text, readAs);
    if (minor === null || minor < 0) {
      const detail = `not an amount of ${currency} that is zero or more`;
      problems.push({ pointer, detail });
      return 0;
    }
    return minor;
  };
}
type ReadDecimal = ReturnType<typeof decimalReader>;

/** Amounts of one code are one row; rows of nothing are left out, so that they need no mapping. */
function merge(named: readonly NamedMinor[]): NamedMinor[] {
  const merged = new Map<string, NamedMinor>();
  for (const one of named) {
    if (one.amountMinor <= 0) continue;
    const key = `${one.owedBy ?? ''}/${one.code}`;
    const amountMinor = one.amountMinor + (merged.get(key)?.amountMinor ?? 0);
    merged.set(key, { ...one, amountMinor });
  }
  return [...merged.values()];
}

const asCode = (text: string | null | undefined, otherwise: string) =>
  cutText(text?.trim() || otherwise, MAX_CODE_CHARS);

function readTaxes(
  lines: readonly ShopifyTaxLine[] | null | undefined,
  pointer: string,
  read: ReadDecimal,
): NamedMinor[] {
  return merge(
    (lines ?? []).map((tax, index) => ({
      code: asCode(tax.title, UNNAMED_TAX),
      amountMinor: read(tax.price, `${pointer}/tax_lines/${index}/price`),
      ...(tax.channel_liable === true && { owedBy: 'channel' as const }),
    })),
  );
}

function readAllocations(
  order: ShopifyOrder,
  allocations: readonly ShopifyDiscountAllocation[] | null | undefined,
  pointer: string,
  read: ReadDecimal,
): NamedMinor[] {
  return merge(
    (allocations ?? []).map((allocation, index) => {
      const applied = order.discount_applications?.[allocation.discount_application_index ?? -1];
      return {
        code: asCode(applied?.code ?? applied?.title ?? applied?.description, UNNAMED_DISCOUNT),
        amountMinor: read(allocation.amount, `${pointer}/discount_allocations/${index}/amount`),
      };
    }),
  );
}

function readLine(order: ShopifyOrder, index: number, read: ReadDecimal): StatedLine {
  const line = order.line_items[index];
  const pointer = `/line_items/${index}`;
  if (!line) return { quantity: 0, unitMinor: 0, discounts: [], taxes: [] };
  const allocated = readAllocations(order, line.discount_allocations, pointer, read);
  const stated = read(line.total_discount, `${pointer}/total_discount`);
  const own = stated > 0 ? [{ code: UNNAMED_DISCOUNT, amountMinor: stated }] : [];
  return {
    quantity: line.quantity,
    unitMinor: read(line.price, `${pointer}/price`),
    discounts: allocated.length > 0 ? allocated : own,
    taxes: readTaxes(line.tax_lines, pointer, read),
  };
}

interface StatedShipping {
  readonly grossMinor: number;
  readonly discountMinor: number;
  readonly taxes: readonly NamedMinor[];
}

function readShipping(order: ShopifyOrder, read: ReadDecimal): StatedShipping {
  const lines = (order.shipping_lines ?? []).map((line, index) => {
    const pointer = `/shipping_lines/${index}`;
    return {
      grossMinor: read(line.price, `${pointer}/price`),
      discountMinor: amounts(readAllocations(order, line.discount_allocations, pointer, read)),
      taxes: readTaxes(line.tax_lines, pointer, read),
    };
  });
  return {
    grossMinor: sum(lines.map((line) => line.grossMinor)),
    discountMinor: sum(lines.map((line) => line.discountMinor)),
    taxes: merge(lines.flatMap((line) => line.taxes)),
  };
}

/** Spreads taxes that only the order states over what they were computed on (tax-inclusive only). */
function spreadTaxes(
  taxes: readonly NamedMinor[],
  lines: readonly StatedLine[],
  shipping: StatedShipping,
): { lines: StatedLine[]; shipping: StatedShipping } {
  const worth = (line: StatedLine) => Math.max(grossOf(line) - amounts(line.discounts), 0);
  const weights = [...lines.map(worth), Math.max(shipping.grossMinor - shipping.discountMinor, 0)];
  const shares = taxes.map((tax) => ({ tax, parts: allocate(tax.amountMinor, weights) }));
  const shareAt = (position: number) =>
    merge(shares.map(({ tax, parts }) => ({ ...tax, amountMinor: parts[position] ?? 0 })));
  return {
    lines: lines.map((line, index) => ({ ...line, taxes: shareAt(index) })),
    shipping: { ...shipping, taxes: shareAt(lines.length) },
  };
}

/** The line with its tax taken out of its price; see the header for the rounding. */
function excludeTax(line: StatedLine): { line: StatedLine; roundingMinor: number } {
  const netMinor = grossOf(line) - amounts(line.taxes);
  if (netMinor < 0 || line.quantity < 1) return { line, roundingMinor: 0 };
  const unitMinor = Math.ceil(netMinor / line.quantity);
  const roundingMinor = unitMinor * line.quantity - netMinor;
  const discounts = merge([...line.discounts, { code: ROUNDING_CODE, amountMinor: roundingMinor }]);
  return { line: { ...line, unitMinor, discounts }, roundingMinor };
}

/** Throws nothing; unreadable amounts go to `problems` and make the result worthless. */
export function readOrderMoney(order: ShopifyOrder, problems: FieldProblem[]): OrderMoney {
  const { currency } = order;
  const read = decimalReader(currency, problems);
  const canonical = (named: readonly NamedMinor[]) =>
    named.map(({ amountMinor, ...one }) => ({
      ...one,
      amount: { currency, minorUnits: amountMinor },
    }));

  let lines = order.line_items.map((_, index) => readLine(order, index, read));
  let shipping = readShipping(order, read);
  const isTaxedByLine = lines.some((line) => line.taxes.length > 0) || shipping.taxes.length > 0;
  let orderTaxes = isTaxedByLine ? [] : readTaxes(order.tax_lines, '', read);

  // Shopify's total_discounts counts what was taken off the shipping too; here that is netted.
  const discountMinor = Math.max(
    read(order.total_discounts, '/total_discounts') - shipping.discountMinor,
    0,
  );
  const onLinesMinor = sum(lines.map((line) => amounts(line.discounts)));
  // subtotal_price is after discounts; with them it is what the order says its lines list at.
  const listMinor = read(order.subtotal_price, '/subtotal_price') + discountMinor;
  const wholeOrderMinor = Math.max(discountMinor - onLinesMinor, 0);

  let includedTaxMinor = 0;
  let roundingMinor = 0;
  if (order.taxes_included) {
    if (orderTaxes.length > 0) ({ lines, shipping } = spreadTaxes(orderTaxes, lines, shipping));
    orderTaxes = [];
    const excluded = lines.map(excludeTax);
    includedTaxMinor = sum(lines.map((line) => amounts(line.taxes)));
    roundingMinor = sum(excluded.map((one) => one.roundingMinor));
    lines = excluded.map((one) => one.line);
  }
  const shippingMinor =
    shipping.grossMinor -
    shipping.discountMinor -
    (order.taxes_included ? amounts(shipping.taxes) : 0);

  return {
    lines: lines.map((line) => ({
      unitMinor: line.unitMinor,
      discounts: canonical(line.discounts),
      taxes: canonical(line.taxes),
    })),
    discounts: canonical(
      merge([
        {
          code: asCode(order.discount_codes?.[0]?.code, UNNAMED_DISCOUNT),
          amountMinor: wholeOrderMinor,
        },
      ]),
    ),
    shippingMinor,
    shippingTaxes: canonical(shipping.taxes),
    taxes: canonical(orderTaxes),
    totals: {
      subtotalMinor: listMinor - includedTaxMinor + roundingMinor,
      discountMinor: discountMinor + roundingMinor,
      shippingMinor,
      taxMinor: read(order.total_tax, '/total_tax'),
      totalMinor: read(order.total_price, '/total_price'),
    },
  };
}
