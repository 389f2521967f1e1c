/** Payloads that nobody here wrote: read where they are, missed where they are not. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = process.env['FIXTURES_DIR'] ?? path.resolve(__dirname, '../../../shared/data');

/** A file of the fixtures, or null where it is absent. */
export function outsideText(file: string): string | null {
  const full = path.join(ROOT, file);
  return existsSync(full) ? readFileSync(full, 'utf8') : null;
}

/** The parsed JSON of a file of the fixtures, or null where it is absent. */
export function outsideJson(file: string): unknown {
  const text = outsideText(file);
  return text === null ? null : JSON.parse(text);
}

/** True where there are fixtures; says in a line what is skipped where there are none. */
export function hasOutside(folder: string): boolean {
  const isThere = existsSync(path.join(ROOT, folder));
  if (!isThere) console.log(`skipped: the payloads of ${folder} are not on this machine`);
  return isThere;
}

/** Of tests that need them: why they are skipped. */
export const NEEDS_OUTSIDE = {
  meta: { skippedBecause: 'files from outside are not on this machine (FIXTURES_DIR)' },
};
