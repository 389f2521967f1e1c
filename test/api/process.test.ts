/** The API as the process that it is: ready over IPC, stopped in order, gone with its parent. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { environmentOf } from './fixture';

const ROOT = join(__dirname, '..', '..');

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase('empty');
});
afterAll(() => database.drop());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function startProcess(env: NodeJS.ProcessEnv): { child: ChildProcess; output: string[] } {
  const output: string[] = [];
  const child = fork(join(ROOT, 'api', 'main.ts'), [], {
    cwd: ROOT,
    execArgv: ['--require', 'tsx/cjs'],
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  return { child, output };
}

async function startReady() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...environmentOf(database.url), API_PORT: String(port) };
  const started = startProcess(env);
  const [message] = await once(started.child, 'message');
  expect(message).toEqual({ ready: true });
  return { ...started, url };
}

test('migrates, listens, says so, and stops on SIGTERM once its requests are answered', async () => {
  const { child, output, url } = await startReady();
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const ready = await fetch(`${url}/readyz`);
  expect(await ready.json()).toMatchObject({ ready: false, missing: ['temporal'] });
  // The server reads a body that is still on its way when the stop is asked for.
  let send: (chunk: string) => void = () => undefined;
  let end: () => void = () => undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      send = (chunk) => controller.enqueue(new TextEncoder().encode(chunk));
      end = () => controller.close();
    },
  });
  const inFlight = fetch(`${url}/v1/webhooks/shopify/shopify-us`, {
    method: 'POST',
    body,
    duplex: 'half',
  } as RequestInit);
  send('{');
  await fetch(`${url}/healthz`);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await once(child.stdout ?? child, 'data');
  send('}');
  end();
  expect((await inFlight).status).toBe(401);
  expect(await ended).toEqual([0, null]);
  for (const line of output.join('').trim().split('\n'))
    expect(() => JSON.parse(line)).not.toThrow();
});

test('goes when its parent goes', async () => {
  const { child } = await startReady();
  const ended = once(child, 'exit');
  child.disconnect();
  expect(await ended).toEqual([0, null]);
});

test('a bad start lists every problem and no value', async () => {
  const { child, output } = startProcess({
    ...environmentOf('mysql://secret@nowhere'),
    ERP_URL: 'ftp://x',
  });
  expect(await once(child, 'exit')).toEqual([1, null]);
  const said = output.join('');
  expect(said).toContain('DATABASE_URL');
  expect(said).toContain('ERP_URL');
  expect(said).not.toContain('secret@nowhere');
});
