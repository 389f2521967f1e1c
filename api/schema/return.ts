/** Returns as the API takes and shows them; no personal data. */
import { z } from 'zod';
import { RETURN_STATUSES } from '../../canonical/flows/return';
import { ExceptionSummary } from '../../canonical/schema/exception-view';
import { ChannelInstance, Instant, LocationId, OrderId, OrderNo } from '../../canonical/schema/ids';
import { Amount, Money } from '../../canonical/schema/money';
import { OrderLine, Tender } from '../../canonical/schema/order';
import {
  CONDITIONS,
  DISPOSITIONS,
  inspectionFields,
  receiptFields,
  REFUND_TIMINGS,
  REFUNDED_TO,
  APPEASEMENT_REASONS,
  PAID_BY,
  RETURN_KINDS,
  RETURN_REASONS,
  ReturnLines,
  Rma,
} from '../../canonical/schema/return';

const MAX_EXCHANGE_LINES = 100;

export const ReturnParams = z.strictObject({ rma: Rma });

export const ReturnBody = z
  .strictObject({
    orderId: OrderId.optional().meta({ description: 'Our id of the order' }),
    channelInstance: ChannelInstance.optional().meta({
      description: 'With orderNo, instead of it',
    }),
    orderNo: OrderNo.optional().meta({ description: 'As its buyer sees it' }),
    lines: ReturnLines.meta({ description: 'What is to come back, each line once' }),
    reason: z
      .enum(RETURN_REASONS)
      .meta({ description: 'Why; no fee is kept for what is our doing' }),
    expectedAt: LocationId.optional().meta({ description: 'Left out: any location' }),
    refundTiming: z.enum(REFUND_TIMINGS).optional().meta({
      description: 'advance: before the goods are back; returnless: without them. Support only',
    }),
    refundTo: z.enum(REFUNDED_TO).optional().meta({
      description:
        'Left out: to the payments that it is of. cash: at the counter, within the limit of the channel; above it as if left out',
    }),
    exchange: z
      .strictObject({
        lines: z
          .array(OrderLine)
          .min(1)
          .max(MAX_EXCHANGE_LINES)
          .meta({ description: 'What goes out: an order of its own, once all came back' }),
        difference: z
          .strictObject({
            gateway: Tender.shape.gateway,
            paymentMethodRef: z
              .string()
              .min(1)
              .max(200)
              .meta({ description: 'The processor’s token: it is authorized there' }),
          })
          .optional()
          .meta({ description: 'Pays what it costs more; what it costs less is paid back' }),
      })
      .optional()
      .meta({ description: 'Goods for goods; left out: money' }),
    isException: z.boolean().optional().meta({
      description: 'Goodwill outside the window: somebody else has to approve it. Support only',
    }),
    asGift: z
      .boolean()
      .optional()
      .meta({
        description:
          'By who was given it: paid back as store credit to who brings it; ' +
          'its buyer is told nothing and keeps nothing of it',
      }),
  })
  .refine(
    ({ orderId, channelInstance, orderNo }) =>
      orderId !== undefined || (channelInstance !== undefined && orderNo !== undefined),
    'orderId, or channelInstance and orderNo',
  )
  .meta({ id: 'RequestReturn' });
export type ReturnBody = z.infer<typeof ReturnBody>;

export const ReceiveBody = z
  .strictObject({
    ...receiptFields,
    receiptId: receiptFields.receiptId.optional().meta({
      description: "The carrier's or the counter's; left out: the Idempotency-Key's own",
    }),
    receivedAt: Instant.optional().meta({ description: 'Left out: now' }),
  })
  .meta({ id: 'ReceiveReturn' });

export const InspectBody = z
  .strictObject({
    ...inspectionFields,
    inspectionId: inspectionFields.inspectionId.optional().meta({
      description: "The counter's; left out: the Idempotency-Key's own",
    }),
    inspectedAt: Instant.optional().meta({ description: 'Left out: now' }),
  })
  .meta({ id: 'InspectReturn' });

