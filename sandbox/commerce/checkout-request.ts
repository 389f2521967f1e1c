/** `POST /_sandbox/orders`: what may be given, and an order made of a few lines. */
import { z } from 'zod';
import { majorUnits, minorUnits } from '../money';
import { COPIES_MAX } from '../webhook-script';

const LINES_MAX = 10_001;
const TAX_RATE = 0.06;
const SHIPPING_DEFAULT = '5.00';

const decimal = z.union([z.string(), z.number()]);
const numericId = z.union([z.int().positive(), z.string().regex(/^\d{1,18}$/)]);

export const webhookOptions = z.object({
  copies: z.int().min(1).max(COPIES_MAX).optional(),
  delayMs: z.int().min(0).max(600_000).optional(),
  topic: z.string().min(1).max(100).optional(),
});
const sendWebhook = z.union([z.boolean(), webhookOptions]).optional();

const authorization = z
  .object({
    amount: decimal.optional(),
    status: z.enum(['SUCCESS', 'FAILURE', 'PENDING', 'ERROR']).optional(),
    expiresAt: z.string().optional(),
    multiCapturable: z.boolean().optional(),
  })
  .optional();

/** The location that the buyer collects at; of which lines, by position, where not of all. */
const pickup = z
  .object({
    locationId: z.string().regex(/^\d{1,18}$/),
    locationName: z.string().min(1).max(200).optional(),
    lines: z.array(z.int().min(0).max(LINES_MAX)).min(1).max(LINES_MAX).optional(),
  })
  .optional();
export type PickupOption = NonNullable<z.infer<typeof pickup>>;

/** What of the total a gift card of the shop pays, redeemed at once. */
const giftCard = z.object({ amount: decimal }).optional();

/** The buyer pays in another currency than the shop sells in. */
const presentment = z
  .object({ currency: z.string().length(3), rate: z.number().positive() })
  .optional();

const optionsSchema = z.looseObject({
  sendWebhook,
  webhook: sendWebhook,
  authorization,
  giftCard,
  pickup,
  presentment,
});

/** An order in the form of Shopify's REST API; what is not known here is kept and passed on. */
export const orderSchema = z.looseObject({
  id: numericId.optional(),
  order_number: z.int().nullish(),
  name: z.string().nullish(),
  created_at: z.string().nullish(),
  currency: z.string().length(3).nullish(),
  total_price: decimal.nullish(),
  financial_status: z.string().nullish(),
  gateway: z.string().nullish(),
  payment_gateway_names: z.array(z.string()).nullish(),
  shipping_lines: z
    .array(
      z.looseObject({
        code: z.string().nullish(),
        title: z.string().nullish(),
        delivery_category: z.string().nullish(),
      }),
    )
    .nullish(),
  line_items: z
    .array(
      z.looseObject({
        id: numericId.nullish(),
        sku: z.string().nullish(),
        title: z.string().nullish(),
        name: z.string().nullish(),
        quantity: z.int().min(0),
        price: decimal,
      }),
    )
    .min(1)
    .max(LINES_MAX),
});
export type RestOrder = z.infer<typeof orderSchema>;

const sketchSchema = z
  .looseObject({
    id: numericId.optional(),
    orderNumber: z.int().positive().optional(),
    order_number: z.int().positive().optional(),
    currency: z.string().length(3).default('USD'),
    financialStatus: z.string().optional(),
    shipping: decimal.default(SHIPPING_DEFAULT),
    taxRate: z.number().min(0).max(1).default(TAX_RATE),
    lines: z
      .array(
        z.object({
          sku: z.string().min(1),
          quantity: z.int().min(1),
          price: decimal,
          title: z.string().optional(),
        }),
      )
      .min(1)
      .max(LINES_MAX),
  })
  .superRefine((sketch, context) => {
    const prices = sketch.lines.map(
      (line, index) => [['lines', index, 'price'], line.price] as const,
    );
    for (const [path, price] of [...prices, [['shipping'], sketch.shipping] as const]) {
      if (minorUnits(price, sketch.currency) !== undefined) continue;
      context.addIssue({ code: 'custom', path: [...path], message: 'is not an amount' });
    }
  });
type Sketch = z.infer<typeof sketchSchema>;

/** Either a whole order (bare, or as `order`), or a few lines. */
export const checkoutSchema = z.unknown().transform((body, context) => {
  const options = optionsSchema.safeParse(body);
  const found = options.success ? orderIn(options.data) : undefined;
  for (const parsed of [options, found]) {
    for (const issue of parsed?.error?.issues ?? []) {
      context.addIssue({ code: 'custom', path: issue.path, message: issue.message });
    }
  }
  if (!options.success || !found?.success) return z.NEVER;
  const { authorization: auth, giftCard: card, sendWebhook: send, webhook } = options.data;
  const { pickup: collected, presentment: paidAs } = options.data;
  const { data: order, given } = found;
  const webhooks = send ?? webhook;
  const of = {
    authorization: auth,
    giftCard: card,
    webhook: webhooks,
    pickup: collected,
    presentment: paidAs,
  };
  return { order, given, ...of };
});
export type Checkout = z.infer<typeof checkoutSchema>;

