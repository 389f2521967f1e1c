/** Buyers, and what is decided on their orders: every call is made again until it has an answer. */
import { setTimeout as delay } from 'node:timers/promises';
import { bringBack } from './bring-back';
import { HTTP_OK, orderWhere, say, type People } from './callers';
import { collect } from './collect';
import { askUntil, control, type Answer } from './outside';
import { SHOP, type Sale } from './plan';
import { LOCATIONS_IN_SHOP } from './plan-pickup';

const TAX_RATE = 0.06;
/** Looked for in logs and histories afterwards: it must be nowhere. */
export const BUYER = {
  name: 'Wilhelmina Quackenbush',
  email: 'wilhelmina.quackenbush@mail.test',
  street: '4711 Persimmon Crescent',
} as const;

const usd = (minorUnits: number) => ({ currency: 'USD', minorUnits });
const major = (minor: number) => (minor / 100).toFixed(2);

/** Positions of the lines that a store hands over; all others are sent. */
function collectedLines({ pickup, lines }: Sale): readonly number[] {
  if (pickup === null) return [];
  return [...lines.keys()].filter((index) => index > 0 || !pickup.isMixed);
}

/** The canonical order of our own web shop. */
function webOrder(sale: Sale, placedAt: string) {
  const taxOf = (quantity: number) => Math.round(sale.priceMinor * quantity * TAX_RATE);
  const sum = (of: (quantity: number) => number) =>
    sale.lines.reduce((total, { quantity }) => total + of(quantity), 0);
  const subtotal = sum((quantity) => sale.priceMinor * quantity);
  const tax = sum(taxOf);
  return {
    channelInstance: sale.channel,
    orderNo: sale.orderNo,
    placedAt,
    currency: 'USD',
    customer: { email: BUYER.email, name: BUYER.name },
    shipTo: {
      name: BUYER.name,
      address1: BUYER.street,
      city: 'Columbus',
      region: 'OH',
      country: 'US',
    },
    lines: sale.lines.map(({ sku, quantity }, index) => ({
      sku,
      quantity,
      ...(sale.pickup &&
        collectedLines(sale).includes(index) && {
          pickup: { storeId: sale.pickup.store },
        }),
      unitPrice: usd(sale.priceMinor),
      taxes: [{ code: 'State Tax', amount: usd(taxOf(quantity)) }],
    })),
    totals: {
      subtotal: usd(subtotal),
      discount: usd(0),
      shipping: usd(0),
      tax: usd(tax),
      total: usd(subtotal + tax),
    },
    tenders: [{ gateway: 'stripe', amount: usd(subtotal + tax), paymentMethodRef: sale.card }],
    ...(sale.isHeld && { hold: { reason: 'fraud review' } }),
  };
}

/** A few lines, of which the shop makes an order whose totals tie. */
const shopSketch = (sale: Sale) => ({
  id: Number(sale.orderNo),
  orderNumber: Number(sale.orderNo),
  lines: sale.lines.map((line) => ({ ...line, price: major(sale.priceMinor) })),
  financialStatus: sale.isPaid ? 'paid' : 'authorized',
  sendWebhook: { copies: sale.copies, delayMs: sale.lateMs },
  ...(sale.pickup && {
    pickup: {
      locationId: LOCATIONS_IN_SHOP[sale.pickup.store],
      lines: collectedLines(sale),
    },
  }),
});

/**
 * Sells one order; what is decided on it, what its store does and what its buyer brings back happen
 * beside each other.
 */
export async function live(people: People, sale: Sale): Promise<void> {
  const { json, deadlineMs, told } = people;
  await delay(sale.atMs);
  if (sale.channel === SHOP) {
    const isMade = ({ status }: Answer) => status === HTTP_OK || status === HTTP_OK + 1;
    const make = () => control(json().sandbox, 'commerce', 'POST', 'orders', shopSketch(sale));
    await askUntil(make, isMade, deadlineMs);
    told.acknowledged.push({ sale, how: 'sold-by-the-shop' });
  } else {
    const body = webOrder(sale, new Date().toISOString());
    const key = `order-${sale.orderNo}`;
    const answer = await say(people, { role: 'oms', path: '/v1/orders', body, key });
    if (answer.status > HTTP_OK + 2) {
      told.refused += 1;
      return;
    }
    told.acknowledged.push({ sale, how: 'answered' });
  }
  const isCollected = collect(people, sale);
  await Promise.all([decideAll(people, sale), isCollected, bringBack(people, sale, isCollected)]);
}

async function decideAll(people: People, sale: Sale): Promise<void> {
  let passedMs = 0;
  for (const decision of sale.decisions) {
    await delay(decision.afterMs - passedMs);
    passedMs = decision.afterMs;
    await decide(people, sale, decision.action);
  }
}

/** Refused or done: both are answers. The shop's webhook may not have brought the order yet. */
async function decide(
  people: People,
  sale: Sale,
  action: Sale['decisions'][number]['action'],
): Promise<void> {
  const order = await orderWhere(people, sale, () => true);
  if (order === null) return;
  const route = action === 'cancel-a-unit' ? 'cancel' : action;
  const lines = action === 'cancel-a-unit' ? { lines: [{ lineNo: 1, quantity: 1 }] } : {};
  await say(people, {
    role: 'support',
    path: `/v1/orders/${order.orderId}/${route}`,
    body: { reason: 'the campaign decided so', ...lines },
    key: `${action}-${sale.orderNo}`,
  });
}
