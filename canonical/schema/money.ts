/** Money as it travels: an ISO 4217 currency and an integer count of its minor unit. */
import { z } from 'zod';
import { isCurrency } from '../rules/money/money';

/** Above this an amount is a mistake, and sums of 10,000 lines stay below 2^53. */
export const MAX_MINOR_UNITS = 100_000_000_000;

export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/, { error: 'an ISO 4217 code such as USD', abort: true })
  .refine(isCurrency, 'no currency of ISO 4217')
  .meta({ id: 'Currency', description: 'ISO 4217', example: 'USD' });
export type Currency = z.infer<typeof Currency>;

export const MinorUnits = z
  .int('a whole number of minor units')
  .min(0, 'minor units are not negative here')
  .max(MAX_MINOR_UNITS)
  .meta({
    description: 'A whole number of the currency’s smallest unit: cents of USD, yen of JPY',
  });

/** `{currency, minorUnits}`; never negative: a reduction has a name of its own (discount, refund). */
export const Money = z.strictObject({ currency: Currency, minorUnits: MinorUnits }).meta({
  id: 'Money',
  description: 'An amount, never negative',
  example: { currency: 'USD', minorUnits: 1299 },
});
export type Money = z.infer<typeof Money>;

/** Money as it is shown: what the books hold, and differences, which may be negative. */
export const Amount = z
  .strictObject({
    currency: z.string().meta({ description: 'ISO 4217' }),
    minorUnits: z.int().meta({ description: 'Of the currency’s smallest unit' }),
  })
  .meta({ id: 'Amount', description: 'An amount; of a difference it may be negative' });
