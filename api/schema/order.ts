/** Orders as the API shows them: quantities, money and what they wait for; no personal data. */
import { z } from 'zod';
import { ExceptionSummary } from '../../canonical/schema/exception-view';
import { BusinessDate, Instant, OrderId } from '../../canonical/schema/ids';
import { Amount } from '../../canonical/schema/money';
import { ORDER_STATUSES, TENDER_STATES } from '../../canonical/rules/order/state';
import { ORDER_ID_EXAMPLE } from '../examples';

const Units = z.int();

export const OrderParams = z.strictObject({
  orderId: OrderId.meta({ example: ORDER_ID_EXAMPLE }),
});

export const OrderLineView = z
  .strictObject({
    lineNo: z.int(),
    sku: z.string().nullable(),
    channelSku: z.string(),
    channelLineRef: z.string().nullable(),
    location: z.string().nullable(),
    ordered: Units,
    unallocated: Units,
    backordered: Units,
    reserved: Units,
    released: Units,
    shipped: Units,
    pickedUp: Units,
    cancelled: Units,
    returned: Units,
    gross: Amount,
    discount: Amount,
    shipping: Amount,
    tax: Amount,
  })
  .meta({ id: 'OrderLineView' });

export const TenderView = z
  .strictObject({
    tenderNo: z.int(),
    gateway: z.string(),
    tenderType: z.string().nullable().meta({ description: 'Null until its gateway is mapped' }),
    state: z.enum(TENDER_STATES),
    amount: Amount,
    authorized: Amount.meta({ description: 'What lives, and what was captured of the rest' }),
    captured: Amount,
    refunded: Amount,
    authorizationRefs: z.array(z.string()),
  })
  .meta({ id: 'TenderView' });

export const ShipmentView = z
  .strictObject({
    shipmentNo: z.int(),
    shipmentRef: z.string(),
    invoiceNo: z
      .int()
      .meta({ description: 'Of its order: by it captures, tax and revenue are keyed' }),
    documentNo: z
      .string()
      .meta({ description: 'The number on the invoice, and the code the tax service files it by' }),
    groupNo: z.int().nullable().meta({ description: 'The fulfilment group that sent it' }),
    location: z.string(),
    carrier: z.string().nullable(),
    trackingNumber: z.string().nullable(),
    shippedAt: Instant,
    businessDate: BusinessDate,
    invoice: Amount,
    lines: z.array(
      z.strictObject({
        lineNo: z.int(),
        sku: z.string(),
        quantity: Units,
        gross: Amount,
        discount: Amount,
        shipping: Amount,
        taxes: z.array(z.strictObject({ taxCode: z.string(), amount: Amount })),
        cost: Amount.meta({ description: 'At standard cost' }),
      }),
    ),
    captures: z.array(
      z.strictObject({
        tenderNo: z.int(),
        state: z.string(),
        amount: Amount,
        reference: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'ShipmentView' });

export const OrderView = z
  .strictObject({
    orderId: z.string(),
    channelInstance: z.string(),
    orderNo: z.string(),
    status: z.enum(ORDER_STATUSES),
    stage: z.string(),
    currency: z.string(),
    total: Amount,
    location: z.string().nullable(),
    placedAt: Instant,
    receivedAt: Instant,
    acceptedAt: Instant.nullable(),
    releasedAt: Instant.nullable(),
    closedAt: Instant.nullable(),
    correlationId: z.string(),
    workflowId: z.string(),
    temporalUiUrl: z.string().nullable(),
    rejectReason: z.string().nullable(),
    holds: z.array(z.strictObject({ reason: z.string() })),
    lines: z.array(OrderLineView),
    tenders: z.array(TenderView),
    shipments: z.array(ShipmentView),
    refunds: z.array(
      z.strictObject({
        refundNo: z.int(),
        tenderNo: z.int(),
        state: z.string(),
        reason: z.string(),
        amount: Amount,
        reference: z.string().nullable(),
      }),
    ),
    decisions: z
      .array(
        z.strictObject({
          action: z.string(),
          actor: z.string(),
          role: z.string(),
          reason: z.string().nullable(),
          decidedAt: Instant,
          outcome: z
            .enum(['accepted', 'refused', 'unanswered'])
            .meta({ description: '`unanswered`: the flow gave no answer, nothing is known of it' }),
        }),
      )
      .meta({ description: 'Cancels, holds and resolutions, oldest first' }),
    exceptions: z.array(ExceptionSummary),
  })
  .meta({ id: 'OrderView' });
export type OrderView = z.infer<typeof OrderView>;

/** What the moment that accepts an order answers. */
export const OrderAccepted = z
  .strictObject({
    orderId: z.string(),
    channelInstance: z.string(),
    orderNo: z.string(),
    status: z.enum(ORDER_STATUSES),
    workflowId: z.string(),
    location: z.string().nullable(),
    total: Amount,
    lines: z.array(
      z.strictObject({
        lineNo: z.int(),
        sku: z.string(),
        ordered: Units,
        reserved: Units,
        released: Units,
        shipped: Units,
        cancelled: Units,
      }),
    ),
    lineCount: z.int().meta({ description: '`lines` holds the first 20' }),
  })
  .meta({ id: 'OrderAccepted' });

/** An order that waits: on exceptions before it is accepted, or on a hold after it. */
export const OrderWaiting = OrderAccepted.partial({
  location: true,
  total: true,
  lines: true,
  lineCount: true,
})
  .extend({
    exceptions: z.array(ExceptionSummary),
    holds: z.array(z.strictObject({ reason: z.string() })),
  })
  .meta({ id: 'OrderWaiting' });
