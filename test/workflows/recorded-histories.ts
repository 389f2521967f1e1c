/** Histories of real runs, as files: what a new build has to replay. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';

export const HISTORIES_DIR = join(__dirname, 'histories');

/** Says where and by whom it was recorded: of no use in a replay, and no business of a reader's. */
const LEFT_OUT = new Set(['identity', 'stackTrace', 'binaryChecksum', 'sdkName', 'sdkVersion']);

export function writeHistory(name: string, history: Parameters<typeof historyToJSON>[0]): void {
  const json: unknown = JSON.parse(historyToJSON(history));
  writeFileSync(join(HISTORIES_DIR, `${name}.json`), `${JSON.stringify(scrub(json), null, 1)}\n`);
}

function scrub(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scrub);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !LEFT_OUT.has(key))
      .map(([key, entry]) => [key, scrub(entry)]),
  );
}

export function recordedHistories(): { readonly name: string; readonly text: string }[] {
  return readdirSync(HISTORIES_DIR)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      name: file.replace(/\.json$/, ''),
      text: readFileSync(join(HISTORIES_DIR, file), 'utf8'),
    }));
}
