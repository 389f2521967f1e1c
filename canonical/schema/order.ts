/** The canonical order: what a channel sold, before anything of ours has happened to it. */
import { z } from 'zod';
import { ChannelInstance, Instant, OrderNo, Sku } from './ids';
import { Currency, Money } from './money';

export const MAX_ORDER_LINES = 10_000;
/** A unit count above this is a typing error, not a B2B order. */
export const MAX_QUANTITY = 1_000_000;
const MAX_TAXES_A_LINE = 20;
const MAX_DISCOUNTS = 50;
const MAX_TENDERS = 10;

const Text = (max: number) => z.string().max(max);

/** A tax as the channel computed it; `code` is the channel's name for it until it is mapped. */
export const TaxAmount = z
  .strictObject({ code: Text(120).min(1), amount: Money })
  .meta({ id: 'TaxAmount' });
export type TaxAmount = z.infer<typeof TaxAmount>;

/** A reduction, as a positive amount. */
export const Discount = z
  .strictObject({ code: Text(120).min(1), amount: Money })
  .meta({ id: 'Discount' });
export type Discount = z.infer<typeof Discount>;

export const OrderLine = z
  .strictObject({
    /** The channel's own id of the line; its position where the channel has none. */
    channelLineRef: Text(80).min(1).optional(),
    /** The channel's SKU; mapped to an item's before stock is touched. */
    sku: Sku,
    description: Text(500).optional(),
    quantity: z.int().min(1).max(MAX_QUANTITY),
    /** List price of one unit, without tax. */
    unitPrice: Money,
    discounts: z.array(Discount).max(MAX_DISCOUNTS).default([]),
    taxes: z.array(TaxAmount).max(MAX_TAXES_A_LINE).default([]),
  })
  .meta({ id: 'OrderLine' });
export type OrderLine = z.infer<typeof OrderLine>;

export const Address = z
  .strictObject({
    name: Text(200).optional(),
    address1: Text(300).optional(),
    address2: Text(300).optional(),
    city: Text(120).optional(),
    region: Text(120).optional(),
    postalCode: Text(40).optional(),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'an ISO 3166-1 code such as US')
      .optional(),
    phone: Text(60).optional(),
  })
  .meta({ id: 'Address' });
export type Address = z.infer<typeof Address>;

export const Customer = z
  .strictObject({
    customerRef: Text(120).optional(),
    name: Text(200).optional(),
    email: z.email().max(320).optional(),
    phone: Text(60).optional(),
  })
  .meta({ id: 'Customer' });
export type Customer = z.infer<typeof Customer>;

/** An authorization or capture that came with the order: it is taken over, never made again. */
export const TenderReceived = z
  .strictObject({
    state: z.enum(['authorized', 'captured']),
    /** The channel's or processor's reference, where it said one. */
    reference: Text(200).min(1).optional(),
    expiresAt: Instant.optional(),
  })
  .meta({ id: 'TenderReceived' });

export const Tender = z
  .strictObject({
    /** The channel's name of the means of payment (`stripe`, `authorize_net`); it is mapped. */
    gateway: Text(120).min(1),
    amount: Money,
    /** The processor's token for the buyer's means of payment; needed where we authorize. */
    paymentMethodRef: Text(200).min(1).optional(),
    received: TenderReceived.optional(),
  })
  .meta({ id: 'Tender' });
export type Tender = z.infer<typeof Tender>;

/** `subtotal` is the lines at list price; `total = subtotal − discount + shipping + tax`. */
export const OrderTotals = z
  .strictObject({ subtotal: Money, discount: Money, shipping: Money, tax: Money, total: Money })
  .meta({ id: 'OrderTotals' });
export type OrderTotals = z.infer<typeof OrderTotals>;

/** An order as it is submitted; all its money is in `currency`. */
export const Order = z
  .strictObject({
    channelInstance: ChannelInstance,
    orderNo: OrderNo,
    /** The channel's internal id, used when we call it back. */
    channelOrderRef: Text(120).min(1).optional(),
    placedAt: Instant,
    currency: Currency,
    customer: Customer.optional(),
    shipTo: Address.optional(),
    billTo: Address.optional(),
    lines: z.array(OrderLine).min(1).max(MAX_ORDER_LINES),
    /** Discounts on the whole order; allocated to lines once, at entry. */
    discounts: z.array(Discount).max(MAX_DISCOUNTS).default([]),
    shipping: z
      .strictObject({ amount: Money, taxes: z.array(TaxAmount).max(MAX_TAXES_A_LINE).default([]) })
      .optional(),
    /** Taxes the channel states for the whole order only; allocated to lines, at entry. */
    taxes: z.array(TaxAmount).max(MAX_TAXES_A_LINE).default([]),
    totals: OrderTotals,
    tenders: z.array(Tender).max(MAX_TENDERS).default([]),
    /** Taken, but not released to a warehouse before somebody lifts it. */
    hold: z.strictObject({ reason: Text(300).min(1) }).optional(),
  })
  .meta({ id: 'Order' });
export type Order = z.infer<typeof Order>;
export type OrderInput = z.input<typeof Order>;
