/** Which node ships an order: rules in order, over nodes that are data. One node or none here. */

export interface SourcingNode {
  readonly locationId: string;
  readonly ships: boolean;
  readonly active: boolean;
  /** Lower goes first. */
  readonly priority: number;
  /** SKU → units that may be promised there. */
  readonly sellable: ReadonlyMap<string, number>;
}

export interface Wanted {
  readonly sku: string;
  readonly quantity: number;
}

/**
 * Eligible nodes (ships, active, holds all of it) → lowest priority number → most left over of the
 * scarcest SKU (balance) → id, so that the same stock gives the same answer. Null: no single node.
 */
export function sourceToOneNode(
  wanted: readonly Wanted[],
  nodes: readonly SourcingNode[],
): string | null {
  const bySku = new Map<string, number>();
  for (const { sku, quantity } of wanted) bySku.set(sku, (bySku.get(sku) ?? 0) + quantity);
  const slack = (node: SourcingNode) =>
    Math.min(...[...bySku].map(([sku, units]) => (node.sellable.get(sku) ?? 0) - units));
  const eligible = nodes
    .filter((node) => node.ships && node.active)
    .map((node) => ({ node, slack: slack(node) }))
    .filter((candidate) => candidate.slack >= 0)
    .sort(
      (a, b) =>
        a.node.priority - b.node.priority ||
        b.slack - a.slack ||
        (a.node.locationId < b.node.locationId ? -1 : 1),
    );
  return eligible[0]?.node.locationId ?? null;
}

export interface StockLevel {
  readonly onHand: number;
  readonly reserved: number;
  readonly unsellable: number;
  readonly safety: number;
  readonly heldForOthers: number;
}

/** `max(0, onHand − reserved − unsellable − safety − heldForOthers)`. */
export function sellable(stock: StockLevel): number {
  return Math.max(
    0,
    stock.onHand - stock.reserved - stock.unsellable - stock.safety - stock.heldForOthers,
  );
}
