/**
 * Bytes of a report → its text, as a stream. A byte order mark decides; without one the text is
 * UTF-8, and where it is not, the encoding that its reader names. Bytes that are no text in it are
 * refused: a name that is guessed wrongly would be kept wrongly.
 */
import { isAscii } from 'node:buffer';
import { unreadable } from './report-problems';

export type Encoding = 'utf-8' | 'windows-1252' | 'shift_jis' | 'utf-16le' | 'utf-16be';

/** What is looked at to tell what a file is. */
const BEGINNING_BYTES = 65_536;
/** No character of any encoding here is longer. */
const LONGEST_CHARACTER_BYTES = 4;

const MARKS: readonly (readonly [hex: string, encoding: Encoding])[] = [
  ['efbbbf', 'utf-8'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
];
const PACKED: readonly (readonly [hex: string, what: string])[] = [
  ['504b0304', 'a zip file, as an Excel workbook is'],
  ['504b0506', 'an empty zip file'],
  ['1f8b', 'compressed with gzip'],
  ['425a68', 'compressed with bzip2'],
  ['fd377a585a00', 'compressed with xz'],
  ['28b52ffd', 'compressed with zstandard'],
  ['d0cf11e0a1b11ae1', 'an Excel workbook of the old kind'],
  ['25504446', 'a PDF'],
];

const startsWith = (bytes: Uint8Array, hex: string): boolean =>
  Buffer.from(bytes.subarray(0, hex.length / 2)).toString('hex') === hex;

/**
 * The text in pieces. `otherwise` is given the beginning of what is no UTF-8.
 * @throws UnreadableSettlement `empty`, `compressed`, `encoding`, `cut-off`
 */
export async function* decodedText(
  bytes: AsyncIterable<Uint8Array>,
  otherwise: (beginning: string) => Encoding = () => 'windows-1252',
): AsyncIterable<string> {
  let beginning = Buffer.alloc(0);
  let decode: ((chunk: Uint8Array | null) => string) | null = null;
  let held = Buffer.alloc(0);
  for await (const chunk of bytes) {
    if (chunk.length === 0) continue;
    if (beginning.length < BEGINNING_BYTES) beginning = Buffer.concat([beginning, chunk]);
    held = held.length > 0 ? Buffer.concat([held, chunk]) : Buffer.from(chunk);
    // Until the marks at a file's beginning can be told from one another.
    if (beginning.length < LONGEST_CHARACTER_BYTES) continue;
    if (decode === null) {
      if (beginning.length === held.length) refusePacked(held);
      decode = decoderFor(beginning, held, otherwise);
      if (decode === null && !isAscii(held)) continue;
    }
    yield readable(decode === null ? held.toString('latin1') : decode(held));
    held = Buffer.alloc(0);
  }
  if (beginning.length === 0) throw unreadable('empty', 'the file is empty');
  if (held.length > 0) decode ??= decoderOf(encodingOf(held, otherwise));
  if (held.length > 0 && decode) yield readable(decode(held));
  if (decode) yield decode(null);
}

function refusePacked(bytes: Uint8Array): void {
  const packed = PACKED.find(([hex]) => startsWith(bytes, hex));
  if (packed) throw unreadable('compressed', `the file is ${packed[1]}: send the text in it`);
}

/** Null while nothing but ASCII was seen: then every encoding here says the same. */
function decoderFor(
  beginning: Buffer,
  held: Buffer,
  otherwise: (beginning: string) => Encoding,
): ((chunk: Uint8Array | null) => string) | null {
  const marked = MARKS.find(([hex]) => startsWith(beginning, hex));
  if (marked) return decoderOf(marked[1]);
  // A character that is cut at the end of what is here says nothing of its encoding.
  if (isAscii(held.subarray(0, held.length - LONGEST_CHARACTER_BYTES))) return null;
  return decoderOf(encodingOf(held, () => otherwise(beginning.toString('latin1'))));
}

function encodingOf(bytes: Uint8Array, otherwise: (beginning: string) => Encoding): Encoding {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return 'utf-8';
  } catch {
    return otherwise(Buffer.from(bytes).toString('latin1'));
  }
}

function decoderOf(encoding: Encoding): (chunk: Uint8Array | null) => string {
  const decoder = new TextDecoder(encoding, { fatal: true });
  return (chunk) => {
    try {
      return chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      if (chunk === null) throw unreadable('cut-off', 'the file ends within a character');
      throw unreadable('encoding', `the file begins as ${encoding} and has bytes that are not`);
    }
  };
}

function readable(text: string): string {
  if (text.includes('\u0000')) throw unreadable('encoding', 'the file holds NUL bytes: no text');
  return text;
}
