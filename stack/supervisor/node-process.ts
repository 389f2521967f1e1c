// The stack's own processes: sandbox, worker, API. Each is a Node process with an entry file.
import { PROJECT_ROOT } from './home';
import type { ServicePlan } from './service';
import type { ProcessEnvironment, Wiring } from './wiring';
import { SANDBOX_SYSTEMS, localUrl, platformEnvironment, sandboxEnvironment } from './wiring';

export type ProcessName = 'sandbox' | 'worker' | 'api';

const READY_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 10_000;
const PROBE_TIMEOUT_MS = 1_000;
const WORKER_NICENESS = 10;

/** One of the stack's own processes. */
export interface NodeProcess {
  readonly name: ProcessName;
  /** Relative to the project's root. */
  readonly entry: string;
  readonly environment: (wiring: Wiring) => ProcessEnvironment;
  /** Asked until all answer 200; none means that it says `{ready: true}` over its channel. */
  readonly readyUrls: (wiring: Wiring) => readonly string[];
  readonly niceness?: number;
}

/** What a stack runs beside Postgres and Temporal. */
export const NODE_PROCESSES: Readonly<Record<ProcessName, NodeProcess>> = {
  sandbox: {
    name: 'sandbox',
    entry: 'sandbox/main.ts',
    environment: sandboxEnvironment,
    readyUrls: ({ ports }) => SANDBOX_SYSTEMS.map((name) => `${localUrl(ports[name])}/healthz`),
  },
  worker: {
    name: 'worker',
    entry: 'workers/main.ts',
    environment: platformEnvironment,
    readyUrls: () => [],
    // The API answers buyers first.
    niceness: WORKER_NICENESS,
  },
  api: {
    name: 'api',
    entry: 'api/main.ts',
    environment: platformEnvironment,
    readyUrls: ({ ports }) => [`${localUrl(ports.api)}/readyz`],
  },
};

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function allAnswerOk(urls: readonly string[]): Promise<boolean> {
  for (const url of urls) if (!(await answersOk(url))) return false;
  return true;
}

/** How to run one of the stack's own processes. `inherited` is the environment below its own. */
export function nodeProcessPlan(
  process_: NodeProcess,
  wiring: Wiring,
  inherited: NodeJS.ProcessEnv,
  logFile: string,
): ServicePlan {
  const urls = process_.readyUrls(wiring);
  return {
    name: process_.name,
    launch: {
      program: process.execPath,
      // tsx's require hook alone: the code is CommonJS, and the loader of `--import tsx` would
      // cost each start another 0.3 s.
      programArguments: ['--require', 'tsx/cjs', process_.entry],
      env: { ...inherited, ...process_.environment(wiring) },
      cwd: PROJECT_ROOT,
      logFile,
      hasChannel: true,
      stopSignal: 'SIGTERM',
      niceness: process_.niceness,
    },
    isReady: (child) => (urls.length === 0 ? child.saidReady() : allAnswerOk(urls)),
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopGraceMs: STOP_GRACE_MS,
  };
}
