/**
 * The relay: what Postgres says is to start or to be told reaches Temporal. One leader by lease
 * among all workers; a leader that dies is followed when its lease runs out. Everything it does may
 * be done twice: starts use the existing flow, facts are applied once by their moments.
 */
import type { FlowRegistry } from '../canonical/flows/registry';
import { signalAgain } from '../store/flows/dispatch-delivery';
import { foldBalances } from '../store/ledger/balances';
import { deliverDispatch, type DeliverySettings } from './deliver-dispatch';
import { everySo, runAsLeader } from './loop';
import { startRate } from './start-rate';
import type { WorkBeside } from './flows';
import { startBeside, type RunningFlow } from './starts';

const LEASE_MS = 4_000;
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
  const { db } = settings;
  const rate = startRate(settings.startsPerSecond);
  const running = flowsBeside();
  const beside = settings.beside.map((work) => ({ ...work, isDue: everySo(work.lookEveryMs) }));
  const isToFold = everySo(BALANCES_LOOK_MS);
  const isToSignalAgain = everySo(SIGNAL_AGAIN_LOOK_MS);
  const signalOf = signalsOf(settings.flows);
  await runAsLeader({
    ...settings,
    name: 'relay',
    leaseMs: LEASE_MS,
    idleMs: IDLE_MS,
    busyMs: BUSY_MS,
    async tick() {
      const taken = await deliverDispatch(settings, rate);
      for (const work of beside) {
        if (work.isDue()) await beginWhatIsDue(settings, running, work);
      }
      if (isToFold()) await foldBalances(db);
      if (isToSignalAgain()) {
        await signalAgain(db, signalOf, SIGNAL_AGAIN_AFTER_MS, SIGNALLED_AGAIN_AT_ONCE);
      }
      return taken > 0;
    },
  });
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

/** One flow for each input, for as long as there is work. */
async function beginWhatIsDue(
  { db, client }: RelaySettings,
  beside: FlowsBeside,
  { contract, whatIsDue }: WorkBeside,
): Promise<void> {
  for (const input of await whatIsDue(db)) {
    await beside.keepRunning(contract.workflowId(input), () =>
      startBeside(client, contract, input),
    );
  }
}

/** `shipment.confirmed.v1` → the signal that carries it. */
function signalsOf(flows: FlowRegistry): Readonly<Record<string, string>> {
  const rules = flows.flatMap((contract) => Object.entries(contract.facts));
  return Object.fromEntries(rules.map(([type, rule]) => [type, rule.signal]));
}
