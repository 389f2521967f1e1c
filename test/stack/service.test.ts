// One supervised process, and what is looked at before any is started.
import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { writeFileSync, writeSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NotUsableError, requireDisk, requireServer } from '../../stack/supervisor/at-start';
import { rotateLog } from '../../stack/supervisor/child';
import { startJanitor } from '../../stack/supervisor/janitor';
import { pollUntil } from '../../stack/supervisor/poll';
import { Service } from '../../stack/supervisor/service';

const READY_LIMIT_MS = 20_000;
const SAYS_READY = 'process.send({ ready: true }); setInterval(() => undefined, 1000)';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'throughline-service-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a process that is killed again and again comes up again, after a pause that grows', async () => {
  const janitor = startJanitor();
  const ends: { readonly how: string; readonly pauseMs: number }[] = [];
  const plan = {
    name: 'often-killed',
    launch: {
      program: process.execPath,
      programArguments: ['-e', SAYS_READY],
      env: process.env,
      logFile: path.join(folder, 'often-killed.log'),
      hasChannel: true,
      stopSignal: 'SIGTERM',
    },
    isReady: (child: { saidReady(): boolean }) => child.saidReady(),
    readyTimeoutMs: READY_LIMIT_MS,
    stopGraceMs: READY_LIMIT_MS,
    restartPauseMs: 1,
  } as const;
  const service = new Service(plan, janitor, {
    onRestarted: () => undefined,
    onEnded: (how, { pauseMs }) => ends.push({ how, pauseMs }),
  });
  try {
    await service.start();
    const kills = 12;
    for (let kill = 0; kill < kills; kill += 1) {
      await service.kill('SIGKILL');
      await pollUntil('its end', READY_LIMIT_MS, () => ends.length === kill + 1);
      await service.waitUntilReady();
    }
    expect(ends.map(({ pauseMs }) => pauseMs)).toEqual(
      Array.from({ length: kills }, (_, index) => 2 ** index),
    );
    expect(ends.every(({ how }) => how === 'by SIGKILL')).toBe(true);
  } finally {
    await service.stop();
    janitor.farewell();
  }
});

test('a log that is too long is kept beside, and its process writes on into an empty one', async () => {
  const file = path.join(folder, 'a.log');
  writeFileSync(file, '');
  const log = openSync(file, 'a');
  writeSync(log, 'first\n');
  await rotateLog(file, 100);
  expect(readFileSync(file, 'utf8')).toBe('first\n');
  appendFileSync(file, 'x'.repeat(200));
  await rotateLog(file, 100);
  writeSync(log, 'last\n');
  closeSync(log);
  expect(readFileSync(file, 'utf8')).toBe('last\n');
  expect(readFileSync(`${file}.1`, 'utf8')).toContain('first\n');
});

describe('before anything is started', () => {
  test('a disk that is full is said, with what is free and what is needed', () => {
    expect(() => requireDisk(folder)).not.toThrow();
    expect(() => requireDisk(folder, Number.MAX_SAFE_INTEGER)).toThrow(
      /is full: \d+ MiB are free, \d+ are needed\. Nothing was started/,
    );
  });

  test('a server that does not answer is named within seconds', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await requireServer('the server', `127.0.0.1:${port}`);
    await new Promise((resolve) => server.close(resolve));
    const gone = requireServer('the server', `127.0.0.1:${port}`);
    await expect(gone).rejects.toThrow(NotUsableError);
    await expect(gone).rejects.toThrow(/^the server does not answer: /);
  });
});
