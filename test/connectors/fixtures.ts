/** Payloads that nobody here wrote: read where they are, missed where they are not. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = process.env['FIXTURES_DIR'] ?? path.resolve(__dirname, '../../../shared/data');

/** The parsed JSON of each file of a folder of fixtures, or null where the folder is absent. */
export function outsideJson(file: string): unknown {
  const full = path.join(ROOT, file);
  return existsSync(full) ? JSON.parse(readFileSync(full, 'utf8')) : null;
}

/** True where there are fixtures; says in a line what is skipped where there are none. */
export function hasOutside(folder: string): boolean {
  const isThere = existsSync(path.join(ROOT, folder));
  if (!isThere) console.log(`skipped: the payloads of ${folder} are not on this machine`);
  return isThere;
}
