/** Accounting periods as the API takes and shows them. */
import { z } from 'zod';
import { CHECK_RULES, CLOSE_CHECKS } from '../../canonical/rules/close/checks';
import { ExceptionSummary } from '../../canonical/schema/exception-view';
import { BusinessDate, Instant } from '../../canonical/schema/ids';
import { Reason } from './reason';

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
export const Month = z.string().regex(MONTH, 'a month such as 2026-03');

export const PeriodParams = z.strictObject({
  entity: z.string().max(40).meta({ description: 'The legal entity', example: 'us-01' }),
  month: Month.meta({ description: 'The calendar month, `YYYY-MM`', example: '2026-03' }),
});

const CloseCheckView = z.strictObject({
  name: z.enum(CLOSE_CHECKS).meta({ description: 'What is looked at' }),
  title: z.string().meta({ description: 'The same, for a person' }),
  state: z.enum(['passed', 'failed', 'not-applicable']),
  finding: z.string().meta({ description: 'What was found, with its numbers' }),
  count: z.int().meta({ description: 'How many things are wrong' }),
  mayAccept: z.boolean().meta({ description: 'It may be taken as it is, with a reason' }),
  isHolding: z.boolean().meta({ description: 'It holds the close up' }),
  checkedAt: Instant.meta({ description: 'When it was looked at last' }),
});

const who = (what: string) => z.string().nullable().meta({ description: what });

export const PeriodView = z
  .strictObject({
    entity: z.string(),
    month: z.string().meta({ description: '`YYYY-MM`' }),
    firstDay: BusinessDate.meta({ description: 'Its first business date' }),
    lastDay: BusinessDate.meta({ description: 'Its last one' }),
    state: z.enum(['open', 'closing', 'closed', 'reopened']).meta({
      description: 'closed: the database refuses a journal of its days',
    }),
    closings: z.int().meta({ description: 'How often its close began' }),
    closingSince: Instant.nullable().meta({ description: 'When it began last' }),
    preparedBy: who('The label of the key that prepared the close; null: nobody did'),
    preparedAt: Instant.nullable().meta({ description: 'When it was prepared' }),
    approvedBy: who('The label of the key that approved it; null: nobody did'),
    approvedAt: Instant.nullable().meta({ description: 'When it was approved' }),
    closedAt: Instant.nullable().meta({ description: 'When its books were locked' }),
    accepted: z
      .array(
        z.strictObject({
          check: z.enum(CLOSE_CHECKS).meta({ description: 'The check that failed' }),
          finding: z.string().meta({ description: 'What it had found' }),
          reason: z.string(),
        }),
      )
      .meta({ description: 'What failed and was taken as it is, by whoever prepared the close' }),
    reopening: z
      .strictObject({ askedBy: z.string(), reason: z.string() })
      .nullable()
      .meta({ description: 'Asked for, and waiting for another’s word; null: it is not' }),
    checks: z.array(CloseCheckView).meta({ description: 'Empty until its close began' }),
    exceptions: z.array(ExceptionSummary),
    workflowId: z.string().nullable().meta({ description: 'Its flow; null until its close began' }),
    temporalUiUrl: z.string().nullable(),
  })
  .meta({ id: 'Period' });
export type PeriodView = z.infer<typeof PeriodView>;

const Reasons = z.strictObject(
  Object.fromEntries(
    CLOSE_CHECKS.filter((name) => CHECK_RULES[name].mayAccept).map((name) => [
      name,
      Reason.optional().meta({
        description: `Why it is taken as it is: ${CHECK_RULES[name].title}`,
      }),
    ]),
  ),
);

export const PreparePeriodBody = z
  .strictObject({
    accept: Reasons.optional().meta({
      description: 'By check: why what fails is taken as it is. What changes later is not',
    }),
  })
  .meta({ id: 'PreparePeriod' });

export const PeriodReasonBody = z.strictObject({ reason: Reason }).meta({ id: 'PeriodReason' });
export const NoPeriodBody = z.strictObject({}).meta({ id: 'PeriodStep' });
