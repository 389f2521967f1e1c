/** The canonical order: what a channel sold, before anything of ours has happened to it. */
import { z } from 'zod';
import { ChannelInstance, Instant, LocationId, OrderNo, PickupId, Sku } from './ids';
import { Currency, Money } from './money';
import { NOT_SENT } from './not-sent';

export const MAX_ORDER_LINES = 10_000;
/** A unit count above this is a typing error, not a B2B order. */
export const MAX_QUANTITY = 1_000_000;
export const MAX_TAXES_A_LINE = 20;
const MAX_DISCOUNTS = 50;
const MAX_TENDERS = 10;
const MAX_ALTERNATIVE_STORES = 5;

const Text = (max: number) => z.string().max(max);

/** A tax as the channel computed it; `code` is the channel's name for it until it is mapped. */
export const TaxAmount = z
  .strictObject({
    code: Text(120).min(1).meta({ description: 'The channel’s name of the tax; it is mapped' }),
    amount: Money.meta({ description: 'As the channel computed it' }),
    owedBy: z
      .literal('channel')
      .optional()
      .meta({ description: 'The channel pays it to the tax authority; left out: we do' }),
  })
  .meta({ id: 'TaxAmount' });
export type TaxAmount = z.infer<typeof TaxAmount>;

export const Discount = z
  .strictObject({
    code: Text(120).min(1).meta({ description: 'The channel’s name of the reduction' }),
    amount: Money.meta({ description: 'What is taken off, as a positive amount' }),
  })
  .meta({ id: 'Discount' });
export type Discount = z.infer<typeof Discount>;

export const OrderLine = z
  .strictObject({
    channelLineRef: Text(80)
      .min(1)
      .optional()
      .meta({ description: 'The channel’s own id of the line; left out: its position' }),
    sku: Sku.meta({ description: 'The channel’s; mapped to an item’s before stock is touched' }),
    description: Text(500).optional().meta({ description: 'What the buyer read' }),
    quantity: z.int().min(1).max(MAX_QUANTITY).meta({ description: 'Units' }),
    unitPrice: Money.meta({ description: 'List price of one unit, without tax' }),
    discounts: z
      .array(Discount)
      .max(MAX_DISCOUNTS)
      .default([])
      .meta({ description: 'On all units of the line' }),
    taxes: z
      .array(TaxAmount)
      .max(MAX_TAXES_A_LINE)
      .default([])
      .meta({ description: 'On all units of the line' }),
    pickup: z
      .strictObject({
        storeId: LocationId.meta({ description: 'A store of ours, or mapped to one' }),
        alternatives: z
          .strictObject({
            stores: z
              .array(LocationId)
              .max(MAX_ALTERNATIVE_STORES)
              .default([])
              .meta({ description: 'Other stores, the preferred one first' }),
            home: z
              .boolean()
              .default(false)
              .meta({ description: 'Or it is sent to the order’s address' }),
          })
          .optional()
          .meta({
            description:
              'What the buyer has agreed to beforehand, with the tax there, should the store not ' +
              'pick it in its time; left out: nothing, and a person asks',
          }),
      })
      .optional()
      .meta({ description: 'Collected in this store, and nowhere else; left out: it is sent' }),
    notSent: z
      .strictObject({
        quantity: z.int().min(1).max(MAX_QUANTITY).meta({ description: 'Of the line’s units' }),
        why: z.enum(NOT_SENT).meta({
          description:
            '`left-before`: they had left before the order came. `other-service`: somebody else ' +
            'sends them out of stock of their own. `digital`: nothing is sent. `gift-card`: a ' +
            'gift card is sold, which is no revenue. Of the last three all units of the line',
        }),
      })
      .optional()
      .meta({ description: 'Units that no warehouse or store of ours is asked for' }),
  })
  .meta({ id: 'OrderLine' });
export type OrderLine = z.infer<typeof OrderLine>;

export const Address = z
  .strictObject({
    name: Text(200).optional().meta({ description: 'Of who receives it' }),
    address1: Text(300).optional().meta({ description: 'Street and number' }),
    address2: Text(300).optional().meta({ description: 'Flat, floor, care of' }),
    city: Text(120).optional().meta({ description: 'City or town' }),
    region: Text(120).optional().meta({ description: 'State or province, such as IL' }),
    postalCode: Text(40).optional().meta({ description: 'Postal or ZIP code' }),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'an ISO 3166-1 code such as US')
      .optional()
      .meta({ description: 'ISO 3166-1, two letters' }),
    phone: Text(60).optional().meta({ description: 'For the carrier' }),
  })
  .meta({ id: 'Address' });
export type Address = z.infer<typeof Address>;

