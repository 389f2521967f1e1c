// The embedded Temporal dev server: its data in an SQLite file of the home, its UI, and the search
// attributes that flows write.
import { closeSync, openSync } from 'node:fs';
import type { ServicePlan } from '../supervisor/service';

/** What flows are found by; nothing personal. */
export const SEARCH_ATTRIBUTES = [
  'ThroughlineChannel',
  'ThroughlineStatus',
  'ThroughlineNode',
  'ThroughlineOrderNo',
  'ThroughlineWaitingFor',
] as const;

const PROBE_TIMEOUT_MS = 1_000;
const READY_TIMEOUT_MS = 60_000;
/** It drains its pollers first: 2 to 3 s were measured. */
const STOP_GRACE_MS = 8_000;
const NICENESS = 5;
const OWNER_ONLY_MODE = 0o600;

/** Where a home's Temporal server runs. */
export interface TemporalOptions {
  readonly program: string;
  readonly databaseFile: string;
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
    `--db-filename=${options.databaseFile}`,
    '--sqlite-pragma=journal_mode=WAL',
    '--sqlite-pragma=synchronous=NORMAL',
    '--ui-disable-news-fetch',
    '--log-level=warn',
    ...SEARCH_ATTRIBUTES.map((name) => `--search-attribute=${name}=Keyword`),
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
    return response.ok && SEARCH_ATTRIBUTES.every((name) => body.includes(name));
  } catch {
    return false;
  }
}

/** How to run the dev server. */
export function temporalPlan(options: TemporalOptions): ServicePlan {
  return {
    name: 'temporal',
    // SQLite gives the files beside it the mode of this one, which the CLI would make readable.
    prepare: () => Promise.resolve(closeSync(openSync(options.databaseFile, 'a', OWNER_ONLY_MODE))),
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
    isReady: () => hasSearchAttributes(options),
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopGraceMs: STOP_GRACE_MS,
  };
}