export const CounterBody = z
  .strictObject({
    orderId: OrderId.optional().meta({ description: 'Our id of the order' }),
    channelInstance: ChannelInstance.optional().meta({
      description: 'With orderNo, instead of it',
    }),
    orderNo: OrderNo.optional().meta({ description: 'As its buyer sees it' }),
    reason: z
      .enum(RETURN_REASONS)
      .meta({ description: 'Why; no fee is kept for what is our doing' }),
    lines: inspectionFields.lines.meta({
      description: 'What lies on the counter, and how it was found',
    }),
    asGift: z.boolean().optional().meta({
      description: 'By who was given it: store credit, and its buyer is told nothing',
    }),
  })
  .refine(
    ({ orderId, channelInstance, orderNo }) =>
      orderId !== undefined || (channelInstance !== undefined && orderNo !== undefined),
    'orderId, or channelInstance and orderNo',
  )
  .meta({ id: 'TakeBackAtCounter' });
export type CounterBody = z.infer<typeof CounterBody>;

export const DecideBody = z
  .strictObject({
    reason: z.string().trim().min(1).max(300).meta({ description: 'For the audit trail' }),
  })
  .meta({ id: 'DecideReturn' });

export const AppeasementBody = z
  .strictObject({
    amount: Money.refine(({ minorUnits }) => minorUnits > 0, 'more than nothing').meta({
      description: 'What is given back; the order’s currency',
    }),
    reason: z.enum(APPEASEMENT_REASONS).meta({ description: 'keep-it: the buyer keeps the goods' }),
  })
  .meta({ id: 'Appease' });

const Units = z.int();

export const ReturnView = z
  .strictObject({
    rma: z.string(),
    status: z.enum(RETURN_STATUSES),
    orderId: z.string(),
    channelInstance: z.string(),
    orderNo: z.string(),
    workflowId: z.string(),
    temporalUiUrl: z.string().nullable(),
    isAnnounced: z.boolean().meta({ description: 'false: goods that nobody had asked about' }),
    reason: z.string(),
    isException: z.boolean(),
    expectedAt: z.string().nullable(),
    refundTiming: z.enum(RETURN_KINDS),
    refundTo: z.enum(REFUNDED_TO).meta({ description: 'Where what is owed goes, as asked' }),
    isGift: z.boolean().meta({ description: 'Brought back by who was given it' }),
    exchange: z
      .strictObject({
        orderNo: z.string().meta({ description: 'Of the order that it is, or will be' }),
        total: Amount.meta({ description: 'What goes out is worth, with its taxes' }),
      })
      .nullable()
      .meta({ description: 'What goes out for it, under that number' }),
    exchangeOrderId: z.string().nullable().meta({ description: 'Once it is ordered' }),
    lines: z.array(
      z.strictObject({
        lineNo: z.int(),
        expected: Units,
        received: Units,
        inspected: Units,
        accepted: Units,
      }),
    ),
    receipts: z.array(
      z.strictObject({
        receiptNo: z.int(),
        receiptRef: z.string(),
        location: z.string(),
        lines: z.array(z.strictObject({ lineNo: z.int(), sku: z.string(), quantity: Units })),
      }),
    ),
    inspections: z.array(
      z.strictObject({
        inspectionNo: z.int(),
        kind: z.enum(RETURN_KINDS),
        state: z.enum(['open', 'accepted', 'denied']),
        location: z.string().nullable(),
        refund: Amount.nullable(),
        approvalsNeeded: z.int(),
        approvedBy: z.array(z.string()),
        lines: z.array(
          z.strictObject({
            lineNo: z.int(),
            quantity: Units,
            condition: z.enum(CONDITIONS).nullable().meta({ description: 'Null: nothing came' }),
            disposition: z.enum(DISPOSITIONS).nullable(),
          }),
        ),
      }),
    ),
    refunds: z.array(
      z.strictObject({
        tenderNo: z.int(),
        refundNo: z.int(),
        amount: Amount,
        paidBy: z.enum(PAID_BY).meta({ description: 'How it goes back' }),
        state: z.enum(['due', 'refunded', 'failed', 'given-up']),
      }),
    ),
    storeCredits: z
      .array(
        z.strictObject({
          creditId: z.string().meta({ description: 'Whoever shows it holds it' }),
          amount: Amount.meta({ description: 'What was owed' }),
          bonus: Amount.meta({ description: 'Added to it, by the policy' }),
        }),
      )
      .meta({ description: 'Issued for it, one for each part that was accepted' }),
    owed: Amount.meta({ description: 'For what was accepted' }),
    refunded: Amount,
    exceptions: z.array(ExceptionSummary),
  })
  .meta({ id: 'Return' });
export type ReturnView = z.infer<typeof ReturnView>;

export const StoreReturns = z
  .strictObject({ storeId: z.string(), returns: z.array(ReturnView) })
  .meta({ id: 'StoreReturns' });
