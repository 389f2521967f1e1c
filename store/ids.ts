/** Ids of ours: a prefix that says what it names, the time (so that indexes grow at one end), chance. */
import { createHash, randomBytes } from 'node:crypto';

const TIME_CHARS = 9;
const RANDOM_BYTES = 10;
const HASH_CHARS = 26;

/** `ord_` + 9 base-36 characters of the clock + 80 random bits in hex. */
export function newId(
  prefix: 'ord' | 'rma' | 'jrn' | 'bat' | 'cor' | 'req' | 'stl' | 'fil' | 'bln' | 'bst' | 'crd',
): string {
  const time = Date.now().toString(36).padStart(TIME_CHARS, '0');
  return `${prefix}_${time}${randomBytes(RANDOM_BYTES).toString('hex')}`;
}

/** The same parts give the same id: what opened an exception names it. */
export function derivedId(prefix: 'exc', ...parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return `${prefix}_${digest.slice(0, HASH_CHARS)}`;
}

/** SHA-256 of a value's canonical JSON (keys sorted), so that equal content has an equal hash. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/** As deep as a list of lines within what is hashed beside it. */
const PIECES_DEPTH = 3;

/** The text that `contentHash` is of, in pieces: who hashes a big value may pause between them. */
export function* contentPieces(value: unknown, depth = PIECES_DEPTH): Generator<string> {
  if (typeof value !== 'object' || value === null || depth === 0) {
    yield canonicalJson(value);
    return;
  }
  const isList = Array.isArray(value);
  let before = isList ? '[' : '{';
  for (const [name, entry] of isList ? value.entries() : membersOf(value)) {
    yield isList ? before : `${before}${JSON.stringify(name)}:`;
    yield* contentPieces(entry, depth - 1);
    before = ',';
  }
  if (before !== ',') yield before;
  yield isList ? ']' : '}';
}

function membersOf(value: object): [string, unknown][] {
  return Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = membersOf(value).map(
      ([name, entry]) => `${JSON.stringify(name)}:${canonicalJson(entry)}`,
    );
    return `{${entries.join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}
