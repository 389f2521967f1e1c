/** What the ERP holds, by account, beside what was posted from here. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditOf } from '../../audit/run';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { booksOf, record } from './fixture';

const ERP = 'erp-us';
let test: TestDatabase;
beforeEach(async () => {
  test = await cloneDatabase();
  await test.db.query(
    `insert into mapping (kind, source, value, target, updated_by)
     select 'account', $1, a.value, a.target, 'test'
       from (values ('CLR', '1200'), ('AR', '1210'), ('REV', '4000')) a (value, target)`,
    [ERP],
  );
});
afterEach(() => test.drop());

const entry = (id: string, accounts: { debit: string; credit: string }) =>
  record({
    id,
    reference: `JE${id}`,
    currency: 'USD',
    parts: [
      { name: `debit of ${accounts.debit}`, quantity: 700 },
      { name: `credit of ${accounts.credit}`, quantity: 700 },
    ],
  });

const audit = async (entries: ReturnType<typeof entry>[]) =>
  (await auditOf(test.db, booksOf({ 'journal-document': entries }, ERP), 0)).differences;

describe('accounts that are kept from here alone', () => {
  it('name the entry of somebody else in the ERP, and by how much its balance differs', async () => {
    expect(await audit([entry('901', { debit: '4000', credit: '1200' })])).toMatchObject([
      {
        invariant: 'I10',
        code: 'erp-entry-of-others',
        subject: '901 CLR',
        amountMinor: -700,
        detail:
          "erp-us's records have the journal entry 901, which did not come from here, with -7.00 USD on CLR (1200)",
      },
    ]);
  });

  it('say nothing of what people book on other accounts, receivables among them', async () => {
    expect(await audit([entry('902', { debit: '1210', credit: '4000' })])).toEqual([]);
  });

  it('know the entry that a person made by hand for a batch of ours', async () => {
    await test.db.query(
      `insert into posting_batch (batch_id, erp_instance, entity, channel_instance, business_date,
         currency, lines, journal_count, state, document_no, posted_at)
       values ('bat_1', $1, 'us-01', 'web-us', current_date, 'USD', '[]', 0, 'posted', 'JE903',
               now())`,
      [ERP],
    );
    const found = await audit([entry('903', { debit: '4000', credit: '1200' })]);
    expect(found.filter(({ code }) => code === 'erp-entry-of-others')).toEqual([]);
  });
});
