/**
 * Posts formed batches to one ERP, each once: the external id is the effect's key, and one that was
 * sent before is read back before it is sent again. One that is not mapped or is refused is parked
 * alone; an ERP that is down keeps them all.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Logger } from 'pino';
import type { Erp, ErpJournal, Posted } from '../../canonical/ports/erp';
import { VendorFault, type Refused } from '../../canonical/ports/fault';
import { effectKey } from '../../canonical/rules/order/effect-keys';
import { mappingRef } from '../../canonical/schema/mapping';
import type { Database } from '../../store/database';
import { beginEffect } from '../../store/effects/effects';
import {
  accountsOf,
  formedBatches,
  markPosted,
  parkBatch,
  type PostingBatch,
} from '../../store/ledger/posting';
import {
  closeSystemWait,
  openSystemWait,
  type SystemWait,
} from '../../store/exceptions/system-wait';
import { callOnce } from '../call-once';
import { ownFailure, vendorFailure } from '../failure';
import { beat, eachInParallel, withPulse } from '../pace';

/** Batches read at a time. */
const BATCH_ROWS = 20;
/** Beside three sales orders at a time, within the ERP's five. */
const CONCURRENCY = 2;
const ATTEMPTS_BEFORE_WAIT = 3;
/** Batches without a usable answer in one attempt: then it is the ERP, not the batch. */
const FAULTS_BEFORE_STOP = 3;

export interface PostingActivities {
  /** Posts every formed batch; one that cannot be posted is parked alone. */
  postBatches(): Promise<{ readonly posted: number; readonly parked: number }>;
}

export interface PostingSettings {
  readonly db: Database;
  readonly log: Logger;
  readonly erpInstance: string;
  readonly erp: Erp;
}

interface Run {
  posted: number;
  parked: number;
  isAnswering: boolean;
  readonly unanswered: Map<string, VendorFault>;
}

export function createPostingActivities(settings: PostingSettings): PostingActivities {
  const wait: SystemWait = {
    code: 'erp.unavailable',
    account: settings.erpInstance,
    work: 'posting',
  };
  return {
    async postBatches() {
      const run: Run = { posted: 0, parked: 0, isAnswering: false, unanswered: new Map() };
      try {
        await withPulse(() => postAll(settings, wait, run));
      } catch (error) {
        throw await failureOf(settings, wait, error);
      }
      return { posted: run.posted, parked: run.parked };
    },
  };
}

async function postAll(settings: PostingSettings, wait: SystemWait, run: Run): Promise<void> {
  for (;;) {
    const due = await formedBatches(settings.db, settings.erpInstance, BATCH_ROWS);
    const batches = due.filter((batch) => !run.unanswered.has(batch.batchId));
    if (batches.length === 0) break;
    const accounts = await accountsOf(settings.db, settings.erpInstance);
    await eachInParallel(batches, CONCURRENCY, async (batch) => {
      beat({ posted: run.posted, parked: run.parked });
      try {
        await post(settings, run, batch, accounts);
      } catch (error) {
        if (!(error instanceof VendorFault) || error.kind !== 'ambiguous') throw error;
        // One batch without a usable answer waits for the next attempt; the others go on.
        run.unanswered.set(batch.batchId, error);
        if (run.unanswered.size >= FAULTS_BEFORE_STOP) throw error;
        return;
      }
      if (!run.isAnswering) await closeSystemWait(settings.db, wait);
      run.isAnswering = true;
    });
  }
  for (const fault of run.unanswered.values()) throw fault;
}

async function post(
  settings: PostingSettings,
  run: Run,
  batch: PostingBatch,
  accounts: ReadonlyMap<string, string>,
): Promise<void> {
  const { db, erpInstance } = settings;
  const unmapped = [...new Set(batch.lines.map((line) => line.account))].filter(
    (account) => !accounts.has(account),
  );
  if (unmapped.length > 0) {
    const problems = unmapped.map((account) => ({
      code: 'mapping.account' as const,
      cause: { kind: 'mapping' as const, ref: mappingRef('account', erpInstance, account) },
      detail: `account ${account} is not mapped to one of ${erpInstance}`,
    }));
    await parkBatch(db, batch, problems, null);
    run.parked += 1;
    return;
  }
  const first = effectKey.journal(batch.batchId);
  const key = batch.refusals === 0 ? first : `${first}:${batch.refusals + 1}`;
  const answer = await perform(settings, key, batch, toJournal(key, batch, accounts));
  if (answer.outcome === 'posted') {
    await markPosted(db, batch.batchId, key, { documentNo: answer.documentNo, answer });
    run.posted += 1;
    return;
  }
  const detail = `${erpInstance} refused it: ${answer.vendorCode}`;
  const problem = { code: 'erp.refused' as const, cause: { kind: 'effect' as const, ref: key } };
  await parkBatch(db, batch, [{ ...problem, detail }], { effectKey: key, answer });
  run.parked += 1;
  settings.log.warn({ batchId: batch.batchId, erpInstance }, 'a batch was parked');
}

async function perform(
  settings: PostingSettings,
  key: string,
  batch: PostingBatch,
  journal: ErpJournal,
): Promise<Posted | Refused> {
  const { db, erp, erpInstance } = settings;
  const row = await beginEffect(db, {
    key,
    workflowId: Context.current().info.workflowExecution?.workflowId,
    system: erpInstance,
    verb: 'postJournal',
    batchId: batch.batchId,
    amountMinor: batch.lines
      .filter((line) => line.side === 'debit')
      .reduce((sum, line) => sum + line.amountMinor, 0),
    currency: batch.currency,
    body: journal,
  });
  return callOnce<ErpJournal, Posted | Refused>(db, row, {
    system: erpInstance,
    find: () => erp.findJournal(key),
    call: (frozen) => erp.postJournal(frozen),
  });
}

function toJournal(
  key: string,
  batch: PostingBatch,
  accounts: ReadonlyMap<string, string>,
): ErpJournal {
  const { batchId, entity, currency, businessDate, channelInstance, journalCount } = batch;
  return {
    key,
    batchId,
    entity,
    currency,
    businessDate,
    memo: `${batchId}: ${journalCount} journals of ${channelInstance}, ${businessDate}`,
    lines: batch.lines.map((line) => ({
      account: accounts.get(line.account) ?? line.account,
      side: line.side,
      amountMinor: line.amountMinor,
      memo: [line.account, line.location, line.taxCode, line.clearingAccount]
        .filter((part) => part !== null)
        .join(' '),
    })),
  };
}

async function failureOf(
  settings: PostingSettings,
  wait: SystemWait,
  error: unknown,
): Promise<unknown> {
  const what = `posting to ${settings.erpInstance}`;
  if (error instanceof VendorFault) {
    if (Context.current().info.attempt >= ATTEMPTS_BEFORE_WAIT || error.kind === 'misconfigured') {
      const detail = `${settings.erpInstance} takes no journals: ${error.kind} (${error.message})`;
      await openSystemWait(settings.db, wait, detail);
    }
    return vendorFailure(error, { what });
  }
  const isCancelled = error instanceof Error && error.name === 'CancelledFailure';
  return isCancelled || error instanceof ApplicationFailure
    ? error
    : ownFailure(error, what, 'retry-all');
}
