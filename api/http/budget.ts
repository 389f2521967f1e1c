/**
 * What a body may hold, counted in its bytes before anything is made of them: a parser makes
 * hundreds of bytes of `{},`, and a validator a problem or more of each.
 */

/** A document nested deeper than this is an attack on a parser, not an order. */
export const MAX_DEPTH = 64;
/** Members of all its objects: an order of 10,000 lines with three taxes each has 190,000. */
export const MAX_FIELDS = 300_000;
/** Members of one object; no object of ours has more than twenty. */
export const MAX_FIELDS_OF_ONE = 1_000;
/** Names that its fields have: each new one costs a parser more than a field that has an old one. */
export const MAX_NAMES = 2_000;
/** Entries of all its lists: an order of 10,000 lines with three taxes each has 40,000. */
export const MAX_ENTRIES = 100_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * What it has too much of, in words; undefined where it is within its budget. What is not JSON is
 * counted as far as it looks like it. 4 MiB take some milliseconds.
 */
export function overBudget(bytes: Uint8Array): string | undefined {
  const isList: boolean[] = [];
  const fieldsOf: number[] = [];
  const names = new Set<number>();
  const text = { end: 0, hash: 0 };
  let depth = 0;
  let fields = 0;
  let entries = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    switch (byte) {
      case QUOTE:
        readText(bytes, at, text);
        at = text.end;
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth += 1;
        if (depth > MAX_DEPTH) return `it is nested deeper than ${MAX_DEPTH} levels`;
        isList[depth] = byte === OPEN_LIST;
        fieldsOf[depth] = 0;
        // Its first entry has no comma; an empty list counts for one.
        if (isList[depth] === true) entries += 1;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth -= 1;
        break;
      case COMMA:
        if (isList[depth] === true) entries += 1;
        if (entries > MAX_ENTRIES) return `its lists have more than ${MAX_ENTRIES} entries`;
        break;
      case COLON:
        fields += 1;
        names.add(text.hash);
        if (names.size > MAX_NAMES) return `its fields have more than ${MAX_NAMES} names`;
        fieldsOf[depth] = (fieldsOf[depth] ?? 0) + 1;
        if (fields > MAX_FIELDS) return `it has more than ${MAX_FIELDS} fields`;
        if ((fieldsOf[depth] ?? 0) > MAX_FIELDS_OF_ONE) {
          return `one of its objects has more than ${MAX_FIELDS_OF_ONE} fields`;
        }
        break;
    }
  }
  return undefined;
}

/**
 * Where the text ends that begins at `from`, and a hash of it (FNV-1a, cut to a small integer): names
 * that happen to have the same hash are counted as one.
 */
function readText(bytes: Uint8Array, from: number, text: { end: number; hash: number }): void {
  let hash = FNV_BASIS;
  let at = from + 1;
  for (; at < bytes.length; at += 1) {
    let byte = bytes[at] ?? 0;
    if (byte === QUOTE) break;
    if (byte === BACKSLASH) {
      at += 1;
      byte = bytes[at] ?? 0;
    }
    hash = Math.imul(hash ^ byte, FNV_PRIME);
  }
  text.end = at;
  text.hash = hash >>> 2;
}
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
