/**
 * The one door to other systems' HTTP: a pool per origin, every limit named, every way a call can
 * end put into the three kinds of `VendorFault`. It never tries twice: Temporal does. A call that
 * could make something asks its fence when the connection is there and the first byte is about to go.
 */
import { Readable } from 'node:stream';
import { Pool } from 'undici';
import { VendorFault } from '../canonical/ports/fault';
import { fenceHere } from '../canonical/ports/fence';

/** Open connections to one origin. */
const MAX_CONNECTIONS = 32;
/** Calls in flight or waiting for a connection; one more is turned away at once. */
const MAX_CALLS_IN_FLIGHT = 512;
const CONNECT_TIMEOUT_MS = 3_000;
const HEADERS_TIMEOUT_MS = 10_000;
const BODY_TIMEOUT_MS = 10_000;
/** An idle connection is dropped before Node servers drop it (they do after 5 s). */
const KEEP_ALIVE_MS = 4_000;
const MAX_RESPONSE_BYTES = 8 * 1024 * 1024;
/** A Retry-After longer than this is cut: the caller decides anew by then. */
const MAX_RETRY_AFTER_MS = 3_600_000;
const MS_PER_SECOND = 1_000;

/** undici and Node codes of a connection that never stood: nothing was sent. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
]);

/**
 * The statuses that a vendor documents as refused before it acted: only these say that nothing was
 * made. Any other that is no success says nothing.
 */
export interface RefusedBefore {
  /** Where the vendor says so. */
  readonly source: string;
  readonly statuses: ReadonlySet<number>;
}

export interface DoorSettings {
  /** Named in every fault, such as `stripe`. */
  readonly system: string;
  readonly refusedBefore: RefusedBefore;
  /** Its path, if it has one, goes before the path of every call. */
  readonly baseUrl: string;
  /** Sent with every call: the credentials. */
  readonly headers: Readonly<Record<string, string>>;
  readonly connections?: number;
  readonly headersTimeoutMs?: number;
  readonly bodyTimeoutMs?: number;
}

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  /** Starts with a slash; already encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A 2xx, or a documented refusal that is the vendor's own to explain. */
export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names; the first value of a repeated one. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where the answer had no body. */
  readonly json: unknown;
}

export interface HttpDoor {
  /**
   * Throws a VendorFault: `unavailable` (no connection, a documented 429, the fence is closed),
   * `misconfigured` (a documented 401 or 403), `ambiguous` (sent, and anything else came back).
   */
  call(request: HttpCall): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export function getJson(door: HttpDoor, path: string): Promise<HttpAnswer> {
  return door.call({ method: 'GET', path });
}

/** `headers` are beside the content type: a key, where the other side takes one. */
export function postJson(
  door: HttpDoor,
  path: string,
  body: unknown,
  headers: HttpCall['headers'] = {},
): Promise<HttpAnswer> {
  return door.call({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** Milliseconds from a Retry-After header: seconds or an HTTP date. Undefined where unreadable. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const waitMs = /^\d+(\.\d+)?$/.test(text)
    ? Number(text) * MS_PER_SECOND
    : Date.parse(text) - nowMs;
  if (Number.isNaN(waitMs)) return undefined;
  return Math.ceil(Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS));
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Several addresses of one name: Node reports them together.
  if ('errors' in error && Array.isArray(error.errors)) return codeOf(error.errors[0]);
  if ('cause' in error) return codeOf(error.cause);
  return error instanceof Error ? error.name : 'unknown';
}

function faultOf(system: string, what: string, error: unknown): VendorFault {
  const code = codeOf(error);
  return NEVER_CONNECTED.has(code)
    ? new VendorFault(system, 'unavailable', `${what}: no connection (${code})`)
    : new VendorFault(system, 'ambiguous', `${what}: no usable answer (${code})`);
}

/** Throws for every status that is no answer to the caller. */
function refuseStatus(
  { system, refusedBefore }: DoorSettings,
  what: string,
  status: number,
  retryAfter?: string,
): void {
  if (status >= 200 && status < 300) return;
  const said = `${what}: status ${status}`;
  const waitMs = retryAfterMs(retryAfter, Date.now());
  if (!refusedBefore.statuses.has(status)) throw new VendorFault(system, 'ambiguous', said, waitMs);
  if (status === 429) throw new VendorFault(system, 'unavailable', said, waitMs);
  if (status === 401 || status === 403) throw new VendorFault(system, 'misconfigured', said);
}

function parseBody(system: string, what: string, status: number, text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new VendorFault(system, 'ambiguous', `${what}: status ${status}, body is not JSON`);
  }
}

function flatten(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) flat[name.toLowerCase()] = first;
  }
  return flat;
}

/**
 * A body that is asked for when the connection stands: between the fence and the first byte on the
 * wire lies one turn of this process. What the fence throws, the call rejects with.
 */
function fenced(passFence: () => void, bytes: Buffer): Readable {
  return new Readable({
    read() {
      passFence();
      this.push(bytes);
      this.push(null);
    },
  });
}

/** Opens the pool; connections are made when they are needed. */
export function openDoor(settings: DoorSettings): HttpDoor {
  const { system } = settings;
  const base = new URL(settings.baseUrl);
  const prefix = base.pathname.replace(/\/$/, '');
  const pool = new Pool(base.origin, {
    connections: settings.connections ?? MAX_CONNECTIONS,
    pipelining: 1,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: settings.headersTimeoutMs ?? HEADERS_TIMEOUT_MS,
    bodyTimeout: settings.bodyTimeoutMs ?? BODY_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxResponseSize: MAX_RESPONSE_BYTES,
  });
  let inFlight = 0;

  async function send({ method, path, headers, body }: HttpCall, what: string) {
    const bytes = Buffer.from(body ?? '');
    const passFence = fenceHere(system, what);
    // undici cannot tell the length of a body that it has to ask for.
    const length = bytes.length > 0 ? { 'content-length': String(bytes.length) } : {};
    try {
      if (method === 'POST' && bytes.length === 0) passFence();
      const response = await pool.request({
        method,
        path: `${prefix}${path}`,
        headers: { accept: 'application/json', ...settings.headers, ...headers, ...length },
        body: bytes.length > 0 ? fenced(passFence, bytes) : null,
      });
      return {
        status: response.statusCode,
        headers: flatten(response.headers),
        text: await response.body.text(),
      };
    } catch (error) {
      throw error instanceof VendorFault ? error : faultOf(system, what, error);
    }
  }

  return {
    async call(request) {
      // The query is left out: a message may reach a log.
      const what = `${request.method} ${request.path.split('?')[0] ?? ''}`;
      if (inFlight >= MAX_CALLS_IN_FLIGHT) {
        throw new VendorFault(system, 'unavailable', `${what}: too many calls wait already`);
      }
      inFlight += 1;
      try {
        const { status, headers, text } = await send(request, what);
        refuseStatus(settings, what, status, headers['retry-after']);
        return { status, headers, json: parseBody(system, what, status, text) };
      } finally {
        inFlight -= 1;
      }
    },
    close: () => pool.close(),
  };
}
