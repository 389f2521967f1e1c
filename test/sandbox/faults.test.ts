/** Faults do what they say: before the effect, after it, and never for anyone else. */
import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { at, call, recordsOf, startUnderTest, tokens, type SandboxUnderTest } from './fixture';

let under: SandboxUnderTest;
beforeAll(async () => {
  under = await startUnderTest();
});
afterAll(() => under.stop());
beforeEach(async () => {
  await call(under.url('notification', '/_sandbox/faults'), 'DELETE');
});

const PATH = '/v1/messages';
const bearer = { authorization: `Bearer ${tokens.notification}` };

function send(reference: string, key = reference) {
  const body = { channel: 'email', to: 'a@example.com', template: 'shipped', reference };
  return call(under.url('notification', PATH), 'POST', body, {
    ...bearer,
    'idempotency-key': key,
  });
}

async function program(fault: Record<string, unknown>, times = 1, match = {}): Promise<string> {
  const reply = await call(under.url('notification', '/_sandbox/faults'), 'POST', {
    match: { method: 'POST', path: '/v1/mess', ...match },
    fault,
    times,
  });
  expect(reply.status).toBe(201);
  return String(reply.json['id']);
}

async function made(reference: string): Promise<number> {
  const path = `/_sandbox/records/messages?reference=${reference}`;
  return (await recordsOf(under.url('notification', path))).length;
}

/** Asks the fault board until so many calls are held: the condition that tests wait for. */
async function untilHeld(count = 1): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (Date.now() < deadline) {
    const { json } = await call(under.url('notification', '/_sandbox/faults'));
    if (json['held'] === count) return;
  }
  throw new Error(`never were ${count} held`);
}

describe('faults', () => {
  it('names every problem of a fault that is not valid', async () => {
    const reply = await call(under.url('notification', '/_sandbox/faults'), 'POST', {
      match: { path: 'no-slash', colour: 'red' },
      fault: { kind: 'explode' },
      times: 0,
    });
    expect(reply.status).toBe(422);
    const pointers = [0, 1, 2, 3].map((index) => at(reply.json, 'errors', index, 'pointer'));
    expect(pointers.sort()).toEqual(['/fault/kind', '/match', '/match/path', '/times']);
    const incomplete = await call(under.url('notification', '/_sandbox/faults'), 'POST', {
      match: { path: '/' },
      fault: { kind: 'status' },
    });
    expect(at(incomplete.json, 'errors', 0, 'pointer')).toBe('/fault/status');
  });

  it('answers with a status as often as told, without the effect', async () => {
    const reference = randomUUID();
    await program({ kind: 'status', status: 503, retryAfterS: 2 }, 2);
    const first = await send(reference);
    expect([first.status, first.headers.get('retry-after')]).toEqual([503, '2']);
    expect((await send(reference)).status).toBe(503);
    expect(await made(reference)).toBe(0);
    expect((await send(reference)).status).toBe(202);
    const board = await call(under.url('notification', '/_sandbox/faults'));
    expect(at(board.json, 'items', 0, 'hits')).toBe(2);
  });

  it('limits the rate with a time to wait', async () => {
    await program({ kind: 'rate-limit', retryAfterS: 7 });
    const reply = await send(randomUUID());
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, '7']);
  });

  it('cuts the connection before the effect, or after it', async () => {
    const before = randomUUID();
    await program({ kind: 'reset-before' });
    await expect(send(before)).rejects.toThrow();
    expect(await made(before)).toBe(0);
    const after = randomUUID();
    await program({ kind: 'reset-after' });
    await expect(send(after)).rejects.toThrow();
    expect(await made(after)).toBe(1);
    const again = await send(after);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await made(after)).toBe(1);
  });

  it('sends garbage', async () => {
    await program({ kind: 'garbage' });
    const reply = await send(randomUUID());
    expect(() => JSON.parse(reply.text) as unknown).toThrow();
  });

  it('makes the effect and holds the answer until the fault is deleted', async () => {
    const reference = randomUUID();
    const id = await program({ kind: 'hang-after' });
    const pending = send(reference);
    await untilHeld();
    expect(await made(reference)).toBe(1);
    await call(under.url('notification', `/_sandbox/faults/${id}`), 'DELETE');
    expect((await pending).status).toBe(202);
  });

  it('makes no effect for a caller that gave up while held before it', async () => {
    const reference = randomUUID();
    await program({ kind: 'hang-before' });
    const controller = new AbortController();
    const pending = request(under.url('notification', PATH), {
      method: 'POST',
      headers: { ...bearer, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: 'sms', to: '+1555010', template: 't', reference }),
      signal: controller.signal,
    });
    await untilHeld();
    controller.abort();
    await expect(pending).rejects.toThrow();
    await untilHeld(0);
    await call(under.url('notification', '/_sandbox/faults'), 'DELETE');
    expect(await made(reference)).toBe(0);
  });

  it('hits only what it matches: the body too', async () => {
    const chosen = randomUUID();
    await program({ kind: 'status', status: 500 }, 5, { body: chosen });
    expect((await send(randomUUID())).status).toBe(202);
    expect((await send(chosen)).status).toBe(500);
  });
});

describe('control routes', () => {
  it('names the kinds when one is unknown, and lists within limits', async () => {
    const unknown = await call(under.url('notification', '/_sandbox/records/nonsense'));
    expect(unknown.status).toBe(404);
    expect(String(unknown.json['detail'])).toContain('messages');
    const limit = await call(under.url('notification', '/_sandbox/records/messages?limit=10001'));
    expect(limit.status).toBe(422);
    await send(randomUUID());
    await send(randomUUID());
    const page = under.url('notification', '/_sandbox/records/messages?limit=1&offset=1');
    expect(await recordsOf(page)).toHaveLength(1);
  });

  it('lists what came after a record, and of its details what is asked for', async () => {
    await send(randomUUID());
    await send(randomUUID());
    await send(randomUUID());
    const list = (query: string) =>
      recordsOf(under.url('notification', `/_sandbox/records/messages?${query}`));
    const all = await list('limit=1000');
    const after = await list(`after=${String(all.at(-3)?.['id'])}&fields=template,nothing`);
    expect(after.map(({ id }) => id)).toEqual(all.slice(-2).map(({ id }) => id));
    const outer = Object.keys(after[0] ?? {}).filter((key) => key !== 'template');
    expect(Object.keys(all.at(-2) ?? {})).toEqual(expect.arrayContaining(outer));
    expect(after[0]?.['template']).toBe(all.at(-2)?.['template']);
    expect(outer).toHaveLength(10);
  });

  it('takes a script, shows it, and forgets it', async () => {
    const url = under.url('notification', '/_sandbox/script');
    expect((await call(url, 'POST', { latencyMs: -1 })).status).toBe(422);
    expect((await call(url, 'POST', { colour: 'red' })).status).toBe(422);
    await call(url, 'POST', { latencyMs: 5 });
    expect(at((await call(url)).json, 'script', 'latencyMs')).toBe(5);
    await call(url, 'DELETE');
    expect(at((await call(url)).json, 'script', 'latencyMs')).toBe(0);
  });

  it('refuses a wrong token, but not its own control routes', async () => {
    const reply = await call(under.url('notification', PATH), 'POST', {}, { authorization: 'x' });
    expect(reply.status).toBe(401);
    expect((await call(under.url('notification', '/healthz'))).status).toBe(200);
  });

  it('refuses a body above four megabytes', async () => {
    const reply = await call(under.url('notification', PATH), 'POST', 'x'.repeat(5e6), bearer);
    expect(reply.status).toBe(413);
  });
});
