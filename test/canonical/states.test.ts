import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  openUnits,
  orderStatus,
  quantitiesTie,
  tenderState,
  type LineQuantities,
} from '../../canonical/rules/order/state';
import { planCaptures, type TenderLedger } from '../../canonical/rules/money/capture';
import { sourceToOneNode } from '../../canonical/rules/stock/sourcing';
import { sum } from '../../canonical/rules/money/money';
import { businessDate } from '../../canonical/rules/posting/business-date';

const units = fc.integer({ min: 0, max: 5 });
const line: fc.Arbitrary<LineQuantities> = fc
  .record({
    unallocated: units,
    backordered: units,
    reserved: units,
    released: units,
    shipped: units,
    pickedUp: units,
    cancelled: units,
  })
  .map((places) => ({ ...places, ordered: sum(Object.values(places)), returned: 0 }))
  .filter((one) => one.ordered > 0);
const lines = fc.array(line, { minLength: 1, maxLength: 6 });
const accepted = { isAccepted: true, isRejected: false, isOnHold: false, isClosed: false };

describe('an order’s status follows from its quantities', () => {
  it('is fulfilled or cancelled exactly when no unit is open', () => {
    fc.assert(
      fc.property(lines, (of) => {
        const status = orderStatus({ ...accepted, lines: of });
        const isOpen = of.some((one) => openUnits(one) > 0);
        return isOpen !== (status === 'fulfilled' || status === 'cancelled');
      }),
    );
  });

  it('is cancelled exactly when every unit is, closed or not', () => {
    fc.assert(
      fc.property(lines, fc.boolean(), (of, isClosed) => {
        const status = orderStatus({ ...accepted, isClosed, lines: of });
        return (status === 'cancelled') === of.every((one) => one.cancelled === one.ordered);
      }),
    );
  });

  it('knows a line whose units are not all in one place', () => {
    fc.assert(
      fc.property(line, (one) => {
        expect(quantitiesTie(one)).toBe(true);
        expect(quantitiesTie({ ...one, shipped: one.shipped + 1 })).toBe(false);
        expect(quantitiesTie({ ...one, returned: one.shipped + one.pickedUp + 1 })).toBe(false);
      }),
    );
  });
});

describe('a tender’s state', () => {
  const money = { amountMinor: 100, authorizedMinor: 0, capturedMinor: 0, refundedMinor: 0 };
  it.each([
    [{ lastAuthorization: null }, 'pending'],
    [{ lastAuthorization: 'live', authorizedMinor: 100 }, 'authorized'],
    [{ lastAuthorization: 'live', capturedMinor: 40 }, 'partly-captured'],
    [{ lastAuthorization: 'consumed', capturedMinor: 100 }, 'captured'],
    [{ lastAuthorization: 'voided' }, 'voided'],
    [{ lastAuthorization: 'declined' }, 'declined'],
    [{ lastAuthorization: 'expired' }, 'expired'],
  ] as const)('of %j is %s', (facts, state) => {
    expect(tenderState({ ...money, ...facts })).toBe(state);
  });
});

describe('the capture plan', () => {
  const tender = fc
    .record({
      amountMinor: fc.integer({ min: 0, max: 10_000 }),
      capturedShare: fc.integer({ min: 0, max: 100 }),
      isMulticapture: fc.boolean(),
    })
    .map(({ amountMinor, capturedShare, isMulticapture }): TenderLedger => {
      const capturedMinor = Math.floor((amountMinor * capturedShare) / 100);
      const authorization = { authorizationNo: 1, amountMinor, capturedMinor, isMulticapture };
      return {
        tenderNo: 1,
        amountMinor,
        capturedMinor,
        prepaidMinor: 0,
        authorizations: [{ ...authorization, state: 'live' }],
      };
    });

  it('covers the invoice, never more than a tender has left, and says what is not covered', () => {
    const tenders = fc.array(tender, { maxLength: 4 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30_000 }), tenders, fc.boolean(), (due, of, last) => {
        const numbered = of.map((one, index) => ({ ...one, tenderNo: index + 1 }));
        const plan = planCaptures(due, numbered, last);
        const planned = sum(plan.captures.map((one) => one.amountMinor));
        expect(planned + plan.uncoveredMinor).toBe(due);
        for (const capture of plan.captures) {
          const from = numbered[capture.tenderNo - 1];
          const left = from ? from.amountMinor - from.capturedMinor : 0;
          expect(capture.amountMinor).toBeLessThanOrEqual(left);
          expect(capture.amountMinor).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('uses money that is here already before it takes more', () => {
    const plan = planCaptures(
      1000,
      [
        {
          tenderNo: 1,
          amountMinor: 800,
          capturedMinor: 800,
          prepaidMinor: 800,
          authorizations: [],
        },
      ],
      true,
    );
    expect(plan).toEqual({
      prepaid: [{ tenderNo: 1, amountMinor: 800 }],
      captures: [],
      uncoveredMinor: 200,
    });
  });
});

describe('sourcing', () => {
  const node = (locationId: string, priority: number, stock: Record<string, number>) => ({
    locationId,
    priority,
    ships: true,
    active: true,
    sellable: new Map(Object.entries(stock)),
  });

  it('takes the first node by priority that holds all of it', () => {
    const nodes = [
      node('near', 1, { A: 1 }),
      node('far', 2, { A: 9, B: 9 }),
      node('farther', 3, { A: 9, B: 9 }),
    ];
    const both = [
      { sku: 'A', quantity: 1 },
      { sku: 'B', quantity: 1 },
    ];
    expect(sourceToOneNode([{ sku: 'A', quantity: 1 }], nodes)).toBe('near');
    expect(sourceToOneNode(both, nodes)).toBe('far');
    expect(sourceToOneNode([{ sku: 'A', quantity: 10 }], nodes)).toBeNull();
  });

  it('counts two lines of one SKU together', () => {
    const lines = [
      { sku: 'A', quantity: 2 },
      { sku: 'A', quantity: 2 },
    ];
    expect(sourceToOneNode(lines, [node('near', 1, { A: 3 })])).toBeNull();
  });

  it('leaves out nodes that do not ship or are closed', () => {
    const open = node('open', 9, { A: 1 });
    const nodes = [
      { ...node('closed', 1, { A: 9 }), active: false },
      { ...node('counter', 2, { A: 9 }), ships: false },
      open,
    ];
    expect(sourceToOneNode([{ sku: 'A', quantity: 1 }], nodes)).toBe('open');
  });
});

it('a business date is the day on the calendar of the place', () => {
  expect(businessDate('2026-11-21T02:30:00Z', 'America/New_York')).toBe('2026-11-20');
  expect(businessDate('2026-11-21T02:30:00Z', 'Europe/Berlin')).toBe('2026-11-21');
});
