/** Which tender's money goes back when units are given up. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planGivingBack, type TenderMoney } from '../../canonical/rules/money/giving-back';
import { sum } from '../../canonical/rules/money/money';
import { DEFAULT_POLICIES } from '../../canonical/schema/policies';
import { TENDER_KINDS } from '../../canonical/schema/tender-kind';

const { refundOrder } = DEFAULT_POLICIES;
const giftCard = { tenderNo: 1, kind: 'gift-card', uncapturedMinor: 0, prepaidMinor: 30 } as const;
const card = { tenderNo: 2, kind: 'card', uncapturedMinor: 70, prepaidMinor: 0 } as const;
const paidCard = { ...card, uncapturedMinor: 0, prepaidMinor: 70 };

describe('30 on a gift card that is redeemed, 70 on a card', () => {
  it.each([
    ['a card that is promised is captured for less', [giftCard, card], 50, 50, []],
    [
      'the gift card gets what the card cannot spare',
      [giftCard, card],
      80,
      20,
      [{ tenderNo: 1, amountMinor: 10 }],
    ],
    ['all is given up', [giftCard, card], 100, 0, [{ tenderNo: 1, amountMinor: 30 }]],
    [
      'a card that is captured gets its money first',
      [giftCard, paidCard],
      50,
      50,
      [{ tenderNo: 2, amountMinor: 50 }],
    ],
    [
      'then the gift card',
      [giftCard, paidCard],
      80,
      20,
      [
        { tenderNo: 2, amountMinor: 70 },
        { tenderNo: 1, amountMinor: 10 },
      ],
    ],
  ] as const)('%s', (_what, tenders, cancelled, stillToGoMinor, expected) => {
    expect(planGivingBack(cancelled, tenders, { stillToGoMinor, refundOrder })).toEqual(expected);
  });

  it('goes back to the gift card first where the policy says so', () => {
    const giftCardFirst = { stillToGoMinor: 50, refundOrder: ['gift-card', 'card'] as const };
    expect(planGivingBack(50, [giftCard, card], giftCardFirst)).toEqual([
      { tenderNo: 1, amountMinor: 30 },
    ]);
  });
});

it('one cancel after another gives back all that was paid, and never more of a tender', () => {
  const minor = fc.integer({ min: 0, max: 10_000 });
  const tender = fc.record({
    kind: fc.constantFrom(...TENDER_KINDS.slice(0, 3)),
    isPaid: fc.boolean(),
    amountMinor: minor,
  });
  fc.assert(
    fc.property(
      fc.array(tender, { minLength: 1, maxLength: 4 }),
      fc.array(minor),
      (given, cuts) => {
        let tenders = given.map(({ kind, isPaid, amountMinor }, index): TenderMoney => ({
          tenderNo: index + 1,
          kind,
          uncapturedMinor: isPaid ? 0 : amountMinor,
          prepaidMinor: isPaid ? amountMinor : 0,
        }));
        let left = sum(given.map((one) => one.amountMinor));
        for (const cut of [...cuts, left]) {
          const cancelled = Math.min(cut, left);
          left -= cancelled;
          const plan = planGivingBack(cancelled, tenders, { stillToGoMinor: left, refundOrder });
          tenders = tenders.map((one) => {
            const back = plan.find(({ tenderNo }) => tenderNo === one.tenderNo)?.amountMinor ?? 0;
            return { ...one, prepaidMinor: one.prepaidMinor - back };
          });
          expect(tenders.every((one) => one.prepaidMinor >= 0)).toBe(true);
          // What is still to go out is always paid for, and nothing more is kept.
          const paid = sum(tenders.map((one) => one.prepaidMinor));
          const promised = sum(tenders.map((one) => one.uncapturedMinor));
          expect(paid + promised).toBeGreaterThanOrEqual(left);
          if (promised === 0) expect(paid).toBe(left);
        }
        expect(sum(tenders.map((one) => one.prepaidMinor))).toBe(0);
      },
    ),
  );
});
