/**
 * Delivers what one account is to be told: rows in the order they were written, those of one order
 * one after the other, several orders at a time. A row that is refused is parked under an exception
 * and its neighbours go on; an account that does not answer keeps its rows until it does.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Logger } from 'pino';
import { VendorFault, type Refused } from '../../canonical/ports/fault';
import type { Database } from '../../store/database';
import { forgetEffects } from '../../store/effects/effects';
import {
  beginDueMessages,
  markSent,
  park,
  postpone,
  type DueMessage,
  type SentMessage,
} from '../../store/outbox/outbox-delivery';
import {
  closeSystemWait,
  openSystemWait,
  type SystemWait,
} from '../../store/exceptions/system-wait';
import { callOnce } from '../call-once';
import { FAILURES, ownFailure, vendorFailure } from '../failure';
import {
  arrivalsInLastSecond,
  BUSY_ARRIVALS_PER_SECOND,
} from '../../store/flows/dispatch-delivery';
import { backOffMs, beat, eachInParallel, pause, withPulse } from '../pace';
import { deliveryOf, isRefused, type Deliveries, type Delivered } from './parties';

/** Rows read at a time. */
const BATCH_ROWS = 60;
/** Looks for more before it ends: a flow started anew costs eleven events. */
const LINGER_MS = 4_000;
const LINGER_POLL_MS = 500;
const GATHER_MS = 1_000;
/** What was sent is marked with what else was sent in this time. */
const MARKED_WITHIN_MS = 1_000;
/** Between looks whether buyers still come. */
const YIELD_MS = 1_000;
/** An activity that never ends cannot be moved to a new build. */
const LONGEST_RUN_MS = 300_000;
/** Rows in a row without a usable answer: then it is the account, not the row. */
const FAULTS_BEFORE_STOP = 3;
/** Calls without a usable answer after which a row is parked. */
const ATTEMPTS_BEFORE_PARKED = 12;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;
/** Attempts, of a row or of the activity, before an account's silence is somebody's to look at. */
const ATTEMPTS_BEFORE_WAIT = 3;

export interface PublishingSettings {
  readonly db: Database;
  readonly log: Logger;
  /** The queue: `erp.netsuite-us`. */
  readonly destination: string;
  readonly account: string;
  readonly deliveries: Deliveries;
  /** Calls at a time; an ERP counts them. */
  readonly concurrency: number;
  /** How long it looks for more before it ends, 4 s. */
  readonly lingerMs?: number;
}

export interface DeliverySummary {
  readonly sent: number;
  readonly parked: number;
}

interface Run {
  sent: number;
  parked: number;
  /** Sent, and not yet marked so. */
  readonly unmarked: SentMessage[];
  markedAtMs: number;
  yieldedAtMs: number;
  faultsInARow: number;
  isAnswering: boolean;
}

export interface PublishingActivities {
  deliverOutbox(): Promise<DeliverySummary>;
}

export function createPublishingActivities(settings: PublishingSettings): PublishingActivities {
  const isErp = settings.destination.startsWith('erp.');
  const wait: SystemWait = {
    code: isErp ? 'erp.unavailable' : 'publishing.unavailable',
    account: settings.account,
    work: `outbox:${settings.destination}`,
  };
  return {
    async deliverOutbox(): Promise<DeliverySummary> {
      const run: Run = {
        sent: 0,
        parked: 0,
        unmarked: [],
        markedAtMs: Date.now(),
        yieldedAtMs: 0,
        faultsInARow: 0,
        isAnswering: false,
      };
      try {
        await withPulse(() => drain(settings, wait, run));
      } catch (error) {
        throw await failureOf(settings, wait, error);
      }
      return { sent: run.sent, parked: run.parked };
    },
  };
}

async function drain(settings: PublishingSettings, wait: SystemWait, run: Run): Promise<void> {
  const { db, destination, account, lingerMs = LINGER_MS } = settings;
  const workflowId = Context.current().info.workflowExecution?.workflowId ?? null;
  const asker = { account, workflowId };
  const endMs = Date.now() + LONGEST_RUN_MS;
  let idleSinceMs = Date.now();
  await yieldToBuyers(db, run, endMs);
  while (Date.now() < endMs) {
    const messages = await beginDueMessages(db, destination, asker, BATCH_ROWS);
    beat({ sent: run.sent, parked: run.parked });
    if (messages.length === 0) {
      if (Date.now() - idleSinceMs >= lingerMs) return;
      await pause(LINGER_POLL_MS);
      continue;
    }
    await deliverAll(settings, wait, run, messages);
    await yieldToBuyers(db, run, endMs);
    idleSinceMs = Date.now();
    // A batch that was not full is all there was: what comes meanwhile goes out together.
    if (messages.length < BATCH_ROWS) await pause(Math.min(GATHER_MS, lingerMs));
  }
}

/** However it ends, what was sent is marked and what was never called is as if never begun. */
async function deliverAll(
  settings: PublishingSettings,
  wait: SystemWait,
  run: Run,
  messages: readonly DueMessage[],
): Promise<void> {
  const { db, concurrency } = settings;
  const uncalled = new Set(
    messages.filter(({ effect }) => effect.state === 'fresh').map(({ effect }) => effect.key),
  );
  try {
    await eachInParallel(byOrder(messages), concurrency, async (ofOneOrder) => {
      for (const message of ofOneOrder) {
        uncalled.delete(message.effect.key);
        await deliver(settings, wait, run, message);
        beat({ sent: run.sent, parked: run.parked });
      }
    });
  } finally {
    await markAllSent(db, run);
    if (uncalled.size > 0) await forgetEffects(db, [...uncalled]);
  }
}

