/** Bodies of NetSuite's REST record service, as far as this stand-in knows them. */
import { z } from 'zod';
import { minorUnits } from '../money';

const LINES_MAX = 10_000;

/** NetSuite takes ids as strings or numbers. */
const internalId = z.union([z.string().min(1), z.int()]).transform(String);
const reference = z
  .object({ id: internalId.optional(), refName: z.string().optional() })
  .refine((given) => given.id !== undefined || given.refName !== undefined, 'needs an id');
const amount = z.number();
const externalId = z.string().min(1).max(255).optional();
const tranDate = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date')
  .refine((value) => !Number.isNaN(Date.parse(value)), 'must be a date')
  .optional();
const memo = z.string().max(4_000).optional();

const journalBody = z.object({
  externalId,
  subsidiary: reference,
  currency: reference.optional(),
  tranDate,
  memo,
  line: z.object({
    items: z
      .array(
        z
          .object({
            account: z.object({ id: internalId }),
            debit: amount.nonnegative().optional(),
            credit: amount.nonnegative().optional(),
            memo,
          })
          .refine((line) => (line.debit ?? 0) > 0 !== (line.credit ?? 0) > 0, {
            message: 'Enter either a debit or a credit amount',
          }),
      )
      .min(2)
      .max(LINES_MAX),
  }),
});

export const journalSchema = journalBody.superRefine((journal, context) => {
  journal.line.items.forEach(({ debit, credit }, index) => {
    refuseFractions(context, journal, ['line', 'items', index], [debit, credit]);
  });
});

const salesOrderBody = z.object({
  externalId,
  entity: reference,
  subsidiary: reference.optional(),
  currency: reference.optional(),
  otherRefNum: z.string().max(45).optional(),
  tranDate,
  memo,
  item: z.object({
    items: z
      .array(
        z.object({
          item: reference,
          quantity: z.number().positive(),
          rate: amount.optional(),
          amount: amount.optional(),
        }),
      )
      .min(1)
      .max(LINES_MAX),
  }),
});

export const salesOrderSchema = salesOrderBody.superRefine((order, context) => {
  order.item.items.forEach(({ rate, amount: given }, index) => {
    refuseFractions(context, order, ['item', 'items', index], [rate, given]);
  });
});

export type Journal = z.infer<typeof journalSchema>;
export type SalesOrder = z.infer<typeof salesOrderSchema>;

/** The currency's code: `refName` where given, the demo's dollar otherwise. */
export function currencyOf(record: { currency?: { refName?: string } }): string {
  const name = record.currency?.refName;
  return name !== undefined && /^[A-Z]{3}$/.test(name) ? name : 'USD';
}

/** An amount with more decimals than its currency has is refused, as NetSuite does. */
function refuseFractions(
  context: z.RefinementCtx,
  record: { currency?: { refName?: string } },
  path: (string | number)[],
  amounts: readonly (number | undefined)[],
): void {
  const currency = currencyOf(record);
  if (amounts.every((one) => one === undefined || minorUnits(one, currency) !== undefined)) return;
  const message = `must be an amount with no more decimals than ${currency} has`;
  context.addIssue({ code: 'custom', path, message });
}

/** Sums of both sides, in minor units. */
export function journalTotals(journal: Journal): { debitMinor: number; creditMinor: number } {
  const currency = currencyOf(journal);
  let debitMinor = 0;
  let creditMinor = 0;
  for (const line of journal.line.items) {
    debitMinor += minorUnits(line.debit ?? 0, currency) ?? 0;
    creditMinor += minorUnits(line.credit ?? 0, currency) ?? 0;
  }
  return { debitMinor, creditMinor };
}

export function salesOrderTotal(order: SalesOrder): number {
  const currency = currencyOf(order);
  return order.item.items.reduce((sum, { amount: given, rate, quantity }) => {
    const unitMinor = minorUnits(rate ?? 0, currency) ?? 0;
    return sum + (given === undefined ? unitMinor * quantity : (minorUnits(given, currency) ?? 0));
  }, 0);
}
