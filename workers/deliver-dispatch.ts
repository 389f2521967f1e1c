/** Rows of the dispatch table on their way into flows: starts at a bounded rate, signals in order. */
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { contractOf, type FlowRegistry } from '../canonical/flows/registry';
import { backOffMs, eachInParallel } from '../activities/pace';
import { describe } from '../activities/failure';
import type { Database } from '../store/database';
import {
  dueDispatch,
  markDelivered,
  markUndeliverable,
  postponeDispatch,
  type DueSignal,
  type DueStart,
} from '../store/flows/dispatch-delivery';
import { openFlowOf } from '../store/flows/flows';
import type { StartRate } from './start-rate';
import { startOpened } from './starts';

const SIGNALS_AT_ONCE = 100;
const CALLS_IN_PARALLEL = 8;
/** A row that Temporal would not take waits 1, 2, 4 … 60 s; the flow's later rows wait with it. */
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

export interface DeliverySettings {
  readonly db: Database;
  readonly client: Client;
  readonly log: Logger;
  readonly flows: FlowRegistry;
}

/**
 * One look, one mark: what is due is read in one statement and marked in another. Signals come
 * first, since somebody waits for what they say. Gives how many rows were taken on.
 */
export async function deliverDispatch(
  settings: DeliverySettings,
  rate: StartRate,
): Promise<number> {
  const { db } = settings;
  const limits = { starts: rate.allowance(Date.now()), signals: SIGNALS_AT_ONCE };
  const { starts, signals, arrivals, latency } = await dueDispatch(db, limits);
  const delivered: number[] = [];
  try {
    await deliverSignals(settings, signals, delivered);
    if (starts.length > 0) {
      rate.saw({ arrivalsInLastSecond: arrivals, latency });
      rate.spend(starts.length);
      await deliverStarts(settings, starts, delivered);
    }
  } finally {
    if (delivered.length > 0) await markDelivered(db, delivered);
  }
  return signals.length + starts.length;
}

async function deliverStarts(
  settings: DeliverySettings,
  starts: readonly DueStart[],
  delivered: number[],
): Promise<void> {
  await eachInParallel(starts, CALLS_IN_PARALLEL, (row) =>
    attempt(settings, [row], async () => {
      await startOpened(settings.client, contractOf(settings.flows, row.type), row.input);
      delivered.push(row.dispatchNo);
    }),
  );
}

async function deliverSignals(
  settings: DeliverySettings,
  signals: readonly DueSignal[],
  delivered: number[],
): Promise<void> {
  await eachInParallel(byFlow(signals), CALLS_IN_PARALLEL, (ofOneFlow) =>
    attempt(settings, ofOneFlow, async (row) => {
      if (await signal(settings, row)) delivered.push(row.dispatchNo);
    }),
  );
}

function byFlow(signals: readonly DueSignal[]): DueSignal[][] {
  const flows = new Map<string, DueSignal[]>();
  for (const one of signals) {
    flows.set(one.workflowId, [...(flows.get(one.workflowId) ?? []), one]);
  }
  return [...flows.values()];
}

/** In order; the first that fails waits, and those behind it with it. */
async function attempt<Row extends DueStart | DueSignal>(
  settings: DeliverySettings,
  rows: readonly Row[],
  deliver: (row: Row) => Promise<void>,
): Promise<void> {
  for (const row of rows) {
    try {
      await deliver(row);
    } catch (error) {
      const delayMs = backOffMs(row.attempts, FIRST_DELAY_MS, LONGEST_DELAY_MS);
      await postponeDispatch(settings.db, [row.dispatchNo], delayMs);
      const { dispatchNo, workflowId } = row;
      const reason = describe(error);
      settings.log.warn({ dispatchNo, workflowId, delayMs, reason }, 'a flow was not reached');
      return;
    }
  }
}

/** False where there is no flow any more that could take it. */
async function signal(settings: DeliverySettings, row: DueSignal): Promise<boolean> {
  const { client, db, log } = settings;
  const { dispatchNo, workflowId } = row;
  const handle = client.workflow.getHandle(workflowId);
  try {
    await handle.signal(row.name, row.body);
    return true;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  const flow = await openFlowOf(db, workflowId);
  if (!flow) {
    await markUndeliverable(db, dispatchNo, 'the flow has ended');
    return false;
  }
  log.error({ workflowId }, 'an open flow was not running: it was started again');
  await startOpened(client, contractOf(settings.flows, flow.type), flow.input, 'again');
  await handle.signal(row.name, row.body);
  return true;
}
