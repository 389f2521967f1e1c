// A whole stack: brought up in the order that readiness allows, taken down in reverse.
//
//   postgres ─ databases ─┬─ migrations, keys ─┬─ worker
//                         └─ sandbox ──────────┤   api
//   temporal ──────────────────────────────────┘
//
// Postgres and Temporal boot beside each other, and so do the processes that do not wait for one
// another: that is what keeps the way to the first order short on two cores.
import { rmSync } from 'node:fs';
import { useInstallation, type Installation } from '../../canonical/installation';
import { migrate } from '../../store/migrate';
import { postgresPlan, createDatabases, databaseUrl } from '../postgres/server';
import { findTemporal } from '../temporal/ladder';
import { temporalPlan } from '../temporal/server';
import { putApiKeys } from './api-keys';
import { type HomePaths, type Secrets, loadSecrets, makeHome, writePrivateFile } from './home';
import { requireDisk, requireServer } from './at-start';
import type { Janitor } from './janitor';
import { takeLock } from './lock';
import {
  NODE_PROCESSES,
  type NodeProcess,
  type ProcessName,
  nodeProcessPlan,
} from './node-process';
import { Service, type ServicePlan } from './service';
import { type StackJson, describeStack } from './stack-json';
import {
  type Wiring,
  callerEnvironment,
  claimPorts,
  installationOf,
  localUrl,
  namedInSetup,
  platformEnvironment,
  resolveSetupFile,
  sandboxEnvironment,
} from './wiring';

export type ServiceName = 'postgres' | 'temporal' | ProcessName;

/** Stopped in this order, those of a line together: first who calls, last who is called. */
const STOP_ORDER: readonly (readonly ServiceName[])[] = [
  ['api', 'worker'],
  ['sandbox'],
  ['temporal', 'postgres'],
];

export interface StackOptions {
  /** The folder that holds everything; made when missing. Absolute. */
  readonly home: string;
  /** What the processes inherit, and where the ladder to Temporal looks. */
  readonly env?: NodeJS.ProcessEnv;
  /** Takes the lines that say what happens. */
  readonly print?: (line: string) => void;
  /** True prints nothing. */
  readonly quiet?: boolean;
  /** Added to the preferred ports. */
  readonly portOffset?: number;
  /** Ends the start; what was started already is stopped. */
  readonly abort?: AbortSignal;
  /** Other processes than the real ones, in tests of the supervisor. */
  readonly processes?: Readonly<Record<ProcessName, NodeProcess>>;
}

/** Journals of a demo reach the ERP while somebody watches. */
const EMBEDDED_POSTING_WINDOW_MS = '2000';
const STORE_DATABASE = 'throughline';
const SANDBOX_DATABASE = 'sandbox';

function seconds(sinceMs: number): string {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;
}

/** A stack on its way up, up, or on its way down. */
export class Stack {
  readonly #services = new Map<ServiceName, Service>();
  readonly #paths: HomePaths;
  readonly #secrets: Secrets;
  readonly #env: NodeJS.ProcessEnv;
  readonly #print: (line: string) => void;
  #wiring: Wiring | undefined;
  #installation: Installation | undefined;
  #releases: (() => void)[] = [];
  #stopping: Promise<void> | undefined;

