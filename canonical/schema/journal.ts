/** Journals as the API shows them. */
import { z } from 'zod';
import { BusinessDate, Instant } from './ids';
import { Amount } from './money';

export const Journal = z
  .strictObject({
    journalId: z.string(),
    momentKey: z.string(),
    entity: z.string(),
    channelInstance: z.string().nullable(),
    businessDate: BusinessDate.meta({ description: 'The day of the books that it is in' }),
    documentDate: BusinessDate.meta({
      description: 'The day that it is about: earlier where the books of that day were closed',
    }),
    rule: z.string(),
    ruleVersion: z.int(),
    currency: z.string(),
    orderId: z.string().nullable(),
    eventNo: z.int().nullable(),
    source: z.string(),
    correlationId: z.string(),
    reverses: z.string().nullable(),
    occurredAt: Instant,
    postedAt: Instant,
    /** The ERP batch that holds it. */
    batchId: z.string().nullable(),
    documentNo: z.string().nullable().meta({ description: "The ERP's, once it is posted" }),
    lines: z.array(
      z.strictObject({
        lineNo: z.int(),
        account: z.string(),
        side: z.enum(['debit', 'credit']),
        amount: Amount,
        functional: Amount.meta({ description: "In the entity's currency" }),
        rate: z.string().meta({ description: 'Of the one in the other; a decimal' }),
        dimensions: z.record(z.string(), z.union([z.string(), z.number()])),
      }),
    ),
  })
  .meta({ id: 'Journal' });
export type Journal = z.infer<typeof Journal>;
