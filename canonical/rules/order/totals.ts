/**
 * Does an order add up, and what does each line of it come to? Discounts, shipping and whole-order
 * taxes are allocated to lines once, here, at entry; every later shipment, cancel and return uses
 * that allocation.
 */
import type { Order, OrderLine, TaxAmount } from '../../schema/order';
import { isAccess } from './not-sent';
import { allocate, formatMoney, sum } from '../money/money';

export interface TotalsProblem {
  /** RFC 6901, into the order. */
  readonly pointer: string;
  readonly code: 'currency_mismatch' | 'totals_mismatch';
  readonly detail: string;
}

export interface LineTax {
  readonly taxCode: string;
  readonly amountMinor: number;
  /** The channel pays it to the authority (rule 17a); left out: it is our liability. */
  readonly owedBy?: 'channel';
}

/** Taxes of one code and one debtor are one. */
export function mergeTaxes(taxes: readonly LineTax[]): LineTax[] {
  const merged = new Map<string, LineTax>();
  for (const tax of taxes) {
    const key = `${tax.owedBy ?? ''}/${tax.taxCode}`;
    const amountMinor = tax.amountMinor + (merged.get(key)?.amountMinor ?? 0);
    merged.set(key, { ...tax, amountMinor });
  }
  return [...merged.values()];
}

const taxOf = ({ code, owedBy }: TaxAmount, amountMinor: number): LineTax => ({
  taxCode: code,
  amountMinor,
  ...(owedBy && { owedBy }),
});

/** A line's share of everything, in minor units of the order's currency. */
export interface AllocatedLine {
  readonly lineNo: number;
  readonly quantity: number;
  readonly grossMinor: number;
  readonly discountMinor: number;
  readonly shippingMinor: number;
  readonly taxes: readonly LineTax[];
  readonly taxMinor: number;
}

const lineGross = (line: OrderLine) => line.quantity * line.unitPrice.minorUnits;
const lineDiscount = (line: OrderLine) => sum(line.discounts.map((d) => d.amount.minorUnits));
const taxTotal = (taxes: readonly TaxAmount[]) => sum(taxes.map((tax) => tax.amount.minorUnits));

/** Every problem of an order's money at once; empty where it ties to the cent. */
export function checkTotals(order: Order): TotalsProblem[] {
  const foreign = currencyProblems(order);
  if (foreign.length > 0) return foreign;
  const { totals } = order;
  const stated = {
    subtotal: totals.subtotal.minorUnits,
    discount: totals.discount.minorUnits,
    shipping: totals.shipping.minorUnits,
    tax: totals.tax.minorUnits,
    total: totals.total.minorUnits,
  };
  const lines = {
    subtotal: sum(order.lines.map(lineGross)),
    discount:
      sum(order.lines.map(lineDiscount)) + sum(order.discounts.map((d) => d.amount.minorUnits)),
    shipping: order.shipping?.amount.minorUnits ?? 0,
    tax:
      sum(order.lines.map((line) => taxTotal(line.taxes))) +
      taxTotal(order.taxes) +
      taxTotal(order.shipping?.taxes ?? []),
  };
  const say = (minor: number) => formatMoney(minor, order.currency);
  const problems: TotalsProblem[] = [];
  const tie = (pointer: string, what: string, counted: number, declared: number) => {
    if (counted === declared) return;
    const detail = `${what} ${say(counted)}, the order says ${say(declared)}`;
    problems.push({ pointer, code: 'totals_mismatch', detail });
  };
  tie('/totals/subtotal', 'the lines add up to', lines.subtotal, stated.subtotal);
  tie('/totals/discount', 'the discounts add up to', lines.discount, stated.discount);
  tie('/totals/shipping', 'the shipping charge is', lines.shipping, stated.shipping);
  tie('/totals/tax', 'the taxes add up to', lines.tax, stated.tax);
  const total = stated.subtotal - stated.discount + stated.shipping + stated.tax;
  tie('/totals/total', 'subtotal − discount + shipping + tax is', total, stated.total);
  tie(
    '/tenders',
    'the tenders add up to',
    sum(order.tenders.map((tender) => tender.amount.minorUnits)),
    stated.total,
  );
  order.lines.forEach((line, index) => {
    if (lineDiscount(line) > lineGross(line)) {
      const detail = `a discount of ${say(lineDiscount(line))} on ${say(lineGross(line))}`;
      problems.push({ pointer: `/lines/${index}/discounts`, code: 'totals_mismatch', detail });
    }
  });
  if (stated.discount > stated.subtotal) {
    const detail = `a discount of ${say(stated.discount)} on ${say(stated.subtotal)}`;
    problems.push({ pointer: '/totals/discount', code: 'totals_mismatch', detail });
  }
  return problems;
}

