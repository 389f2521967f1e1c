import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  OutsideUnreadable,
  type OutsideKind,
  type OutsideRecord,
} from '../../canonical/ports/records';
import type { AuditReport } from '../../audit/report';
import { auditOf } from '../../audit/run';
import { foldBalances } from '../../store/ledger/balances';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { stockShop } from '../store/fixture';
import { booksOf } from './fixture';
import { agreeingBooks, refundedOrder, shippedOrder } from './lived-order';

type Books = Partial<Record<OutsideKind, OutsideRecord[]>>;

let test: TestDatabase;
let books: Books;
let shipped: string;
let refunded: string;
beforeEach(async () => {
  test = await cloneDatabase();
  await stockShop(test.db, { MUG: 100, CAP: 100 });
  shipped = await shippedOrder(test.db);
  refunded = await refundedOrder(test.db);
  // The customer, the ERP and the tax service are told by deliveries that nobody here runs.
  books = await agreeingBooks(test.db);
});
afterEach(() => test.drop());

const audit = (theirs: Books = books): Promise<AuditReport> => auditOf(test.db, booksOf(theirs), 0);
const codesOf = ({ differences }: AuditReport) => differences.map((one) => one.code);

describe('an audit of a real database', () => {
  it('finds nothing where everybody agrees, and says what it compared', async () => {
    const report = await audit();
    expect(report.differences).toEqual([]);
    const counts = Object.fromEntries(report.checked.map(({ what, count }) => [what, count]));
    expect(counts).toMatchObject({
      'orders, their tenders and lines': 2,
      'SKUs at locations': 2,
      'effects: capture': 1,
      "test's records: refund": 1,
    });
    expect(counts['journals']).toBeGreaterThan(3);
  });

  it.each([
    ['authorization', 'shipped', 3_503],
    ['capture', 'shipped', 2_336],
    ['refund', 'refunded', 4_000],
  ] as const)(
    'names order, tender and amount where payment lost its %s',
    async (kind, which, amountMinor) => {
      const { differences } = await audit({ ...books, [kind]: [] });
      const orderId = which === 'shipped' ? shipped : refunded;
      const lost = differences.find((one) => one.code === `${kind}-missing`);
      expect(lost).toMatchObject({ invariant: 'I4', amountMinor, currency: 'USD' });
      expect(lost?.detail).toContain(`(${orderId}), tender 1: `);
    },
  );

  it('finds units that the warehouse was asked for otherwise', async () => {
    const [request] = books['fulfilment-request'] ?? [];
    if (!request) throw new Error('no request');
    const other = { ...request, parts: [{ name: 'line 1', quantity: 4 }] };
    expect(codesOf(await audit({ ...books, 'fulfilment-request': [other] }))).toEqual([
      'fulfilment-request-lines',
    ]);
  });

  it.each([
    [
      'captured money',
      `update tender set captured_minor = captured_minor - 1 where order_id = $1`,
      'money-captured',
    ],
    [
      'a quantity',
      `update order_line set shipped = 1, cancelled = 2 where order_id = $1`,
      'units-shipped',
    ],
    ['a status', `update sales_order set status = 'released' where order_id = $1`, 'status'],
    ['a capture', `update capture set state = 'failed' where order_id = $1`, 'uncaptured'],
    [
      'a fact',
      `delete from order_fact where order_id = $1 and kind = 'captured'`,
      'money-captured',
    ],
    ['an effect', `delete from effect where order_id = $1 and verb = 'capture'`, 'effect-not-done'],
    [
      'an invoice',
      `update invoice set amount_minor = amount_minor + 1 where order_id = $1`,
      'invoice-not-covered',
    ],
    [
      'a group',
      `update allocation set released = released + 1 where order_id = $1`,
      'allocated-released',
    ],
    ['an order', `delete from sales_order where order_id = $1`, 'orphan'],
  ])('finds %s changed by hand in our own rows', async (_what, statement, code) => {
    await test.db.query(statement, [shipped]);
    expect(codesOf(await audit())).toContain(code);
  });

  it('finds stock that its events, and reservations that its orders, do not explain', async () => {
    await test.db.query(`update stock set on_hand = on_hand + 1 where sku = 'MUG'`);
    await test.db.query(`update stock set reserved = 2 where sku = 'CAP'`);
    expect(codesOf(await audit()).sort()).toEqual(['on-hand', 'reserved', 'reserved-events']);
  });

  it('finds events that nobody applied, and acknowledged orders that are gone', async () => {
    await test.db.query(
      `insert into inbox (source, event_id, topic, raw, type, body, state, correlation_id)
       values ('s', 'e1', 't', '', 'order.created.v1',
               '{"channelInstance":"web-us","orderNo":"gone"}', 'applied', 'c'),
              ('s', 'e2', 't', '', null, null, 'received', 'c'),
              ('s', 'e3', 't', '', null, null, 'dead', 'c'),
              ('s', 'e4', 't', '', null, null, 'ignored', 'c')`,
    );
    await test.db.query(
      `insert into idempotency (scope, idempotency_key, body_hash, status, answer)
       values ('k POST /v1/orders', 'i', 'h', 201, '{"orderId":"ord_gone"}')`,
    );
    expect(codesOf(await audit()).sort()).toEqual([
      'event-dead',
      'event-ignored',
      'event-received',
      'order-lost',
      'order-lost',
    ]);
  });

  it('finds a journal line that left the ledger, and a batch that is not its journals', async () => {
    await foldBalances(test.db);
    await test.db.query(`alter table journal_line disable trigger user`);
    await test.db.query(
      `delete from journal_line where account = 'CLR' and journal_id in
         (select journal_id from journal where order_id = $1)`,
      [shipped],
    );
    await test.db.query(
      `insert into posting_batch (batch_id, erp_instance, entity, channel_instance,
         business_date, currency, lines, journal_count)
       select 'bat_1', 'netsuite-us', 'us-01', 'web-us', current_date, 'USD',
              '[{"account":"CLR","side":"debit","amountMinor":1}]', 1`,
    );
    const found = codesOf(await audit());
    for (const code of [
      'trial-balance',
      'balance',
      'journal-balance',
      'open-item',
      'batch-journals',
    ]) {
      expect(found).toContain(code);
    }
  });

  it('reads a difference once more: what arrives in between is none', async () => {
    let readings = 0;
    const late = booksOf(books).map((one) => ({
      ...one,
      async *pages(kind: OutsideKind) {
        if (kind === 'capture') readings += 1;
        yield await Promise.resolve(
          kind === 'capture' && readings === 1 ? [] : (books[kind] ?? []),
        );
      },
    }));
    const report = await auditOf(test.db, late, 0);
    expect(readings).toBe(2);
    expect(report.differences).toEqual([]);
  });

  it('looks for an effect in the records of its own account alone', async () => {
    await test.db.query(`update effect set system = 'second' where order_id = $1`, [refunded]);
    const both = [...booksOf(books), ...booksOf(books, 'second')];
    const { differences } = await auditOf(test.db, both, 0);
    // The books of each have what was made in the other one too.
    expect(new Set(differences.map(({ code }) => code.replace(/^.*-/, '')))).toEqual(
      new Set(['unknown']),
    );
    const first = booksOf({ ...books, refund: [] });
    const second = booksOf({ refund: books.refund }, 'second');
    expect((await auditOf(test.db, [...first, ...second], 0)).differences).toEqual([]);
    const { differences: lost } = await auditOf(
      test.db,
      [...booksOf(books), ...booksOf({}, 'second')],
      0,
    );
    expect(lost.find(({ code }) => code === 'refund-missing')?.detail).toContain(
      "second's records have no such refund",
    );
  });

  it('names an account whose records cannot be read, and compares the others', async () => {
    await test.db.query(`update effect set system = 'second' where order_id = $1`, [refunded]);
    const silent = booksOf({}, 'second').map((one) => ({
      ...one,
      pages(): AsyncIterable<readonly OutsideRecord[]> {
        throw new OutsideUnreadable('nobody answers');
      },
    }));
    const first = booksOf({ ...books, refund: [], capture: [] });
    const { differences } = await auditOf(test.db, [...first, ...silent], 0);
    expect(differences).toMatchObject([
      { code: 'account-unreadable', subject: 'second' },
      { code: 'capture-missing' },
    ]);
  });

  it('names an account that effects were made in and the set-up does not have', async () => {
    await test.db.query(`update effect set system = 'gone' where order_id = $1`, [refunded]);
    const found = await audit({ ...books, refund: [] });
    expect(found.differences).toMatchObject([{ code: 'account-not-in-setup', subject: 'gone' }]);
  });
});
