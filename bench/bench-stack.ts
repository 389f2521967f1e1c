/** One stack for all measurements, in a folder that goes away, and what they ask of it. */
import { mkdtemp, rm, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { Client as PgClient } from 'pg';
import { openDatabase, type Database } from '../store/database';
import { startStack, type RunningStack } from '../stack/supervisor/start-stack';

/** Beside a stack that runs already; another bench beside this one names its own. */
const PORT_OFFSET = Number(process.env['BENCH_PORT_OFFSET'] ?? 30_000);
const CONNECTIONS = 4;

export interface BenchStack {
  readonly stack: RunningStack;
  readonly db: Database;
  readonly temporal: Client;
  /** What the stack's worker was told: the bare worker is told the same. */
  readonly workerEnv: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startBenchStack(): Promise<BenchStack> {
  const home = await mkdtemp(join(tmpdir(), 'throughline-bench-'));
  const stack = await startStack({
    home,
    quiet: true,
    portOffset: PORT_OFFSET,
    env: { ...process.env, LOG_LEVEL: 'warn', RELAY_STARTS_PER_SECOND: '200' },
  });
  const { databaseUrl, temporalAddress, temporalNamespace } = stack.stackJson;
  await countStatements(stack);
  const connection = await Connection.connect({ address: temporalAddress });
  const db = openDatabase(databaseUrl, { connections: CONNECTIONS, applicationName: 'bench' });
  const envs = JSON.parse(await readFile(join(home, 'env.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >;
  return {
    stack,
    db,
    temporal: new Client({ connection, namespace: temporalNamespace }),
    workerEnv: envs['worker'] ?? {},
    async close() {
      await db.end();
      await connection.close();
      await stack.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Postgres counts statements only where it was told so before it started. */
async function countStatements(stack: RunningStack): Promise<void> {
  const { databaseUrl } = stack.stackJson;
  const run = async (statement: string) => {
    const client = new PgClient({ connectionString: databaseUrl });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await run(`alter system set shared_preload_libraries = 'pg_stat_statements'`);
  await stack.restart('postgres');
  await run('create extension pg_stat_statements');
}

/** How the warehouse behaves from now on. */
export const scriptWarehouse = (stack: BenchStack, script: object) => say(stack, 'wms', script);

/** How the processor behaves from now on. */
export const scriptPayment = (stack: BenchStack, script: object) => say(stack, 'payment', script);

async function say(
  { stack }: BenchStack,
  system: 'wms' | 'payment',
  script: object,
): Promise<void> {
  const response = await fetch(`${stack.stackJson.sandbox[system]}/_sandbox/script`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(script),
  });
  if (!response.ok) throw new Error(`the script of ${system}: ${await response.text()}`);
}
