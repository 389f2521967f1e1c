/** Goods arrive or are counted anew: stock, its event and its journal in one transaction. */
import { businessDate } from '../../canonical/rules/posting/business-date';
import {
  postAdjustment,
  postGoodsReceipt,
  type StockValue,
} from '../../canonical/rules/posting/stock';
import type { ErrorCode } from '../../canonical/schema/error-codes';
import type { InventoryAdjusted, InventoryReceived } from '../../canonical/schema/inventory-events';
import type { Location } from '../../canonical/schema/location';
import type { Database, Sql } from '../../store/database';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { postJournal } from '../../store/ledger/ledger';
import { markEventApplied } from '../../store/inbox/facts';
import { moveStock, type StockMove, type StockMoved } from '../../store/stock/stock-rows';
import { findLocation } from '../../store/master/locations';

export interface StockFact {
  /** The inbox row it came by; null where a person adjusted it over the API. */
  readonly eventNo: number | null;
  /** Makes its journal one: the event's source and id, or the decision. */
  readonly source: string;
  readonly occurredAt: string;
  readonly correlationId: string;
}

export type StockOutcome =
  | { readonly outcome: 'moved' }
  | { readonly outcome: 'duplicate' }
  | {
      readonly outcome: 'refused';
      readonly problems: readonly {
        readonly pointer: string;
        readonly code: ErrorCode;
        readonly detail: string;
      }[];
    };

interface StockLine {
  readonly sku: string;
  readonly quantityDelta: number;
}

/** Rule 25; wakes the orders that waited for the SKU. */
export function receiveStock(
  db: Database,
  fact: StockFact & { readonly data: InventoryReceived },
): Promise<StockOutcome> {
  const { location, reference = null } = fact.data;
  const lines = fact.data.lines.map(({ sku, quantity }) => ({ sku, quantityDelta: quantity }));
  return db.transaction((sql) => change(sql, fact, location, lines, 'receipt', reference));
}

/** Rule 25a; what is found wakes the orders that waited for it too. */
export const adjustStock = (db: Database, fact: AdjustedFact): Promise<StockOutcome> =>
  db.transaction((sql) => adjustWithin(sql, fact));

type AdjustedFact = StockFact & { readonly data: InventoryAdjusted };

/** The same within a moment that has more to say. */
export function adjustWithin(sql: Sql, fact: AdjustedFact): Promise<StockOutcome> {
  const { location, lines, reason } = fact.data;
  return change(sql, fact, location, lines, 'adjustment', reason);
}

async function change(
  sql: Sql,
  fact: StockFact,
  location: string,
  lines: readonly StockLine[],
  kind: 'receipt' | 'adjustment',
  reason: string | null,
): Promise<StockOutcome> {
  if (fact.eventNo !== null && !(await isUnapplied(sql, fact.eventNo))) {
    return { outcome: 'duplicate' };
  }
  const place = await findLocation(sql, location);
  const items = await itemsOf(sql, lines);
  const problems = problemsOf(location, place, lines, items);
  if (problems.length > 0 || !place) return { outcome: 'refused', problems };
  const onDate = businessDate(fact.occurredAt, place.timeZone);
  const moves = lines.map((line): StockMove => ({
    kind,
    sku: line.sku,
    locationId: location,
    onHandDelta: line.quantityDelta,
    reservedDelta: 0,
    lineNo: null,
  }));
  await wakeWaiting(sql, lines);
  const moved = await moveStock(sql, moves, {
    orderId: null,
    eventNo: fact.eventNo,
    reason,
    occurredAt: fact.occurredAt,
    businessDate: onDate,
  });
  await post(sql, fact, { location, moved, kind, onDate, place });
  if (fact.eventNo !== null) await markEventApplied(sql, fact.eventNo);
  return { outcome: 'moved' };
}

/** Before the stock moves: what is still short after it opens its exception again. */
async function wakeWaiting(sql: Sql, lines: readonly StockLine[]): Promise<void> {
  const more = lines.filter((line) => line.quantityDelta > 0).map((line) => line.sku);
  for (const sku of [...new Set(more)].sort()) {
    await resolveExceptions(
      sql,
      { cause: { kind: 'stock', ref: sku } },
      { resolution: 'retry', by: 'system', reason: 'stock arrived' },
    );
  }
}

async function isUnapplied(sql: Sql, eventNo: number): Promise<boolean> {
  const { rows } = await sql.query(
    `select 1 from inbox where event_no = $1 and state not in ('applied', 'superseded', 'ignored')
        for update`,
    [eventNo],
  );
  return rows.length > 0;
}

async function itemsOf(sql: Sql, lines: readonly StockLine[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql.query<{ sku: string }>(
    `select sku from item where sku = any($1::text[])`,
    [lines.map((line) => line.sku)],
  );
  return new Set(rows.map((row) => row.sku));
}

/** Stock without a place or without a cost has no posting (an item has a cost before it is sold). */
function problemsOf(
  location: string,
  place: Location | null,
  lines: readonly StockLine[],
  items: ReadonlySet<string>,
) {
  const unknownPlace = {
    pointer: '/location',
    code: 'unknown_location' as const,
    detail: `${location} is not in the location master`,
  };
  return [
    ...(place ? [] : [unknownPlace]),
    ...lines.flatMap((line, index) =>
      items.has(line.sku)
        ? []
        : [
            {
              pointer: `/lines/${index}/sku`,
              code: 'unknown_item' as const,
              detail: `${line.sku} is not in the item master`,
            },
          ],
    ),
  ];
}

async function post(
  sql: Sql,
  fact: StockFact,
  change: {
    readonly location: string;
    readonly moved: readonly StockMoved[];
    readonly kind: 'receipt' | 'adjustment';
    readonly onDate: string;
    readonly place: Location;
  },
): Promise<void> {
  const byCurrency = new Map<string, StockValue[]>();
  for (const { sku, currency, costMinor } of change.moved) {
    if (currency === null) continue;
    const value = { sku, location: change.location, costMinor };
    byCurrency.set(currency, [...(byCurrency.get(currency) ?? []), value]);
  }
  for (const [currency, goods] of byCurrency) {
    await postJournal(sql, {
      momentKey: `stock:${fact.source}:${currency}`,
      entity: change.place.entity,
      channelInstance: null,
      businessDate: change.onDate,
      currency,
      orderId: null,
      eventNo: fact.eventNo,
      source: fact.source,
      correlationId: fact.correlationId,
      occurredAt: fact.occurredAt,
      posting: change.kind === 'receipt' ? postGoodsReceipt(goods) : postAdjustment(goods),
    });
  }
}
