/**
 * May this order be accepted, and as what? Pure: everything it needs is handed in. An order that
 * a channel has sold is never refused for a mapping or for stock: it waits, and this says for what.
 */
import type { ChannelSetup } from '../../schema/channel';
import type { ErrorCode, ExceptionCode } from '../../schema/error-codes';
import type { ExceptionCause } from '../../schema/exception';
import type { Order } from '../../schema/order';
import { formatMoney, sum } from '../money/money';
import {
  sourceToNodes,
  sourceToOneNode,
  type NodeShare,
  type SourcingNode,
} from '../stock/sourcing';
import { allocateToLines, checkTotals, readShares, type AllocatedLine } from './totals';

export interface Problem {
  readonly pointer: string;
  readonly code: ErrorCode;
  readonly detail: string;
}
/** What an order waits for; one exception each. */
export interface Missing {
  readonly code: ExceptionCode;
  readonly cause: ExceptionCause;
  readonly detail: string;
}

/** What master data says about the values in an order. */
export interface KnownValues {
  /** `kind/value` → target. */
  readonly mappings: ReadonlyMap<string, string>;
  readonly items: ReadonlyMap<string, string>;
  readonly nodes: readonly (Omit<SourcingNode, 'sellable'> & { readonly timeZone: string })[];
  readonly stock: readonly {
    readonly sku: string;
    readonly locationId: string;
    readonly sellable: number;
  }[];
}

/** A line as it came: its SKU and tax codes are the channel's. */
export interface ReadLine extends AllocatedLine {
  readonly channelLineRef: string | null;
  readonly channelSku: string;
  readonly sku: string | null;
  readonly unitPriceMinor: number;
}
export interface AcceptableLine extends ReadLine {
  readonly sku: string;
}
export interface AcceptableAllocation {
  readonly lineNo: number;
  readonly groupNo: number;
  readonly quantity: number;
}
export interface ReadTender {
  readonly tenderNo: number;
  readonly gateway: string;
  readonly tenderType: string | null;
  readonly amountMinor: number;
  readonly paymentMethodRef: string | null;
  readonly received: 'authorized' | 'captured' | null;
  /** Received as a caller says, and nobody else yet. */
  readonly claim: 'authorized' | 'captured' | null;
  readonly reference: string | null;
  readonly expiresAt: string | null;
}
export interface AcceptableTender extends ReadTender {
  readonly tenderType: string;
}
/** What an order says by itself, before master data was asked. */
export interface ReadOrder {
  readonly lines: readonly ReadLine[];
  readonly tenders: readonly ReadTender[];
}
export interface Acceptable extends ReadOrder {
  /** Of the first group: its time zone dates the order. */
  readonly location: { readonly locationId: string; readonly timeZone: string };
  readonly groups: readonly { readonly groupNo: number; readonly locationId: string }[];
  readonly allocations: readonly AcceptableAllocation[];
  readonly lines: readonly AcceptableLine[];
  readonly tenders: readonly AcceptableTender[];
  /** Units by SKU and location, in that order: the order in which stock rows are locked. */
  readonly wanted: readonly {
    readonly sku: string;
    readonly locationId: string;
    readonly quantity: number;
  }[];
}

export interface Shortage {
  readonly lineNo: number;
  readonly sku: string;
  readonly wanted: number;
  /** The most that one shipping node could promise. */
  readonly available: number;
}

export type Verdict =
  | { readonly outcome: 'acceptable'; readonly acceptable: Acceptable }
  | { readonly outcome: 'refused'; readonly code: ErrorCode; readonly problems: Problem[] }
  | { readonly outcome: 'missing'; readonly missing: Missing[] }
  | { readonly outcome: 'short'; readonly shortages: Shortage[]; readonly missing: Missing[] };

/** Values of the order that master data is asked about. */
export function valuesToLookUp(order: Order) {
  const taxes = [...order.lines.flatMap((line) => line.taxes), ...order.taxes];
  const shippingTaxes = order.shipping?.taxes ?? [];
  return {
    channelInstance: order.channelInstance,
    skus: [...new Set(order.lines.map((line) => line.sku))],
    taxCodes: [...new Set([...taxes, ...shippingTaxes].map((tax) => tax.code))],
    gateways: [...new Set(order.tenders.map((tender) => tender.gateway))],
  };
}

