/** What becomes of goods that were accepted, at the place where they are (rules 13–13c). */
import { postDisposition } from '../../canonical/rules/posting/returns';
import type { ReturnInspection, ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import type { ReturnedPiece } from '../../canonical/rules/return/worth';
import { DISPOSITIONS, type Condition, type Disposition } from '../../canonical/schema/return';
import { sum } from '../../canonical/rules/money/money';
import type { Sql } from '../../store/database';
import { postJournal } from '../../store/ledger/ledger';
import { insertClaims, type NewClaim } from '../../store/returns/supplier-claims';
import { moveStock, type StockMove } from '../../store/stock/stock-rows';
import { orderJournal } from '../order/of-order';
import type { TakenOrder } from '../order/order-moment';

interface Disposing extends ReturnInspection {
  readonly onDate: string;
  /** Each of one line of the inspection, in their order. */
  readonly pieces: readonly ReturnedPiece[];
}

interface Goods {
  readonly lineNo: number;
  readonly sku: string;
  readonly quantity: number;
  readonly costMinor: number;
  readonly condition: Condition;
  readonly claim?: string;
}

export async function disposeOf(
  sql: Sql,
  { rma, reason }: ReturnSnapshot,
  taken: TakenOrder,
  inspection: Disposing,
): Promise<void> {
  const { locationId, inspectionNo, inspectedAt: occurredAt, onDate } = inspection;
  if (locationId === null) return;
  const byDisposition = withClaims(goodsBy(inspection), `RTV-${rma}-${inspectionNo}`);
  for (const [disposition, goods] of byDisposition) {
    const permille = taken.setup.policies.refurbishedValuePermille;
    await postJournal(
      sql,
      orderJournal(taken, {
        momentKey: `disposed:${rma}:${inspectionNo}:${disposition}`,
        businessDate: onDate,
        source: `return:${rma}`,
        occurredAt,
        posting: postDisposition(locationId, disposition, goods, permille),
      }),
    );
  }
  const claims = claimsOf(byDisposition.get(RETURNED_TO_VENDOR) ?? []);
  const { setup, order } = taken;
  const { entity } = setup;
  const { currency } = order;
  const of = { rma, inspectionNo, entity, locationId, currency, reason, claimedOn: onDate };
  if (claims.length > 0) await insertClaims(sql, of, claims);
  const moves = [...byDisposition].flatMap(([disposition, goods]) =>
    goods.map((one): StockMove => ({
      kind: 'disposition',
      sku: one.sku,
      locationId,
      onHandDelta: STAYS[disposition] ? 0 : -one.quantity,
      reservedDelta: 0,
      unsellableDelta: -one.quantity,
      lineNo: one.lineNo,
    })),
  );
  await moveStock(sql, moves, {
    orderId: taken.order.orderId,
    eventNo: null,
    reason: rma,
    occurredAt,
    businessDate: onDate,
  });
}

const RETURNED_TO_VENDOR: Disposition = 'return-to-vendor';

/** Each of the vendor's goods is a claim of its own, which its journal's line names. */
function withClaims(
  by: ReadonlyMap<Disposition, readonly Goods[]>,
  prefix: string,
): ReadonlyMap<Disposition, readonly Goods[]> {
  const goods = by.get(RETURNED_TO_VENDOR);
  if (!goods) return by;
  const claimed = goods.map((one, index) => ({ ...one, claim: `${prefix}-${index + 1}` }));
  return new Map([...by, [RETURNED_TO_VENDOR, claimed]]);
}

const claimsOf = (goods: readonly Goods[]): NewClaim[] =>
  goods.map(({ claim: reference = '', sku, quantity, costMinor, condition }) => ({
    ...{ reference, sku, quantity, costMinor, condition },
  }));

/** On hand, and to be sold again. */
const STAYS: Readonly<Record<Disposition, boolean>> = {
  restock: true,
  refurbish: true,
  scrap: false,
  'return-to-vendor': false,
};

/** The pieces of each line go to its dispositions unit by unit, as they were looked at. */
function goodsBy({ lines, pieces }: Disposing): ReadonlyMap<Disposition, readonly Goods[]> {
  const rest = [...pieces];
  const by = new Map<Disposition, Goods[]>();
  for (const { lineNo, quantity, disposition, condition } of lines) {
    let left = quantity;
    const own: ReturnedPiece[] = [];
    while (left > 0) {
      const at = rest.findIndex((piece) => piece.lineNo === lineNo);
      const [piece] = at < 0 ? [] : rest.splice(at, 1);
      if (!piece) break;
      left -= piece.quantity;
      own.push(piece);
    }
    const [first] = own;
    if (!first) continue;
    if (disposition === null || condition === null) continue;
    const costMinor = sum(own.map((one) => one.costMinor));
    const goods = { lineNo, sku: first.sku, quantity, costMinor, condition };
    by.set(disposition, [...(by.get(disposition) ?? []), goods]);
  }
  const inOrder = DISPOSITIONS.flatMap((one) => {
    const goods = by.get(one);
    return goods ? [[one, goods] as const] : [];
  });
  return new Map(inOrder);
}