export const Customer = z
  .strictObject({
    customerRef: Text(120).optional().meta({ description: 'The channel’s id of the buyer' }),
    name: Text(200).optional().meta({ description: 'The buyer’s name' }),
    email: z.email().max(320).optional().meta({ description: 'Where messages to the buyer go' }),
    phone: Text(60).optional().meta({ description: 'The buyer’s number' }),
  })
  .meta({ id: 'Customer' });
export type Customer = z.infer<typeof Customer>;

/** An authorization or capture that came with the order: it is taken over, never made again. */
export const TenderReceived = z
  .strictObject({
    state: z.enum(['authorized', 'captured']).meta({ description: 'What is there already' }),
    reference: Text(200)
      .min(1)
      .optional()
      .meta({ description: 'The channel’s or processor’s own, where it said one' }),
    expiresAt: Instant.optional().meta({ description: 'Until when an authorization lives' }),
  })
  .meta({ id: 'TenderReceived' });

export const Tender = z
  .strictObject({
    gateway: Text(120).min(1).meta({
      description: 'The channel’s name of the means of payment, such as `stripe`; mapped',
    }),
    amount: Money.meta({ description: 'What of the total is paid so' }),
    paymentMethodRef: Text(200)
      .min(1)
      .optional()
      .meta({ description: 'The processor’s token; needed where Throughline authorizes' }),
    received: TenderReceived.optional().meta({
      description:
        'An authorization or capture that came with the order: taken over, not made again',
    }),
  })
  .meta({ id: 'Tender' });
export type Tender = z.infer<typeof Tender>;

/** `subtotal` is the lines at list price; `total = subtotal − discount + shipping + tax`. */
export const OrderTotals = z
  .strictObject({
    subtotal: Money.meta({ description: 'The lines at list price' }),
    discount: Money.meta({ description: 'Of the lines and of the order' }),
    shipping: Money.meta({ description: 'Without its taxes' }),
    tax: Money.meta({ description: 'Of lines, shipping and order' }),
    total: Money.meta({ description: '`subtotal − discount + shipping + tax`' }),
  })
  .meta({ id: 'OrderTotals' });
export type OrderTotals = z.infer<typeof OrderTotals>;

/** An order as it is submitted; all its money is in `currency`. */
export const Order = z
  .strictObject({
    channelInstance: ChannelInstance,
    orderNo: OrderNo,
    channelOrderRef: Text(120)
      .min(1)
      .optional()
      .meta({ description: 'The channel’s internal id, used when it is called back' }),
    placedAt: Instant.meta({ description: 'When the buyer ordered; RFC 3339 with its offset' }),
    currency: Currency.meta({ description: 'ISO 4217; all money of the order is in it' }),
    customer: Customer.optional().meta({ description: 'The buyer' }),
    shipTo: Address.optional().meta({ description: 'Where the goods go' }),
    billTo: Address.optional().meta({ description: 'Where the invoice goes' }),
    lines: z
      .array(OrderLine)
      .min(1)
      .max(MAX_ORDER_LINES)
      .meta({ description: 'What was sold; their order is their number, from 1' }),
    discounts: z
      .array(Discount)
      .max(MAX_DISCOUNTS)
      .default([])
      .meta({ description: 'On the whole order; allocated to its lines once, at entry' }),
    shipping: z
      .strictObject({
        amount: Money.meta({ description: 'Without tax' }),
        taxes: z
          .array(TaxAmount)
          .max(MAX_TAXES_A_LINE)
          .default([])
          .meta({ description: 'On shipping' }),
      })
      .optional()
      .meta({ description: 'What the buyer pays for shipping' }),
    taxes: z
      .array(TaxAmount)
      .max(MAX_TAXES_A_LINE)
      .default([])
      .meta({ description: 'Stated for the whole order only; allocated to its lines, at entry' }),
    totals: OrderTotals.meta({ description: 'As the channel computed them; checked to the cent' }),
    tenders: z
      .array(Tender)
      .max(MAX_TENDERS)
      .default([])
      .meta({ description: 'What pays it; together the total' }),
    addOnTo: z
      .strictObject({ pickupId: PickupId })
      .optional()
      .meta({
        description:
          'Bought at the till in the visit in which this pickup is collected, at the same store: ' +
          'a sale of its own, shown with that one',
      }),
    hold: z
      .strictObject({ reason: Text(300).min(1).meta({ description: 'Why; no personal data' }) })
      .optional()
      .meta({ description: 'Taken, but not released to a warehouse before somebody lifts it' }),
  })
  .meta({ id: 'Order' });
export type Order = z.infer<typeof Order>;
export type OrderInput = z.input<typeof Order>;
