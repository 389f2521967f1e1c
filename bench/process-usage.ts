/** What each process of a stack has used, from the operating system's own books (Linux). */
import { readdir, readFile } from 'node:fs/promises';
import { Client } from 'pg';
import type { BenchStack } from './bench-stack';
import { byPart, type PartCount, type StatementCount } from './statement-parts';

/** Linux counts CPU in ticks of 10 ms. */
const MS_A_TICK = 10;
const PAGE_KIB = 4;
const UTIME = 11;
const PARENT = 1;
const RSS_PAGES = 21;

interface Reading {
  readonly cpuMs: Readonly<Record<string, number>>;
  readonly transactions: number;
  /** By `queryid`: what Postgres counted, without the questions of this bench. */
  readonly statements: ReadonlyMap<string, StatementCount>;
}
export interface Usage {
  /** CPU milliseconds an order, by process. */
  readonly cpuMsAnOrder: Readonly<Record<string, number>>;
  readonly transactionsAnOrder: number;
  readonly roundTripsAnOrder: number;
  /** Statements and their SQL milliseconds an order, by part of its way. */
  readonly parts: Readonly<Record<string, PartCount>>;
  /** The same by statement, most calls first. */
  readonly statements: readonly StatementCount[];
}

async function statOf(pid: number | string): Promise<string[] | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** CPU of a process and of its children: Postgres is a family. */
export async function cpuMsOf(pid: number): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  let ticks = 0;
  for (const one of pids) {
    const stat = await statOf(one);
    if (!stat || (Number(one) !== pid && Number(stat[PARENT]) !== pid)) continue;
    // Own, and that of children which have ended (utime, stime, cutime, cstime).
    for (const field of stat.slice(UTIME, UTIME + 4)) ticks += Number(field);
  }
  return ticks * MS_A_TICK;
}

export async function residentMiB(pid: number): Promise<number> {
  const stat = await statOf(pid);
  return (Number(stat?.[RSS_PAGES] ?? Number.NaN) * PAGE_KIB) / 1024;
}

const PROCESSES = ['api', 'worker', 'sandbox', 'temporal', 'postgres'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** CPU so far, by process. */
export async function readCpuMs(
  { stack }: BenchStack,
  names: readonly ProcessName[] = PROCESSES,
): Promise<Readonly<Record<string, number>>> {
  const cpuMs: Record<string, number> = {};
  for (const name of names) {
    const pid = stack.stackJson.pids[name];
    if (pid !== undefined) cpuMs[name] = await cpuMsOf(pid);
  }
  return cpuMs;
}

export async function readUsage(bench: BenchStack): Promise<Reading> {
  const { databaseUrl } = bench.stack.stackJson;
  const cpuMs = await readCpuMs(bench);
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ transactions: string }>(
    `select /* bench */ xact_commit + xact_rollback as transactions from pg_stat_database
      where datname = current_database()`,
  );
  const counted = await client.query<{ id: string; text: string; calls: number; ms: number }>(
    `select /* bench */ queryid::text as id, min(query) as text, sum(calls)::float as calls,
            sum(total_exec_time)::float as ms
       from pg_stat_statements s join pg_database d on d.oid = s.dbid
      where d.datname = current_database() group by queryid`,
  );
  await client.end();
  return {
    cpuMs,
    transactions: Number(rows[0]?.transactions ?? Number.NaN),
    statements: new Map(counted.rows.map(({ id, text, calls, ms }) => [id, { text, calls, ms }])),
  };
}

/** Marks the statements by which the bench itself watches. */
const WATCHING = '/* bench */';

const sum = (counts: readonly StatementCount[]) =>
  counts.reduce((calls, count) => calls + count.calls, 0);

export function usageBetween(before: Reading, after: Reading, orders: number): Usage {
  const cpuMsAnOrder = Object.fromEntries(
    Object.entries(after.cpuMs).map(([name, ms]) => [
      name,
      (ms - (before.cpuMs[name] ?? 0)) / orders,
    ]),
  );
  const all = [...after.statements]
    .map(([id, { text, calls, ms }]) => {
      const earlier = before.statements.get(id) ?? { calls: 0, ms: 0 };
      return { text, calls: (calls - earlier.calls) / orders, ms: (ms - earlier.ms) / orders };
    })
    .filter(({ calls }) => calls > 0)
    .sort((a, b) => b.calls - a.calls);
  // What this bench asks to watch is no order's: each a statement and a transaction of its own.
  const statements = all.filter(({ text }) => !text.includes(WATCHING));
  const watched = sum(all) - sum(statements);
  return {
    cpuMsAnOrder,
    transactionsAnOrder: (after.transactions - before.transactions) / orders - watched,
    roundTripsAnOrder: sum(statements),
    parts: byPart(statements),
    statements,
  };
}
