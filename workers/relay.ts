/**
 * The relay: what Postgres says is to start or to be told reaches Temporal. One leader by lease
 * among all workers; a leader that dies is followed when its lease runs out. Everything it does may
 * be done twice: starts use the existing flow, facts are applied once by their moments.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { entitiesOf } from '../activities/moments/batches';
import { channelSetups } from '../canonical/schema/channel';
import { releaseLease, takeLease } from '../store/flows/lease';
import { signalAgain } from '../store/flows/dispatch-delivery';
import { dueDestinations } from '../store/outbox/outbox-delivery';
import { isPostingDue } from '../store/ledger/posting';
import { deliverSignals, deliverStarts, type DeliverySettings } from './deliver-dispatch';
import { runLoop } from './loop';
import { startRate } from './start-rate';
import { startPosting, startPublishing, type RunningFlow } from './starts';

const LEASE = 'relay';
const LEASE_MS = 4_000;
const LEASE_RENEW_MS = 1_000;
/** Between two looks when there is nothing to deliver. */
const IDLE_MS = 120;
const BUSY_MS = 25;
const OUTBOX_LOOK_MS = 250;
/** Facts that were signalled and not applied for so long are signalled again. */
const SIGNAL_AGAIN_AFTER_MS = 60_000;
const SIGNAL_AGAIN_LOOK_MS = 10_000;
const SIGNALLED_AGAIN_AT_ONCE = 200;
/** Journals are looked for this often within a posting window, and never more rarely than: */
const POSTING_LOOKS_A_WINDOW = 4;
const POSTING_LOOK_AT_LEAST_MS = 30_000;
const POSTING_LOOK_AT_MOST_MS = 500;
/** Usually only fresh journals are looked at; a full look finds what an outage left behind. */
const POSTING_RECENT_MS = 3_600_000;
const POSTING_FULL_LOOK_MS = 600_000;
const ALL_TIME_MS = 100 * 365 * 86_400_000;

export interface RelaySettings extends DeliverySettings {
  readonly startsPerSecond: number;
  readonly postingWindowMs: number;
  readonly signal: AbortSignal;
}

export async function runRelay(settings: RelaySettings): Promise<void> {
  const holder = `${hostname()}/${process.pid}/${randomUUID()}`;
  const rate = startRate(settings.startsPerSecond);
  const beside = flowsBeside();
  const due = schedule();
  let isLeader = false;
  await runLoop({
    name: 'relay',
    log: settings.log,
    signal: settings.signal,
    idleMs: IDLE_MS,
    busyMs: BUSY_MS,
    async tick() {
      if (due('lease', LEASE_RENEW_MS)) {
        isLeader = await takeLease(settings.db, LEASE, holder, LEASE_MS);
      }
      if (!isLeader) return false;
      const signals = await deliverSignals(settings);
      const starts = await deliverStarts(settings, rate);
      if (due('outbox', OUTBOX_LOOK_MS)) await publishWhatIsDue(settings, beside);
      if (due('posting', postingLookMs(settings.postingWindowMs))) {
        const isFull = due('posting-full', POSTING_FULL_LOOK_MS);
        await postWhatIsDue(settings, beside, isFull ? ALL_TIME_MS : POSTING_RECENT_MS);
      }
      if (due('signal-again', SIGNAL_AGAIN_LOOK_MS)) {
        await signalAgain(settings.db, SIGNAL_AGAIN_AFTER_MS, SIGNALLED_AGAIN_AT_ONCE);
      }
      return signals + starts > 0;
    },
  });
  await releaseLease(settings.db, LEASE, holder).catch(() => undefined);
}

/** `due('outbox', 250)`: true at the first call and then once in so many milliseconds. */
function schedule(): (what: string, everyMs: number) => boolean {
  const lastMs = new Map<string, number>();
  return (what, everyMs) => {
    const nowMs = Date.now();
    if (nowMs - (lastMs.get(what) ?? -Infinity) < everyMs) return false;
    lastMs.set(what, nowMs);
    return true;
  };
}

function postingLookMs(windowMs: number): number {
  const looks = windowMs / POSTING_LOOKS_A_WINDOW;
  return Math.max(POSTING_LOOK_AT_MOST_MS, Math.min(looks, POSTING_LOOK_AT_LEAST_MS));
}

interface FlowsBeside {
  /** Starts it unless its last run is still known to run. */
  keepRunning(name: string, start: () => Promise<RunningFlow>): Promise<void>;
}

function flowsBeside(): FlowsBeside {
  const running = new Set<string>();
  return {
    async keepRunning(name, start) {
      if (running.has(name)) return;
      const flow = await start();
      running.add(name);
      void flow.ended.then(() => running.delete(name));
    },
  };
}

async function publishWhatIsDue(settings: RelaySettings, beside: FlowsBeside): Promise<void> {
  for (const { destination } of await dueDestinations(settings.db)) {
    await beside.keepRunning(`publishing/${destination}`, () =>
      startPublishing(settings.client, destination),
    );
  }
}

async function postWhatIsDue(
  settings: RelaySettings,
  beside: FlowsBeside,
  sinceMs: number,
): Promise<void> {
  const erps = new Set(channelSetups().map((channel) => channel.erpInstance));
  for (const erpInstance of erps) {
    const erp = { erpInstance, entities: entitiesOf(erpInstance) };
    if (!(await isPostingDue(settings.db, erp, settings.postingWindowMs, sinceMs))) continue;
    await beside.keepRunning(`posting/${erpInstance}`, () =>
      startPosting(settings.client, erpInstance),
    );
  }
}
