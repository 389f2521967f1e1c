// The embedded Postgres: made once a home, started as a service, its databases created.
import { execFile } from 'node:child_process';
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client, escapeIdentifier } from 'pg';
import { pollUntil } from '../supervisor/poll';
import { processCommandLine } from '../supervisor/process-identity';
import type { ServicePlan } from '../supervisor/service';
import { type PostgresOwner, postgresOwner } from './owner';
import { placeFolder, programsFolder } from './place';

const run = promisify(execFile);

export const POSTGRES_USER = 'throughline';
const INITDB_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** Recovery after a kill -9 is part of it: 85 ms were measured, a long WAL takes seconds. */
const READY_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 15_000;
const ORPHAN_GRACE_MS = 10_000;
const OWNER_ONLY_MODE = 0o600;

/**
 * For a laptop. What was committed survives a power cut: fsync and synchronous_commit stay on.
 * No socket file: two stacks cannot meet in /tmp.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '120',
  shared_buffers: '256MB',
  synchronous_commit: 'on',
  max_wal_size: '1GB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
};

/** Where and with which secret a home's Postgres runs. */
export interface PostgresOptions {
  readonly home: string;
  readonly port: number;
  readonly password: string;
  readonly logFile: string;
}

/** The connection string of one of its databases. */
export function databaseUrl(options: PostgresOptions, database: string): string {
  return `postgres://${POSTGRES_USER}:${options.password}@127.0.0.1:${options.port}/${database}`;
}

/** Runs initdb beside the final folder and renames: a kill halfway leaves nothing half made. */
async function initialise(
  place: string,
  programs: string,
  password: string,
  owner: PostgresOwner | undefined,
): Promise<void> {
  const partial = path.join(place, 'data.partial');
  const passwordFile = path.join(place, 'password');
  rmSync(partial, { recursive: true, force: true });
  writeFileSync(passwordFile, `${password}\n`, { mode: OWNER_ONLY_MODE });
  if (owner) chownSync(passwordFile, owner.uid, owner.gid);
  try {
    await run(
      path.join(programs, 'initdb'),
      [
        `--pgdata=${partial}`,
        `--username=${POSTGRES_USER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
      ],
      { ...owner, cwd: place, env: { PATH: process.env['PATH'] }, timeout: INITDB_TIMEOUT_MS },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(partial, path.join(place, 'data'));
}

/**
 * Deals with what a killed stack left: a Postgres that still runs on this folder is stopped (its
 * home's lock is ours, so nobody uses it), and a lock file is removed whose pid now belongs to
 * another program, which Postgres by itself would take for a living server.
 */
async function clearStalePostmaster(dataFolder: string): Promise<void> {
  const file = path.join(dataFolder, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  const isOurs = (): boolean => processCommandLine(pid)?.includes(dataFolder) ?? false;
  if (Number.isInteger(pid) && isOurs()) {
    process.kill(pid, 'SIGINT');
    await pollUntil('the end of an orphaned Postgres', ORPHAN_GRACE_MS, () => !isOurs()).catch(() =>
      process.kill(pid, 'SIGKILL'),
    );
  }
  rmSync(file, { force: true });
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // A connection that is cut while it is made must not become an unhandled event.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

/**
 * How to run a home's Postgres; makes its data folder when there is none.
 * @throws Error when initdb fails or the platform has no Postgres.
 */
export async function postgresPlan(options: PostgresOptions): Promise<ServicePlan> {
  const owner = postgresOwner();
  const programs = programsFolder(owner);
  const place = placeFolder(options.home, owner);
  const data = path.join(place, 'data');
  if (!existsSync(data)) await initialise(place, programs, options.password, owner);
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return {
    name: 'postgres',
    prepare: () => clearStalePostmaster(data),
    launch: {
      program: path.join(programs, 'postgres'),
      programArguments: ['-D', data, '-p', String(options.port), ...settings],
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
      cwd: place,
      logFile: options.logFile,
      hasChannel: false,
      // The fast shutdown: connections are cut, nothing that was committed is lost.
      stopSignal: 'SIGINT',
      ...owner,
    },
    isReady: () => answers(databaseUrl(options, 'postgres')),
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopGraceMs: STOP_GRACE_MS,
  };
}

/** Creates the databases that are not there yet. */
export async function createDatabases(
  options: PostgresOptions,
  names: readonly string[],
): Promise<void> {
  const client = new Client({ connectionString: databaseUrl(options, 'postgres') });
  await client.connect();
  try {
    const sql = 'SELECT datname FROM pg_database WHERE datname = ANY($1)';
    const { rows } = await client.query<{ datname: string }>(sql, [names]);
    const existing = new Set(rows.map((row) => row.datname));
    for (const name of names.filter((wanted) => !existing.has(wanted))) {
      await client.query(`CREATE DATABASE ${escapeIdentifier(name)}`);
    }
  } finally {
    await client.end();
  }
}