  constructor(
    private readonly options: StackOptions,
    private readonly janitor: Janitor,
  ) {
    this.#paths = makeHome(options.home);
    this.#env = options.env ?? process.env;
    this.#print = options.quiet ? () => undefined : (options.print ?? console.log);
    const lock = takeLock(this.#paths.lock, options.home, janitor.pid);
    this.#releases.push(lock.release);
    janitor.watchFile(this.#paths.lock, lock.content);
    janitor.watchFile(this.#paths.stackJson);
    janitor.watchFile(this.#paths.envJson);
    this.#secrets = loadSecrets(this.#paths);
  }

  get wiring(): Wiring {
    if (!this.#wiring) throw new Error('the stack is not wired yet');
    return this.#wiring;
  }

  service(name: ServiceName): Service {
    const service = this.#services.get(name);
    if (!service) throw new Error(`this stack has no ${name} of its own`);
    return service;
  }

  async up(): Promise<void> {
    requireDisk(this.#paths.home);
    const { ports, claims } = await claimPorts(this.options.portOffset ?? 0);
    for (const claim of claims) {
      this.#releases.push(claim.release);
      this.janitor.watchFile(claim.claimFile, claim.content);
    }
    const postgres = {
      home: this.#paths.home,
      port: ports.postgres,
      password: this.#secrets.postgresPassword,
      logFile: this.#paths.logOf('postgres'),
    };
    this.#wiring = {
      ports,
      secrets: this.#secrets,
      databaseUrl: databaseUrl(postgres, STORE_DATABASE),
      sandboxDatabaseUrl: databaseUrl(postgres, SANDBOX_DATABASE),
      temporalAddress: `127.0.0.1:${ports.temporal}`,
      temporalNamespace: 'default',
      temporalUiUrl: localUrl(ports.temporalUi),
      setupFile: resolveSetupFile(this.#env),
      postingWindowMs: this.#env['POSTING_WINDOW_MS'] ?? EMBEDDED_POSTING_WINDOW_MS,
    };
    // A file that no process could read is said here, before any is started.
    this.#installation = installationOf(this.wiring, this.#env);
    // Commands that run in this process, as a bench does, ask for it as the others do.
    useInstallation(this.#installation);
    const databases = this.#bringUpPostgres(postgres);
    const schema = databases.then(() => this.#bringUpSchema());
    const temporal = this.#bringUpTemporal();
    const sandbox = databases.then(() => this.#bringUpProcess('sandbox'));
    const platform = Promise.all([schema, temporal]);
    const worker = Promise.all([platform, sandbox]).then(() => this.#bringUpProcess('worker'));
    const api = platform.then(() => this.#bringUpProcess('api'));
    const all = [databases, schema, temporal, sandbox, worker, api];
    const stopEarly = (): void => {
      for (const service of this.#services.values()) void service.stop();
    };
    this.options.abort?.addEventListener('abort', stopEarly, { once: true });
    try {
      await Promise.all(all);
    } catch (error) {
      // What else is on its way must have come to rest before it can be stopped in order.
      stopEarly();
      await Promise.allSettled(all);
      throw error;
    } finally {
      this.options.abort?.removeEventListener('abort', stopEarly);
    }
    this.writeStackJson();
  }

  #add(name: ServiceName, plan: ServicePlan): Service {
    this.options.abort?.throwIfAborted();
    const service = new Service(plan, this.janitor, {
      onRestarted: (how, afterMs) => {
        const pid = this.#services.get(name)?.pid;
        this.#print(`${name} ended ${how}; up again after ${afterMs} ms (pid ${pid})`);
        this.writeStackJson();
      },
      onEnded: (how, { times, pauseMs }) => {
        const again = `started again in ${pauseMs} ms (log: ${plan.launch.logFile})`;
        this.#print(
          times === 1
            ? `${name} ended ${how}; ${again}`
            : `${name}, ${times} times in a row: ${how}; ${again}`,
        );
      },
    });
    this.#services.set(name, service);
    return service;
  }

  async #bringUpPostgres(options: Parameters<typeof postgresPlan>[0]): Promise<void> {
    const startedAtMs = Date.now();
    await this.#add('postgres', await postgresPlan(options)).start();
    await createDatabases(options, [STORE_DATABASE, SANDBOX_DATABASE]);
    this.#print(`postgres  ready in ${seconds(startedAtMs)} on port ${options.port}`);
  }

  async #bringUpSchema(): Promise<void> {
    const startedAtMs = Date.now();
    const { databaseUrl: url } = this.wiring;
    const { applied } = await migrate(url);
    const keys = this.#installation?.keys ?? [];
    const env = { ...this.#env, ...callerEnvironment(this.#secrets) };
    for (const line of await putApiKeys(url, keys, env)) this.#print(line);
    this.#print(`schema    ready in ${seconds(startedAtMs)}, ${applied.length} migrations applied`);
  }

  async #bringUpTemporal(): Promise<void> {
    const startedAtMs = Date.now();
    const source = await findTemporal(this.#env, this.#print);
    if (source.kind === 'server') {
      await requireServer(`the Temporal server at ${source.address}`, source.address);
      this.#wiring = {
        ...this.wiring,
        temporalAddress: source.address,
        temporalNamespace: source.namespace,
        temporalUiUrl: this.#env['TEMPORAL_UI_URL'] ?? '',
      };
      return;
    }
    const { ports, temporalNamespace } = this.wiring;
    const plan = temporalPlan({
      program: source.path,
      folder: this.#paths.temporal,
      logFile: this.#paths.logOf('temporal'),
      namespace: temporalNamespace,
      port: ports.temporal,
      uiPort: ports.temporalUi,
      httpPort: ports.temporalHttp,
    });
    await this.#add('temporal', plan).start();
    this.#print(
      `temporal  ready in ${seconds(startedAtMs)} on port ${ports.temporal}, ` +
        `UI ${this.wiring.temporalUiUrl}`,
    );
  }

  async #bringUpProcess(name: ProcessName): Promise<void> {
    const startedAtMs = Date.now();
    const nodeProcess = (this.options.processes ?? NODE_PROCESSES)[name];
    const plan = nodeProcessPlan(nodeProcess, this.wiring, this.#env, this.#paths.logOf(name));
    await this.#add(name, plan).start();
    this.#print(`${name.padEnd(9)} ready in ${seconds(startedAtMs)}`);
  }

  stackJson(): StackJson {
    const pidOf = (name: ServiceName): number | undefined => this.#services.get(name)?.pid;
    return describeStack(this.wiring, this.#installation?.accounts ?? [], {
      supervisor: process.pid,
      api: pidOf('api'),
      worker: pidOf('worker'),
      sandbox: pidOf('sandbox'),
      temporal: pidOf('temporal'),
      postgres: pidOf('postgres'),
    });
  }

  writeStackJson(): void {
    if (this.#stopping) return;
    const platform = {
      ...namedInSetup(this.wiring, this.#env),
      ...platformEnvironment(this.wiring),
    };
    const env = {
      api: platform,
      worker: platform,
      sandbox: sandboxEnvironment(this.wiring),
    };
    writePrivateFile(this.#paths.envJson, `${JSON.stringify(env, undefined, 2)}\n`);
    writePrivateFile(this.#paths.stackJson, `${JSON.stringify(this.stackJson(), undefined, 2)}\n`);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#down();
    return this.#stopping;
  }

  async #down(): Promise<void> {
    // Nobody shall be led to a stack that is going away.
    rmSync(this.#paths.stackJson, { force: true });
    rmSync(this.#paths.envJson, { force: true });
    for (const together of STOP_ORDER) {
      await Promise.all(together.map(async (name) => this.#services.get(name)?.stop()));
    }
    for (const release of this.#releases.reverse()) release();
    this.janitor.farewell();
  }
}
