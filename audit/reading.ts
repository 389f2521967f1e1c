// The parts of an audit besides chunks of orders, each in its own snapshot or over the spool.
import type { OutsideRecords } from '../canonical/ports/records';
import { ACCOUNTS } from '../canonical/rules/posting/posting';
import type { Sql } from '../store/database';
import {
  checkBalance,
  checkBatch,
  checkJournal,
  checkStrayItem,
  checkTrialBalance,
} from './check-ledger';
import { checkEntriesOfOthers } from './comparisons/balances';
import { checkKeyedEffects } from './comparisons/effects';
import { KEYED } from './comparisons/keyed';
import type { Findings } from './findings';
import { checkAcknowledged, checkDeliveredWebhooks, checkOrphan } from './invariants/acknowledged';
import { checkEvent } from './invariants/inbox';
import { checkStock } from './invariants/stock';
import { acknowledgedPages, loadOrphans } from './load-acknowledged';
import { accountsOfEffects, effectsWithoutOrder } from './load-effects';
import { countEvents, unappliedEventPages } from './load-inbox';
import {
  batchPages,
  differingBalances,
  journalPages,
  keptAccounts,
  loadStrayItems,
  loadTrialBalance,
} from './load-ledger';
import { stockPages } from './load-stock';
import { compareChunk } from './orders';
import { checkSettledItem, checkSettlement } from './invariants/settlements';
import { settledItemPages, settlementPages, type OwnSettlement } from './load-settlements';
import { count, type OrderName } from './report';
import type { Scope } from './scope';
import {
  entriesOfOthers,
  nameOfBooks,
  recordsOf,
  unclaimedRecords,
  unstoredWebhooks,
} from './spool';

/** Receivables are also paid in the ERP; on the others nobody but this platform posts. */
const POSTED_BY_OTHERS_TOO = 'AR';
const OPEN_ITEM_ACCOUNTS = Object.entries(ACCOUNTS)
  .filter(([, account]) => account.openItem)
  .map(([name]) => name);

export async function readStock(sql: Sql, scope: Scope, findings: Findings): Promise<void> {
  let places = 0;
  for await (const page of stockPages(sql, scope.writtenSince)) {
    for (const stock of page) findings.add(checkStock(stock));
    places += page.length;
  }
  findings.checked('I3', 'SKUs at locations', places);
}

export async function readInbox(sql: Sql, scope: Scope, findings: Findings): Promise<void> {
  const since = scope.writtenSince;
  let acknowledged = 0;
  for await (const page of acknowledgedPages(sql, since)) {
    findings.add(checkAcknowledged(page));
    acknowledged += page.length;
  }
  findings.checked('I1', 'acknowledged orders', acknowledged);
  for await (const page of unappliedEventPages(sql, since)) {
    for (const event of page) findings.add(checkEvent(event, scope.cutoff));
  }
  findings.checked('I5', 'events of the inbox', await countEvents(sql, since));
}

/** Rows of orders that are gone. Since an audit, only of orders that were touched. */
export async function readOrphans(
  sql: Sql,
  orderIds: readonly string[] | null,
  findings: Findings,
): Promise<void> {
  for (const orphan of await loadOrphans(sql, orderIds)) findings.add(checkOrphan(orphan));
}

/** The sums over all lines belong to a whole audit: every journal balances by itself. */
export async function readLedger(sql: Sql, scope: Scope, findings: Findings): Promise<void> {
  const since = scope.writtenSince;
  if (since === null) {
    for (const balance of await loadTrialBalance(sql)) findings.add(checkTrialBalance(balance));
    for await (const page of differingBalances(sql)) {
      for (const balance of page) findings.add(checkBalance(balance));
    }
    for (const item of await loadStrayItems(sql, OPEN_ITEM_ACCOUNTS)) {
      findings.add(checkStrayItem(item));
    }
    await readSettlements(sql, findings);
  }
  let journals = 0;
  for await (const page of journalPages(sql, since)) {
    for (const journal of page) findings.add(checkJournal(journal));
    journals += page.length;
  }
  findings.checked('I10', 'journals', journals);
  let batches = 0;
  for await (const page of batchPages(sql, since)) {
    for (const batch of page) findings.add(checkBatch(batch));
    batches += page.length;
  }
  findings.checked('I10', 'posting batches', batches);
}

