/** Bodies: read whole under a limit, then parsed strictly as JSON in UTF-8. */
import express, { type Request, type Response } from 'express';
import { overBudget } from './budget';
import { Problem } from './problem';
import type { Slice } from '../../store/slices';
import { Found, invalidRequest, pointerOf } from './validation';

const MEBIBYTE = 1_048_576;
export const BODY_LIMIT_BYTES = MEBIBYTE;
/** Orders, event batches and the webhooks that carry orders. */
export const LARGE_BODY_LIMIT_BYTES = 4 * MEBIBYTE;
/** Up to here a body is read in one go. */
const SMALL_BODY_BYTES = 65_536;

const readers = new Map(
  [BODY_LIMIT_BYTES, LARGE_BODY_LIMIT_BYTES].map((limit) => [
    limit,
    express.raw({ limit, type: () => true, inflate: false }),
  ]),
);

/** The bytes as they came; empty where there is no body. @throws what raw-body names */
export async function readBytes(
  request: Request,
  response: Response,
  limitBytes: number,
): Promise<Buffer> {
  const reader = readers.get(limitBytes);
  if (reader === undefined) throw new RangeError(`no reader for ${limitBytes} bytes`);
  await new Promise<void>((resolve, reject) => {
    void reader(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
  const body: unknown = request.body;
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/** The media type without its parameters, in lower case. @throws Problem for a foreign charset */
export function mediaType(request: Request): string {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').split(';');
  const charset = parameters
    .map((p) => p.trim().toLowerCase())
    .find((p) => p.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-8"?$/.test(charset)) {
    throw new Problem('unsupported_media_type', 'only UTF-8 is understood here');
  }
  return type.trim().toLowerCase();
}

export function requireMediaType(request: Request, allowed: readonly string[]): void {
  const type = mediaType(request);
  if (allowed.includes(type)) return;
  throw new Problem(
    'unsupported_media_type',
    `${type === '' ? 'no Content-Type' : `${type.slice(0, 80)} is not understood here`}; ` +
      `send ${allowed.join(' or ')}`,
    { headers: { Accept: allowed.join(', ') } },
  );
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Read in slices where it is big.
 * @throws Problem invalid_json, or invalid_request for what is over its budget and for text that no
 *   database can hold
 */
export async function parseJson(bytes: Buffer, slice: Slice): Promise<unknown> {
  const isBig = bytes.length > SMALL_BODY_BYTES;
  if (isBig) await slice.next();
  const over = overBudget(bytes);
  if (over !== undefined) {
    const errors = [{ pointer: '', code: 'too_big', detail: over }];
    throw new Problem('invalid_request', `the body is over its budget: ${over}`, { errors });
  }
  const text = decode(bytes);
  if (isBig) await slice.next();
  const value = parse(text);
  if (isBig) await slice.next();
  if (UNSTORABLE_ESCAPE.test(text)) await refuseUnstorable(value, slice);
  return value;
}

function decode(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Problem('invalid_json', 'the body is not valid JSON: it is not UTF-8');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof SyntaxError ? positionOf(error) : 'it cannot be read';
    throw new Problem('invalid_json', `the body is not valid JSON: ${why}`);
  }
}

/** A parser's message quotes the body, which may hold personal data: only the place is kept. */
function positionOf(error: SyntaxError): string {
  const place = /at position (\d+)/.exec(error.message)?.[1];
  if (place !== undefined) return `at position ${place}`;
  return /end of JSON/.test(error.message) ? 'it ends early' : 'it cannot be read';
}

/** U+0000 and surrogates come only so through UTF-8 and JSON; most bodies have none. */
const UNSTORABLE_ESCAPE = /\\u(?:0000|[dD][89a-fA-F])/;

/** Where a value is: the way to it is only written out where it is wanted. */
interface Place {
  readonly value: unknown;
  readonly name: string;
  readonly inside: Place | null;
}

function pathTo(place: Place): string[] {
  const path: string[] = [];
  for (let at = place; at.inside !== null; at = at.inside) path.unshift(at.name);
  return path;
}

/** One walk in slices, for text that no database can hold. */
async function refuseUnstorable(body: unknown, slice: Slice): Promise<void> {
  const found = new Found();
  const isBad = (text: string) => text.includes('\0') || /\p{Surrogate}/u.test(text);
  const detail = 'U+0000 and lone surrogates cannot be stored';
  const refuse = (at: Place) =>
    found.add({ pointer: pointerOf(pathTo(at)), code: 'invalid_text', detail });
  const open: Place[] = [{ value: body, name: '', inside: null }];
  for (let place = open.pop(); place !== undefined && !found.isFull; place = open.pop()) {
    const { value } = place;
    if (typeof value === 'string' && isBad(value)) refuse(place);
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, inner] of Object.entries(value)) {
      // What such a name holds is not looked at: it could not be pointed at.
      if (isBad(name)) refuse(place);
      else open.push({ value: inner, name, inside: place });
    }
    if (slice.isOver()) await slice.next();
  }
  if (found.count > 0) throw invalidRequest(found);
}
