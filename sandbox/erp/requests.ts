/** Bodies of NetSuite's REST record service, as far as this stand-in knows them. */
import { z } from 'zod';
import { minorUnits } from '../money';

const LINES_MAX = 10_000;

/** NetSuite takes ids as strings or numbers. */
const internalId = z.union([z.string().min(1), z.int()]).transform(String);
const reference = z
  .object({ id: internalId.optional(), refName: z.string().optional() })
  .refine((given) => given.id !== undefined || given.refName !== undefined, 'needs an id');
const amount = z.number().refine((value) => minorUnits(value, 'USD') !== undefined, {
  message: 'must be an amount with at most two decimals',
});
const externalId = z.string().min(1).max(255).optional();
const tranDate = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date')
  .refine((value) => !Number.isNaN(Date.parse(value)), 'must be a date')
  .optional();
const memo = z.string().max(4_000).optional();

export const journalSchema = z.object({
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

export const salesOrderSchema = z.object({
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

export type Journal = z.infer<typeof journalSchema>;
export type SalesOrder = z.infer<typeof salesOrderSchema>;

/** The currency's code: `refName` where given, the demo's dollar otherwise. */
export function currencyOf(record: { currency?: { refName?: string } }): string {
  const name = record.currency?.refName;
  return name !== undefined && /^[A-Z]{3}$/.test(name) ? name : 'USD';
}

/** Sums of both sides, in minor units. */
export function journalTotals(journal: Journal): { debitMinor: number; creditMinor: number } {
  let debitMinor = 0;
  let creditMinor = 0;
  for (const line of journal.line.items) {
    debitMinor += minorUnits(line.debit ?? 0, 'USD') ?? 0;
    creditMinor += minorUnits(line.credit ?? 0, 'USD') ?? 0;
  }
  return { debitMinor, creditMinor };
}

export function salesOrderTotal(order: SalesOrder): number {
  return order.item.items.reduce((sum, { amount: given, rate, quantity }) => {
    const line = given ?? (rate ?? 0) * quantity;
    return sum + Math.round(line * 100);
  }, 0);
}