const SWITCHED_OFF = 'this channel is switched off: it takes no new orders';

/** Everything wrong with an order that no mapping and no stock can mend. */
export function refusal(order: Order, setup: ChannelSetup | undefined): Verdict | null {
  const unknown: Problem = {
    pointer: '/channelInstance',
    code: 'unknown_channel',
    detail: `${order.channelInstance} is not set up here`,
  };
  const problems: Problem[] = [
    ...(setup ? [] : [unknown]),
    ...(setup?.orderFlow === 'off' ? [{ ...unknown, detail: SWITCHED_OFF }] : []),
    ...checkTotals(order),
    ...(setup ? tenderProblems(order, setup) : []),
  ];
  const [first] = problems;
  return first ? { outcome: 'refused', code: first.code, problems } : null;
}

function tenderProblems(order: Order, setup: ChannelSetup): Problem[] {
  return order.tenders.flatMap((tender, index): Problem[] => {
    const refuse = (field: string, detail: string): Problem[] => [
      { pointer: `/tenders/${index}/${field}`, code: 'unsupported_tender', detail },
    ];
    if (tender.amount.minorUnits === 0) return [];
    if (setup.moneyMode === 'psp' && tender.received && !tender.received.reference) {
      return refuse('received', 'names no payment at the processor');
    }
    if (tender.received) return [];
    if (setup.moneyMode === 'channel') {
      return refuse('received', `${order.channelInstance} has neither authorized nor captured it`);
    }
    return tender.paymentMethodRef
      ? []
      : refuse('paymentMethodRef', 'a means of payment to authorize on is needed');
  });
}

/** Everything that can be read of an order which has to wait, whether or not it ties. */
export function readOrder(order: Order, shares: readonly AllocatedLine[] = readShares(order)) {
  return {
    lines: shares.map((share, index): ReadLine => {
      const line = order.lines[index];
      return {
        ...share,
        channelLineRef: line?.channelLineRef ?? null,
        channelSku: line?.sku ?? '',
        unitPriceMinor: line?.unitPrice.minorUnits ?? 0,
        sku: null,
      };
    }),
    tenders: order.tenders.map((tender, index): ReadTender => ({
      tenderNo: index + 1,
      gateway: tender.gateway,
      tenderType: null,
      amountMinor: tender.amount.minorUnits,
      paymentMethodRef: tender.paymentMethodRef ?? null,
      received: tender.received?.state ?? null,
      claim: null,
      reference: tender.received?.reference ?? null,
      expiresAt: tender.received?.expiresAt ?? null,
    })),
  };
}

export function judge(order: Order, setup: ChannelSetup, known: KnownValues): Verdict {
  const missing: Missing[] = [];
  const named = new Set<string>();
  const mapped = (kind: 'sku' | 'tax-code' | 'tender', value: string): string | null => {
    const target = known.mappings.get(`${kind}/${value}`);
    if (target !== undefined) return target;
    if (kind === 'sku' && setup.isOwnShop && known.items.has(value)) return value;
    const ref = `${kind}/${order.channelInstance}/${value}`;
    if (!named.has(ref)) {
      named.add(ref);
      const detail = `${value} of ${order.channelInstance} is not mapped to ${NAMES[kind]}`;
      missing.push({ code: `mapping.${kind}`, cause: { kind: 'mapping', ref }, detail });
    }
    return null;
  };
  const read = readOrder(order, allocateToLines(order));
  const lines = read.lines.map((line): AcceptableLine => ({
    ...line,
    sku: mapped('sku', line.channelSku) ?? line.channelSku,
    taxes: mergeTaxes(
      line.taxes.map((tax) => ({
        taxCode: mapped('tax-code', tax.taxCode) ?? tax.taxCode,
        amountMinor: tax.amountMinor,
      })),
    ),
  }));
  const tenders = read.tenders.map((tender): AcceptableTender => ({
    ...tender,
    tenderType: mapped('tender', tender.gateway) ?? '',
  }));
  for (const line of lines) {
    const cost = known.items.get(line.sku);
    if (cost !== undefined && cost !== order.currency) {
      const detail = `${line.sku} has its cost in ${cost}, the order is in ${order.currency}`;
      missing.push({ code: 'mapping.sku', cause: { kind: 'item', ref: line.sku }, detail });
    }
  }
  if (missing.length > 0) return { outcome: 'missing', missing };
  return source({ lines, tenders, known, currency: order.currency, setup });
}

