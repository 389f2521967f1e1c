/**
 * Random months of a processor: charges that are captured early and late, refunds before and after
 * their payout, wrong amounts, lines of nobody, fees and reserves, reports in any order, bookings of
 * the bank in any grouping. Whatever happens, every open item nets to zero or is what an exception says.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditOf } from '../../audit/run';
import { postCapture, postRefund } from '../../canonical/rules/posting/posting';
import { postJournal } from '../../store/ledger/ledger';
import { SettlementWorld, stripeReport, type StripeRow } from './world';

const SEED = 10;
const MONTHS = 15;
const SETTLEMENTS = 3;

let world: SettlementWorld;
let run = 0;
beforeAll(async () => {
  world = await SettlementWorld.open();
});
afterAll(() => world.stop());

const Charge = fc.record({
  minor: fc.integer({ min: 100, max: 90_000 }),
  capture: fc.constantFrom('early', 'late', 'never'),
  /** What the report says beside what was taken. */
  offMinor: fc.constantFrom(0, 0, 0, -5, 7),
  refund: fc.constantFrom('none', 'none', 'early', 'late'),
  refundedPermille: fc.integer({ min: 1, max: 1_000 }),
  paidIn: fc.nat(SETTLEMENTS - 1),
  takenBackIn: fc.nat(SETTLEMENTS - 1),
  isTold: fc.boolean(),
  feeMinor: fc.integer({ min: 0, max: 90 }),
});
const Month = fc.record({
  charges: fc.array(Charge, { minLength: 1, maxLength: 8 }),
  reserveMinor: fc.constantFrom(0, 500),
  unknownMinor: fc.constantFrom(0, 0, -33, 12),
  order: fc.shuffledSubarray([0, 1, 2], { minLength: SETTLEMENTS }),
  banked: fc.constantFrom('each', 'together', 'halves', 'none'),
});
type Month = typeof Month extends fc.Arbitrary<infer M> ? M : never;

const head = (key: string) => ({
  ...{ momentKey: key, entity: 'us-01', channelInstance: 'web-us', businessDate: '2026-03-02' },
  ...{ currency: 'USD', orderId: `ord_${key}`, eventNo: null, source: 'test' },
  ...{ correlationId: 'cor_campaign', occurredAt: '2026-03-02T12:00:00Z' },
});
const payment = (charge: string, amountMinor: number) =>
  ({
    tenderNo: 1,
    kind: 'card',
    clearingAccount: 'stripe-us',
    paymentRef: charge,
    amountMinor,
  }) as const;

async function book(month: Month, when: 'early' | 'late', name: string): Promise<void> {
  for (const [at, one] of month.charges.entries()) {
    const charge = `ch_${name}_${at}`;
    if (one.capture === when) {
      const posting = postCapture({ ...payment(charge, one.minor), orderId: charge });
      await postJournal(world.db, { ...head(`c:${charge}`), posting });
    }
    const minor = refundOf(one);
    if (one.refund === when && minor > 0) {
      const posting = postRefund({ ...payment(charge, minor), refundItem: `refund:${charge}` });
      await postJournal(world.db, { ...head(`r:${charge}`), posting });
    }
  }
}

/** Nothing that was never taken is given back. */
const refundOf = (one: Month['charges'][number]) =>
  one.refund === 'none' || one.capture === 'never'
    ? 0
    : Math.floor((one.minor * one.refundedPermille) / 1_000);

function rowsOf(month: Month, settlement: number, name: string): StripeRow[] {
  const rows = month.charges.flatMap((one, at): StripeRow[] => {
    const charge = `ch_${name}_${at}`;
    const refunded = refundOf(one);
    const gross = one.minor + one.offMinor;
    return [
      ...(one.paidIn === settlement
        ? [{ category: 'charge', gross, fee: one.feeMinor, charge }]
        : []),
      ...(one.isTold && refunded > 0 && one.takenBackIn === settlement
        ? [{ category: 'refund', gross: -refunded, charge }]
        : []),
    ];
  });
  const reserved =
    settlement === 0 ? -month.reserveMinor : settlement === 2 ? month.reserveMinor : 0;
  return [
    ...rows,
    ...(reserved === 0 ? [] : [{ category: 'risk_reserved_funds', gross: reserved }]),
    ...(settlement === 1 && month.unknownMinor !== 0
      ? [{ category: 'something_new', gross: month.unknownMinor }]
      : []),
    { category: 'fee', gross: -(settlement + 1) },
  ];
}

async function toBank(
  month: Month,
  reports: readonly { readonly payout: string; readonly netMinor: number }[],
  name: string,
): Promise<void> {
  const paid = reports.filter((one) => one.netMinor !== 0);
  if (month.banked === 'none' || paid.length === 0) return;
  if (month.banked === 'together') {
    const amountMinor = paid.reduce((sum, one) => sum + one.netMinor, 0);
    const text = paid.map((one) => one.payout).join(' ');
    if (amountMinor !== 0) await world.bank({ bankRef: `${name}-all`, amountMinor, text });
    return;
  }
  for (const { payout, netMinor } of paid) {
    const half = month.banked === 'halves' ? Math.trunc(netMinor / 2) : 0;
    for (const [part, amountMinor] of [half, netMinor - half].entries()) {
      if (amountMinor === 0) continue;
      await world.bank({ bankRef: `${payout}-${part}`, amountMinor, text: `payout ${payout}` });
    }
  }
}

async function differences(): Promise<string[]> {
  const { differences: found } = await auditOf(world.db, [], 0, { isWhole: true });
  return found
    .filter(({ code }) => code.startsWith('settle') || code === 'stray-item')
    .map(({ code, detail }) => `${code}: ${detail}`);
}

test(
  `every open item of ${MONTHS} random months is explained to the cent`,
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(Month, async (month) => {
        run += 1;
        const name = `m${run}`;
        await book(month, 'early', name);
        const reports = month.order.map((settlement) =>
          stripeReport(rowsOf(month, settlement, name)),
        );
        const ids: string[] = [];
        for (const { text } of reports) ids.push(await world.settled(text));
        await toBank(month, reports, name);
        expect(await differences()).toEqual([]);
        await book(month, 'late', name);
        for (const id of ids) await world.recheck(id);
        for (const id of ids) await world.recheck(id);
        expect(await differences()).toEqual([]);
        const stuck = Object.keys(await world.open('CLR')).filter((item) =>
          item.startsWith('settlement:'),
        );
        expect(stuck).toEqual([]);
      }),
      { seed: SEED, numRuns: MONTHS, endOnFailure: true },
    );
  },
);
