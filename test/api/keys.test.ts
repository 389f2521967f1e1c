/** Keys of the API: made, rotated and revoked while it runs, each shown once, and guessed slowly. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthenticate } from '../../api/http/authenticate';
import { createFailedKeys, FAILURES_FREE } from '../../api/http/failed-keys';
import { putApiKey } from '../../store/access/api-keys';
import { environmentOf, startApi, type RunningApi } from './fixture';

const SHOP = { role: 'channel', channels: ['web-us'], sources: ['/shop-two'] };
let api: RunningApi;
let calls = 0;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const post = (path: string, json: object, key = `call-${(calls += 1)}`) =>
  api.send('POST', path, { json, key });
const statusOf = async (key: string) =>
  (await api.send('GET', '/v1/inventory/MUG', { headers: { authorization: `Bearer ${key}` } }))
    .status;

async function made(name: string, more: object = {}) {
  const { status, body } = await post('/v1/keys', { name, ...SHOP, ...more });
  expect(status).toBe(201);
  return { keyId: String(body.keyId), key: String(body.key) };
}

test('a key is shown once, and is nowhere in the database', async () => {
  const first = await post('/v1/keys', { name: 'once', ...SHOP }, 'once');
  expect(first.body).toMatchObject({
    ...SHOP,
    name: 'once',
    types: ['*'],
    createdBy: 'test operator',
  });
  const key = String(first.body.key);
  expect(key.startsWith(`${first.body.prefix}_`)).toBe(true);
  expect(await statusOf(key)).not.toBe(401);

  const again = await post('/v1/keys', { name: 'once', ...SHOP }, 'once');
  expect(again.status).toBe(201);
  expect(again.body).not.toHaveProperty('key');
  const listed = await api.send('GET', '/v1/keys?limit=200');
  expect(listed.text).toContain(String(first.body.keyId));
  expect(listed.text).not.toContain(key);
  for (const table of ['api_key', 'idempotency', 'decision']) {
    const { rows } = await api.db.query(`select * from ${table}`);
    expect(JSON.stringify(rows)).not.toContain(key);
  }
});

test('who made, rotated and revoked it, and when, is in the audit trail', async () => {
  const { keyId } = await made('audited');
  const rotated = await post(`/v1/keys/${keyId}/rotate`, {});
  await post(`/v1/keys/${rotated.body.keyId}/revoke`, { reason: 'its holder left' });
  const { rows } = await api.db.query(
    `select action, actor, role, reason, decided_at is not null as dated from decision
      where subject in ($1, $2) order by decision_no`,
    [keyId, rotated.body.keyId],
  );
  const by = { actor: 'test operator', role: 'operator', dated: true };
  expect(rows).toEqual([
    { action: 'key.make', reason: null, ...by },
    { action: 'key.rotate', reason: null, ...by },
    { action: 'key.revoke', reason: 'its holder left', ...by },
  ]);
});

test('a rotated key has the bindings of the old one, which ends now or after its overlap', async () => {
  const [now, later] = [await made('rotated-now'), await made('rotated-later')];
  const next = await post(`/v1/keys/${now.keyId}/rotate`, {});
  expect(next.body).toMatchObject({ ...SHOP, name: 'rotated-now' });
  expect([await statusOf(now.key), await statusOf(next.body.key)]).toEqual([401, 404]);
  const overlapping = await post(`/v1/keys/${later.keyId}/rotate`, { overlapMinutes: 60 });
  expect([await statusOf(later.key), await statusOf(overlapping.body.key)]).toEqual([404, 404]);
  const again = await post(`/v1/keys/${later.keyId}/rotate`, {});
  expect([again.status, again.body.code]).toEqual([409, 'decision_refused']);
});

test('a key that was revoked, or has expired, opens nothing', async () => {
  const revoked = await made('revoked');
  await post(`/v1/keys/${revoked.keyId}/revoke`, { reason: 'lost' });
  expect(await statusOf(revoked.key)).toBe(401);
  const expired = await made('expired', { expiresAt: '2099-01-01T00:00:00Z' });
  await api.db.query('update api_key set expires_at = now() where key_id = $1', [expired.keyId]);
  expect(await statusOf(expired.key)).toBe(401);
});

test('a key is not remembered beyond its end', async () => {
  let nowMs = Date.now();
  const endsAt = new Date(nowMs + 5_000).toISOString();
  const { key, keyId } = await made('short', { expiresAt: endsAt });
  const authenticate = createAuthenticate(api.db, () => nowMs);
  const request = { headers: { authorization: `Bearer ${key}` }, ip: '127.0.0.1' };
  const ask = () => authenticate(request as never);
  expect(await ask()).toMatchObject({ label: 'short' });
  await api.db.query('update api_key set expires_at = now() where key_id = $1', [keyId]);
  nowMs += 5_000;
  await expect(ask()).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('a key of the set-up file that was rotated stays so when the file is read again', async () => {
  const of = { role: 'oms', channels: ['*'], sources: [], types: ['*'], storeId: null } as const;
  const fromFile = 'key-of-the-file-0123456789';
  expect(await putApiKey(api.db, fromFile, { ...of, label: 'from-file' })).toBe(true);
  const { body } = await api.send('GET', '/v1/keys?limit=200');
  const { keyId } = body.items.find((one: { name: string }) => one.name === 'from-file');
  const next = await post(`/v1/keys/${keyId}/rotate`, { overlapMinutes: 5 });
  expect(await putApiKey(api.db, fromFile, { ...of, label: 'from-file' })).toBe(false);
  expect(await statusOf(next.body.key)).toBe(404);
});

test('a key that could not be what it says is refused, each mistake by its place', async () => {
  const { status, body } = await post('/v1/keys', {
    name: 'oms',
    role: 'oms',
    channels: ['shop-on-mars'],
    types: ['order.eaten.v1'],
    expiresAt: '2001-01-01T00:00:00Z',
  });
  expect(status).toBe(422);
  expect(body.errors.map((one: { pointer: string }) => one.pointer)).toEqual([
    '/name',
    '/channels/0',
    '/types/0',
    '/expiresAt',
  ]);
  await made('taken');
  expect((await post('/v1/keys', { name: 'taken', ...SHOP })).body.code).toBe('decision_refused');
});

test('what a key opens is kept by no cache on the way', async () => {
  for (const path of ['/v1/orders?channelInstance=web-us&orderNo=1', '/v1/journals', '/v1/keys']) {
    const { headers } = await api.send('GET', path);
    expect(headers.get('cache-control')).toBe('no-store');
  }
});

test('the command makes, lists and revokes a key, and the audit trail names who ran it', async () => {
  const run = (...words: string[]) => {
    const command = ['--require', 'tsx/cjs', 'stack/commands/keys.ts', ...words];
    const cwd = path.join(__dirname, '..', '..');
    const env = { ...process.env, ...environmentOf(api.databaseUrl) };
    const { status, stdout } = spawnSync(process.execPath, command, { cwd, env, encoding: 'utf8' });
    return { status, stdout };
  };
  const [about = '', key = ''] = run('make', 'by-hand', '--role', 'auditor').stdout.split('\n');
  expect(await statusOf(key)).toBe(404);
  expect(run('list').stdout).toContain(about);
  expect(run('revoke', 'by-hand')).toMatchObject({ status: 0 });
  const { rows } = await api.db.query(
    "select action from decision where actor like 'command:%' order by decision_no",
  );
  expect(rows).toEqual([{ action: 'key.make' }, { action: 'key.revoke' }]);
});

test('unknown keys are slowed by their address and prefix, a known one is not', async () => {
  const { key } = await made('steady');
  expect(await statusOf(key)).toBe(404);
  const guess = (n: number) =>
    api.send('GET', '/v1/journals', { headers: { authorization: `Bearer tlk_guessed_${n}` } });
  const statuses = [];
  for (let n = 0; n <= FAILURES_FREE; n += 1) statuses.push((await guess(n)).status);
  expect(statuses.at(0)).toBe(401);
  const slowed = await guess(99);
  expect(slowed.status).toBe(429);
  expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await statusOf(key)).toBe(404);
  expect((await api.send('GET', '/metrics', { role: null })).text).toMatch(
    /throughline_keys_refused_total [1-9]/,
  );
});

test('the pause doubles up to a minute, by address and by prefix alike, and is forgotten', () => {
  let nowMs = 1_000_000;
  const failures = createFailedKeys(() => nowMs);
  const from = ['address 192.0.2.1', 'prefix tlk_00000000'];
  for (let n = 0; n < FAILURES_FREE; n += 1) failures.count(from);
  const waitS = (one: string) => {
    try {
      failures.requireSlow([one]);
      return 0;
    } catch (error) {
      return Number(Object(error).headers['Retry-After']);
    }
  };
  expect(from.map(waitS)).toEqual([1, 1]);
  expect(waitS('address 192.0.2.2')).toBe(0);
  const waits = [2, 4, 8, 16, 32, 60, 60].map(() => {
    nowMs += 60_000;
    failures.count(from);
    return waitS('prefix tlk_00000000');
  });
  expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60]);
  nowMs += 15 * 60_000;
  expect(from.map(waitS)).toEqual([0, 0]);
});
