/** Journals as the API shows them. */
import { z } from 'zod';
import { BusinessDate, Instant, JournalId } from '../../canonical/schema/ids';
import type { JournalSeen } from '../../store/ledger/journal-queries';
import { JOURNAL_ID_EXAMPLE } from '../examples';
import { Amount } from './amount';

export const JournalParams = z.strictObject({
  journalId: JournalId.meta({ example: JOURNAL_ID_EXAMPLE }),
});

export const JournalView = z
  .strictObject({
    journalId: z.string(),
    momentKey: z.string(),
    entity: z.string(),
    channelInstance: z.string().nullable(),
    businessDate: BusinessDate,
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

export function showJournal(journal: JournalSeen): z.infer<typeof JournalView> {
  return {
    ...journal,
    lines: journal.lines.map(
      ({ amountMinor, functionalMinor, currency, functionalCurrency, dimensions, ...line }) => ({
        ...line,
        amount: { currency, minorUnits: amountMinor },
        functional: { currency: functionalCurrency, minorUnits: functionalMinor },
        dimensions: { ...dimensions },
      }),
    ),
  };
}

/** Business dates, both included. */
export const DateRange = {
  from: BusinessDate.optional().meta({ example: '2026-03-01' }),
  to: BusinessDate.optional().meta({ example: '2026-03-31' }),
};
