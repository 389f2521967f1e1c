/**
 * Where each unit of an order is reserved: what is collected at the store that its line names and
 * nowhere else, what is shipped wherever it may be sent from. Whole or not at all. What nothing here
 * sends is reserved nowhere; an order of nothing else is dated by the first node that sends.
 */
import type { ChannelSetup } from '../../schema/channel';
import { formatMoney, sum } from '../money/money';
import { sourceToNodes, sourceToOneNode, type NodeShare } from '../stock/sourcing';
import {
  ownUnits,
  type Acceptable,
  type AcceptableAllocation,
  type AcceptableLine,
  type AcceptableTender,
  type KnownValues,
  type Shortage,
  type Verdict,
} from './judgement';
import type { Missing } from './problem';

type Node = Omit<KnownValues['nodes'][number], 'sellable'> & {
  readonly sellable: Map<string, number>;
};

/** What one group holds; a store's name where it is collected there. */
interface Share extends NodeShare {
  readonly storeId: string | null;
}

interface ToPlace {
  readonly lines: readonly AcceptableLine[];
  readonly tenders: readonly AcceptableTender[];
  readonly known: KnownValues;
  readonly currency: string;
  readonly setup: ChannelSetup;
}

export function placeUnits({ lines, tenders, known, currency, setup }: ToPlace): Verdict {
  const nodes = nodesOf(known);
  const byId = new Map(nodes.map((node) => [node.locationId, node]));
  // As it is before the stores take theirs: what a refusal says there is.
  const held = (storeId: string, sku: string) => byId.get(storeId)?.sellable.get(sku) ?? 0;
  const stores = pickupShares(lines);
  const shortAtStore = stores.flatMap(({ locationId, units }) =>
    [...units].flatMap(([sku, quantity]) =>
      held(locationId, sku) < quantity
        ? [{ sku, quantity, locationId, available: held(locationId, sku) }]
        : [],
    ),
  );
  if (shortAtStore.length === 0) takeFrom(byId, stores);
  const wanted = wantedOf(lines.filter((line) => line.storeId === null && ownUnits(line) > 0));
  const shipped = wanted.length === 0 ? [] : shippingShares(wanted, nodes, setup);
  if (shortAtStore.length === 0 && shipped !== null) {
    const shares = [...shipped.map((share) => ({ ...share, storeId: null })), ...stores];
    const first = byId.get(shares[0]?.locationId ?? '') ?? nodes.find(sends) ?? nodes[0];
    if (first) return acceptable(lines, tenders, shares, first);
  }
  const best = (sku: string) =>
    Math.max(0, ...nodes.filter(sends).map((n) => n.sellable.get(sku) ?? 0));
  const shortages = lines
    .filter((line) => ownUnits(line) > 0)
    .map((line): Shortage => ({
      lineNo: line.lineNo,
      sku: line.sku,
      wanted: ownUnits(line),
      available: line.storeId === null ? best(line.sku) : held(line.storeId, line.sku),
    }));
  const short = wanted.filter(({ sku, quantity }) => best(sku) < quantity);
  const unsent = shipped === null ? (short.length > 0 ? short : wanted) : [];
  const worth = formatMoney(sum(lines.map((line) => line.grossMinor)), currency);
  const ofOrder = `are sold (an order of ${worth})`;
  const missing = [
    ...shortAtStore.map(({ sku, quantity, locationId, available }) =>
      noStock(
        sku,
        `${quantity} of ${sku} ${ofOrder} for pickup at ${locationId}, which can promise ${available}`,
      ),
    ),
    ...unsent.map(({ sku, quantity }) =>
      noStock(sku, `${quantity} of ${sku} ${ofOrder}; one node can promise ${best(sku)}`),
    ),
  ];
  return { outcome: 'short', shortages, missing };
}

const sends = ({ ships, active }: Node): boolean => ships && active;

const noStock = (sku: string, detail: string): Missing => ({
  code: 'inventory.insufficient',
  cause: { kind: 'stock', ref: sku },
  detail,
});

