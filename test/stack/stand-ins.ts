// A stack whose own processes are stand-ins: the supervisor is tested with real Postgres, real
// Temporal and real signals, without what the platform does.
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  NODE_PROCESSES,
  type NodeProcess,
  type ProcessName,
} from '../../stack/supervisor/node-process';
import { type Wiring, SANDBOX_SYSTEMS } from '../../stack/supervisor/wiring';

const ENTRY = 'test/stack/stand-in-process.ts';

function standIn(name: ProcessName, portsOf: (wiring: Wiring) => readonly number[]): NodeProcess {
  return {
    ...NODE_PROCESSES[name],
    entry: ENTRY,
    environment: (wiring) => ({ STAND_IN_PORTS: portsOf(wiring).join(',') }),
  };
}

export const STAND_INS: Readonly<Record<ProcessName, NodeProcess>> = {
  sandbox: standIn('sandbox', ({ ports }) => SANDBOX_SYSTEMS.map((system) => ports[system])),
  worker: standIn('worker', () => []),
  api: standIn('api', ({ ports }) => [ports.api]),
};

/** A new empty folder for a home. */
export function makeTestHome(): string {
  return mkdtempSync(path.join(os.tmpdir(), 'throughline-home-'));
}