/** Held whole: a settlement is a row, its lines and items are not. */
async function readSettlements(sql: Sql, findings: Findings): Promise<void> {
  const settlements = new Map<string, OwnSettlement>();
  for await (const page of settlementPages(sql)) {
    for (const one of page) {
      settlements.set(one.settlementId, one);
      findings.add(checkSettlement(one));
    }
  }
  for await (const page of settledItemPages(sql, OPEN_ITEM_ACCOUNTS)) {
    for (const item of page) findings.add(checkSettledItem(item, settlements));
  }
  findings.checked('I10', 'settlements', settlements.size);
}

/** Effects that are about no order, against the records with their keys. */
export async function compareOrderless(
  sql: Sql,
  spool: Sql,
  outside: readonly OutsideRecords[],
  scope: Scope,
  findings: Findings,
): Promise<void> {
  for await (const effects of effectsWithoutOrder(sql, scope.since)) {
    const keys = effects.map(({ key }) => key);
    const theirs = await recordsOf(spool, { keys, orders: [], ids: [] });
    const chunk = { orders: [], effects: new Map(effects.map((one) => [one.key, one])) };
    compareChunk(chunk, outside, theirs, scope, findings);
    for (const { verb } of effects) findings.checked('I4', `effects: ${verb}`, 1);
  }
}

/** What is there and belongs to nothing here: keys of ours that nobody used, webhooks that are lost. */
export async function compareLeftovers(
  spool: Sql,
  outside: readonly OutsideRecords[],
  scope: Scope,
  findings: Findings,
): Promise<void> {
  for (const one of outside) {
    const books = nameOfBooks(one);
    const context = { ...scope, books, orders: new Map<string, OrderName>() };
    for (const comparison of KEYED.filter(({ kind }) => one.kinds.includes(kind))) {
      const records = await unclaimedRecords(spool, books, comparison);
      findings.add(checkKeyedEffects(comparison, [], records, context));
    }
    if (one.kinds.includes('shop-webhook')) {
      findings.add(checkDeliveredWebhooks(await unstoredWebhooks(spool, books), scope.cutoff));
    }
  }
}

/**
 * By account the ERP's balance is the sum of its entries: ours are compared one by one, so what else
 * it holds there is by what it differs from ours.
 */
export async function compareBalances(
  sql: Sql,
  spool: Sql,
  outside: readonly OutsideRecords[],
  scope: Scope,
  findings: Findings,
): Promise<void> {
  const accounts = OPEN_ITEM_ACCOUNTS.filter((name) => name !== POSTED_BY_OTHERS_TOO);
  for (const one of outside.filter(({ kinds }) => kinds.includes('journal-document'))) {
    const books = nameOfBooks(one);
    const kept = await keptAccounts(sql, one.accounts, accounts);
    const entries = await entriesOfOthers(spool, books, kept);
    findings.add(checkEntriesOfOthers(entries, kept, { ...scope, books }));
    findings.checked('I10', `accounts of ${books} that are kept from here alone`, kept.size);
  }
}

/** An account in which effects were made, and whose records nobody reads. */
export async function checkAccounts(
  sql: Sql,
  outside: readonly OutsideRecords[],
  scope: Scope,
  findings: Findings,
): Promise<void> {
  const read = outside.flatMap(({ accounts }) => accounts);
  for (const { account, effects } of await accountsOfEffects(sql, scope.since, read)) {
    findings.add([
      {
        invariant: 'I4',
        code: 'account-not-in-setup',
        subject: account,
        detail: `${account}: ${count(effects, 'effect')} of ours were made there, and no account of the set-up is called so: nothing was compared with its records`,
      },
    ]);
  }
}
