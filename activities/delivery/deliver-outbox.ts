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
import { beginEffect, forgetEffect } from '../../store/effects/effects';
import {
  dueMessages,
  markSent,
  park,
  postpone,
  type DueMessage,
} from '../../store/outbox/outbox-delivery';
import {
  closeSystemWait,
  openSystemWait,
  type SystemWait,
} from '../../store/exceptions/system-wait';
import { FAILURES, ownFailure, vendorFailure } from '../failure';
import {
  arrivalsInLastSecond,
  BUSY_ARRIVALS_PER_SECOND,
} from '../../store/flows/dispatch-delivery';
import { beat, eachInParallel, pause, withPulse } from '../pace';
import type { Deliveries, Delivered, Delivery } from './parties';

/** Rows read at a time. */
const BATCH_ROWS = 60;
/** Looks for more before it ends: a flow started anew costs eleven events. */
const LINGER_MS = 4_000;
const LINGER_POLL_MS = 500;
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
}

export interface DeliverySummary {
  readonly sent: number;
  readonly parked: number;
}

interface Run {
  sent: number;
  parked: number;
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
      const run: Run = { sent: 0, parked: 0, faultsInARow: 0, isAnswering: false };
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
  const endMs = Date.now() + LONGEST_RUN_MS;
  let idleSinceMs = Date.now();
  while (Date.now() < endMs) {
    await yieldToBuyers(settings.db, endMs);
    const messages = await dueMessages(settings.db, settings.destination, BATCH_ROWS);
    beat({ sent: run.sent, parked: run.parked });
    if (messages.length === 0) {
      if (Date.now() - idleSinceMs > LINGER_MS) return;
      await pause(LINGER_POLL_MS);
      continue;
    }
    await eachInParallel(byOrder(messages), settings.concurrency, async (ofOneOrder) => {
      for (const message of ofOneOrder) {
        await deliver(settings, wait, run, message);
        beat({ sent: run.sent, parked: run.parked });
      }
    });
    idleSinceMs = Date.now();
  }
}

/** While many orders arrive, what is to be told of earlier ones waits: a buyer comes first. */
async function yieldToBuyers(db: Database, endMs: number): Promise<void> {
  while (Date.now() < endMs && (await arrivalsInLastSecond(db)) > BUSY_ARRIVALS_PER_SECOND) {
    await pause(YIELD_MS);
  }
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
  const delivery = Object.entries(settings.deliveries).find(([verb]) => verb === message.verb)?.[1];
  // A retry after a definite no is a new try, and says so in its key.
  const key =
    message.refusals === 0 ? message.effectKey : `${message.effectKey}:${message.refusals + 1}`;
  if (!delivery) {
    await refuse(settings, run, message, null, `${settings.account} is not told ${message.verb}`);
    return;
  }
  try {
    const answer = await perform(settings, delivery, message, key);
    if (isRefused(answer)) {
      const why = `${message.verb}: ${answer.vendorCode} (${answer.detail})`;
      await refuse(settings, run, message, { effectKey: key, answer }, why);
    } else {
      const reference = answer.reference ?? answer.documentNo ?? '';
      await markSent(db, message, key, { reference, answer });
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

async function perform(
  settings: PublishingSettings,
  delivery: Delivery,
  message: DueMessage,
  key: string,
): Promise<Delivered | Refused> {
  const { db, account } = settings;
  const row = await beginEffect(db, {
    key,
    system: account,
    verb: message.verb,
    ...(message.orderId === null ? {} : { orderId: message.orderId }),
    body: { ...message.body, key },
  });
  if (row.state === 'done' || row.state === 'refused') return row.answer as Delivered | Refused;
  const body = row.body as object;
  if (row.state === 'called-before') {
    const found = await delivery.find(body);
    if (found) return found;
    // The row was postponed after the call that has no answer: this is the second look.
    if (delivery.looksTwice && message.attempts % 2 === 1) {
      throw new VendorFault(account, 'ambiguous', 'not there yet, looking once more');
    }
  }
  try {
    return await delivery.call(body);
  } catch (error) {
    const isUnmade = error instanceof VendorFault && error.kind !== 'ambiguous';
    if (isUnmade && row.state === 'fresh') await forgetEffect(db, key);
    throw error;
  }
}

function isRefused(answer: Delivered | Refused): answer is Refused {
  return answer.outcome === 'refused';
}

async function refuse(
  settings: PublishingSettings,
  run: Run,
  message: DueMessage,
  refused: { readonly effectKey: string; readonly answer: unknown } | null,
  detail: string,
): Promise<void> {
  const { db, account, destination } = settings;
  const code = destination.startsWith('erp.') ? 'erp.refused' : 'publishing.refused';
  await db.transaction((sql) => park(sql, message, { account, code, detail, refused }));
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
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** message.attempts, LONGEST_DELAY_MS);
  await postpone(db, message.outboxNo, delayMs);
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
