/**
 * Folders that reports and statements are dropped into: a file is taken once it has stopped to
 * change, through the door that its kind always takes, and moved to `done/`, or to `refused/` beside
 * a file that says why. Its bytes make it known: one that was taken and not moved before a crash is a
 * duplicate the next time. One leader by lease among all workers.
 */
import { lstat, mkdir, open, readdir, rename, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { describe } from '../activities/failure';
import { bankSetup, clearingSetupOf, feedSetups, type FeedSetup } from '../canonical/installation';
import { UnreadableStatement } from '../canonical/ports/bank';
import { bankReader } from '../connectors/bank-readers';
import { SETTLEMENT_SOURCES } from '../connectors/settlement-sources';
import { receiveReport } from '../moments/settlement/receive';
import { csvColumnsOf, receiveStatements } from '../moments/settlement/statements';
import type { Database } from '../store/database';
import { openException } from '../store/exceptions/exceptions';
import { closeSystemWait, openSystemWait } from '../store/exceptions/system-wait';
import { FileTooLarge } from '../store/settlement/kept-files';
import { runAsLeader } from './loop';

const LEASE_MS = 90_000;
const IDLE_MS = 5_000;
/** A file that has not changed for so long is whole; who writes slower writes under another name. */
const STILL_MS = 10_000;
/** Names that a writer gives to what is not whole yet. */
const UNFINISHED = /^\.|\.(part|partial|tmp|temp|filepart|crdownload|swp)$|~$/i;
const FILES_A_LOOK = 50;
const NAMES_A_LOOK = 10_000;
const PART_BYTES = 262_144;
const MAX_REASONS = 100;

export interface FolderSettings {
  readonly db: Database;
  readonly log: Logger;
  readonly pagesUrl?: string | undefined;
}

export interface Looked {
  readonly taken: number;
  readonly refused: number;
}

export async function runFolders(
  settings: FolderSettings & { readonly signal: AbortSignal },
): Promise<void> {
  if (feedSetups().every(({ folder }) => folder === undefined)) return;
  const watch = createFolderWatch(settings);
  await runAsLeader({
    ...settings,
    ...{ name: 'folders', leaseMs: LEASE_MS, idleMs: IDLE_MS, busyMs: 0 },
    async tick() {
      const { taken, refused } = await watch.look(Date.now());
      if (taken + refused > 0) settings.log.info({ taken, refused }, 'files taken from folders');
      return taken + refused >= FILES_A_LOOK;
    },
  });
}

/** What was seen of a file, and since when it is so. */
interface Seen {
  readonly sizeBytes: number;
  readonly changedMs: number;
  readonly sinceMs: number;
}

/** One look at every folder at a time; what it saw the last time tells it what has stopped to change. */
export function createFolderWatch(settings: FolderSettings): {
  look(nowMs: number): Promise<Looked>;
} {
  let before = new Map<string, Seen>();
  return {
    async look(nowMs) {
      const seen = new Map<string, Seen>();
      let taken = 0;
      let refused = 0;
      for (const feed of feedSetups()) {
        if (feed.folder === undefined) continue;
        const files = await filesIn(settings, feed, feed.folder);
        for (const file of files.slice(0, NAMES_A_LOOK)) {
          const now = await seenOf(file, before.get(file), nowMs);
          if (now === null) continue;
          seen.set(file, now);
          if (nowMs - now.sinceMs < STILL_MS || taken + refused >= FILES_A_LOOK) continue;
          const outcome = await take(settings, feed, file, now);
          if (outcome === 'taken') taken += 1;
          if (outcome === 'refused') refused += 1;
          if (outcome !== 'changed') seen.delete(file);
        }
      }
      before = seen;
      return { taken, refused };
    },
  };
}

/** A folder that cannot be read is an exception, until it can be. */
async function filesIn(
  { db, log }: FolderSettings,
  { name }: FeedSetup,
  folder: string,
): Promise<string[]> {
  const wait = { code: 'settlement.not-fetched', account: name, work: `folder:${name}` } as const;
  try {
    for (const one of ['done', 'refused']) await mkdir(path.join(folder, one), { recursive: true });
    const entries = await readdir(folder, { withFileTypes: true });
    await db.transaction((sql) => closeSystemWait(sql, wait));
    return entries
      .filter((entry) => entry.isFile() && !UNFINISHED.test(entry.name))
      .map((entry) => path.join(folder, entry.name))
      .sort();
  } catch (error) {
    if (codeOf(error) === null) throw error;
    log.warn({ feed: name, reason: describe(error) }, 'a folder cannot be read');
    const detail = `The folder of ${name} cannot be read: ${codeOf(error) ?? ''}`;
    await db.transaction((sql) => openSystemWait(sql, wait, detail));
    return [];
  }
}

/** Of the file system's faults. */
const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && 'syscall' in error ? String(error.code) : null;

async function seenOf(file: string, before: Seen | undefined, nowMs: number): Promise<Seen | null> {
  try {
    const { size: sizeBytes, mtimeMs: changedMs } = await lstat(file);
    const isSame = before?.sizeBytes === sizeBytes && before.changedMs === changedMs;
    return { sizeBytes, changedMs, sinceMs: isSame ? before.sinceMs : nowMs };
  } catch {
    return null;
  }
}

class StillWritten extends Error {}

async function take(
  settings: FolderSettings,
  feed: FeedSetup,
  file: string,
  seen: Seen,
): Promise<'taken' | 'refused' | 'changed'> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const reasons = await receive(settings, feed, path.basename(file), wholeOf(handle, seen));
    if (reasons !== null) await refuse(settings, feed, file, reasons);
    else await move(file, 'done');
    return reasons === null ? 'taken' : 'refused';
  } catch (error) {
    // Another worker, or its writer, has it: it is looked at anew.
    if (error instanceof StillWritten || codeOf(error) === 'ENOENT') return 'changed';
    throw error;
  } finally {
    await handle?.close();
  }
}

