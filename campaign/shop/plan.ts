/**
 * A shop's life, drawn from its seed: a few orders, what the merchant does to each, when the
 * warehouse sends what it was asked for, and how the shop's webhooks arrive.
 */
import { chanceOf, type Chance } from '../chance';
import { after, grossOf, moneyMeant, placed, type Act, type Meant, type Sold } from './meant';

export const SKUS = ['MUG-BLUE', 'TEA-ASSAM-250', 'COCOA-200'] as const;
export const COST_MINOR: Readonly<Record<string, number>> = {
  'MUG-BLUE': 410,
  'TEA-ASSAM-250': 525,
  'COCOA-200': 300,
};

export interface Telling {
  readonly topic: string;
  readonly copies: number;
  readonly delayMs: number;
}

export type Step =
  | {
      readonly kind: 'act';
      readonly afterMs: number;
      readonly act: Act;
      readonly told: readonly Telling[];
    }
  /** What the warehouse was asked for until then leaves; in part: one unit of it. */
  | { readonly kind: 'ship'; readonly afterMs: number; readonly isPart: boolean };

export interface PlannedOrder {
  readonly number: number;
  readonly lines: readonly Sold[];
  readonly shippingMinor: number;
  readonly payment: 'authorized' | 'paid' | 'pending';
  readonly born: Telling;
  readonly steps: readonly Step[];
}

const ORDERS_MAX = 3;
const STEPS_MAX = 4;
const FIRST_NUMBER = 500_000_000;
const NUMBERS_OF_A_SEED = 100;
const APART_MAX_MS = 1_500;
const LATE_MAX_MS = 3_000;
const OFTEN = 0.7;
const SELDOM = 0.25;

const TAKES_OFF = new Set<Act['act']>(['set-quantity', 'refund']);

export function shopLifeOf(seed: number): readonly PlannedOrder[] {
  const chance = chanceOf(seed, 'shop');
  return Array.from({ length: chance.whole(1, ORDERS_MAX) }, (_unused, index) =>
    orderOf(chance, FIRST_NUMBER + seed * NUMBERS_OF_A_SEED + index),
  );
}

function orderOf(chance: Chance, number: number): PlannedOrder {
  const lines = SKUS.slice(0, chance.whole(1, 2)).map((sku) => ({
    sku,
    quantity: chance.whole(1, 4),
    priceMinor: 50 * chance.whole(10, 60),
  }));
  const wholeShippingMinor = chance.pick([0, 500]);
  const payment = chance.pick(['authorized', 'authorized', 'paid', 'paid', 'pending'] as const);
  const steps: Step[] = [];
  const isPaidFor = payment !== 'pending';
  let meant = placed({ lines, shippingMinor: 0, isPaidFor, street: '' });
  const wanted = chance.whole(0, STEPS_MAX);
  for (let turn = 0; turn < wanted; turn += 1) {
    const afterMs = chance.whole(0, APART_MAX_MS);
    if (chance.happens(SELDOM)) {
      steps.push({ kind: 'ship', afterMs, isPart: chance.happens(1 / 2) });
      continue;
    }
    const act = actOn(chance, meant, { number, payment });
    if (act === null) continue;
    meant = after(meant, act);
    steps.push({ kind: 'act', afterMs, act, told: tellings(chance, act) });
  }
  // What is taken off has a share of the shipping here, and none in the shop: nobody says which is meant.
  const isLess = steps.some((step) => step.kind === 'act' && TAKES_OFF.has(step.act.act));
  return {
    number,
    lines,
    shippingMinor: isLess ? 0 : wholeShippingMinor,
    payment,
    born: telling(chance, 'orders/create'),
    steps,
  };
}

const usd = (minor: number) => (minor / 100).toFixed(2);

