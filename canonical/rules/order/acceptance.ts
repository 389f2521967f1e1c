/**
 * May this order be accepted, and as what? Pure: everything it needs is handed in. An order that
 * a channel has sold is never refused for a mapping or for stock: it waits, and this says for what.
 */
import type { ChannelSetup } from '../../schema/channel';
import type { Order } from '../../schema/order';
import { wrongKinds } from '../money/tender-kinds';
import type {
  AcceptableLine,
  AcceptableTender,
  KnownValues,
  ReadLine,
  ReadTender,
  Verdict,
} from './judgement';
import { placeUnits } from './places';
import type { Missing, Problem } from './problem';
import { MAX_STORES_AN_ORDER, pickupStores, storesAskedOf, storesNamedBy } from './stores';
import { tenderProblems } from './tenders';
import { allocateToLines, checkTotals, mergeTaxes, readShares, type AllocatedLine } from './totals';

/** Values of the order that master data is asked about. */
export function valuesToLookUp(order: Order) {
  const taxes = [...order.lines.flatMap((line) => line.taxes), ...order.taxes];
  const shippingTaxes = order.shipping?.taxes ?? [];
  return {
    channelInstance: order.channelInstance,
    skus: [...new Set(order.lines.map((line) => line.sku))],
    taxCodes: [...new Set([...taxes, ...shippingTaxes].map((tax) => tax.code))],
    gateways: [...new Set(order.tenders.map((tender) => tender.gateway))],
    stores: storesAskedOf(order),
  };
}

const SWITCHED_OFF = 'this channel is switched off: it takes no new orders';

/** Everything wrong with an order that no mapping and no stock can mend. */
export function refusal(
  order: Order,
  setup: ChannelSetup | undefined,
  { isClaim = false }: { readonly isClaim?: boolean } = {},
): Verdict | null {
  const unknown: Problem = {
    pointer: '/channelInstance',
    code: 'unknown_channel',
    detail: `${order.channelInstance} is not set up here`,
  };
  const problems: Problem[] = [
    ...(setup ? [] : [unknown]),
    ...(setup?.orderFlow === 'off' ? [{ ...unknown, detail: SWITCHED_OFF }] : []),
    ...checkTotals(order),
    ...storeProblems(order),
    ...notSentProblems(order),
    ...(setup ? tenderProblems(order, setup, isClaim) : []),
  ];
  const [first] = problems;
  return first ? { outcome: 'refused', code: first.code, problems } : null;
}

function storeProblems(order: Order): Problem[] {
  const stores = storesNamedBy(order).length;
  if (stores <= MAX_STORES_AN_ORDER) return [];
  const detail = `pickup at ${stores} stores; an order has ${MAX_STORES_AN_ORDER} at the most`;
  return [{ pointer: '/lines', code: 'invalid_request', detail }];
}

function notSentProblems({ lines }: Order): Problem[] {
  return lines.flatMap(({ quantity, notSent, pickup }, index): Problem[] => {
    if (!notSent) return [];
    const isWhole = notSent.quantity === quantity;
    const isOdd = notSent.quantity > quantity || (notSent.why !== 'left-before' && !isWhole);
    if (!isOdd && pickup === undefined) return [];
    const detail = isOdd
      ? `${notSent.quantity} of its ${quantity} units are ${notSent.why}`
      : 'it is collected in a store, and not sent by anybody';
    return [{ pointer: `/lines/${index}/notSent`, code: 'invalid_request', detail }];
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
        ...(line?.notSent && { notSent: line.notSent }),
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

/** Lines that are read between two pauses, where somebody pauses. */
const LINES_A_PIECE = 100;

export function judge(order: Order, setup: ChannelSetup, known: KnownValues): Verdict {
  return atOnce(judging(order, setup, known));
}

/** The same in pieces, for an order of many lines: whoever runs it may pause between them. */
export function* judging(
  order: Order,
  setup: ChannelSetup,
  known: KnownValues,
): Generator<void, Verdict> {
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
  const shares = allocateToLines(order);
  yield;
  const read = readOrder(order, shares);
  const pickup = pickupStores(order, setup, known);
  yield;
  const lines: AcceptableLine[] = [];
  for (const [index, line] of read.lines.entries()) {
    if (index % LINES_A_PIECE === 0) yield;
    lines.push({
      ...line,
      storeId: pickup.stores[index] ?? null,
      sku: mapped('sku', line.channelSku) ?? line.channelSku,
      taxes: mergeTaxes(
        line.taxes.map((tax) => ({
          ...tax,
          taxCode: mapped('tax-code', tax.taxCode) ?? tax.taxCode,
        })),
      ),
    });
  }
  const tenders = read.tenders.map((tender): AcceptableTender => ({
    ...tender,
    tenderType: mapped('tender', tender.gateway) ?? '',
  }));
  for (const { ref, detail } of wrongKinds(setup, tenders)) {
    missing.push({ code: 'mapping.tender', cause: { kind: 'mapping', ref }, detail });
  }
  for (const line of lines) {
    const cost = known.items.get(line.sku);
    if (cost !== undefined && cost !== order.currency) {
      const detail = `${line.sku} has its cost in ${cost}, the order is in ${order.currency}`;
      missing.push({ code: 'mapping.currency', cause: { kind: 'item', ref: line.sku }, detail });
    }
  }
  const { problems } = pickup;
  if (problems.length > 0) {
    return { outcome: 'no-pickup', problems, missing: [...missing, ...pickup.missing] };
  }
  if (missing.length > 0) return { outcome: 'missing', missing };
  yield;
  return placeUnits({ lines, tenders, known, currency: order.currency, setup });
}

function atOnce<T>(pieces: Generator<void, T>): T {
  for (;;) {
    const piece = pieces.next();
    if (piece.done === true) return piece.value;
  }
}

const NAMES = { sku: 'an item', 'tax-code': 'a tax code', tender: 'a tender type' } as const;