const NAMES = { sku: 'an item', 'tax-code': 'a tax code', tender: 'a tender type' } as const;

function mergeTaxes(taxes: readonly { taxCode: string; amountMinor: number }[]) {
  const byCode = new Map<string, number>();
  for (const tax of taxes) {
    byCode.set(tax.taxCode, (byCode.get(tax.taxCode) ?? 0) + tax.amountMinor);
  }
  return [...byCode].map(([taxCode, amountMinor]) => ({ taxCode, amountMinor }));
}

function source({
  lines,
  tenders,
  known,
  currency,
  setup,
}: {
  readonly lines: readonly AcceptableLine[];
  readonly tenders: readonly AcceptableTender[];
  readonly known: KnownValues;
  readonly currency: string;
  readonly setup: ChannelSetup;
}): Verdict {
  const units = new Map<string, number>();
  for (const line of lines) units.set(line.sku, (units.get(line.sku) ?? 0) + line.quantity);
  const wanted = [...units]
    .map(([sku, quantity]) => ({ sku, quantity }))
    .sort((a, b) => (a.sku < b.sku ? -1 : 1));
  const nodes = known.nodes.map((node) => ({ ...node, sellable: new Map<string, number>() }));
  const byId = new Map(nodes.map((node) => [node.locationId, node]));
  for (const row of known.stock) byId.get(row.locationId)?.sellable.set(row.sku, row.sellable);
  const chosen = sourceToOneNode(wanted, nodes);
  const shares =
    chosen !== null
      ? [{ locationId: chosen, units }]
      : setup.policies.splitOverNodes
        ? sourceToNodes(wanted, nodes)
        : null;
  const groups = (shares ?? []).map(({ locationId }, index) => ({
    groupNo: index + 1,
    locationId,
  }));
  const first = byId.get(groups[0]?.locationId ?? '');
  if (shares && first) {
    const location = { locationId: first.locationId, timeZone: first.timeZone };
    const allocations = allocate(lines, shares);
    const reserved = reservations(shares);
    return {
      outcome: 'acceptable',
      acceptable: { location, groups, allocations, lines, tenders, wanted: reserved },
    };
  }
  const best = (sku: string) =>
    Math.max(0, ...nodes.filter((n) => n.ships && n.active).map((n) => n.sellable.get(sku) ?? 0));
  const shortages = lines.map((line) => ({
    lineNo: line.lineNo,
    sku: line.sku,
    wanted: line.quantity,
    available: best(line.sku),
  }));
  const short = wanted.filter(({ sku, quantity }) => best(sku) < quantity);
  const worth = formatMoney(sum(lines.map((line) => line.grossMinor)), currency);
  const missing = (short.length > 0 ? short : wanted).map(({ sku, quantity }): Missing => ({
    code: 'inventory.insufficient',
    cause: { kind: 'stock', ref: sku },
    detail: `${quantity} of ${sku} are sold (an order of ${worth}); one node can promise ${best(sku)}`,
  }));
  return { outcome: 'short', shortages, missing };
}

/** Lines in their order take what each node sends, nodes in theirs. */
function allocate(
  lines: readonly AcceptableLine[],
  shares: readonly NodeShare[],
): AcceptableAllocation[] {
  const left = shares.map((share) => new Map(share.units));
  return lines.flatMap(({ lineNo, sku, quantity }) => {
    let open = quantity;
    return left.flatMap((units, index): AcceptableAllocation[] => {
      const taken = Math.min(open, units.get(sku) ?? 0);
      open -= taken;
      units.set(sku, (units.get(sku) ?? 0) - taken);
      return taken > 0 ? [{ lineNo, groupNo: index + 1, quantity: taken }] : [];
    });
  });
}

function reservations(shares: readonly NodeShare[]): Acceptable['wanted'] {
  return shares
    .flatMap(({ locationId, units }) =>
      [...units].map(([sku, quantity]) => ({ sku, locationId, quantity })),
    )
    .sort((a, b) =>
      a.sku === b.sku ? (a.locationId < b.locationId ? -1 : 1) : a.sku < b.sku ? -1 : 1,
    );
}