/** @throws StillWritten where it is another than was seen: then nothing of it is kept */
async function* wholeOf(handle: FileHandle, seen: Seen): AsyncGenerator<Uint8Array> {
  for (let at = 0; ;) {
    const part = new Uint8Array(PART_BYTES);
    const { bytesRead } = await handle.read(part, 0, PART_BYTES, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    yield part.subarray(0, bytesRead);
  }
  const { size, mtimeMs } = await handle.stat();
  if (size !== seen.sizeBytes || mtimeMs !== seen.changedMs) throw new StillWritten();
}

/** Why it is refused; null: it was taken, now or before. */
async function receive(
  { db, pagesUrl }: FolderSettings,
  feed: FeedSetup,
  fileName: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<readonly string[] | null> {
  const by = {
    bytes,
    receivedBy: `folder ${feed.name}`,
    correlationId: `folder/${feed.name}/${fileName}`.slice(0, MAX_CORRELATION_CHARS),
  };
  try {
    const bank = bankSetup(feed.name);
    if (bank !== undefined) {
      const reader = bankReader(feed.format ?? 'csv', csvColumnsOf(bank));
      if (!reader) return [`nothing says how files of ${feed.name} are read`];
      await receiveStatements(db, { ...by, reader, bank });
      return null;
    }
    const clearing = clearingSetupOf(feed.name);
    const source = SETTLEMENT_SOURCES[clearing?.source ?? ''];
    if (!clearing || !source) return [`no channel's money stands on ${feed.name}`];
    const { outcome, settlementId } = await receiveReport(db, {
      ...by,
      source,
      clearing,
      pagesUrl,
    });
    return outcome === 'exists' ? [`${settlementId} is booked, from other bytes`] : null;
  } catch (error) {
    if (error instanceof FileTooLarge) return [error.message];
    if (!(error instanceof UnreadableStatement)) throw error;
    return error.problems.map(
      ({ code, rowNo, detail }) => `${code}${rowNo === null ? '' : ` in row ${rowNo}`}: ${detail}`,
    );
  }
}
const MAX_CORRELATION_CHARS = 120;

async function refuse(
  { db }: FolderSettings,
  { name }: FeedSetup,
  file: string,
  reasons: readonly string[],
): Promise<void> {
  const fileName = path.basename(file);
  await db.transaction((sql) =>
    openException(sql, {
      code: 'settlement.file-refused',
      detail: `${fileName}: ${reasons[0] ?? ''}`.slice(0, MAX_DETAIL_CHARS),
      cause: { kind: 'system', ref: name },
      blocks: `file:${fileName}`,
      subject: name,
    }),
  );
  const moved = await move(file, 'refused');
  await writeFile(`${moved}.reason.txt`, `${reasons.slice(0, MAX_REASONS).join('\n')}\n`);
}
const MAX_DETAIL_CHARS = 500;

/** Under the time at which it was taken: the same name may come every day. */
async function move(file: string, to: 'done' | 'refused'): Promise<string> {
  const at = new Date().toISOString().replaceAll(/[-:]/g, '');
  const moved = path.join(path.dirname(file), to, `${at}-${path.basename(file)}`);
  await rename(file, moved);
  return moved;
}
