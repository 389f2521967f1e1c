/**
 * For every currency that ISO 4217 lists, an amount is the same for us, for whoever is told it as a
 * decimal (shop, ERP, tax service) and for the audit that reads it back. What a card processor counts
 * is held by its contract, currency by currency.
 */
import { codes } from 'currency-codes';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDecimal, parseDecimal } from '../../canonical/rules/money/money';
import { netsuiteRecords } from '../../connectors/netsuite/records';
import { majorUnits, minorUnits } from '../../sandbox/money';

/** As much as a stand-in's numbers hold exactly. */
const MOST_MINOR = 99_999_999_999;
const cases = fc.tuple(fc.constantFrom(...codes()), fc.integer({ min: 1, max: MOST_MINOR }));

test('the same amount is told and understood, in every currency', () => {
  fc.assert(
    fc.property(cases, ([currency, minor]) => {
      const told = formatDecimal(minor, currency);
      expect(minorUnits(told, currency)).toBe(minor);
      expect(majorUnits(minor, currency)).toBe(told);
      expect(parseDecimal(told, currency)).toBe(minor);
    }),
    { numRuns: 2_000 },
  );
});

test('an ERP that keeps it as a number is read back to the same amount, in every currency', () => {
  const { partsOf } = netsuiteRecords['journal-document'] ?? {};
  fc.assert(
    fc.property(cases, ([currency, minor]) => {
      const kept = Number(formatDecimal(minor, currency));
      const lines = [{ debit: kept }, { credit: kept }];
      const read = partsOf?.({ lines, currency } as Parameters<NonNullable<typeof partsOf>>[0]);
      expect(read?.map((part) => part.quantity)).toEqual([minor, minor]);
    }),
    { numRuns: 2_000 },
  );
});
