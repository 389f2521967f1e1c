/** Which nodes ship an order: rules in order, over nodes that are data. */

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

/** Nodes that one order may be split over, and nodes that are weighed for it. */
const MAX_NODES_AN_ORDER = 4;
const MAX_NODES_WEIGHED = 12;

export interface NodeShare {
  readonly locationId: string;
  /** SKU → units that this node sends. */
  readonly units: ReadonlyMap<string, number>;
}

/**
 * The fewest nodes that hold all of it together, of those the ones that go first (priority number,
 * then id); each sends what it has before the next is asked. Whole or
 * nothing: null where four of the twelve first nodes that hold any of it are not enough.
 */
export function sourceToNodes(
  wanted: readonly Wanted[],
  nodes: readonly SourcingNode[],
): readonly NodeShare[] | null {
  const bySku = new Map<string, number>();
  for (const { sku, quantity } of wanted) bySku.set(sku, (bySku.get(sku) ?? 0) + quantity);
  const candidates = nodes
    .filter((node) => node.ships && node.active)
    .filter((node) => [...bySku.keys()].some((sku) => (node.sellable.get(sku) ?? 0) > 0))
    .sort((a, b) => a.priority - b.priority || (a.locationId < b.locationId ? -1 : 1))
    .slice(0, MAX_NODES_WEIGHED);
  for (let size = 1; size <= MAX_NODES_AN_ORDER; size += 1) {
    for (const chosen of choicesOf(candidates, size)) {
      const shares = sharesOf(bySku, chosen);
      if (shares) return shares;
    }
  }
  return null;
}

/** Every choice of `size` nodes, those that go first before the others. */
function* choicesOf(
  nodes: readonly SourcingNode[],
  size: number,
): Generator<readonly SourcingNode[]> {
  if (size === 0) yield [];
  for (const [index, node] of nodes.entries()) {
    if (size === 0 || nodes.length - index < size) return;
    for (const rest of choicesOf(nodes.slice(index + 1), size - 1)) yield [node, ...rest];
  }
}

function sharesOf(
  bySku: ReadonlyMap<string, number>,
  nodes: readonly SourcingNode[],
): readonly NodeShare[] | null {
  const left = new Map(bySku);
  const shares = nodes.map(({ locationId, sellable: held }) => {
    const units = new Map<string, number>();
    for (const [sku, wanted] of left) {
      const sent = Math.min(wanted, held.get(sku) ?? 0);
      if (sent > 0) units.set(sku, sent);
      left.set(sku, wanted - sent);
    }
    return { locationId, units };
  });
  return [...left.values()].every((units) => units === 0) ? shares : null;
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