/** Only then are the ways to all amounts written out. */
function hasForeignCurrency(value: unknown, currency: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  for (const [name, entry] of Object.entries(value)) {
    const isForeign =
      name === 'currency' ? entry !== currency : hasForeignCurrency(entry, currency);
    if (isForeign) return true;
  }
  return false;
}

function currencyProblems(order: Order): TotalsProblem[] {
  if (!hasForeignCurrency(order, order.currency)) return [];
  const problems: TotalsProblem[] = [];
  const look = (value: unknown, pointer: string): void => {
    if (Array.isArray(value)) {
      value.forEach((entry, index) => look(entry, `${pointer}/${index}`));
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, entry] of Object.entries(value)) {
        if (name === 'currency' && pointer !== '' && entry !== order.currency) {
          problems.push({
            pointer: `${pointer}/currency`,
            code: 'currency_mismatch',
            detail: `${String(entry)} in an order in ${order.currency}`,
          });
        } else look(entry, `${pointer}/${name}`);
      }
    }
  };
  look(order, '');
  return problems;
}

/**
 * Each line's share. The order ties (see `checkTotals`), so the shares add up to its totals.
 * Order discounts go by what is left of each line after its own; taxes stated for the whole order by
 * the net line; shipping and its taxes by the net line too, of the lines that are sent where any is.
 */
export function allocateToLines(order: Order): AllocatedLine[] {
  const gross = order.lines.map(lineGross);
  const ownDiscount = order.lines.map(lineDiscount);
  const afterOwn = gross.map((amount, index) => amount - (ownDiscount[index] ?? 0));
  const orderDiscount = allocate(sum(order.discounts.map((d) => d.amount.minorUnits)), afterOwn);
  const net = afterOwn.map((amount, index) => amount - (orderDiscount[index] ?? 0));
  const sent = netOfSent(order, net);
  const shipping = allocate(order.shipping?.amount.minorUnits ?? 0, sent);
  const shared = (taxes: readonly TaxAmount[], by: readonly number[]) =>
    taxes.map((tax) => ({ tax, shares: allocate(tax.amount.minorUnits, by) }));
  const wholeOrderTaxes = [
    ...shared(order.taxes, net),
    ...shared(order.shipping?.taxes ?? [], sent),
  ];
  return order.lines.map((line, index) => {
    const taxes = mergeTaxes([
      ...line.taxes.map((tax) => taxOf(tax, tax.amount.minorUnits)),
      ...wholeOrderTaxes.map(({ tax, shares }) => taxOf(tax, shares[index] ?? 0)),
    ]);
    return {
      lineNo: index + 1,
      quantity: line.quantity,
      grossMinor: gross[index] ?? 0,
      discountMinor: (ownDiscount[index] ?? 0) + (orderDiscount[index] ?? 0),
      shippingMinor: shipping[index] ?? 0,
      taxes,
      taxMinor: sum(taxes.map((tax) => tax.amountMinor)),
    };
  });
}

/** What is collected in a store, or never sent, bears no shipping, unless there is nothing else to bear it. */
function netOfSent(order: Order, net: readonly number[]): readonly number[] {
  const isSent = ({ pickup, notSent }: OrderLine) =>
    pickup === undefined && !isAccess(notSent?.why);
  const sent = order.lines.map((line, index) => (isSent(line) ? (net[index] ?? 0) : 0));
  return sent.some((minor) => minor > 0) ? sent : net;
}

