// The embedded Temporal dev server: its data in an SQLite file of the home, its UI, and the search
// attributes that flows write.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SEARCH_ATTRIBUTES } from '../../canonical/flows/contract';
import type { ServicePlan } from '../supervisor/service';

/** What flows are found by. */
const ATTRIBUTES = Object.values(SEARCH_ATTRIBUTES);

const PROBE_TIMEOUT_MS = 1_000;
const READY_TIMEOUT_MS = 60_000;
/** It drains its pollers first: 2 to 3 s were measured. */
const STOP_GRACE_MS = 8_000;
const NICENESS = 10;
const OWNER_ONLY_MODE = 0o700;
const DATABASE = 'temporal.db';
/** Is there once the server was ready on the database: its schema is whole. */
const WHOLE_MARK = 'whole';

/** Where a home's Temporal server runs. */
export interface TemporalOptions {
  readonly program: string;
  /** Holds its database. */
  readonly folder: string;
  readonly logFile: string;
  readonly namespace: string;
  readonly port: number;
  readonly uiPort: number;
  /** Its HTTP API, which is asked for readiness. */
  readonly httpPort: number;
}

function serverArguments(options: TemporalOptions): string[] {
  return [
    'server',
    'start-dev',
    '--ip=127.0.0.1',
    `--port=${options.port}`,
    `--ui-port=${options.uiPort}`,
    `--http-port=${options.httpPort}`,
    `--namespace=${options.namespace}`,
    `--db-filename=${path.join(options.folder, DATABASE)}`,
    '--sqlite-pragma=journal_mode=WAL',
    '--sqlite-pragma=synchronous=NORMAL',
    '--ui-disable-news-fetch',
    '--log-level=warn',
    ...ATTRIBUTES.map((name) => `--search-attribute=${name}=Keyword`),
  ];
}

/** Ready means more than listening: the namespace and the search attributes are there. */
async function hasSearchAttributes(options: TemporalOptions): Promise<boolean> {
  const base = `http://127.0.0.1:${options.httpPort}`;
  try {
    const response = await fetch(
      `${base}/api/v1/namespaces/${options.namespace}/search-attributes`,
      { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) },
    );
    const body = await response.text();
    return response.ok && ATTRIBUTES.every((name) => body.includes(name));
  } catch {
    return false;
  }
}

/**
 * Makes the folder. The server writes its schema only into a database file that is not there: one
 * whose first start was killed halfway would never come up again, and holds nothing yet.
 */
function prepareFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_MODE });
  if (existsSync(path.join(folder, WHOLE_MARK))) return;
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    rmSync(path.join(folder, `${DATABASE}${suffix}`), { force: true });
  }
}

/** How to run the dev server. */
export function temporalPlan(options: TemporalOptions): ServicePlan {
  return {
    name: 'temporal',
    prepare: () => Promise.resolve(prepareFolder(options.folder)),
    launch: {
      program: options.program,
      programArguments: serverArguments(options),
      env: { ...process.env, TEMPORAL_ADDRESS: undefined },
      logFile: options.logFile,
      hasChannel: false,
      stopSignal: 'SIGINT',
      // The API answers buyers first.
      niceness: NICENESS,
    },
    async isReady() {
      if (!(await hasSearchAttributes(options))) return false;
      writeFileSync(path.join(options.folder, WHOLE_MARK), '');
      return true;
    },
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopGraceMs: STOP_GRACE_MS,
  };
}
