/** Orders of the two shops, made small: one line unless told otherwise, totals that tie. */
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import type { Answer, World } from './fixture';

export const WEB = 'web-us';
export const SHOP = 'shopify-us';

const MAX_ORDER_NO = 900_000_000;
const TAX_RATE = 0.06;

export const newOrderNo = (): string => String(100_000_000 + randomInt(MAX_ORDER_NO));
export const usd = (minorUnits: number) => ({ currency: 'USD', minorUnits });

export interface Selling {
  readonly orderNo?: string;
  readonly lines?: readonly { readonly sku: string; readonly quantity: number }[];
  /** Of one unit, in cents. */
  readonly priceMinor?: number;
  /** Stripe's test means of payment. */
  readonly card?: string;
  readonly tax?: string;
  readonly hold?: string;
  /** The store that it is collected at; left out: it is sent. */
  readonly storeId?: string;
}

export const BUYER = {
  name: 'Josephine Quillfeather',
  email: 'josephine.quillfeather@mail.test',
  address1: '77 Marmalade Crescent',
  city: 'Chattahoochee',
  phone: '555-0177-4242',
};

/** A canonical order of our own web shop, its total in cents beside it. */
export function webOrder(selling: Selling = {}) {
  const { orderNo = `W${newOrderNo()}`, priceMinor = 2_000, card = 'pm_card_visa' } = selling;
  const { lines = [{ sku: 'MUG', quantity: 1 }], tax = 'State Tax', hold, storeId } = selling;
  const { name, email, address1, city, phone } = BUYER;
  const taxOf = (quantity: number) => Math.round(priceMinor * quantity * TAX_RATE);
  const subtotal = lines.reduce((sum, { quantity }) => sum + priceMinor * quantity, 0);
  const taxMinor = lines.reduce((sum, { quantity }) => sum + taxOf(quantity), 0);
  return {
    channelInstance: WEB,
    orderNo,
    placedAt: new Date().toISOString(),
    currency: 'USD',
    customer: { email, name, phone },
    shipTo: { name, address1, city, region: 'FL', country: 'US', phone },
    lines: lines.map(({ sku, quantity }) => ({
      sku,
      quantity,
      unitPrice: usd(priceMinor),
      ...(storeId !== undefined && { pickup: { storeId } }),
      taxes: [{ code: tax, amount: usd(taxOf(quantity)) }],
    })),
    totals: {
      subtotal: usd(subtotal),
      discount: usd(0),
      shipping: usd(0),
      tax: usd(taxMinor),
      total: usd(subtotal + taxMinor),
    },
    tenders: [{ gateway: 'stripe', amount: usd(subtotal + taxMinor), paymentMethodRef: card }],
    ...(hold !== undefined && { hold: { reason: hold } }),
  };
}

const Submitted = z.looseObject({ orderId: z.string() });

export interface Sold {
  readonly orderId: string;
  readonly orderNo: string;
  readonly totalMinor: number;
  readonly answer: Answer;
}

/** Sells in our own web shop; the answer is the API's, 201 or 202. */
export async function sellOnWeb(world: World, selling: Selling = {}): Promise<Sold> {
  const order = webOrder(selling);
  const answer = await world.post('/v1/orders', 'oms', order);
  const { orderId } = Submitted.parse(answer.body);
  const totalMinor = order.totals.total.minorUnits;
  return { orderId, orderNo: order.orderNo, totalMinor, answer };
}

export interface ShopSelling {
  readonly lines?: readonly { readonly sku: string; readonly quantity: number }[];
  readonly price?: string;
  readonly financialStatus?: 'authorized' | 'paid';
  readonly sendWebhook?: boolean | { readonly copies: number };
  /** Collected at that location of the shop; of which lines, by position, where not of all. */
  readonly pickup?: { readonly locationId: string; readonly lines?: readonly number[] };
}

const ShopMade = z.looseObject({
  order: z.looseObject({ id: z.union([z.string(), z.number()]).transform(String) }),
});

/** A buyer buys in the Shopify shop, whose webhook is what we hear. */
export async function sellInShop(
  world: World,
  selling: ShopSelling = {},
): Promise<{ readonly orderNo: string; readonly shopId: string; readonly order: unknown }> {
  const orderNo = newOrderNo();
  const { lines = [{ sku: 'MUG', quantity: 1 }], price = '20.00' } = selling;
  const { financialStatus = 'authorized', sendWebhook = true, pickup } = selling;
  const made = await world.sandbox('commerce', 'POST', 'orders', {
    orderNumber: Number(orderNo),
    lines: lines.map((line) => ({ ...line, price })),
    financialStatus,
    sendWebhook,
    pickup,
  });
  const { order } = ShopMade.parse(made);
  return { orderNo, shopId: order.id, order };
}
