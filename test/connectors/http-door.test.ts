/** Every way a call can end is one of four: an answer, unavailable, ambiguous, misconfigured. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { VendorFault } from '../../canonical/ports/fault';
import { steadyMs, withinFence } from '../../canonical/ports/fence';
import { openDoor, retryAfterMs } from '../../connectors/http';

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serve(answer: Answering): Promise<{ url: string; calls: () => number }> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address: string | AddressInfo | null = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return { url: `http://127.0.0.1:${address.port}`, calls: () => calls };
}

function doorTo(baseUrl: string, connections?: number) {
  const door = openDoor({
    system: 'vendor',
    refusedBefore: { source: 'here', statuses: new Set([401, 403, 422, 429]) },
    baseUrl,
    headers: { authorization: 'Bearer secret' },
    headersTimeoutMs: 300,
    ...(connections === undefined ? {} : { connections }),
    bodyTimeoutMs: 300,
  });
  closing.push(() => door.close());
  return door;
}

async function faultOf(answer: Answering) {
  const { url, calls } = await serve(answer);
  const fault = await doorTo(url)
    .call({ method: 'POST', path: '/v1/things?email=robin@example.com', body: '{}' })
    .catch((error: unknown) => error);
  if (!(fault instanceof VendorFault)) throw new Error('no fault');
  expect(calls()).toBe(1);
  expect(fault.message).not.toContain('robin');
  return fault;
}
const status =
  (code: number, headers: Record<string, string> = {}, body = '{}'): Answering =>
  (_request, response) => {
    response.writeHead(code, headers).end(body);
  };

describe('a call', () => {
  test('carries credentials and the base path, and gives a 4xx to the caller', async () => {
    const seen: unknown[] = [];
    const { url } = await serve((request, response) => {
      seen.push(request.url, request.headers.authorization);
      response.writeHead(422, { 'X-Reason': 'no' }).end('{"code":"no"}');
    });
    const answer = await doorTo(`${url}/base/`).call({ method: 'GET', path: '/things' });
    expect(answer).toMatchObject({
      status: 422,
      headers: { 'x-reason': 'no' },
      json: { code: 'no' },
    });
    expect(seen).toEqual(['/base/things', 'Bearer secret']);
  });

  test('without a body in its answer has no JSON', async () => {
    const { url } = await serve(status(204, {}, ''));
    expect((await doorTo(url).call({ method: 'POST', path: '/' })).json).toBeUndefined();
  });

  test('to nobody is unavailable: nothing was made', async () => {
    const { url } = await serve(status(200));
    await closing.pop()?.();
    await expect(doorTo(url).call({ method: 'POST', path: '/' })).rejects.toMatchObject({
      system: 'vendor',
      kind: 'unavailable',
    });
  });

  test.each([
    ['429', status(429, { 'retry-after': '2' }), 2_000],
    ['429 without a time', status(429), undefined],
  ])('that is turned away (%s) is unavailable', async (_name, answer, waitMs) => {
    const fault = await faultOf(answer);
    expect(fault.kind).toBe('unavailable');
    expect(fault.retryAfterMs).toBe(waitMs);
  });

  test.each([
    ['500', status(500)],
    ['503, also where it says when to come again', status(503, { 'retry-after': '0.5' })],
    ['a 4xx that the vendor does not list', status(409)],
    ['a redirect', status(302, { location: 'http://127.0.0.1/' })],
    ['garbage', status(200, {}, '<html>')],
    ['a garbled refusal', status(422, {}, '<html>')],
    ['a reset', (request: IncomingMessage) => void request.socket.destroy()],
    ['silence', () => undefined],
    [
      'half an answer',
      (_request: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"id":');
        setImmediate(() => response.socket?.destroy());
      },
    ],
    [
      'an endless answer',
      (_request: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200);
        response.end(Buffer.alloc(9 * 1024 * 1024, 0x20));
      },
    ],
  ] satisfies [string, Answering][])('answered by %s is ambiguous', async (_name, answer) => {
    expect((await faultOf(answer)).kind).toBe('ambiguous');
  });

  test.each([401, 403])('with status %i is misconfigured', async (code) => {
    expect((await faultOf(status(code))).kind).toBe('misconfigured');
  });
});

describe('a fence', () => {
  const post = { method: 'POST', path: '/v1/things', body: '{"a":1}' } as const;

  test('that closed while the process slept lets nothing out, and says that nothing was made', async () => {
    const { url, calls } = await serve(status(200));
    const sent = withinFence(steadyMs() - 1, () => doorTo(url).call(post));
    await expect(sent).rejects.toMatchObject({ kind: 'unavailable' });
    expect(calls()).toBe(0);
  });

  test('that closes after a first call of the same effect says that it may be made', async () => {
    const { url, calls } = await serve((request, response) => {
      request.resume().on('end', () => setTimeout(() => response.writeHead(200).end('{}'), 60));
    });
    const door = doorTo(url);
    const twice = withinFence(steadyMs() + 50, async () => {
      await door.call(post);
      await door.call(post);
    });
    await expect(twice).rejects.toMatchObject({ kind: 'ambiguous' });
    expect(calls()).toBe(1);
  });

  test('is asked when the connection is there, not when the call queues for one', async () => {
    const answers: (() => void)[] = [];
    const { url, calls } = await serve((request, response) => {
      request.resume().on('end', () => answers.push(() => response.writeHead(200).end('{}')));
    });
    const door = doorTo(url, 1);
    const first = door.call(post);
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    const until = steadyMs() + 30;
    const queued = withinFence(until, () => door.call(post)).catch((error: unknown) => error);
    await vi.waitFor(() => expect(steadyMs()).toBeGreaterThan(until));
    answers[0]?.();
    await first;
    expect(await queued).toMatchObject({ kind: 'unavailable' });
    expect(calls()).toBe(1);
  });

  test('that is open lets the body through whole', async () => {
    const bodies: string[] = [];
    const { url } = await serve((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        bodies.push(`${request.headers['content-length']} ${text}`);
        response.writeHead(200).end('{}');
      });
    });
    await withinFence(steadyMs() + 5_000, () => doorTo(url).call(post));
    expect(bodies).toEqual(['7 {"a":1}']);
  });
});

describe('Retry-After', () => {
  const NOW_MS = Date.parse('2026-05-01T12:00:00Z');
  test.each([
    ['3', 3_000],
    ['Fri, 01 May 2026 12:00:05 GMT', 5_000],
    ['Fri, 01 May 2026 11:00:00 GMT', 0],
    ['999999', 3_600_000],
    ['soon', undefined],
    [undefined, undefined],
  ])('%s is %s ms', (header, waitMs) => {
    expect(retryAfterMs(header, NOW_MS)).toBe(waitMs);
  });
});
