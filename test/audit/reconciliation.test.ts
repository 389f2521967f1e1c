/** What an audit finds is a person's, once, and is closed when it is found no more. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pino } from 'pino';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createReconciliationActivities } from '../../activities/reconciliation/reconcile';
import type { Reconciled } from '../../canonical/flows/reconciliation';
import {
  OutsideUnreadable,
  type OutsideKind,
  type OutsideRecord,
  type OutsideRecords,
} from '../../canonical/ports/records';
import { isWholeDue } from '../../audit/audit-runs';
import { auditOf } from '../../audit/run';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { stockShop } from '../store/fixture';
import { booksOf } from './fixture';
import { agreeingBooks, shippedOrder } from './lived-order';

type Books = Partial<Record<OutsideKind, OutsideRecord[]>>;

let database: TestDatabase;
let books: Books;
let orderId: string;
beforeEach(async () => {
  database = await cloneDatabase();
  await stockShop(database.db, { MUG: 100 });
  orderId = await shippedOrder(database.db);
  books = await agreeingBooks(database.db);
});
afterEach(() => database.drop());

/** One look of the schedule. */
async function look(theirs: readonly OutsideRecords[], isWhole = false): Promise<Reconciled> {
  const audit = () => auditOf(database.db, theirs, 0, { isWhole });
  const settings = { db: database.db, log: pino({ enabled: false }), audit };
  const { reconcile } = createReconciliationActivities(settings);
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  return environment.run<[], Reconciled, () => Promise<Reconciled>>(reconcile);
}

async function exceptions() {
  const { rows } = await database.db.query<{
    exceptionId: string;
    code: string;
    owner: string;
    state: string;
    detail: string;
    openings: number;
    orderId: string | null;
  }>(
    `select exception_id as "exceptionId", code, owner, state, detail, openings,
            order_id as "orderId" from exception order by opened_at`,
  );
  return rows;
}
const say = (resolution: 'retry' | 'override', exceptionId = '') =>
  resolveExceptions(
    database.db,
    { exceptionIds: [exceptionId] },
    { resolution, by: 'finance', reason: 'a test decided so' },
  );

it('names a difference once, however often it is found, and closes it when it is gone', async () => {
  const { capture = [] } = books;
  const without = booksOf({ ...books, capture: [] });
  expect(await look(without)).toMatchObject({ isWhole: true, named: 1, known: 0 });
  expect(await look(without)).toMatchObject({ named: 0, known: 1 });
  const [found, ...others] = await exceptions();
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    ...{ code: 'reconciliation.difference', owner: 'finance', state: 'open', openings: 1 },
    detail: expect.stringContaining('capture'),
  });
  expect(await look(booksOf({ ...books, capture }))).toMatchObject({ named: 0, closed: 1 });
  expect(await exceptions()).toMatchObject([{ state: 'resolved' }]);
});

it('opens it again where a person closed it and it is still there', async () => {
  const without = booksOf({ ...books, capture: [] });
  await look(without);
  const [found] = await exceptions();
  await say('retry', found?.exceptionId);
  expect(await look(without)).toMatchObject({ named: 1 });
  expect(await exceptions()).toMatchObject([{ state: 'open', openings: 2 }]);
});

it('lets one be that a person accounted for, until it differs in another way', async () => {
  const { db } = database;
  await db.query(`update order_line set shipped = 1, cancelled = 2 where order_id = $1`, [orderId]);
  const { named } = await look(booksOf(books));
  expect(named).toBeGreaterThan(0);
  for (const { exceptionId } of await exceptions()) await say('override', exceptionId);
  expect(await auditOf(db, booksOf(books), 0)).toMatchObject({ differences: [] });
  expect(await look(booksOf(books))).toMatchObject({ named: 0, known: 0, closed: 0 });
  await db.query(`update order_line set shipped = 0, cancelled = 3 where order_id = $1`, [orderId]);
  expect((await look(booksOf(books), true)).named).toBeGreaterThan(0);
  const again = (await exceptions()).filter(({ openings }) => openings === 2);
  expect(again.map(({ state }) => state)).toContain('open');
});

it('says which account cannot be read, closes nothing meanwhile, and says when it can again', async () => {
  await look(booksOf({ ...books, capture: [] }));
  const silent = booksOf({}).map((one) => ({
    ...one,
    pages: () => {
      throw new OutsideUnreadable('the warehouse does not answer');
    },
  }));
  const { unreadable, closed } = await look(silent);
  expect([unreadable.length, closed]).toEqual([silent.length, 0]);
  expect(await exceptions()).toMatchObject([
    { code: 'reconciliation.difference', state: 'open' },
    ...silent.map(() => ({ code: 'reconciliation.unreadable', state: 'open', owner: 'finance' })),
  ]);
  await look(booksOf(books));
  for (const { state } of await exceptions()) expect(state).toBe('resolved');
});

it('is of the whole where none was for a week', async () => {
  expect(await isWholeDue(database.db)).toBe(true);
  await look(booksOf(books));
  expect(await isWholeDue(database.db)).toBe(false);
  expect(await look(booksOf({}))).toMatchObject({ isWhole: false });
  await database.db.query(`update audit_run set began_at = began_at - interval '8 days'`);
  expect(await isWholeDue(database.db)).toBe(true);
});
