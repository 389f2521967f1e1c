// The supervisor with real Postgres, real Temporal and stand-ins for the stack's own processes:
// what it starts, keeps alive, and leaves behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROJECT_ROOT, homePaths, removeHome } from '../../stack/supervisor/home';
import { StackRunningError, takeLock, waitForJanitor } from '../../stack/supervisor/lock';
import { claimPort } from '../../stack/supervisor/ports';
import { pollUntil } from '../../stack/supervisor/poll';
import { processIdentity } from '../../stack/supervisor/process-identity';
import { type RunningStack, startStack } from '../../stack/supervisor/start-stack';
import { startPostgres, startTemporal } from './start-parts';
import { type StackJson, readStackJson } from '../../stack/supervisor/stack-json';
import { STAND_INS, makeTestHome } from './stand-ins';

const UP_TIMEOUT_MS = 120_000;
const DOWN_TIMEOUT_MS = 30_000;
const TEST_TIMEOUT_MS = 180_000;
const PORT_OFFSET = 22_000;
const PRIVATE_MODE = 0o600;

function alivePids(pids: StackJson['pids']): string[] {
  return Object.entries(pids).flatMap(([name, pid]) =>
    pid !== undefined && processIdentity(pid) !== undefined ? [name] : [],
  );
}

/** A supervisor in a process of its own. */
function spawnSupervisor(home: string): ChildProcess {
  const script = 'test/stack/stand-in-stack.ts';
  return spawn(process.execPath, ['--require', 'tsx/cjs', script, home], {
    cwd: PROJECT_ROOT,
    stdio: 'ignore',
  });
}

async function spawnStack(home: string): Promise<ChildProcess> {
  const child = spawnSupervisor(home);
  await pollUntil(
    'the stack',
    UP_TIMEOUT_MS,
    () => existsSync(homePaths(home).stackJson),
    () => {
      if (child.exitCode !== null) throw new Error(`the supervisor ended: ${child.exitCode}`);
    },
  );
  return child;
}

async function queryValue(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ value: unknown }>(sql);
    return rows[0]?.value;
  } finally {
    await client.end();
  }
}

async function expectNothingLeft(home: string, pids: StackJson['pids']): Promise<void> {
  const { lock, stackJson, envJson } = homePaths(home);
  const isQuiet = (): boolean => alivePids(pids).length === 0 && !existsSync(lock);
  await pollUntil('the end of everything', DOWN_TIMEOUT_MS, isQuiet);
  expect([lock, stackJson, envJson].filter((file) => existsSync(file))).toEqual([]);
}

describe('a stack that is up', () => {
  const home = makeTestHome();
  const lines: string[] = [];
  let stack: RunningStack;

  beforeAll(async () => {
    stack = await startStack({
      home,
      print: (line) => lines.push(line),
      portOffset: PORT_OFFSET,
      processes: STAND_INS,
    });
  });
  afterAll(async () => {
    await stack.stop();
    removeHome(home);
  });

  test('says how to reach it, to its owner only', () => {
    const stackJson = readStackJson(home);
    expect(alivePids(stackJson.pids).sort()).toEqual(
      ['api', 'postgres', 'sandbox', 'supervisor', 'temporal', 'worker'].sort(),
    );
    for (const file of ['stack.json', 'env.json', 'secrets.json', 'lock']) {
      expect(statSync(path.join(home, file)).mode & 0o777, file).toBe(PRIVATE_MODE);
    }
    expect(readdirSync(path.join(home, 'logs')).sort()).toEqual([
      'api.log',
      'postgres.log',
      'sandbox.log',
      'temporal.log',
      'worker.log',
    ]);
  });

  test('holds one hashed key a role, bound as the set-up file binds it', async () => {
    const { databaseUrl } = stack.stackJson;
    const count = `SELECT count(*)::int AS value FROM api_key WHERE length(key_hash) = 64`;
    expect(await queryValue(databaseUrl, count)).toBe(7);
    const store = `SELECT store_id AS value FROM api_key WHERE role = 'store'`;
    expect(await queryValue(databaseUrl, store)).toBe('store-001');
    const shops = `SELECT channels AS value FROM api_key WHERE role = 'channel'`;
    expect(await queryValue(databaseUrl, shops)).toEqual(['shopify-us', 'web-us']);
  });

  test('refuses a second stack on the same home', async () => {
    const second = startStack({ home, quiet: true });
    await expect(second).rejects.toThrow(StackRunningError);
  });

  test.each(['worker', 'temporal', 'postgres'] as const)(
    'starts %s again after a kill -9 and writes its new pid down',
    async (name) => {
      const before = stack.stackJson.pids[name];
      await stack.kill(name, 'SIGKILL');
      await stack.waitUntilReady(name);
      const hasNewPid = (): boolean => readStackJson(home).pids[name] !== before;
      await pollUntil('the new pid', DOWN_TIMEOUT_MS, hasNewPid);
      expect(readStackJson(home).pids[name]).toBe(stack.stackJson.pids[name]);
      expect(lines.some((line) => line.startsWith(`${name} ended by SIGKILL`))).toBe(true);
    },
  );

  test('keeps a process down that was stopped, until it is started', async () => {
    await stack.stopService('worker');
    expect(stack.stackJson.pids.worker).toBeUndefined();
    await stack.startService('worker');
    expect(stack.stackJson.pids.worker).toBeDefined();
  });
});