/** Each line's share of an order that need not tie: then only what the line says itself. */
export function readShares(order: Order): AllocatedLine[] {
  if (checkTotals(order).length === 0) return allocateToLines(order);
  return order.lines.map((line, index) => ({
    lineNo: index + 1,
    quantity: line.quantity,
    grossMinor: lineGross(line),
    discountMinor: lineDiscount(line),
    shippingMinor: 0,
    taxes: line.taxes.map((tax) => taxOf(tax, tax.amount.minorUnits)),
    taxMinor: taxTotal(line.taxes),
  }));
}

export const TOTALS_OVERRIDE = 'TOTALS-OVERRIDE';

/**
 * The order at what the buyer was charged: where its lines add up to more than it says, the
 * difference is a discount of its own; where its taxes were rounded otherwise, line by line and as
 * a whole, the largest of them takes the difference. Null where that does not make it tie.
 */
export function acceptStatedTotals(order: Order): Order | null {
  if (currencyProblems(order).length > 0) return null;
  const subtotal = sum(order.lines.map(lineGross));
  const difference = Math.max(0, subtotal - order.totals.subtotal.minorUnits);
  const taxMinor = taxRounding(order);
  if (taxMinor === null || (difference === 0 && taxMinor === 0)) return null;
  const { currency } = order;
  const rounded = withTaxRounding(order, taxMinor);
  const adjusted: Order =
    difference === 0
      ? rounded
      : {
          ...rounded,
          discounts: [
            ...order.discounts,
            { code: TOTALS_OVERRIDE, amount: { currency, minorUnits: difference } },
          ],
          totals: {
            ...order.totals,
            subtotal: { currency, minorUnits: subtotal },
            discount: { currency, minorUnits: order.totals.discount.minorUnits + difference },
          },
        };
  return checkTotals(adjusted).length === 0 ? adjusted : null;
}

const allTaxes = (order: Order): TaxAmount[] => [
  ...order.lines.flatMap((line) => line.taxes),
  ...order.taxes,
  ...(order.shipping?.taxes ?? []),
];

/** What the stated tax is more or less than its parts; null where that is more than rounding is. */
function taxRounding(order: Order): number | null {
  const taxes = allTaxes(order);
  const minor = order.totals.tax.minorUnits - taxTotal(taxes);
  return Math.abs(minor) <= taxes.length * MOST_ROUNDED_MINOR ? minor : null;
}
/** Of each amount of tax: half a minor unit one way, half of one the other. */
const MOST_ROUNDED_MINOR = 1;

function withTaxRounding(order: Order, minor: number): Order {
  const largest = allTaxes(order).reduce<TaxAmount | null>(
    (most, one) => (most && most.amount.minorUnits >= one.amount.minorUnits ? most : one),
    null,
  );
  if (minor === 0 || largest === null) return order;
  const { currency, minorUnits } = largest.amount;
  const amount = { currency, minorUnits: Math.max(0, minorUnits + minor) };
  const of = (taxes: readonly TaxAmount[]) =>
    taxes.map((one) => (one === largest ? { ...one, amount } : one));
  const { shipping } = order;
  return {
    ...order,
    lines: order.lines.map((line) => ({ ...line, taxes: of(line.taxes) })),
    taxes: of(order.taxes),
    ...(shipping && { shipping: { ...shipping, taxes: of(shipping.taxes) } }),
  };
}

/** What accepting it as charged takes over; null where that does not make it tie. */
export function statedTotalsDifference(order: Order): number | null {
  const adjusted = acceptStatedTotals(order);
  if (adjusted === null) return null;
  const override = adjusted.discounts.find(({ code }) => code === TOTALS_OVERRIDE);
  return (override?.amount.minorUnits ?? 0) + Math.abs(taxRounding(order) ?? 0);
}
