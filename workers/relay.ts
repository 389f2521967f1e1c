/**
 * The relay: what Postgres says is to start or to be told reaches Temporal. One leader by lease
 * among all workers; a leader that dies is followed when its lease runs out. Everything it does may
 * be done twice: starts use the existing flow, facts are applied once by their moments.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { FlowRegistry } from '../canonical/flows/registry';
import { releaseLease, takeLease } from '../store/flows/lease';
import { signalAgain } from '../store/flows/dispatch-delivery';
import { foldBalances } from '../store/ledger/balances';
import { deliverSignals, deliverStarts, type DeliverySettings } from './deliver-dispatch';
import { runLoop } from './loop';
import { startRate } from './start-rate';
import type { WorkBeside } from './flows';
import { startBeside, type RunningFlow } from './starts';

const LEASE = 'relay';
const LEASE_MS = 4_000;
const LEASE_RENEW_MS = 1_000;
/** Between two looks when there is nothing to deliver. */
const IDLE_MS = 120;
const BUSY_MS = 100;
/** Facts that were signalled and not applied for so long are signalled again. */
const SIGNAL_AGAIN_AFTER_MS = 60_000;
const SIGNAL_AGAIN_LOOK_MS = 10_000;
const SIGNALLED_AGAIN_AT_ONCE = 200;
/** Journals are added to the balances of their accounts. */
const BALANCES_LOOK_MS = 1_000;

export interface RelaySettings extends DeliverySettings {
  readonly startsPerSecond: number;
  readonly beside: readonly WorkBeside[];
  readonly signal: AbortSignal;
}

export async function runRelay(settings: RelaySettings): Promise<void> {
  const holder = `${hostname()}/${process.pid}/${randomUUID()}`;
  const rate = startRate(settings.startsPerSecond);
  const beside = flowsBeside();
  const due = schedule();
  const signalOf = signalsOf(settings.flows);
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
      await beginWhatIsDue(settings, beside, due);
      if (due('balances', BALANCES_LOOK_MS)) await foldBalances(settings.db);
      if (due('signal-again', SIGNAL_AGAIN_LOOK_MS)) {
        await signalAgain(settings.db, signalOf, SIGNAL_AGAIN_AFTER_MS, SIGNALLED_AGAIN_AT_ONCE);
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

/** Each kind of work at its own pace; one flow for each input, for as long as there is work. */
async function beginWhatIsDue(
  settings: RelaySettings,
  beside: FlowsBeside,
  due: ReturnType<typeof schedule>,
): Promise<void> {
  for (const work of settings.beside) {
    const { contract } = work;
    if (!due(contract.type, work.lookEveryMs)) continue;
    for (const input of await work.whatIsDue(settings.db)) {
      await beside.keepRunning(contract.workflowId(input), () =>
        startBeside(settings.client, contract, input),
      );
    }
  }
}

/** `shipment.confirmed.v1` → the signal that carries it. */
function signalsOf(flows: FlowRegistry): Readonly<Record<string, string>> {
  const rules = flows.flatMap((contract) => Object.entries(contract.facts));
  return Object.fromEntries(rules.map(([type, rule]) => [type, rule.signal]));
}
