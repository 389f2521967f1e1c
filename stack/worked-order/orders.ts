/** The two worked orders: one sold by a Shopify shop, one by a web shop of ours on Stripe. */
import { randomInt } from 'node:crypto';
import type { Api } from './api-client';
import { MUG, TEA } from './shop';

const MAX_ORDER_NO = 9_000_000;

/** Each start sells a new order: numbers are drawn, as data of earlier starts stays. */
export const newOrderNo = () => 1_000_000 + randomInt(MAX_ORDER_NO);

/** A buyer pays in the shop; the shop authorizes, and its webhook is what we hear. */
export async function sellInShopify(commerce: Api): Promise<string> {
  const orderNo = newOrderNo();
  await commerce.post('/_sandbox/orders', {
    order: {
      id: 5_000_000_000 + orderNo,
      order_number: orderNo,
      name: `#${orderNo}`,
      created_at: new Date().toISOString(),
      currency: 'USD',
      financial_status: 'authorized',
      gateway: 'shopify_payments',
      payment_gateway_names: ['shopify_payments'],
      taxes_included: false,
      subtotal_price: '40.98',
      total_line_items_price: '45.98',
      total_discounts: '5.00',
      total_tax: '2.76',
      total_price: '48.73',
      email: 'ada@example.test',
      customer: { first_name: 'Ada', last_name: 'Example', email: 'ada@example.test' },
      shipping_address: {
        name: 'Ada Example',
        address1: '12 Sample Street',
        city: 'Louisville',
        province_code: 'KY',
        country_code: 'US',
        zip: '40202',
      },
      line_items: [
        {
          id: 11,
          sku: MUG,
          title: 'Stoneware mug, blue',
          quantity: 2,
          price: '12.99',
          tax_lines: [{ title: 'State Tax', price: '1.38', rate: 0.06 }],
          discount_allocations: [{ amount: '3.00' }],
        },
        {
          id: 12,
          sku: TEA,
          title: 'Assam tea, 250 g',
          quantity: 1,
          price: '20.00',
          tax_lines: [{ title: 'State Tax', price: '1.08', rate: 0.06 }],
          discount_allocations: [{ amount: '2.00' }],
        },
      ],
      shipping_lines: [
        {
          title: 'Standard',
          code: 'Standard',
          price: '4.99',
          tax_lines: [{ title: 'State Tax', price: '0.30', rate: 0.06 }],
        },
      ],
    },
    sendWebhook: true,
  });
  return String(orderNo);
}

const usd = (minorUnits: number) => ({ currency: 'USD', minorUnits });

interface WebSale {
  readonly orderNo: string;
  readonly buyer: { readonly email: string; readonly name: string };
  readonly line: {
    readonly sku: string;
    readonly quantity: number;
    readonly unitMinor: number;
    readonly taxMinor: number;
    /** Collected there; left out: sent. */
    readonly storeId?: string;
  };
  /** Stripe's test means of payment. */
  readonly card: string;
}

/** Our own web shop submits the canonical order and has its answer at once; Stripe is ours to call. */
export async function submitWebOrder(oms: Api, sale: WebSale): Promise<string> {
  const { orderNo, buyer, card } = sale;
  const { sku, quantity, unitMinor, taxMinor, storeId } = sale.line;
  const subtotalMinor = quantity * unitMinor;
  const total = usd(subtotalMinor + taxMinor);
  const isSent = storeId === undefined;
  await oms.post(
    '/v1/orders',
    {
      channelInstance: 'web-us',
      orderNo,
      placedAt: new Date().toISOString(),
      currency: 'USD',
      customer: buyer,
      ...(isSent && {
        shipTo: { name: buyer.name, city: 'Columbus', region: 'OH', country: 'US' },
      }),
      lines: [
        {
          sku,
          quantity,
          unitPrice: usd(unitMinor),
          taxes: [{ code: 'State Tax', amount: usd(taxMinor) }],
          ...(!isSent && { pickup: { storeId } }),
        },
      ],
      totals: {
        subtotal: usd(subtotalMinor),
        discount: usd(0),
        shipping: usd(0),
        tax: usd(taxMinor),
        total,
      },
      tenders: [{ gateway: 'stripe', amount: total, paymentMethodRef: card }],
    },
    `worked-order-${orderNo}`,
  );
  return orderNo;
}

export const sellInWebShop = (oms: Api): Promise<string> =>
  submitWebOrder(oms, {
    orderNo: `W${newOrderNo()}`,
    buyer: { email: 'ben@example.test', name: 'Ben Example' },
    line: { sku: TEA, quantity: 3, unitMinor: 2_000, taxMinor: 345 },
    card: 'pm_card_visa',
  });
