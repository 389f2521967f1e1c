/** Kills and stops of the stack's own processes, and the faults and moods of the other systems. */
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { z } from 'zod';
import type { RunningStack } from '../stack/supervisor/start-stack';
import { control } from './outside';
import { SERVICES, type Harm, type Mood } from './plan';
import { SYSTEMS, type PlannedFault, type System } from './plan-faults';

/** What was done, for the line that is printed. */
export interface HarmDone {
  kills: number;
  stops: number;
  faults: number;
}

const READY_PATIENCE_MS = 90_000;

/** Does one harm at its time; one whose process is down just then is done to its successor. */
export async function harm(stack: RunningStack, planned: Harm, done: HarmDone): Promise<void> {
  await delay(planned.atMs);
  const { service } = planned;
  await isUp(stack, service);
  if (planned.kind === 'kill') {
    done.kills += 1;
    return stack.kill(service, 'SIGKILL');
  }
  done.stops += 1;
  const stopped = await stop(stack, service);
  await delay(planned.forMs);
  signalAll(stopped, 'SIGCONT');
}

async function isUp(stack: RunningStack, service: Harm['service']): Promise<void> {
  await stack.waitUntilReady(service).catch(() => undefined);
}

/** Postgres is many processes: its server is stopped first, so that it starts no others. */
async function stop(stack: RunningStack, service: Harm['service']): Promise<readonly number[]> {
  const pid = stack.stackJson.pids[service];
  if (pid === undefined) return [];
  if (service !== 'postgres') {
    signalAll([pid], 'SIGSTOP');
    return [pid];
  }
  const backends = await backendsOf(stack.stackJson.databaseUrl).catch(() => []);
  const all = [pid, ...backends];
  signalAll(all, 'SIGSTOP');
  return all;
}

const Backends = z.array(z.object({ pid: z.number() }));

async function backendsOf(connectionString: string): Promise<readonly number[]> {
  const client = new Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query(
      'select pid from pg_stat_activity where pid <> pg_backend_pid()',
    );
    return Backends.parse(rows).map(({ pid }) => pid);
  } finally {
    await client.end();
  }
}

/** A process that has ended meanwhile gets none. */
function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      continue;
    }
  }
}

const Made = z.object({ id: z.string() });

/** Programs a fault for its time. A sandbox that is down just then is spared it. */
export async function strike(
  stack: RunningStack,
  planned: PlannedFault,
  done: HarmDone,
): Promise<void> {
  const { atMs, untilMs, system, match, fault, times } = planned;
  await delay(atMs);
  const { sandbox } = stack.stackJson;
  const answer = await control(sandbox, system, 'POST', 'faults', { match, fault, times }).catch(
    () => null,
  );
  if (answer === null) return;
  const { id } = Made.parse(JSON.parse(answer.text));
  done.faults += 1;
  await delay(untilMs - atMs);
  await control(sandbox, system, 'DELETE', `faults/${id}`).catch(() => undefined);
}

export async function setMood(stack: RunningStack, { atMs, system, script }: Mood): Promise<void> {
  await delay(atMs);
  await control(stack.stackJson.sandbox, system, 'POST', 'script', script).catch(() => undefined);
}

/** Everything is up, answers, and behaves. */
export async function endHarm(stack: RunningStack): Promise<void> {
  const deadline = Date.now() + READY_PATIENCE_MS;
  for (const service of SERVICES) {
    while (stack.stackJson.pids[service] === undefined && Date.now() < deadline) await delay(100);
    await stack.waitUntilReady(service);
  }
  for (const system of SYSTEMS) await behave(stack, system);
}

async function behave(stack: RunningStack, system: System): Promise<void> {
  const { sandbox } = stack.stackJson;
  await control(sandbox, system, 'DELETE', 'faults');
  await control(sandbox, system, 'DELETE', 'script');
}
