import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postGoodsReceipt, postAdjustment } from '../../canonical/rules/posting/stock';
import type { Sql } from '../../store/database';
import { foldBalances, readTrialBalance } from '../../store/ledger/balances';
import { listJournals } from '../../store/ledger/journal-queries';
import { postJournal, type NewJournal } from '../../store/ledger/ledger';
import { cloneDatabase, type TestDatabase } from '../postgres/database';

let test: TestDatabase;
beforeAll(async () => {
  test = await cloneDatabase();
});
afterAll(() => test.drop());

let count = 0;

const dollars = { currency: 'USD', functionalCurrency: 'USD', rate: '1' };

async function post(
  sql: Sql,
  lines: readonly [account: string, side: string, minor: number, functionalMinor?: number][],
  { currency, functionalCurrency, rate } = dollars,
) {
  count += 1;
  const id = `jrn_test${count}`;
  await sql.query(
    `insert into journal (journal_id, moment_key, entity, business_date, rule, rule_version,
       currency, source, correlation_id, occurred_at, body_hash)
     values ($1, $1, 'us-01', '2026-11-20', '3c', 1, 'USD', 'test', 'cor', now(), '')`,
    [id],
  );
  for (const [index, [account, side, minor, functional = minor]] of lines.entries()) {
    await sql.query(
      `insert into journal_line (journal_id, line_no, account, side, amount_minor, currency,
         functional_minor, functional_currency, rate, dimensions, business_date)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '{}', '2026-11-20')`,
      [id, index + 1, account, side, minor, currency, functional, functionalCurrency, rate],
    );
  }
  return id;
}

const balanced: [string, string, number][] = [
  ['CLR', 'debit', 100],
  ['AR', 'credit', 100],
];

describe('the ledger, in the database itself', () => {
  it('takes a balanced journal', async () => {
    await test.db.transaction((sql) => post(sql, balanced));
  });

  it('refuses a journal that does not balance, at the commit', async () => {
    const off: typeof balanced = [
      ['CLR', 'debit', 100],
      ['AR', 'credit', 99],
    ];
    await expect(test.db.transaction((sql) => post(sql, off))).rejects.toThrow(/does not balance/);
  });

  it('takes a journal in another currency that balances in the functional one', async () => {
    const euros = { currency: 'EUR', functionalCurrency: 'USD', rate: '1.08' };
    const lines: [string, string, number, number][] = [
      ['CLR', 'debit', 100, 108],
      ['AR', 'credit', 100, 108],
    ];
    await test.db.transaction((sql) => post(sql, lines, euros));
    const [debit, credit] = lines;
    if (!debit || !credit) throw new Error('no lines');
    const off: typeof lines = [debit, ['AR', 'credit', 100, 107]];
    await expect(test.db.transaction((sql) => post(sql, off, euros))).rejects.toThrow(
      /does not balance/,
    );
    const same = { ...dollars, rate: '1.08' };
    await expect(test.db.transaction((sql) => post(sql, balanced, same))).rejects.toThrow(
      /check constraint/,
    );
  });

  it('refuses a journal without lines', async () => {
    await expect(test.db.transaction((sql) => post(sql, []))).rejects.toThrow(/does not balance/);
  });

  const aLine = (sql: Sql, journalId: string, businessDate: string) =>
    sql.query(
      `insert into journal_line (journal_id, line_no, account, side, amount_minor, currency,
         functional_minor, functional_currency, rate, dimensions, business_date)
       values ($1, 3, 'AR', 'debit', 1, 'USD', 1, 'USD', 1, '{}', $2)`,
      [journalId, businessDate],
    );

  it('refuses a line for a journal that was posted before', async () => {
    const id = await test.db.transaction((sql) => post(sql, balanced));
    await expect(aLine(test.db, id, '2026-11-20')).rejects.toThrow(/takes no more lines/);
  });

  it('refuses a line of no journal, and one of another day than its journal', async () => {
    await expect(aLine(test.db, 'jrn_none', '2026-11-20')).rejects.toThrow(/no more lines/);
    const late = test.db.transaction(async (sql) => {
      await aLine(sql, await post(sql, balanced), '2026-11-21');
    });
    await expect(late).rejects.toThrow(/on another day/);
  });

  it.each([
    `update journal_line set amount_minor = 1`,
    `update journal set rule = '2'`,
    `delete from journal_line`,
    `delete from journal`,
    `truncate journal_line`,
    `truncate journal cascade`,
  ])('refuses: %s', async (statement) => {
    await expect(test.db.query(statement)).rejects.toThrow(/append-only/);
  });
});

