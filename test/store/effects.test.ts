/** An effect's key and body are fixed before its call, and it is made once. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callOnce } from '../../activities/call-once';
import { VendorFault } from '../../canonical/ports/fault';
import { beginEffect, type Draft } from '../../store/effects/effects';
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

test('a draft is read and frozen in one statement; a retry sends what was frozen and asks with what is known now', async () => {
  await expect(beginEffect(database.db, named('draft', skuCount))).rejects.toThrow('no items');
  await addItem('A');
  const first = await beginEffect(database.db, named('draft', skuCount));
  expect(first).toMatchObject({ state: 'fresh', body: { count: 1 }, asked: { count: 1 } });
  await addItem('B');
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
  await beginEffect(db, named('look', {}));
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
