import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sql } from '../../store/database';
import { cloneDatabase, type TestDatabase } from '../postgres/database';

let test: TestDatabase;
beforeAll(async () => {
  test = await cloneDatabase();
});
afterAll(() => test.drop());

let count = 0;

async function post(sql: Sql, lines: readonly [account: string, side: string, minor: number][]) {
  count += 1;
  const id = `jrn_test${count}`;
  await sql.query(
    `insert into journal (journal_id, moment_key, entity, business_date, rule, rule_version,
       currency, source, correlation_id, occurred_at)
     values ($1, $1, 'us-01', '2026-11-20', '3c', 1, 'USD', 'test', 'cor', now())`,
    [id],
  );
  for (const [index, [account, side, minor]] of lines.entries()) {
    await sql.query(
      `insert into journal_line (journal_id, line_no, account, side, amount_minor, currency,
         functional_minor, dimensions) values ($1, $2, $3, $4, $5, 'USD', $5, '{}')`,
      [id, index + 1, account, side, minor],
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

  it('refuses a journal without lines', async () => {
    await expect(test.db.transaction((sql) => post(sql, []))).rejects.toThrow(/does not balance/);
  });

  it('refuses a line for a journal that was posted before', async () => {
    const id = await test.db.transaction((sql) => post(sql, balanced));
    await expect(
      test.db.query(
        `insert into journal_line (journal_id, line_no, account, side, amount_minor, currency,
           functional_minor, dimensions) values ($1, 3, 'AR', 'debit', 1, 'USD', 1, '{}')`,
        [id],
      ),
    ).rejects.toThrow(/takes no more lines/);
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