function actOn(
  chance: Chance,
  meant: Meant,
  { number, payment }: Pick<PlannedOrder, 'number' | 'payment'>,
): Act | null {
  if (meant.isCancelled) return null;
  const open = meant.lines.filter(({ quantity }) => quantity > 0);
  const units = open.reduce((sum, { quantity }) => sum + quantity, 0);
  const line = chance.pick(open);
  // An order of nothing is one that was cancelled.
  const most = units > line.quantity ? line.quantity : line.quantity - 1;
  const kinds: Act['act'][] = ['cancel', 'address', 'add-line', 'fulfil'];
  if (most > 0) kinds.push('set-quantity', 'set-quantity', 'refund', 'refund');
  if (payment === 'pending' && !meant.isPaidFor) kinds.push('mark-paid', 'mark-paid', 'mark-paid');
  const kind = chance.pick(kinds);
  const quantity = most > 0 ? chance.whole(1, most) : 1;
  const { sku } = line;
  switch (kind) {
    case 'cancel':
    case 'mark-paid':
      return { act: kind };
    case 'set-quantity':
      return { act: kind, sku, quantity: line.quantity - quantity };
    case 'address':
      return { act: kind, address: addressOf(`${chance.whole(1, 999)} Moved Lane`) };
    case 'add-line': {
      const other = SKUS.find((one) => meant.lines.every((had) => had.sku !== one));
      return other
        ? { act: kind, sku: other, quantity, price: usd(((50 * number) % 1_000) + 500) }
        : null;
    }
    case 'fulfil':
      return { act: kind, lines: [{ sku, quantity: 1 }] };
    case 'refund':
      return refundOf(chance, meant, { sku, quantity, isPaid: payment === 'paid' });
  }
}

/** Units taken off with or without their money, or money alone. */
function refundOf(
  chance: Chance,
  meant: Meant,
  of: { readonly sku: string; readonly quantity: number; readonly isPaid: boolean },
): Act | null {
  const { sku, quantity, isPaid } = of;
  const line = meant.lines.find((one) => one.sku === sku);
  if (!line) return null;
  const restock = chance.happens(OFTEN);
  const worth = quantity * grossOf(line, line.isTaxed);
  if (restock) {
    const amount = isPaid ? { amount: usd(worth) } : {};
    return { act: 'refund', lines: [{ sku, quantity }], restock, ...amount };
  }
  if (!isPaid || worth >= moneyMeant(meant)) return null;
  const lines = chance.happens(1 / 2) ? [{ sku, quantity }] : [];
  return { act: 'refund', lines, restock, amount: usd(worth) };
}

export const addressOf = (street: string) => ({
  first_name: 'Robin',
  last_name: 'Example',
  name: 'Robin Example',
  address1: street,
  address2: null,
  city: 'Louisville',
  zip: '40202',
  province: 'Kentucky',
  province_code: 'KY',
  country: 'United States',
  country_code: 'US',
  phone: '555-0100',
});

/** All of these carry the order as it is now. */
const WHOLE = ['orders/updated', 'orders/paid', 'orders/fulfilled', 'orders/partially_fulfilled'];
const OWN: Readonly<Partial<Record<Act['act'], string>>> = {
  cancel: 'orders/cancelled',
  'set-quantity': 'orders/edited',
  'add-line': 'orders/edited',
  refund: 'refunds/create',
  'mark-paid': 'orders/paid',
  fulfil: 'fulfillments/create',
};

const telling = (chance: Chance, topic: string): Telling => ({
  topic,
  copies: chance.happens(SELDOM) ? 2 : 1,
  delayMs: chance.happens(1 / 2) ? 0 : chance.whole(0, LATE_MAX_MS),
});

/** Its own topic, and the whole order under one or two; each when it comes. */
function tellings(chance: Chance, { act }: Act): Telling[] {
  const own = OWN[act];
  const whole = [chance.pick(WHOLE), ...(chance.happens(1 / 2) ? ['orders/updated'] : [])];
  return [...(own === undefined ? [] : [own]), ...whole].map((topic) => telling(chance, topic));
}
