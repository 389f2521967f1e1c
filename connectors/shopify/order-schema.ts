/**
 * The fields that we read of Shopify's REST order, as webhooks carry it; all others are ignored
 * here and kept with the raw event. Old payloads leave out or null much of it.
 * https://shopify.dev/docs/api/admin-rest/latest/resources/order
 */
import { z } from 'zod';

/** Shopify writes money as a decimal string; a JSON number is taken by its shortest decimal form. */
const Decimal = z.union([z.string(), z.number()]).transform(String);
const Id = z.union([z.int(), z.string().min(1)]).transform(String);
const Text = z.string().nullish();

export const TaxLine = z.looseObject({
  title: Text,
  price: Decimal,
  channel_liable: z.boolean().nullish(),
});
export type ShopifyTaxLine = z.infer<typeof TaxLine>;

const DiscountAllocation = z.looseObject({
  amount: Decimal,
  discount_application_index: z.int().min(0).nullish(),
});
export type ShopifyDiscountAllocation = z.infer<typeof DiscountAllocation>;

const DiscountApplication = z.looseObject({ code: Text, title: Text, description: Text });

export const LineItem = z.looseObject({
  id: Id.nullish(),
  sku: Text,
  variant_id: Id.nullish(),
  product_id: Id.nullish(),
  title: Text,
  name: Text,
  quantity: z.int(),
  /** Without what an edit or a refund took off. */
  current_quantity: z.int().min(0).nullish(),
  /** Still to be sent: a refund that puts nothing back leaves it as it was. */
  fulfillable_quantity: z.int().min(0).nullish(),
  fulfillment_status: Text,
  fulfillment_service: Text,
  gift_card: z.boolean().nullish(),
  price: Decimal,
  total_discount: Decimal.nullish(),
  discount_allocations: z.array(DiscountAllocation).nullish(),
  tax_lines: z.array(TaxLine).nullish(),
  requires_shipping: z.boolean().nullish(),
});
export type ShopifyLineItem = z.infer<typeof LineItem>;

export const ShippingLine = z.looseObject({
  price: Decimal,
  /** An edit took it off. */
  is_removed: z.boolean().nullish(),
  /** Often null, of a pickup too. */
  delivery_category: Text,
  discount_allocations: z.array(DiscountAllocation).nullish(),
  tax_lines: z.array(TaxLine).nullish(),
});

export type ShopifyShippingLine = z.infer<typeof ShippingLine>;

export const FulfillmentFields = z.looseObject({
  id: Id,
  /** `success`, `pending`, `open`, `cancelled`, `error`, `failure`; old payloads have none. */
  status: Text,
  created_at: Text,
  location_id: Id.nullish(),
  tracking_number: Text,
  line_items: z.array(z.looseObject({ id: Id, quantity: z.int() })).nullish(),
});
export type ShopifyFulfillment = z.infer<typeof FulfillmentFields>;

/** What a fulfilment's own webhook says beside: of which order it is. */
export const ShopifyOrderFulfillment = FulfillmentFields.extend({ order_id: Id });

const MoneySet = z.looseObject({ shop_money: z.looseObject({ amount: Decimal }) });

export const AddressFields = z.looseObject({
  name: Text,
  first_name: Text,
  last_name: Text,
  address1: Text,
  address2: Text,
  city: Text,
  province: Text,
  province_code: Text,
  zip: Text,
  country_code: Text,
  phone: Text,
});
export type ShopifyAddress = z.infer<typeof AddressFields>;

const CustomerFields = z.looseObject({
  id: Id.nullish(),
  first_name: Text,
  last_name: Text,
  email: Text,
  phone: Text,
});

export const ShopifyOrder = z.looseObject({
  id: Id,
  order_number: Id,
  created_at: z.string(),
  updated_at: Text,
  test: z.boolean().nullish(),
  cancelled_at: Text,
  cancel_reason: Text,
  currency: z.string(),
  financial_status: Text,
  gateway: Text,
  payment_gateway_names: z.array(z.string()).nullish(),
  taxes_included: z.boolean().nullish(),
  subtotal_price: Decimal,
  total_discounts: Decimal.nullish(),
  total_tax: Decimal.nullish(),
  total_tip_received: Decimal.nullish(),
  total_price: Decimal,
  email: Text,
  contact_email: Text,
  phone: Text,
  customer: CustomerFields.nullish(),
  shipping_address: AddressFields.nullish(),
  billing_address: AddressFields.nullish(),
  discount_codes: z.array(z.looseObject({ code: Text })).nullish(),
  discount_applications: z.array(DiscountApplication).nullish(),
  tax_lines: z.array(TaxLine).nullish(),
  line_items: z.array(LineItem),
  shipping_lines: z.array(ShippingLine).nullish(),
  fulfillments: z.array(FulfillmentFields).nullish(),
  /** Of a sale at a till: where it was made. */
  location_id: Id.nullish(),
  original_total_duties_set: MoneySet.nullish(),
  original_total_additional_fees_set: MoneySet.nullish(),
  total_cash_rounding_payment_adjustment_set: MoneySet.nullish(),
});
export type ShopifyOrder = z.infer<typeof ShopifyOrder>;

/** What a cancellation needs: which order, that it was cancelled, and why. */
export const ShopifyCancellation = z.looseObject({
  order_number: Id,
  cancelled_at: z.string('not cancelled, whatever the topic says'),
  cancel_reason: Text,
});

export const ShopifyTransaction = z.looseObject({
  id: Id,
  parent_id: Id.nullish(),
  kind: z.string(),
  status: z.string().nullish(),
  amount: z.string(),
  currency: z.string(),
});

/** What makes a refund one: the order it is of, and what was given back. */
export const ShopifyRefund = z.looseObject({
  id: Id,
  order_id: Id,
  refund_line_items: z.array(z.unknown()),
  /** Of which return it is; null where it is of none. */
  return: z.looseObject({ admin_graphql_api_id: z.string().min(1) }).nullish(),
  transactions: z.array(ShopifyTransaction),
});

/** Webhooks carry the bare order; the REST API, and captures of it, wrap it in `{"order": …}`. */
export function unwrapOrder(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('order' in body)) return body;
  return typeof body.order === 'object' && body.order !== null ? body.order : body;
}
