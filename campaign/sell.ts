/** Buyers, and what is decided on their orders: every call is made again until it has an answer. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Role } from '../canonical/schema/api-key';
import type { StackJson } from '../stack/supervisor/stack-json';
import { ask, askUntil, control, type Answer } from './outside';
import { SHOP, type Plan, type Sale } from './plan';

const TAX_RATE = 0.06;
/** Looked for in logs and histories afterwards: it must be nowhere. */
export const BUYER = {
  name: 'Wilhelmina Quackenbush',
  email: 'wilhelmina.quackenbush@mail.test',
  street: '4711 Persimmon Crescent',
} as const;

const usd = (minorUnits: number) => ({ currency: 'USD', minorUnits });
const major = (minor: number) => (minor / 100).toFixed(2);

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
    lines: sale.lines.map(({ sku, quantity }) => ({
      sku,
      quantity,
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
});

const HTTP_OK = 200;
const HTTP_SERVER_ERROR = 500;
const HTTP_TOO_MANY = 429;
/** Nothing to try again: whatever it says, it is the answer. */
const isFinal = ({ status, text }: Answer) =>
  status < HTTP_SERVER_ERROR &&
  status !== HTTP_TOO_MANY &&
  !text.includes('idempotency_in_progress');

/** An order that somebody was told is here, and what the channel calls it. */
export interface Acknowledged {
  readonly sale: Sale;
  readonly how: 'answered' | 'sold-by-the-shop';
}

export interface Selling {
  readonly json: () => StackJson;
  readonly deadlineMs: number;
  readonly onAcknowledged: (acknowledged: Acknowledged) => void;
  readonly onRefused: (sale: Sale, answer: Answer) => void;
}

/** Sells one order and decides on it as planned. */
export async function live(plan: Plan, sale: Sale, selling: Selling): Promise<void> {
  const { json, deadlineMs } = selling;
  await delay(sale.atMs);
  if (sale.channel === SHOP) {
    const isMade = ({ status }: Answer) => status === HTTP_OK || status === HTTP_OK + 1;
    const make = () => control(json().sandbox, 'commerce', 'POST', 'orders', shopSketch(sale));
    await askUntil(make, isMade, deadlineMs);
    selling.onAcknowledged({ sale, how: 'sold-by-the-shop' });
  } else {
    const order = webOrder(sale, new Date().toISOString());
    const submit = () => post(json(), 'oms', '/v1/orders', order, `order-${sale.orderNo}`);
    const answer = await askUntil(submit, isFinal, deadlineMs);
    if (answer.status > HTTP_OK + 2) return selling.onRefused(sale, answer);
    selling.onAcknowledged({ sale, how: 'answered' });
  }
  let passedMs = 0;
  for (const decision of sale.decisions) {
    await delay(decision.afterMs - passedMs);
    passedMs = decision.afterMs;
    await decide(plan, sale, decision.action, selling);
  }
}

function post(
  { apiUrl, keys }: StackJson,
  role: Role,
  path: string,
  body: unknown,
  key: string,
): Promise<Answer> {
  return ask('POST', new URL(path, apiUrl), body, {
    authorization: `Bearer ${keys[role]}`,
    'idempotency-key': key,
  });
}

const Found = z.object({ items: z.array(z.object({ orderId: z.string() })) });

/** Of an order that the shop's webhook may not have brought yet. */
async function idOf(sale: Sale, { json, deadlineMs }: Selling): Promise<string> {
  const query = new URLSearchParams({ channelInstance: sale.channel, orderNo: sale.orderNo });
  let orderId = '';
  const find = () => {
    const { apiUrl, keys } = json();
    const url = new URL(`/v1/orders?${query.toString()}`, apiUrl);
    return ask('GET', url, undefined, { authorization: `Bearer ${keys.support}` });
  };
  const isHere = ({ status, text }: Answer) => {
    if (status !== HTTP_OK) return false;
    orderId = Found.parse(JSON.parse(text)).items[0]?.orderId ?? '';
    return orderId !== '';
  };
  await askUntil(find, isHere, deadlineMs);
  return orderId;
}

/** Refused or done: both are answers. */
async function decide(
  { seed }: Plan,
  sale: Sale,
  action: Sale['decisions'][number]['action'],
  selling: Selling,
): Promise<void> {
  const orderId = await idOf(sale, selling);
  const route = action === 'cancel-a-unit' ? 'cancel' : action;
  const lines = action === 'cancel-a-unit' ? { lines: [{ lineNo: 1, quantity: 1 }] } : {};
  const body = { reason: 'the campaign decided so', ...lines };
  const key = `${action}-${seed}-${sale.orderNo}`;
  const path = `/v1/orders/${orderId}/${route}`;
  await askUntil(
    () => post(selling.json(), 'support', path, body, key),
    isFinal,
    selling.deadlineMs,
  );
}
