/** The rules of an order that is collected: where it is reserved, what moved units are worth. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AcceptableLine, KnownValues } from '../../canonical/rules/order/judgement';
import { placeUnits } from '../../canonical/rules/order/places';
import { planMove, taxOf } from '../../canonical/rules/order/re-source';
import type { SnapshotLine } from '../../canonical/rules/order/snapshot';
import { DEFAULT_POLICIES } from '../../canonical/schema/policies';
import { channelSetups } from '../../canonical/installation';

const SKUS = ['A', 'B'];
const STORES = ['store-1', 'store-2'];
const NODES = ['dc-1', ...STORES];

const aLine = fc.record({
  sku: fc.constantFrom(...SKUS),
  quantity: fc.integer({ min: 1, max: 3 }),
  storeId: fc.constantFrom(null, ...STORES),
});
const someStock = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 6, maxLength: 6 });

function setupOf(splitOverNodes: boolean) {
  const [setup] = channelSetups();
  if (!setup) throw new Error('no channel');
  return { ...setup, policies: { ...DEFAULT_POLICIES, splitOverNodes } };
}

function knownOf(held: readonly number[]): KnownValues {
  return {
    mappings: new Map(),
    items: new Map(),
    nodes: NODES.map((locationId) => ({
      locationId,
      ships: true,
      active: true,
      priority: 1,
      timeZone: 'UTC',
      kind: locationId.startsWith('dc') ? ('dc' as const) : ('store' as const),
      hasOpeningHours: true,
    })),
    stock: NODES.flatMap((locationId, node) =>
      SKUS.map((sku, at) => ({ sku, locationId, sellable: held[node * SKUS.length + at] ?? 0 })),
    ),
  };
}

const lineOf = (line: { sku: string; quantity: number; storeId: string | null }, index: number) =>
  ({
    ...line,
    lineNo: index + 1,
    channelLineRef: null,
    channelSku: line.sku,
    unitPriceMinor: 100,
    grossMinor: 100 * line.quantity,
    discountMinor: 0,
    shippingMinor: 0,
    taxes: [],
    taxMinor: 0,
  }) satisfies AcceptableLine;

describe('where the units of an order are reserved', () => {
  it('is the store that a line names, whole or not at all, and never more than there is', () => {
    const shape = fc.array(aLine, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(shape, someStock, fc.boolean(), (lines, held, isSplit) => {
        const known = knownOf(held);
        const verdict = placeUnits({
          lines: lines.map(lineOf),
          tenders: [],
          known,
          currency: 'USD',
          setup: setupOf(isSplit),
        });
        if (verdict.outcome !== 'acceptable') return;
        const { groups, allocations, wanted } = verdict.acceptable;
        for (const [index, line] of lines.entries()) {
          const own = allocations.filter((one) => one.lineNo === index + 1);
          expect(own.reduce((units, one) => units + one.quantity, 0)).toBe(line.quantity);
          for (const { groupNo } of own) {
            const group = groups.find((one) => one.groupNo === groupNo);
            expect(group?.kind).toBe(line.storeId === null ? 'ship' : 'pickup');
            if (line.storeId !== null) expect(group?.locationId).toBe(line.storeId);
          }
        }
        const rows = wanted.map(({ sku, locationId }) => `${sku}@${locationId}`);
        expect(new Set(rows).size).toBe(rows.length);
        for (const { sku, locationId, quantity } of wanted) {
          const row = known.stock.find((one) => one.sku === sku && one.locationId === locationId);
          expect(quantity).toBeLessThanOrEqual(row?.sellable ?? 0);
        }
      }),
    );
  });

  it('is refused with what its own store has, however much others have', () => {
    const verdict = placeUnits({
      lines: [lineOf({ sku: 'A', quantity: 3, storeId: 'store-1' }, 0)],
      tenders: [],
      known: knownOf([6, 6, 2, 6, 6, 6]),
      currency: 'USD',
      setup: setupOf(true),
    });
    expect(verdict).toMatchObject({ outcome: 'short', shortages: [{ wanted: 3, available: 2 }] });
  });
});

describe('units that are taxed otherwise elsewhere', () => {
  const minor = fc.integer({ min: 0, max: 10_007 });
  const line = fc
    .record({
      ordered: fc.integer({ min: 1, max: 9 }),
      grossMinor: minor,
      discountMinor: minor,
      shippingMinor: minor,
      taxMinor: minor,
    })
    .chain((of) =>
      fc
        .record({
          gone: fc.integer({ min: 0, max: of.ordered - 1 }),
          share: fc.integer({ min: 1, max: of.ordered }),
        })
        .map(({ gone, share }) => ({ ...of, gone, quantity: Math.min(share, of.ordered - gone) })),
    );

  it('leave the rest with what it had: together they come to the line, but for the tax', () => {
    fc.assert(
      fc.property(line, minor, (of, newTax) => {
        const released = of.ordered - of.gone;
        const at = { reserved: 0, released, shipped: 0, pickedUp: of.gone, cancelled: 0 };
        const before: SnapshotLine = {
          ...of,
          ...at,
          lineNo: 1,
          sku: 'A',
          channelSku: 'A',
          channelLineRef: null,
          unallocated: 0,
          backordered: 0,
          returned: 0,
          taxes: [{ taxCode: 'OLD', amountMinor: of.taxMinor }],
          allocations: [{ groupNo: 1, ...at }],
        };
        const order = { lines: [before] };
        const taxes = [{ lineNo: 1, taxes: [{ taxCode: 'NEW', amountMinor: newTax }] }];
        const planned = planMove(order, 1, [{ lineNo: 1, quantity: of.quantity }], taxes);
        if (planned.outcome === 'impossible') throw new Error(planned.reason);
        const [unit] = planned.units;
        const { moved, rest } = unit?.taxed ?? {};
        if (!moved) throw new Error('nothing is taxed anew');
        for (const part of ['ordered', 'grossMinor', 'discountMinor', 'shippingMinor'] as const) {
          expect(moved[part] + (rest?.[part] ?? 0)).toBe(before[part]);
        }
        const after = taxOf(moved.taxes) + taxOf(rest?.taxes ?? []);
        expect(after - of.taxMinor).toBe(unit?.taxDeltaMinor);
        expect(taxOf(moved.taxes)).toBe(newTax);
      }),
    );
  });
});
