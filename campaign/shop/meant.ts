/**
 * What a merchant means with an order, by what they did to it in their shop's admin, and nothing
 * else: which units the buyer is to have, what is to be kept of their money, where it goes. It knows
 * nothing of the code that is tried on it.
 */
export const TAX_PERCENT = 6;

export interface Sold {
  readonly sku: string;
  readonly quantity: number;
  /** Of one, in cents: a multiple of 50, so that its tax is whole. */
  readonly priceMinor: number;
}

export type Act =
  | { readonly act: 'cancel' }
  | { readonly act: 'set-quantity'; readonly sku: string; readonly quantity: number }
  | {
      readonly act: 'add-line';
      readonly sku: string;
      readonly quantity: number;
      readonly price: string;
    }
  | {
      readonly act: 'refund';
      readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
      readonly restock: boolean;
      readonly amount?: string;
    }
  | { readonly act: 'address'; readonly address: Readonly<Record<string, string | null>> }
  | { readonly act: 'mark-paid' }
  | {
      readonly act: 'fulfil';
      readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
    };

export interface Meant {
  /** Units that the buyer is to have, and what of one is owed with its tax. */
  readonly lines: readonly (Sold & { readonly isTaxed: boolean })[];
  readonly shippingMinor: number;
  /** Given back without taking anything off. */
  readonly goodwillMinor: number;
  readonly isCancelled: boolean;
  readonly isPaidFor: boolean;
  readonly street: string;
}

export const grossOf = ({ priceMinor }: Pick<Sold, 'priceMinor'>, isTaxed = true): number =>
  isTaxed ? priceMinor + (priceMinor * TAX_PERCENT) / 100 : priceMinor;

export function placed(of: {
  readonly lines: readonly Sold[];
  readonly shippingMinor: number;
  readonly isPaidFor: boolean;
  readonly street: string;
}): Meant {
  const lines = of.lines.map((line) => ({ ...line, isTaxed: true }));
  return { ...of, lines, goodwillMinor: 0, isCancelled: false };
}

const cents = (major: string) => Math.round(Number(major) * 100);

/** After an act that the shop did not refuse. */
export function after(meant: Meant, act: Act): Meant {
  const fewer = (sku: string, to: (had: number) => number) =>
    meant.lines.map((line) => (line.sku === sku ? { ...line, quantity: to(line.quantity) } : line));
  switch (act.act) {
    case 'cancel':
      return { ...meant, isCancelled: true };
    case 'set-quantity':
      return { ...meant, lines: fewer(act.sku, () => act.quantity) };
    case 'add-line': {
      const { sku, quantity, price } = act;
      const line = { sku, quantity, priceMinor: cents(price), isTaxed: false };
      return { ...meant, lines: [...meant.lines, line] };
    }
    case 'refund': {
      // Units that are not put back are still the buyer's: their money is a courtesy.
      if (!act.restock) {
        return { ...meant, goodwillMinor: meant.goodwillMinor + cents(act.amount ?? '0') };
      }
      return act.lines.reduce(
        (now, { sku, quantity }) => ({
          ...now,
          lines: now.lines.map((line) =>
            line.sku === sku ? { ...line, quantity: line.quantity - quantity } : line,
          ),
        }),
        meant,
      );
    }
    case 'address':
      return { ...meant, street: act.address['address1'] ?? '' };
    case 'mark-paid':
      return { ...meant, isPaidFor: true };
    case 'fulfil':
      return meant;
  }
}

/** Units that the buyer ends with, by SKU; what nobody paid for does not leave. */
export function unitsMeant(meant: Meant): ReadonlyMap<string, number> {
  const isGoing = !meant.isCancelled && meant.isPaidFor;
  return new Map(
    meant.lines
      .filter(({ quantity }) => isGoing && quantity > 0)
      .map(({ sku, quantity }) => [sku, quantity]),
  );
}

/** What is kept of the buyer's money. Cents. */
export function moneyMeant(meant: Meant): number {
  if (meant.isCancelled || !meant.isPaidFor) return 0;
  const goods = meant.lines.reduce(
    (sum, line) => sum + line.quantity * grossOf(line, line.isTaxed),
    0,
  );
  // Nobody gives back more than was paid.
  return Math.max(0, goods + meant.shippingMinor - meant.goodwillMinor);
}
