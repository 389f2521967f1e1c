/** An effect's key and body are fixed before its call, and it is made once. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callOnce } from '../../activities/call-once';
import { VendorFault } from '../../canonical/ports/fault';
import { steadyMs } from '../../canonical/ports/fence';
import {
  beginEffect,
  endLease,
  finishEffect,
  LEASE_MS,
  type Draft,
  type EffectRow,
} from '../../store/effects/effects';
import { cloneDatabase, type TestDatabase } from '../postgres/database';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(async () => {
  await database.drop();
});

const named = (key: string, body: object | Draft) => ({ key, system: 'acme', verb: 'ask', body });
const skuCount: Draft = {
  name: 'test-draft',
  select: `select jsonb_build_object('count', count(*)) as body from item having count(*) > $1`,
  values: [0],
  none: 'no items',
};
const addItem = (sku: string) =>
  database.db.query(
    `insert into item (sku, standard_cost_minor, currency) values ('${sku}', 1, 'USD')`,
  );

test('S42: a draft is read and frozen in one statement; a retry sends what was frozen and asks with what is known now', async () => {
  await expect(beginEffect(database.db, named('draft', skuCount))).rejects.toThrow('no items');
  await addItem('A');
  const first = await beginEffect(database.db, named('draft', skuCount));
  expect(first).toMatchObject({ state: 'fresh', body: { count: 1 }, asked: { count: 1 } });
  await addItem('B');
  await endLease(database.db, first);
  const again = await beginEffect(database.db, named('draft', skuCount));
  expect(again).toMatchObject({ state: 'called-before', body: { count: 1 }, asked: { count: 2 } });
});

/** A system that makes what it is asked and loses its first answers. */
function forgetful(answersLost: number, kind: 'ambiguous' | 'unavailable' = 'ambiguous') {
  let calls = 0;
  const made = { outcome: 'made' };
  return {
    calls: () => calls,
    call: () => {
      calls += 1;
      return calls <= answersLost
        ? Promise.reject(new VendorFault('acme', kind, 'reset'))
        : Promise.resolve(made);
    },
    find: () => Promise.resolve(calls > 0 && kind === 'ambiguous' ? made : null),
  };
}

test('an answer that was lost is looked up: the call is made once', async () => {
  const { db } = database;
  const { call, find, calls } = forgetful(1);
  const attempt = async () =>
    callOnce(db, await beginEffect(db, named('lost', { a: 1 })), { system: 'acme', call, find });
  await expect(attempt()).rejects.toMatchObject({ kind: 'ambiguous' });
  expect(await attempt()).toEqual({ outcome: 'made' });
  expect(calls()).toBe(1);
});

test('nothing found, and told only to look: it is not made again this time', async () => {
  const { db } = database;
  await endLease(db, await beginEffect(db, named('look', {})));
  const { call, calls } = forgetful(0);
  const find = () => Promise.resolve(null);
  const begun = await beginEffect(db, named('look', {}));
  const look = { system: 'acme', call, find, isLookOnly: true };
  await expect(callOnce(db, begun, look)).rejects.toMatchObject({ kind: 'ambiguous' });
  expect(calls()).toBe(0);
});

test('a first call that never arrived leaves no row, so that the next may say something else', async () => {
  const { db } = database;
  const { call, find } = forgetful(1, 'unavailable');
  const first = await beginEffect(db, named('unmade', { a: 1 }));
  await expect(callOnce(db, first, { system: 'acme', call, find })).rejects.toThrow();
  const next = await beginEffect(db, named('unmade', { a: 2 }));
  expect(next).toMatchObject({ state: 'fresh', body: { a: 2 } });
});

test('while one is at a call another neither calls nor looks, and what the other ended is read', async () => {
  const { db } = database;
  const first = await beginEffect(db, named('leased', {}));
  const second = await beginEffect(db, named('leased', {}));
  expect(second.state).toBe('leased');
  const { call, find, calls } = forgetful(0);
  await expect(callOnce(db, second, { system: 'acme', call, find })).rejects.toMatchObject({
    kind: 'ambiguous',
    retryAfterMs: expect.toSatisfy((ms: number) => ms > 0 && ms <= LEASE_MS),
  });
  expect(calls()).toBe(0);
  await callOnce(db, first, { system: 'acme', call, find });
  await finishEffect(db, 'leased', { state: 'done', reference: 'r', answer: { made: 1 } });
  expect(await beginEffect(db, named('leased', {}))).toMatchObject({
    state: 'done',
    answer: { made: 1 },
  });
});

/** What a process finds that was stopped for longer than a lease lasts. */
const afterSleep = async (key: string, effect: EffectRow): Promise<EffectRow> => {
  await database.db.query(
    `update effect set leased_until = now() - interval '1 s' where effect_key = '${key}'`,
  );
  return { ...effect, sendUntilMs: steadyMs() - 1 };
};

test('a process that slept past its lease makes nothing where another went on', async () => {
  const { db } = database;
  const vendor = forgetful(0);
  const zombie = await afterSleep('slept', await beginEffect(db, named('slept', {})));
  const second = await beginEffect(db, named('slept', {}));
  expect(second).toMatchObject({ state: 'called-before', token: 2 });
  await callOnce(db, second, { system: 'acme', ...vendor });
  await expect(callOnce(db, zombie, { system: 'acme', ...vendor })).rejects.toMatchObject({
    kind: 'ambiguous',
  });
  expect(vendor.calls()).toBe(1);
});

test('a process that slept and was not missed takes a lease anew, and calls', async () => {
  const { db } = database;
  const vendor = forgetful(0);
  const late = await afterSleep('alone', await beginEffect(db, named('alone', {})));
  expect(await callOnce(db, late, { system: 'acme', ...vendor })).toEqual({ outcome: 'made' });
  expect(await beginEffect(db, named('alone', {}))).toMatchObject({ state: 'leased' });
});