function nodesOf(known: KnownValues): Node[] {
  const nodes = known.nodes.map((node) => ({ ...node, sellable: new Map<string, number>() }));
  const byId = new Map(nodes.map((node) => [node.locationId, node]));
  for (const row of known.stock) byId.get(row.locationId)?.sellable.set(row.sku, row.sellable);
  return nodes;
}

function wantedOf(lines: readonly AcceptableLine[]) {
  const units = new Map<string, number>();
  for (const line of lines) units.set(line.sku, (units.get(line.sku) ?? 0) + ownUnits(line));
  return [...units]
    .map(([sku, quantity]) => ({ sku, quantity }))
    .sort((a, b) => (a.sku < b.sku ? -1 : 1));
}

/** One a store, in the order of the lines. */
function pickupShares(lines: readonly AcceptableLine[]): Share[] {
  const byStore = new Map<string, Map<string, number>>();
  for (const { storeId, sku, quantity } of lines) {
    if (storeId === null) continue;
    const units = byStore.get(storeId) ?? new Map<string, number>();
    units.set(sku, (units.get(sku) ?? 0) + quantity);
    byStore.set(storeId, units);
  }
  return [...byStore].map(([storeId, units]) => ({ locationId: storeId, storeId, units }));
}

/** What is collected is not there to be sent. */
function takeFrom(byId: ReadonlyMap<string, Node>, stores: readonly Share[]): void {
  for (const { locationId, units } of stores) {
    const sellable = byId.get(locationId)?.sellable;
    for (const [sku, quantity] of units) {
      sellable?.set(sku, (sellable.get(sku) ?? 0) - quantity);
    }
  }
}

function shippingShares(
  wanted: readonly { readonly sku: string; readonly quantity: number }[],
  nodes: readonly Node[],
  setup: ChannelSetup,
): readonly NodeShare[] | null {
  const units = new Map(wanted.map(({ sku, quantity }) => [sku, quantity]));
  const chosen = sourceToOneNode(wanted, nodes);
  if (chosen !== null) return [{ locationId: chosen, units }];
  return setup.policies.splitOverNodes ? sourceToNodes(wanted, nodes) : null;
}

function acceptable(
  lines: readonly AcceptableLine[],
  tenders: readonly AcceptableTender[],
  shares: readonly Share[],
  { locationId, timeZone }: Node,
): Verdict {
  const groups = shares.map((share, index) => ({
    groupNo: index + 1,
    kind: share.storeId === null ? ('ship' as const) : ('pickup' as const),
    locationId: share.locationId,
  }));
  const allocations = allocate(lines, shares);
  const wanted = reservations(shares);
  const location = { locationId, timeZone };
  return {
    outcome: 'acceptable',
    acceptable: { location, groups, allocations, lines, tenders, wanted },
  };
}

/** Lines in their order take what each node sends, nodes in theirs; or what their store holds. */
function allocate(
  lines: readonly AcceptableLine[],
  shares: readonly Share[],
): AcceptableAllocation[] {
  const left = shares.map((share) => ({ storeId: share.storeId, units: new Map(share.units) }));
  return lines.flatMap((line) => {
    const { lineNo, sku, storeId } = line;
    let open = ownUnits(line);
    return left.flatMap((share, index): AcceptableAllocation[] => {
      if (share.storeId !== storeId) return [];
      const taken = Math.min(open, share.units.get(sku) ?? 0);
      open -= taken;
      share.units.set(sku, (share.units.get(sku) ?? 0) - taken);
      return taken > 0 ? [{ lineNo, groupNo: index + 1, quantity: taken }] : [];
    });
  });
}

/** One a stock row: a store may send and hold at once. */
function reservations(shares: readonly Share[]): Acceptable['wanted'] {
  const rows = new Map<string, { sku: string; locationId: string; quantity: number }>();
  for (const { locationId, units } of shares) {
    for (const [sku, quantity] of units) {
      const before = rows.get(`${sku}@${locationId}`)?.quantity ?? 0;
      rows.set(`${sku}@${locationId}`, { sku, locationId, quantity: before + quantity });
    }
  }
  return [...rows.values()].sort((a, b) =>
    a.sku === b.sku ? (a.locationId < b.locationId ? -1 : 1) : a.sku < b.sku ? -1 : 1,
  );
}