type Options = z.infer<typeof optionsSchema>;

function orderIn(options: Options) {
  const about = new Set(Object.keys(optionsSchema.shape));
  const bare = Object.fromEntries(Object.entries(options).filter(([name]) => !about.has(name)));
  const given = bare['order'] ?? bare;
  if (typeof given === 'object' && given !== null && 'lines' in given && !('line_items' in given)) {
    const sketch = sketchSchema.safeParse(given);
    return sketch.success
      ? { ...orderSchema.safeParse(orderOf(sketch.data, options.pickup)), given }
      : { success: false as const, error: sketch.error, given };
  }
  return { ...orderSchema.safeParse(given), given };
}

const BUYER = {
  first_name: 'Robin',
  last_name: 'Example',
  name: 'Robin Example',
  address1: '12 Sample Street',
  address2: null,
  city: 'Louisville',
  zip: '40202',
  province: 'Kentucky',
  province_code: 'KY',
  country: 'United States',
  country_code: 'US',
  phone: '555-0100',
  company: null,
};

/** As Shopify's: the location's name, and no word that it is a pickup. */
function shippingLine(name: string, code: string, price: string, id: number) {
  const source = 'shopify';
  const none = { discount_allocations: [], tax_lines: [], delivery_category: null };
  return { id, title: name, code, source, price, discounted_price: price, ...none };
}

/** A plausible order whose totals tie to the cent. What is collected has no address to ship to. */
function orderOf(sketch: Sketch, collected: PickupOption | undefined): Record<string, unknown> {
  const { currency, taxRate } = sketch;
  const major = (minor: number): string => majorUnits(minor, currency);
  const taxLine = (minor: number) => ({ title: 'State Tax', price: major(minor), rate: taxRate });
  const isShipped =
    !collected || sketch.lines.some((_, index) => collected.lines?.includes(index) === false);
  const placeName = collected?.locationName ?? `Store ${collected?.locationId}`;
  const shippingMinor = isShipped ? (minorUnits(sketch.shipping, currency) ?? 0) : 0;
  let subtotalMinor = 0;
  let taxMinor = 0;
  const line_items = sketch.lines.map((line) => {
    const unitMinor = minorUnits(line.price, currency) ?? 0;
    const lineTaxMinor = Math.round(unitMinor * line.quantity * taxRate);
    subtotalMinor += unitMinor * line.quantity;
    taxMinor += lineTaxMinor;
    const title = line.title ?? line.sku;
    return {
      sku: line.sku,
      title,
      name: title,
      quantity: line.quantity,
      fulfillable_quantity: line.quantity,
      price: major(unitMinor),
      total_discount: '0.00',
      discount_allocations: [],
      taxable: lineTaxMinor > 0,
      requires_shipping: true,
      gift_card: false,
      fulfillment_service: 'manual',
      fulfillment_status: null,
      tax_lines: lineTaxMinor > 0 ? [taxLine(lineTaxMinor)] : [],
    };
  });
  const totalMinor = subtotalMinor + taxMinor + shippingMinor;
  return {
    id: sketch.id,
    order_number: sketch.orderNumber ?? sketch.order_number,
    email: 'robin@example.com',
    currency,
    presentment_currency: currency,
    financial_status: sketch.financialStatus ?? 'authorized',
    fulfillment_status: null,
    gateway: 'shopify_payments',
    payment_gateway_names: ['shopify_payments'],
    source_name: 'web',
    taxes_included: false,
    test: false,
    discount_codes: [],
    subtotal_price: major(subtotalMinor),
    total_line_items_price: major(subtotalMinor),
    total_discounts: '0.00',
    total_tax: major(taxMinor),
    total_price: major(totalMinor),
    total_shipping_price_set: {
      shop_money: { amount: major(shippingMinor), currency_code: currency },
      presentment_money: { amount: major(shippingMinor), currency_code: currency },
    },
    tax_lines: taxMinor > 0 ? [taxLine(taxMinor)] : [],
    shipping_lines: [
      ...(collected ? [shippingLine(placeName, placeName, major(0), 2)] : []),
      ...(isShipped ? [shippingLine('Standard', 'STANDARD', major(shippingMinor), 1)] : []),
    ],
    customer: { id: 1, email: 'robin@example.com', first_name: 'Robin', last_name: 'Example' },
    billing_address: BUYER,
    shipping_address: isShipped ? BUYER : null,
    line_items,
  };
}
