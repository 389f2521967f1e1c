/** Orders as the API shows them: quantities, money and what they wait for; no personal data. */
import { z } from 'zod';
import { ExceptionSummary } from '../../canonical/schema/exception-view';
import { BusinessDate, Instant, OrderId } from '../../canonical/schema/ids';
import { Amount } from '../../canonical/schema/money';
import { NOT_SENT } from '../../canonical/schema/not-sent';
import { ORDER_STATUSES, TENDER_STATES } from '../../canonical/rules/order/state';
import { ORDER_ID_EXAMPLE } from '../examples';

const Units = z.int();

export const OrderParams = z.strictObject({
  orderId: OrderId.meta({ example: ORDER_ID_EXAMPLE }),
});

/** Why nothing here sends it. */
const NotSentView = z.enum(NOT_SENT).meta({
  description: 'Why no warehouse or store of ours is asked for it; null or left out: one is',
});

export const OrderLineView = z
  .strictObject({
    lineNo: z.int(),
    sku: z.string().nullable(),
    channelSku: z.string(),
    channelLineRef: z.string().nullable(),
    notSent: NotSentView.nullable(),
    insteadOf: z
      .string()
      .nullable()
      .meta({ description: 'The item that was sold, where a store gave another; else null' }),
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

/** What passed control, and what it is charged. */
const invoiced = {
  invoiceNo: z
    .int()
    .meta({ description: 'Of its order: by it captures, tax and revenue are keyed' }),
  documentNo: z
    .string()
    .meta({ description: 'The number on the invoice, and the code the tax service files it by' }),
  location: z.string(),
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
      taxes: z.array(
        z.strictObject({
          taxCode: z.string(),
          amount: Amount,
          owedBy: z
            .literal('channel')
            .optional()
            .meta({ description: 'The channel pays it to the authority; left out: we do' }),
        }),
      ),
      notSent: NotSentView.optional(),
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
};

export const ShipmentView = z
  .strictObject({
    shipmentNo: z.int(),
    shipmentRef: z.string(),
    groupNo: z.int().nullable().meta({ description: 'The fulfilment group that sent it' }),
    carrier: z.string().nullable(),
    trackingNumber: z.string().nullable(),
    shippedAt: Instant,
    ...invoiced,
  })
  .meta({ id: 'ShipmentView' });

export const HandoverView = z
  .strictObject({
    handoverNo: z.int().meta({ description: 'Of its group: a pickup may be collected in parts' }),
    groupNo: z.int().meta({ description: 'The fulfilment group that its store held' }),
    prepaid: Amount.meta({ description: 'Of it, what was charged as it lay ready, or before' }),
    ...invoiced,
  })
  .meta({ id: 'HandoverView' });

export const OrderPickupView = z
  .strictObject({
    pickupId: z.string(),
    groupNo: z.int(),
    storeId: z.string(),
    state: z.string(),
    workflowId: z.string(),
    temporalUiUrl: z.string().nullable(),
    deadlineAt: Instant.nullable().meta({ description: 'Held until then' }),
  })
  .meta({ id: 'OrderPickupView' });

export const OrderView = z
  .strictObject({
    orderId: z.string(),
    channelInstance: z.string(),
    isTest: z
      .boolean()
      .meta({ description: 'Its channel is one for tests: nothing of it is real' }),
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
    pickups: z.array(OrderPickupView),
    addOnTo: z
      .string()
      .nullable()
      .meta({ description: 'The pickup in whose visit it was bought at the till' }),
    handovers: z.array(HandoverView),
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
