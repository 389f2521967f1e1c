/**
 * The listener of one stand-in: reads the body up to a limit, lets faults act, checks the token,
 * runs the route, answers.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { controlRoutes, problem } from './control';
import { createFaultBoard, type FaultBoard, type FaultHit } from './faults';
import { createRouter } from './routing';
import type { Answer, Call, SandboxContext, VendorSystem } from './system';

const BODY_MAX_BYTES = 4 * 1024 * 1024;
const CONNECTIONS_MAX = 2_000;
const KEEP_ALIVE_MS = 30_000;
const CLOSE_GRACE_MS = 1_000;
const RETRY_AFTER_DEFAULT_S = 1;
const GARBAGE = '<html><body>502 Bad Gateway</bo';

export interface Listener {
  port: number;
  close(): Promise<void>;
}

/** What a call ends in: an answer, or a connection that is cut. */
type Ending = Answer | 'reset';

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    // The rest is still read, so that the caller hears the answer.
    if (bytes <= BODY_MAX_BYTES) chunks.push(chunk);
  }
  return bytes > BODY_MAX_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

/** A call under a fault. `effect` makes the effect and gives the true answer. */
async function underFault(
  hit: FaultHit,
  system: VendorSystem,
  gone: AbortSignal,
  effect: () => Promise<Answer>,
): Promise<Ending> {
  const { fault } = hit;
  const status = fault.status;
  switch (fault.kind) {
    case 'delay':
      return (await hit.hold(gone, fault.delayMs ?? 0)) ? effect() : 'reset';
    case 'hang-before':
      return (await hit.hold(gone, fault.delayMs)) ? effect() : 'reset';
    case 'hang-after': {
      const answer = await effect();
      return (await hit.hold(gone, fault.delayMs)) ? answer : 'reset';
    }
    case 'reset-before':
      return 'reset';
    case 'reset-after':
      await effect();
      return 'reset';
    case 'rate-limit': {
      const answer = system.rateLimited(fault.retryAfterS ?? RETRY_AFTER_DEFAULT_S);
      return { ...answer, status: status ?? answer.status, body: fault.body ?? answer.body };
    }
    case 'garbage':
      if (fault.afterEffect) await effect();
      return {
        status: status ?? 200,
        headers: { 'content-type': 'application/json' },
        body: fault.body ?? GARBAGE,
      };
    case 'status': {
      if (fault.afterEffect) await effect();
      const answer = system.failure('failed', status ?? 500);
      const retryAfter = fault.retryAfterS;
      const waits: Record<string, string> =
        retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
      const headers = { ...answer.headers, ...waits };
      return { ...answer, headers, body: fault.body ?? answer.body };
    }
  }
}

function respond(response: ServerResponse, ending: Ending): void {
  if (ending === 'reset' || response.destroyed) {
    // A reset, not an orderly end: the caller cannot tell what happened.
    response.socket?.resetAndDestroy();
    return;
  }
  const { status, body } = ending;
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    'content-length': Buffer.byteLength(text),
    ...ending.headers,
  });
  response.end(text);
}

function createHandler(
  system: VendorSystem,
  board: FaultBoard,
  context: SandboxContext,
): (call: Call, gone: AbortSignal) => Promise<Ending> {
  const control = createRouter(controlRoutes(system, board, context));
  const vendor = createRouter(system.routes);
  const guarded = async (run: () => Promise<Answer>, failed: () => Answer): Promise<Answer> => {
    try {
      return await run();
    } catch (err) {
      context.log.error({ err, system: system.name }, 'call failed');
      return failed();
    }
  };
  const vendorAnswer = (call: Call): Promise<Answer> =>
    guarded(
      async () => {
        if (!system.admits(call.headers)) return system.failure('unauthorized', 401);
        const match = vendor(call.method, call.url.pathname);
        if (!match) return system.failure('not-found', 404);
        return match.route.run({ ...call, params: match.params });
      },
      () => system.failure('failed', 500),
    );
  return async (call, gone) => {
    const path = call.url.pathname;
    if (path === '/healthz') return { status: 200, body: { status: 'ok', system: system.name } };
    if (path.startsWith('/_sandbox/')) {
      const match = control(call.method, path);
      if (!match) return problem(404, 'not_found', `${call.method} ${path}`);
      const run = (): Promise<Answer> => match.route.run({ ...call, params: match.params });
      return guarded(run, () => problem(500, 'failed', 'see the log'));
    }
    const hit = board.hit({ method: call.method, path: path + call.url.search, body: call.text });
    if (!hit) return vendorAnswer(call);
    const { id, fault } = hit;
    context.log.info({ system: system.name, fault: id, kind: fault.kind }, 'fault hit');
    return underFault(hit, system, gone, () => vendorAnswer(call));
  };
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address: string | AddressInfo | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Starts one stand-in. Port 0 takes a free one. Rejects when the port is taken. */
export async function startListener(
  system: VendorSystem,
  context: SandboxContext,
  host: string,
  port: number,
): Promise<Listener> {
  const board = createFaultBoard();
  const handle = createHandler(system, board, context);
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const text = await readBody(request);
    if (text === undefined) return respond(response, system.failure('too-large', 413));
    const url = new URL(request.url ?? '/', 'http://sandbox.invalid');
    const method = request.method ?? 'GET';
    const call = { method, url, headers: request.headers, params: {}, text };
    respond(response, await handle(call, gone.signal));
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((err: unknown) => {
      if (!response.destroyed) context.log.error({ err, system: system.name }, 'request failed');
      response.destroy();
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const bound = await listen(server, host, port);
  return {
    port: bound,
    async close() {
      board.clear();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      // What was held gets a moment to answer; a caller that stays is cut off.
      await Promise.race([closed, pause(CLOSE_GRACE_MS, undefined, { ref: false })]);
      server.closeAllConnections();
      await closed;
    },
  };
}