/** Several at a time, and soon: one that is sent and not marked is asked for by the next run. */
async function markAllSent(db: Database, run: Run): Promise<void> {
  run.markedAtMs = Date.now();
  await markSent(db, run.unmarked.splice(0));
}

/** While many orders arrive, what is to be told of earlier ones waits: a buyer comes first. */
async function yieldToBuyers(db: Database, run: Run, endMs: number): Promise<void> {
  if (Date.now() - run.yieldedAtMs < YIELD_MS) return;
  while (Date.now() < endMs && (await arrivalsInLastSecond(db)) > BUSY_ARRIVALS_PER_SECOND) {
    await pause(YIELD_MS);
  }
  run.yieldedAtMs = Date.now();
}

/** What one order says is said in its order. */
function byOrder(messages: readonly DueMessage[]): DueMessage[][] {
  const groups = new Map<string, DueMessage[]>();
  for (const message of messages) {
    const of = message.orderId ?? message.effectKey;
    groups.set(of, [...(groups.get(of) ?? []), message]);
  }
  return [...groups.values()];
}

async function deliver(
  settings: PublishingSettings,
  wait: SystemWait,
  run: Run,
  message: DueMessage,
): Promise<void> {
  const { db } = settings;
  const { effect, verb } = message;
  try {
    const answer = await perform(settings, message);
    if (isRefused(answer)) {
      const why = `${verb}: ${answer.vendorCode}`;
      await refuse(settings, run, message, { effectKey: effect.key, answer }, why);
    } else {
      await keepSent(settings, run, message, answer);
      run.sent += 1;
    }
    run.faultsInARow = 0;
    if (!run.isAnswering) await closeSystemWait(db, wait);
    run.isAnswering = true;
  } catch (error) {
    if (!(error instanceof VendorFault)) throw error;
    await faulted(settings, wait, run, message, error);
  }
}

async function keepSent(
  settings: PublishingSettings,
  run: Run,
  { verb, outboxNo, orderId, effectKey, effect: { key } }: DueMessage,
  answer: Delivered,
): Promise<void> {
  const { db } = settings;
  const reference = answer.reference ?? answer.documentNo ?? null;
  const sent = { outboxNo, key, reference, answer };
  const { made } = deliveryOf(settings, verb);
  if (made) {
    await db.transaction(async (sql) => {
      await made(sql, { orderId, effectKey, key, reference: reference ?? '' });
      await markSent(sql, [sent]);
    });
    return;
  }
  run.unmarked.push(sent);
  if (Date.now() - run.markedAtMs > MARKED_WITHIN_MS) await markAllSent(db, run);
}

function perform(
  settings: PublishingSettings,
  { verb, effect, attempts }: DueMessage,
): Promise<Delivered | Refused> {
  const { db, account } = settings;
  const { find, call, looksTwice } = deliveryOf(settings, verb);
  // The row was postponed after the call that has no answer: this is the second look.
  const isLookOnly = looksTwice && attempts % 2 === 1;
  return callOnce<object, Delivered | Refused>(db, effect, {
    system: account,
    find,
    isLookOnly,
    call,
  });
}

async function refuse(
  settings: PublishingSettings,
  run: Run,
  message: DueMessage,
  refused: { readonly effectKey: string; readonly answer: unknown } | null,
  detail: string,
): Promise<void> {
  const { db, account, destination } = settings;
  const { refusedAs } = deliveryOf(settings, message.verb);
  const code = destination.startsWith('erp.') ? 'erp.refused' : 'publishing.refused';
  const as = refusedAs?.(message.effect.body ?? {}) ?? { code };
  await db.transaction((sql) => park(sql, message, { ...as, account, detail, refused }));
  run.parked += 1;
  const { outboxNo, orderId, correlationId } = message;
  settings.log.warn({ outboxNo, orderId, correlationId, account }, 'a message was parked');
}

/**
 * One row without a usable answer waits for itself; several in a row are the account. A row is
 * given up to a person only where the account answers others.
 */
async function faulted(
  settings: PublishingSettings,
  wait: SystemWait,
  run: Run,
  message: DueMessage,
  fault: VendorFault,
): Promise<void> {
  const { db } = settings;
  const calls = message.attempts + 1;
  run.faultsInARow += 1;
  if (fault.kind !== 'ambiguous') throw fault;
  if (run.isAnswering && calls >= ATTEMPTS_BEFORE_PARKED) {
    const why = `${message.verb}: no usable answer (${fault.message})`;
    await refuse(settings, run, message, null, why);
    return;
  }
  const delayMs = backOffMs(message.attempts, FIRST_DELAY_MS, LONGEST_DELAY_MS);
  await postpone(db, message.outboxNo, Math.max(delayMs, fault.retryAfterMs ?? 0));
  if (!run.isAnswering && calls >= ATTEMPTS_BEFORE_WAIT) {
    await openSystemWait(db, wait, silence(settings.account, fault));
  }
  if (run.faultsInARow >= FAULTS_BEFORE_STOP) throw fault;
}

function silence(account: string, fault: VendorFault): string {
  return `${account} does not take what it is to be told: ${fault.kind} (${fault.message})`;
}

async function failureOf(
  settings: PublishingSettings,
  wait: SystemWait,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof VendorFault)) {
    return error instanceof ApplicationFailure || isCancelled(error)
      ? error
      : ownFailure(error, `delivery to ${settings.account}`, 'retry-all');
  }
  const { attempt } = Context.current().info;
  if (attempt >= ATTEMPTS_BEFORE_WAIT || error.kind === FAILURES.misconfigured) {
    await openSystemWait(settings.db, wait, silence(settings.account, error));
  }
  return vendorFailure(error, { what: `delivery to ${settings.account}` });
}

function isCancelled(error: unknown): boolean {
  return error instanceof Error && error.name === 'CancelledFailure';
}
