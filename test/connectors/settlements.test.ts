import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SettlementSource } from '../../canonical/ports/settlement';
import { adyenSettlements } from '../../connectors/adyen/settlement/source';
import { amazonSettlements } from '../../connectors/amazon/settlement/source';
import { paypalSettlements } from '../../connectors/paypal/settlement/source';
import { posSettlements } from '../../connectors/pos/settlement/source';
import { SETTLEMENT_SOURCES } from '../../connectors/settlement-sources';
import { shopifySettlements } from '../../connectors/shopify/settlement/source';
import { stripeSettlements } from '../../connectors/stripe/settlement/source';
import { adyenDetail, paypalReport, posBatch, shopifyTransactions } from './processor-reports';
import { differenceOf, isCaught, readReport } from './settlement-reading';
import { amazonV1, amazonV2, stripeReconciliation, type Report } from './settlement-reports';

const RUNS = { numRuns: 40 };
const FORMATS: readonly (readonly [string, SettlementSource, fc.Arbitrary<Report>])[] = [
  ['Amazon V2', amazonSettlements, amazonV2],
  ['Stripe CSV', stripeSettlements, stripeReconciliation],
  ['Amazon V1', amazonSettlements, amazonV1],
  ['Shopify CSV', shopifySettlements, shopifyTransactions],
  ['Adyen', adyenSettlements, adyenDetail],
  ['PayPal', paypalSettlements, paypalReport],
  ['tills', posSettlements, posBatch],
];

describe.each(FORMATS)('any report of %s', (_name, source, reports) => {
  it('is read whole, ties, and has no line that no rule names', async () => {
    await fc.assert(
      fc.asyncProperty(reports, fc.integer({ min: 7, max: 90 }), async (report, pieceBytes) => {
        const read = await readReport(source, report.text, pieceBytes);
        const told = read.map(({ head, lines }) => ({
          reference: head.reference,
          currency: head.currency,
          rows: new Set(lines.map((line) => line.rowNo)).size,
        }));
        expect(told).toEqual(
          report.settlements.map(({ reference, currency, rows }) => ({
            reference,
            currency,
            rows,
          })),
        );
        expect(read.map(differenceOf)).toEqual(read.map(() => 0));
        expect(read.flatMap((one) => one.lines).filter((one) => one.class === 'unknown')).toEqual(
          [],
        );
        const declared = read.map((one) => one.declaredNetMinor);
        expect(
          declared.filter((net, at) => net !== null && net !== report.settlements[at]?.netMinor),
        ).toEqual([]);
      }),
      RUNS,
    );
  });

  it('is caught with any one amount changed', async () => {
    const by = fc.integer({ min: -9_999, max: 9_999 }).filter((minor) => minor !== 0);
    await fc.assert(
      fc.asyncProperty(reports, fc.nat(), by, async (report, which, byMinor) => {
        expect(await isCaught(source, report.changed(which, byMinor))).toBe(true);
      }),
      RUNS,
    );
  });
});

it('a source is found by its name', () => {
  expect(Object.entries(SETTLEMENT_SOURCES).every(([name, source]) => source.name === name)).toBe(
    true,
  );
});
