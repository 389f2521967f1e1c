/** Since the last clean audit only what was written is looked at; the whole looks at everything. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutsideKind, OutsideRecord } from '../../canonical/ports/records';
import { auditOf } from '../../audit/run';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { stockShop } from '../store/fixture';
import { booksOf } from './fixture';
import { agreeingBooks, refundedOrder, shippedOrder } from './lived-order';

type Books = Partial<Record<OutsideKind, readonly OutsideRecord[]>>;

let test: TestDatabase;
let old: string;
beforeEach(async () => {
  test = await cloneDatabase();
  await stockShop(test.db, { MUG: 100, CAP: 100 });
  old = await shippedOrder(test.db);
  await letTimePass();
});
afterEach(() => test.drop());

/** Everything that is here was written, and audited where it was, a day earlier than before. */
async function letTimePass() {
  const day = `interval '1 day'`;
  await test.db.query('alter table journal disable trigger user');
  // It gives each journal its day.
  await test.db.query('alter table journal enable trigger journal_in_open_period');
  await test.db.query(
    `update sales_order set received_at = received_at - ${day}, accepted_at = accepted_at - ${day},
            closed_at = closed_at - ${day}`,
  );
  for (const [table, column] of [
    ['order_fact', 'posted_at'],
    ['journal', 'posted_at'],
    ['inventory_event', 'posted_at'],
    ['exception', 'opened_at'],
    ['audit_run', 'began_at'],
  ] as const) {
    await test.db.query(`update ${table} set ${column} = ${column} - ${day}`);
  }
  await test.db.query(
    `update effect set first_called_at = first_called_at - ${day},
            answered_at = answered_at - ${day}`,
  );
  await test.db.query(
    `update inbox set received_at = received_at - ${day}, applied_at = applied_at - ${day}`,
  );
}

const audit = async (books: Books, isWhole = false) => {
  const { differences, checked } = await auditOf(test.db, booksOf(books), 0, { isWhole });
  const orders = checked.find(({ what }) => what === 'orders, their tenders and lines')?.count;
  return { codes: differences.map(({ code }) => code), orders };
};
/** Books of which a reading since a clean audit gets only what is new: here, none of the old. */
const none: Books = {};
const breakOrder = (orderId: string) =>
  test.db.query(`update order_line set shipped = 1, cancelled = 2 where order_id = $1`, [orderId]);

describe('an audit since the last clean one', () => {
  it('looks at everything the first time, and then at what was written since', async () => {
    const books = await agreeingBooks(test.db);
    expect(await audit(books)).toEqual({ codes: [], orders: 1 });
    await letTimePass();
    expect(await audit(none)).toEqual({ codes: [], orders: 0 });
    const fresh = await refundedOrder(test.db);
    const all = await agreeingBooks(test.db);
    const refunds = (all.refund ?? []).filter((one) => one.orderRef === fresh);
    expect(await audit({ refund: refunds })).toEqual({ codes: [], orders: 1 });
  });

  it('finds a difference that was made after it', async () => {
    await audit(await agreeingBooks(test.db));
    await letTimePass();
    await refundedOrder(test.db);
    expect((await audit(none)).codes).toEqual(['refund-missing']);
  });

  it('finds one in an old order that was touched since', async () => {
    await audit(await agreeingBooks(test.db));
    await letTimePass();
    await breakOrder(old);
    await test.db.query(
      `insert into order_fact (order_id, fact_no, kind, body, occurred_at)
       values ($1, 99, 'note', '{}', now())`,
      [old],
    );
    expect((await audit(none)).codes).toContain('units-shipped');
  });

  it('finds one that another system made on an old order', async () => {
    const books = await agreeingBooks(test.db);
    await audit(books);
    await letTimePass();
    const [capture] = books.capture ?? [];
    if (!capture) throw new Error('no capture');
    const stray = { ...capture, id: 'ch_stray', key: `capture:${old}:1:9:1` };
    expect((await audit({ capture: [stray] })).codes).toEqual(['capture-unknown']);
  });

  it('leaves to the whole one what nobody touched, and the whole finds it anywhere', async () => {
    const books = await agreeingBooks(test.db);
    await audit(books);
    await letTimePass();
    await breakOrder(old);
    expect((await audit(none)).codes).toEqual([]);
    expect((await audit(books, true)).codes).toContain('units-shipped');
  });

  it('begins where the last clean one began, not where a difference was found', async () => {
    await audit(await agreeingBooks(test.db));
    await letTimePass();
    await refundedOrder(test.db);
    expect((await audit(none)).codes).toEqual(['refund-missing']);
    await test.db.query(`update audit_run set began_at = began_at + interval '12 hours'
                          where not is_clean`);
    expect((await audit(none)).codes).toEqual(['refund-missing']);
  });
});
