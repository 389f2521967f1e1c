/** Settlements and bookings of the bank as the API takes and shows them. */
import { z } from 'zod';
import { SETTLEMENT_STATUSES } from '../../canonical/flows/settlement';
import { SETTLEMENT_CLASSES } from '../../canonical/ports/settlement';
import { ExceptionSummary } from '../../canonical/schema/exception-view';
import { BusinessDate, Instant, SettlementId } from '../../canonical/schema/ids';
import { Amount, Currency, MAX_MINOR_UNITS } from '../../canonical/schema/money';
import { LINE_STATES } from '../../store/settlement/settlement-queries';

export const SETTLEMENT_ID_EXAMPLE = 'stl_0mhyq3k2z1b2c3d4e5f6a7b8c9d0e';

export const SettlementParams = z.strictObject({
  settlementId: SettlementId.meta({ example: SETTLEMENT_ID_EXAMPLE }),
});

export const SettlementReceived = z
  .strictObject({
    settlementId: z.string(),
    status: z.enum(['received', 'duplicate', 'replaced']).meta({
      description: 'duplicate: these bytes are here. replaced: of one that could not be booked',
    }),
  })
  .meta({ id: 'SettlementReceived' });

const Count = z.int();

export const SettlementView = z
  .strictObject({
    settlementId: z.string(),
    status: z.enum(SETTLEMENT_STATUSES),
    source: z.string(),
    account: z.string(),
    entity: z.string(),
    reference: z.string().meta({ description: "The vendor's own" }),
    workflowId: z.string(),
    temporalUiUrl: z.string().nullable(),
    receivedAt: Instant,
    postedAt: Instant.nullable(),
    periodStart: Instant.nullable(),
    periodEnd: Instant.nullable(),
    payoutDate: BusinessDate.nullable(),
    businessDate: BusinessDate.nullable().meta({ description: 'Of its journals' }),
    lineCount: Count,
    declaredNet: Amount.nullable().meta({ description: 'Null until it is read' }),
    linesNet: Amount.nullable(),
    grossToNet: z
      .array(
        z.strictObject({
          class: z.enum(SETTLEMENT_CLASSES),
          lines: Count,
          amount: Amount,
          matched: Amount.meta({ description: 'Of it, what settles items that are known here' }),
        }),
      )
      .meta({ description: 'What it is made of, the most first' }),
    journals: z.array(
      z.strictObject({
        kind: z.string().meta({ description: 'A class, `payout`, or what was done later' }),
        journalId: z.string(),
        rule: z.string(),
      }),
    ),
    bank: z.strictObject({
      shown: Amount.nullable().meta({ description: 'Of its net, what the bank has shown' }),
      bookings: z.array(
        z.strictObject({
          bankLineId: z.string(),
          bankAccount: z.string(),
          bankRef: z.string(),
          bookedOn: BusinessDate,
          amount: Amount,
        }),
      ),
    }),
    exceptions: z.array(ExceptionSummary),
  })
  .meta({ id: 'Settlement' });
export type SettlementView = z.infer<typeof SettlementView>;

export const SettlementLineView = z
  .strictObject({
    lineNo: Count,
    rowNo: Count.meta({ description: 'In the file' }),
    transaction: z.string().meta({ description: "The vendor's word, as the next two" }),
    type: z.string(),
    description: z.string(),
    class: z.enum(SETTLEMENT_CLASSES),
    state: z.enum(LINE_STATES),
    amount: Amount,
    matched: Amount,
    item: z.string().nullable().meta({ description: 'The open item that it settles' }),
    orderId: z.string().nullable(),
    journalId: z
      .string()
      .nullable()
      .meta({ description: 'Of its class; else the payout posts it' }),
    lineRef: z.string().nullable(),
    orderRef: z.string().nullable(),
    paymentRef: z.string().nullable(),
    sku: z.string().nullable(),
    quantity: Count.nullable(),
    occurredAt: Instant.nullable(),
  })
  .meta({ id: 'SettlementLine' });

/** Bookings in one call. */
const MAX_BOOKINGS = 500;

export const BankLinesBody = z
  .strictObject({
    bankAccount: z
      .string()
      .min(1)
      .max(60)
      .meta({ description: 'An IBAN, or the number that the bank gives it' }),
    currency: Currency,
    lines: z
      .array(
        z.strictObject({
          bankRef: z
            .string()
            .min(1)
            .max(120)
            .meta({ description: "The bank's own reference: told twice it is one booking" }),
          amountMinor: z
            .int()
            .min(-MAX_MINOR_UNITS)
            .max(MAX_MINOR_UNITS)
            .refine((minor) => minor !== 0, 'not zero')
            .meta({ description: 'In minor units; above zero came in' }),
          bookedOn: BusinessDate.meta({ description: "The bank's business date" }),
          text: z
            .string()
            .max(1_000)
            .meta({ description: 'What the bank says of it; payouts are named in it' }),
        }),
      )
      .min(1)
      .max(MAX_BOOKINGS)
      .meta({ description: 'Bookings, each once' }),
  })
  .meta({ id: 'BankLines' });

export const BankLinesKept = z
  .strictObject({
    lines: z.array(
      z.strictObject({
        bankRef: z.string(),
        bankLineId: z.string(),
        isNew: z.boolean().meta({ description: 'false: it was here' }),
      }),
    ),
  })
  .meta({ id: 'BankLinesKept' });

export const StatementsKept = z
  .strictObject({
    statements: z
      .array(
        z.strictObject({
          statementId: z.string().meta({ description: 'Our id of the statement' }),
          bank: z.string().meta({ description: 'As the set-up calls it' }),
          reference: z.string().meta({ description: "The bank's own; of a CSV its days" }),
          openedOn: BusinessDate.nullable().meta({ description: 'Of its opening balance' }),
          closedOn: BusinessDate.nullable().meta({ description: 'Of its closing balance' }),
          opening: Amount.meta({ description: 'The balance before its lines' }),
          closing: Amount.meta({ description: 'The balance after them: the two tie' }),
          lineCount: Count.meta({ description: 'Its bookings' }),
          isNew: z.boolean().meta({ description: 'false: it was here' }),
        }),
      )
      .meta({ description: 'The statements in the file' }),
  })
  .meta({ id: 'StatementsKept' });
