/** Bodies: read whole under a limit, then parsed strictly as JSON in UTF-8. */
import express, { type Request, type Response } from 'express';
import { Problem } from './problem';
import { invalidRequest, pointerOf } from './validation';

const MEBIBYTE = 1_048_576;
export const BODY_LIMIT_BYTES = MEBIBYTE;
/** Orders, event batches and the webhooks that carry orders. */
export const LARGE_BODY_LIMIT_BYTES = 4 * MEBIBYTE;
/** A document nested deeper than this is an attack on a parser, not an order. */
const MAX_DEPTH = 64;
const MAX_TEXT_PROBLEMS = 1_000;

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

/** @throws Problem invalid_json, or invalid_request for text that no database can hold */
export function parseJson(bytes: Buffer): unknown {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (error) {
    const why = error instanceof SyntaxError ? positionOf(error) : 'it is not UTF-8';
    throw new Problem('invalid_json', `the body is not valid JSON: ${why}`);
  }
  refuseUnstorable(value);
  return value;
}

/** A parser's message quotes the body, which may hold personal data: only the place is kept. */
function positionOf(error: SyntaxError): string {
  const place = /at position (\d+)/.exec(error.message)?.[1];
  if (place !== undefined) return `at position ${place}`;
  return /end of JSON/.test(error.message) ? 'it ends early' : 'it cannot be read';
}

/** One walk: how deep it goes, and text that no database can hold. */
function refuseUnstorable(value: unknown): void {
  const bad: string[] = [];
  const isBad = (text: string) => text.includes('\0') || /\p{Surrogate}/u.test(text);
  const look = (entry: unknown, path: readonly PropertyKey[]): void => {
    if (bad.length >= MAX_TEXT_PROBLEMS) return;
    if (typeof entry === 'string') {
      if (isBad(entry)) bad.push(pointerOf(path));
    } else if (typeof entry === 'object' && entry !== null) {
      if (path.length >= MAX_DEPTH) {
        throw new Problem('invalid_request', `the body is nested deeper than ${MAX_DEPTH} levels`);
      }
      for (const [name, inner] of Object.entries(entry)) {
        if (isBad(name)) bad.push(pointerOf(path));
        look(inner, [...path, name]);
      }
    }
  };
  look(value, []);
  if (bad.length === 0) return;
  const detail = 'U+0000 and lone surrogates cannot be stored';
  throw invalidRequest(bad.map((pointer) => ({ pointer, code: 'invalid_text', detail })));
}
