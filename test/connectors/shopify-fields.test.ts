/** Every field of a Shopify order is read, or is listed with the reason why nothing depends on it. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  FULFILLMENT_FIELDS,
  LINE_FIELDS,
  ORDER_FIELDS,
  SHIPPING_FIELDS,
  TAX_FIELDS,
  type FieldTable,
} from '../../connectors/shopify/order-fields';
import {
  FulfillmentFields,
  LineItem,
  ShippingLine,
  ShopifyOrder,
  TaxLine,
} from '../../connectors/shopify/order-schema';
import { hasOutside, outsideJson, NEEDS_OUTSIDE } from './fixtures';

const TABLES: [string, FieldTable, { readonly shape: object }][] = [
  ['the order', ORDER_FIELDS, ShopifyOrder],
  ['a line', LINE_FIELDS, LineItem],
  ['a shipping line', SHIPPING_FIELDS, ShippingLine],
  ['a tax', TAX_FIELDS, TaxLine],
  ['a fulfilment', FULFILLMENT_FIELDS, FulfillmentFields],
];

test.each(TABLES)(
  'of %s exactly the fields that are read are said to be',
  (_, table, { shape }) => {
    const said = Object.keys(table).filter((field) => table[field] === 'read');
    expect(said.sort()).toEqual(Object.keys(shape).sort());
  },
);

const Part = z.looseObject({});
const Sold = z.looseObject({
  line_items: z.array(Part).default([]),
  shipping_lines: z.array(Part).default([]),
  tax_lines: z.array(Part).default([]),
  fulfillments: z.array(Part).default([]),
});
const unlisted = (table: FieldTable, parts: readonly object[]) => [
  ...new Set(parts.flatMap((part) => Object.keys(part)).filter((field) => !(field in table))),
];

describe.runIf(hasOutside('shopify'))('a field of an outside order', NEEDS_OUTSIDE, () => {
  test.each([
    'rest/order.json',
    'rest/orders.json',
    'go-fixtures/order.json',
    'go-fixtures/order_with_transaction.json',
  ])('is in a table: %s', (file) => {
    const read = z
      .looseObject({ order: Sold.optional(), orders: z.array(Sold).optional() })
      .parse(outsideJson(`shopify/${file}`));
    for (const sold of [...(read.order ? [read.order] : []), ...(read.orders ?? [])]) {
      expect(unlisted(ORDER_FIELDS, [sold])).toEqual([]);
      expect(unlisted(LINE_FIELDS, sold.line_items)).toEqual([]);
      expect(unlisted(SHIPPING_FIELDS, sold.shipping_lines)).toEqual([]);
      expect(unlisted(TAX_FIELDS, sold.tax_lines)).toEqual([]);
      expect(unlisted(FULFILLMENT_FIELDS, sold.fulfillments)).toEqual([]);
    }
  });
});