describe('the end of a supervisor', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    '%s leaves no process and no lock, and the next start goes on with the data',
    { timeout: TEST_TIMEOUT_MS },
    async (signal) => {
      const home = makeTestHome();
      const first = await spawnStack(home);
      const { pids, databaseUrl, keys } = readStackJson(home);
      await queryValue(databaseUrl, 'CREATE TABLE kept AS SELECT 42 AS value');
      first.kill(signal);
      await expectNothingLeft(home, pids);

      const second = await spawnStack(home);
      const again = readStackJson(home);
      expect(await queryValue(again.databaseUrl, 'SELECT value FROM kept')).toBe(42);
      expect(again.keys).toEqual(keys);
      second.kill('SIGTERM');
      await expectNothingLeft(home, again.pids);
      removeHome(home);
    },
  );

  test('SIGINT while it comes up leaves no process and no lock', async () => {
    const home = makeTestHome();
    const supervisor = spawnSupervisor(home);
    const { lock } = homePaths(home);
    const postmaster = path.join(home, 'postgres', 'data', 'postmaster.pid');
    await pollUntil('a Postgres', UP_TIMEOUT_MS, () => existsSync(postmaster));
    const postgres = Number.parseInt(readFileSync(postmaster, 'utf8'), 10);
    supervisor.kill('SIGINT');
    await pollUntil('its end', DOWN_TIMEOUT_MS, () => supervisor.exitCode !== null);
    await expectNothingLeft(home, { postgres });
    expect(existsSync(lock)).toBe(false);
    removeHome(home);
  });

  test('waits for the janitor of a killed one before it starts', async () => {
    const home = makeTestHome();
    const first = await spawnStack(home);
    const { pids } = readStackJson(home);
    first.kill('SIGKILL');
    await pollUntil('its end', DOWN_TIMEOUT_MS, () => !alivePids(pids).includes('supervisor'));
    await waitForJanitor(homePaths(home).lock);
    expect(alivePids(pids)).toEqual([]);
    removeHome(home);
  });
});

describe('ports and locks', () => {
  test('takes the next port when one is taken, also by a start that has not listened yet', async () => {
    const preferred = 26_900;
    const server = net.createServer().listen(preferred, '127.0.0.1');
    const claims = [await claimPort(preferred), await claimPort(preferred)];
    try {
      expect(claims.map(({ port }) => port)).toEqual([preferred + 1, preferred + 2]);
    } finally {
      for (const claim of claims) claim.release();
      server.close();
    }
    expect(claims.filter(({ claimFile }) => existsSync(claimFile))).toEqual([]);
  });

  test('two homes run a Postgres each side by side, and one recovers from kill -9', async () => {
    const homes = [makeTestHome(), makeTestHome()];
    const servers = await Promise.all(homes.map((home) => startPostgres({ home })));
    try {
      for (const [index, server] of servers.entries()) {
        const url = server.databaseUrl('postgres');
        await queryValue(url, `CREATE TABLE mine AS SELECT ${index} AS value`);
        await server.kill('SIGKILL');
        await server.waitUntilReady();
        expect(await queryValue(url, 'SELECT value FROM mine')).toBe(index);
      }
      expect(new Set(servers.map(({ port }) => port)).size).toBe(2);
    } finally {
      for (const server of servers) await server.stop();
      for (const home of homes) removeHome(home);
    }
  });

  test('a Temporal server comes up again on its own data after a kill -9', async () => {
    const home = makeTestHome();
    const server = await startTemporal({ home });
    try {
      const before = server.pid;
      await server.kill('SIGKILL');
      await server.waitUntilReady();
      expect(server.pid).not.toBe(before);
      expect(server.address).toBe(`127.0.0.1:${server.port}`);
    } finally {
      await server.stop();
      removeHome(home);
    }
  });

  test('a lock whose pid was given to another process is no lock', () => {
    const home = makeTestHome();
    const { lock } = homePaths(home);
    writeFileSync(lock, JSON.stringify({ pid: process.pid, identity: 'another start time' }));
    const held = takeLock(lock, home);
    expect(readFileSync(lock, 'utf8')).toBe(held.content);
    held.release();
    removeHome(home);
  });
});
