// One reading of everything: ours in one snapshot of the database, theirs after it.
import { ACCOUNTS } from '../canonical/rules/posting/posting';
import { only, type Sql } from '../store/database';
import { checkAcknowledged, checkDeliveredWebhooks, checkOrphan } from './check-acknowledged';
import { checkKeyedEffects } from './check-effects';
import { checkEvent } from './check-inbox';
import {
  checkBalance,
  checkBatch,
  checkJournal,
  checkStrayItem,
  checkTrialBalance,
} from './check-ledger';
import { checkOpenItems } from './check-open-items';
import { checkOrderEffects } from './check-order-effects';
import { checkOutsideMoney } from './check-outside-money';
import { checkProjections } from './check-projections';
import { checkShop } from './check-shop';
import { checkStock } from './check-stock';
import { checkTakenOver, takenOverOf, type TakenOver } from './check-taken-over';
import { checkTenders } from './check-tenders';
import { checkVoids } from './check-voids';
import { KEYED } from './comparisons';
import {
  acknowledgedAnswers,
  acknowledgedEvents,
  loadOrphans,
  storedEventIds,
} from './load-acknowledged';
import { loadEffects, loadKnownOrders, type KnownOrder } from './load-effects';
import { countEvents, unappliedEventPages } from './load-inbox';
import {
  batchPages,
  differingBalances,
  journalPages,
  loadStrayItems,
  loadTrialBalance,
} from './load-ledger';
import { orderPages } from './load-orders';
import { stockPages } from './load-stock';
import type { OwnEffect } from './own-effect';
import { everyRecord, tail, type OutsideRecord, type OutsideRecords } from './outside-records';
import type { AuditReport, Checked, Difference, Invariant, OrderName } from './report';

const OPEN_ITEM_ACCOUNTS = Object.entries(ACCOUNTS)
  .filter(([, account]) => account.openItem)
  .map(([name]) => name);

/** Differences that a report holds; one broken rule can break every order. */
const DIFFERENCES_MAX = 10_000;

/** Gathers what was checked and what was found. */
export class Findings {
  private readonly counts: Checked[] = [];
  private readonly found: Difference[] = [];

  checked(invariant: Invariant, what: string, count: number): void {
    this.counts.push({ invariant, what, count });
  }

  add(differences: readonly Difference[]): void {
    const room = DIFFERENCES_MAX - this.found.length;
    this.found.push(...differences.slice(0, Math.max(0, room)));
  }

  report(): AuditReport {
    return { checked: this.counts, differences: this.found };
  }
}

export interface Own {
  readonly cutoff: string;
  readonly effects: ReadonlyMap<string, OwnEffect>;
  readonly orders: readonly KnownOrder[];
  /** Processor authorizations that are live here, by the processor's reference. */
  readonly liveReferences: ReadonlyMap<string, OrderName>;
  /** Money that came with an order, authorized or captured by its channel. */
  readonly takenOver: readonly TakenOver[];
}

async function cutoffOf(sql: Sql, graceMs: number): Promise<string> {
  const { rows } = await sql.query<{ cutoff: string }>(
    `select clock_timestamp() - make_interval(secs => $1::float8 / 1000) as cutoff`,
    [graceMs],
  );
  return only(rows, 'the clock').cutoff;
}

/** Our side, in the caller's read-only snapshot. What is younger than `graceMs` is left out. */
export async function readOwn(sql: Sql, graceMs: number, findings: Findings): Promise<Own> {
  const cutoff = await cutoffOf(sql, graceMs);
  const effects = await loadEffects(sql);
  const money = await readOrders(sql, effects, findings);
  await readStock(sql, findings);
  await readInbox(sql, cutoff, findings);
  await readLedger(sql, findings);
  return { cutoff, effects, orders: await loadKnownOrders(sql), ...money };
}

async function readOrders(
  sql: Sql,
  effects: ReadonlyMap<string, OwnEffect>,
  findings: Findings,
): Promise<Pick<Own, 'liveReferences' | 'takenOver'>> {
  const takenOver: TakenOver[] = [];
  const liveReferences = new Map<string, OrderName>();
  let orders = 0;
  let facts = 0;
  let items = 0;
  for await (const page of orderPages(sql, OPEN_ITEM_ACCOUNTS)) {
    for (const order of page) {
      findings.add(checkTenders(order));
      findings.add(checkProjections(order));
      findings.add(checkOpenItems(order));
      findings.add(checkOrderEffects(order, effects));
      orders += 1;
      facts += order.facts.length;
      items += order.openItems.length;
      takenOver.push(...takenOverOf(order));
      const { orderId, channelInstance, orderNo } = order;
      for (const { state, reference } of order.authorizations) {
        if (state !== 'live' || reference === null || order.moneyMode !== 'psp') continue;
        liveReferences.set(reference, { orderId, channelInstance, orderNo });
      }
    }
  }
  findings.checked('I2', 'orders, their tenders and lines', orders);
  findings.checked('I7', 'facts of orders', facts);
  findings.checked('I10', 'open items of orders', items);
  return { liveReferences, takenOver };
}