const receipt = (momentKey: string, costMinor: number): NewJournal => ({
  momentKey,
  entity: 'us-02',
  channelInstance: null,
  businessDate: '2026-11-20',
  currency: 'USD',
  orderId: null,
  eventNo: null,
  source: 'test',
  correlationId: 'cor_1',
  occurredAt: '2026-11-20T12:00:00Z',
  posting: postGoodsReceipt([{ sku: 'MUG', location: 'dc-east', costMinor }]),
});
const balanceOf = async (to: string | null = null) =>
  (await readTrialBalance(test.db, { entity: 'us-02', from: null, to })).map(
    ({ account, debitMinor, creditMinor }) => `${account} ${debitMinor} ${creditMinor}`,
  );

describe('a journal under the key of a moment', () => {
  it('that says the same posts nothing, whoever asks and when', async () => {
    const { db } = test;
    await postJournal(db, receipt('same', 500));
    const later = { occurredAt: '2026-11-20T13:00:00Z', correlationId: 'cor_2' };
    await postJournal(db, { ...receipt('same', 500), ...later });
    const { rows } = await db.query(`select 1 from journal where moment_key = 'same'`);
    expect(rows).toHaveLength(1);
  });

  it.each([
    ['another amount', receipt('differs', 501)],
    ['another day', { ...receipt('differs', 500), businessDate: '2026-11-21' }],
    ['another entity', { ...receipt('differs', 500), entity: 'us-03' }],
  ])('that has %s is a fault, and what is posted stays', async (_what, other) => {
    const { db } = test;
    await postJournal(db, receipt('differs', 500));
    const posting = db.transaction((sql) => postJournal(sql, other));
    await expect(posting).rejects.toThrow(/is posted for differs, and says otherwise/);
    const { rows } = await db.query(
      `select amount_minor from journal join journal_line using (journal_id)
        where moment_key = 'differs'`,
    );
    expect(rows).toEqual([{ amount_minor: 500 }, { amount_minor: 500 }]);
  });
});

describe('balances', () => {
  it('are the same before, while and after journals are added to them', async () => {
    const { db } = test;
    while ((await foldBalances(db)) > 0);
    const before = ['GRNI 0 1000', 'INV 1000 0'];
    expect(await balanceOf()).toEqual(before);
    await postJournal(db, receipt('fold-1', 30));
    await postJournal(db, { ...receipt('fold-2', 7), businessDate: '2026-11-25' });
    const after = ['GRNI 0 1037', 'INV 1037 0'];
    expect(await balanceOf()).toEqual(after);
    expect(await balanceOf('2026-11-24')).toEqual(['GRNI 0 1030', 'INV 1030 0']);
    const folded = await Promise.all([foldBalances(db), foldBalances(db)]);
    expect(folded.sort()).toEqual([0, 2]);
    expect(await balanceOf()).toEqual(after);
    expect(await balanceOf('2026-11-24')).toEqual(['GRNI 0 1030', 'INV 1030 0']);
  });
});

describe('journals of an account', () => {
  it('come in pages by business date, each once', async () => {
    const { db } = test;
    const posting = postAdjustment([
      { sku: 'MUG', location: 'dc-east', costMinor: -5 },
      { sku: 'CAP', location: 'dc-east', costMinor: -6 },
    ]);
    for (const day of ['24', '22', '23']) {
      const businessDate = `2026-11-${day}`;
      await postJournal(db, { ...receipt(`shrink-${day}`, 1), businessDate, posting });
    }
    const filter = {
      orderId: null,
      settlementId: null,
      account: 'SHRINK',
      from: '2026-11-22',
      to: '2026-11-24',
    };
    const first = await listJournals(db, { ...filter, after: null, limit: 2 });
    expect(first.map((one) => one.momentKey)).toEqual(['shrink-22', 'shrink-23']);
    expect(first[0]?.lines[0]).toMatchObject({ rate: '1', functional: { currency: 'USD' } });
    const after = first.at(-1) ?? null;
    const second = await listJournals(db, { ...filter, after, limit: 2 });
    expect(second.map((one) => one.momentKey)).toEqual(['shrink-24']);
  });
});
