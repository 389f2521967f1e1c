/**
 * API and worker as processes that start before what they stand on: each names what does not answer,
 * does nothing half, and goes on by itself when it is there.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { PROJECT_ROOT, removeHome } from '../../stack/supervisor/home';
import { pollUntil } from '../../stack/supervisor/poll';
import { environmentOf } from '../api/fixture';
import {
  startPostgres,
  startTemporal,
  type RunningPostgres,
  type RunningTemporal,
} from './start-parts';

const WAIT_MS = 60_000;
/** What node-pg-migrate holds while it applies migrations. */
const MIGRATION_LOCK = '7241865325823964';
const Missing = z.looseObject({ missing: z.array(z.string()) });

let home: string;
let postgres: RunningPostgres;
let temporal: RunningTemporal;
beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'throughline-start-'));
  postgres = await startPostgres({ home });
  temporal = await startTemporal({ home });
});
afterAll(async () => {
  await temporal?.stop();
  await postgres?.stop();
  if (home !== undefined) removeHome(home);
});

const children: ChildProcess[] = [];
const doors: Server[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  for (const door of doors.splice(0)) door.close();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Where nobody listens until it is opened: then what comes is passed on. */
async function closedDoor(toPort: number) {
  const port = await freePort();
  return {
    port,
    async open(): Promise<void> {
      const door = createServer((inside) => {
        const outside = connect(toPort, '127.0.0.1');
        inside.pipe(outside).pipe(inside);
        inside.on('error', () => outside.destroy());
        outside.on('error', () => inside.destroy());
      });
      doors.push(door);
      door.listen(port, '127.0.0.1');
      await once(door, 'listening');
    },
  };
}

function start(entry: string, env: Readonly<Record<string, string>>) {
  const output: string[] = [];
  const child = fork(path.join(PROJECT_ROOT, entry), [], {
    cwd: PROJECT_ROOT,
    execArgv: ['--require', 'tsx/cjs'],
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  children.push(child);
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  let isReady = false;
  child.on('message', () => {
    isReady = true;
  });
  return { child, said: () => output.join(''), isReady: () => isReady };
}

async function missingAt(port: number): Promise<readonly string[] | null> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
  return answer && Missing.parse(await answer.json()).missing;
}

const untilMissing = (port: number, names: readonly string[]) =>
  pollUntil(`missing: ${names.join(', ')}`, WAIT_MS, async () => {
    const missing = await missingAt(port);
    return JSON.stringify(missing) === JSON.stringify(names);
  });

/** A database of its own, behind a door that is shut. */
async function databaseBehindDoor(name: string) {
  await postgres.createDatabase(name);
  const door = await closedDoor(postgres.port);
  const url = postgres.databaseUrl(name);
  return { door, url, behind: url.replace(`:${postgres.port}/`, `:${door.port}/`) };
}

test('the API says what it waits for: Postgres, then its migrations, then Temporal', async () => {
  const { door, url, behind } = await databaseBehindDoor('api_start');
  const temporalDoor = await closedDoor(temporal.port);
  const port = await freePort();
  const api = start('api/main.ts', {
    ...environmentOf(behind),
    TEMPORAL_ADDRESS: `127.0.0.1:${temporalDoor.port}`,
    API_PORT: String(port),
  });
  await untilMissing(port, ['serving', 'postgres', 'migrations', 'temporal']);
  const refused = await fetch(`http://127.0.0.1:${port}/v1/items/MUG`);
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({
    code: 'unavailable',
    detail: 'it is starting; /readyz names what it waits for',
  });
  expect(api.said()).toContain('Postgres does not answer yet');

  // Somebody else is at the migrations.
  const other = new Client({ connectionString: url });
  await other.connect();
  await other.query(`select pg_advisory_lock(${MIGRATION_LOCK})`);
  await door.open();
  await untilMissing(port, ['serving', 'migrations', 'temporal']);
  expect((await other.query(`select to_regclass('sales_order') as made`)).rows).toEqual([
    { made: null },
  ]);
  expect(api.isReady()).toBe(false);
  await other.end();

  await untilMissing(port, ['temporal']);
  expect(api.isReady()).toBe(true);
  await temporalDoor.open();
  await untilMissing(port, []);
  expect(api.child.exitCode).toBeNull();
});

test('a worker says what it waits for, and polls when it is there', async () => {
  const { door, behind } = await databaseBehindDoor('worker_start');
  const temporalDoor = await closedDoor(temporal.port);
  const port = await freePort();
  const worker = start('workers/main.ts', {
    ...environmentOf(behind),
    TEMPORAL_ADDRESS: `127.0.0.1:${temporalDoor.port}`,
    WORKER_HEALTH_PORT: String(port),
  });
  const silent = (name: string) => `${name} does not answer`;
  const notYet = 'no queue is polled yet';
  await untilMissing(port, [silent('Temporal'), silent('Postgres'), notYet]);
  await pollUntil('both said', WAIT_MS, () =>
    ['Temporal', 'Postgres'].every((name) => worker.said().includes(`${silent(name)} yet`)),
  );
  await temporalDoor.open();
  await untilMissing(port, [silent('Postgres'), notYet]);
  expect(worker.isReady()).toBe(false);
  await door.open();
  await untilMissing(port, []);
  await pollUntil('it said so', WAIT_MS, () => worker.isReady());
  expect(worker.child.exitCode).toBeNull();
});
