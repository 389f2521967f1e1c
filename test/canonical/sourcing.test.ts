import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sourceToNodes, type SourcingNode } from '../../canonical/rules/stock/sourcing';

const SKUS = ['A', 'B', 'C'];
const held = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 3, maxLength: 3 });
const nodes = fc.array(
  fc.record({ held, priority: fc.integer({ min: 0, max: 2 }), ships: fc.boolean() }),
  { maxLength: 6 },
);
const wanted = fc.array(
  fc.record({ sku: fc.constantFrom(...SKUS), quantity: fc.integer({ min: 1, max: 4 }) }),
  {
    minLength: 1,
    maxLength: 4,
  },
);

function nodesOf(shapes: readonly { held: number[]; priority: number; ships: boolean }[]) {
  return shapes.map((shape, index): SourcingNode => ({
    locationId: `node-${index}`,
    priority: shape.priority,
    ships: shape.ships,
    active: true,
    sellable: new Map(SKUS.map((sku, at) => [sku, shape.held[at] ?? 0])),
  }));
}

const demand = (lines: readonly { sku: string; quantity: number }[], sku: string) =>
  lines.filter((line) => line.sku === sku).reduce((sum, line) => sum + line.quantity, 0);

describe('an order split over nodes', () => {
  it('is whole or not at all, never more than sellable at a node, every node with a part', () => {
    fc.assert(
      fc.property(wanted, nodes, (lines, shapes) => {
        const at = nodesOf(shapes);
        const shares = sourceToNodes(lines, at);
        if (shares === null) return;
        for (const sku of SKUS) {
          const sent = shares.reduce((sum, share) => sum + (share.units.get(sku) ?? 0), 0);
          expect(sent).toBe(demand(lines, sku));
        }
        for (const { locationId, units } of shares) {
          const node = at.find((one) => one.locationId === locationId);
          expect(node?.ships).toBe(true);
          expect(units.size).toBeGreaterThan(0);
          for (const [sku, sent] of units) {
            expect(sent).toBeLessThanOrEqual(node?.sellable.get(sku) ?? 0);
          }
        }
      }),
    );
  });

  it('needs no third node where two hold it', () => {
    fc.assert(
      fc.property(wanted, nodes, (lines, shapes) => {
        const at = nodesOf(shapes);
        const shipping = at.filter((node) => node.ships);
        const isEnough = (chosen: ReadonlySet<SourcingNode>) =>
          SKUS.every((sku) => {
            const there = [...chosen].reduce((sum, one) => sum + (one.sellable.get(sku) ?? 0), 0);
            return there >= demand(lines, sku);
          });
        const areTwoEnough = shipping.some((one) =>
          shipping.some((two) => isEnough(new Set([one, two]))),
        );
        const shares = sourceToNodes(lines, at);
        expect(shares !== null && shares.length <= 2).toBe(areTwoEnough);
      }),
    );
  });

  it('is split the same whatever order the nodes come in', () => {
    fc.assert(
      fc.property(wanted, nodes, (lines, shapes) => {
        const at = nodesOf(shapes);
        expect(sourceToNodes(lines, [...at].reverse())).toEqual(sourceToNodes(lines, at));
      }),
    );
  });
});