async function readStock(sql: Sql, findings: Findings): Promise<void> {
  let places = 0;
  for await (const page of stockPages(sql)) {
    for (const stock of page) findings.add(checkStock(stock));
    places += page.length;
  }
  findings.checked('I3', 'SKUs at locations', places);
}

async function readInbox(sql: Sql, cutoff: string, findings: Findings): Promise<void> {
  let acknowledged = 0;
  for (const pages of [acknowledgedEvents(sql), acknowledgedAnswers(sql)]) {
    for await (const page of pages) {
      findings.add(checkAcknowledged(page));
      acknowledged += page.length;
    }
  }
  findings.checked('I1', 'acknowledged orders', acknowledged);
  for (const orphan of await loadOrphans(sql)) findings.add(checkOrphan(orphan));
  for await (const page of unappliedEventPages(sql)) {
    for (const event of page) findings.add(checkEvent(event, cutoff));
  }
  findings.checked('I5', 'events of the inbox', await countEvents(sql));
}

async function readLedger(sql: Sql, findings: Findings): Promise<void> {
  for (const balance of await loadTrialBalance(sql)) findings.add(checkTrialBalance(balance));
  for await (const page of differingBalances(sql)) {
    for (const balance of page) findings.add(checkBalance(balance));
  }
  for (const item of await loadStrayItems(sql, OPEN_ITEM_ACCOUNTS)) {
    findings.add(checkStrayItem(item));
  }
  let journals = 0;
  for await (const page of journalPages(sql)) {
    for (const journal of page) findings.add(checkJournal(journal));
    journals += page.length;
  }
  findings.checked('I10', 'journals', journals);
  let batches = 0;
  for await (const page of batchPages(sql)) {
    for (const batch of page) findings.add(checkBatch(batch));
    batches += page.length;
  }
  findings.checked('I10', 'posting batches', batches);
}

/** Their side, read after ours: an effect that is done here was made there before. */
export async function compareWithOutside(
  sql: Sql,
  own: Own,
  outside: OutsideRecords,
  findings: Findings,
): Promise<void> {
  const { cutoff, effects } = own;
  const orders = new Map<string, OrderName>(own.orders.map((order) => [order.orderId, order]));
  for (const [verb, number] of countByVerb(effects)) {
    findings.checked('I4', `effects: ${verb}`, number);
  }
  const kept = new Map<string, readonly OutsideRecord[]>();
  for (const comparison of KEYED) {
    const theirs = await everyRecord(outside, comparison.kind);
    findings.add(checkKeyedEffects(comparison, effects.values(), theirs, { cutoff, orders }));
    findings.checked('I4', `${comparison.system}'s records: ${comparison.noun}`, theirs.length);
    if (['authorization', 'capture', 'refund'].includes(comparison.kind)) {
      kept.set(comparison.kind, theirs);
    }
  }
  const authorizations = kept.get('authorization') ?? [];
  findings.add(checkVoids(effects, authorizations, own.liveReferences, cutoff));
  findings.add(
    checkOutsideMoney(
      {
        system: 'payment',
        authorizations,
        captures: kept.get('capture') ?? [],
        refunds: kept.get('refund') ?? [],
      },
      orders,
    ),
  );
  await compareWithShop(sql, own, outside, findings);
}

async function compareWithShop(
  sql: Sql,
  { cutoff, effects, orders, takenOver }: Own,
  outside: OutsideRecords,
  findings: Findings,
): Promise<void> {
  const theirs = {
    orders: await everyRecord(outside, 'shop-order'),
    transactions: await everyRecord(outside, 'shop-transaction'),
    fulfillments: await everyRecord(outside, 'shop-fulfillment'),
  };
  findings.add(checkShop(effects.values(), theirs, orders, cutoff));
  findings.add(checkTakenOver(takenOver, theirs.orders, theirs.transactions));
  findings.checked('I4', "the shop's records: transactions", theirs.transactions.length);
  findings.checked('I4', "the shop's records: fulfilments", theirs.fulfillments.length);
  const made = theirs.transactions.filter((record) => record.state === 'SUCCESS');
  const ofType = (...types: string[]) =>
    made.filter((record) => record.type !== null && types.includes(record.type));
  const byShopId = new Map<string, OrderName>(
    orders.flatMap((order) =>
      order.channelOrderRef === null
        ? []
        : [[`gid://shopify/Order/${tail(order.channelOrderRef)}`, order] as const],
    ),
  );
  findings.add(
    checkOutsideMoney(
      {
        system: 'the shop',
        authorizations: ofType('AUTHORIZATION'),
        captures: ofType('CAPTURE', 'SALE'),
        refunds: ofType('REFUND'),
      },
      byShopId,
    ),
  );
  const webhooks = await everyRecord(outside, 'shop-webhook');
  const sent = webhooks.flatMap(({ reference }) => (reference === null ? [] : [reference]));
  const stored = await storedEventIds(sql, [...new Set(sent)]);
  findings.add(checkDeliveredWebhooks(webhooks, stored, cutoff));
  findings.checked('I1', "the shop's webhooks", webhooks.length);
}

function countByVerb(effects: ReadonlyMap<string, OwnEffect>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { verb } of effects.values()) counts.set(verb, (counts.get(verb) ?? 0) + 1);
  return counts;
}
