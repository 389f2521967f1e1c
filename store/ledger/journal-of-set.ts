/**
 * A journal whose lines a statement gives: thousands of them never leave the database. One writer of
 * the ledger's tables: `ledger.ts` says the same of a journal whose lines are few.
 */
import { POSTING_RULES_VERSION } from '../../canonical/rules/posting/posting';
import type { Sql } from '../database';
import { contentHash, newId } from '../ids';
import { NO_CHANNEL, type NewJournal } from './ledger';

export interface JournalOfSet extends Omit<NewJournal, 'posting' | 'orderId' | 'eventNo'> {
  readonly rule: string;
  /** SQL that gives `account, side, amount_minor, dimensions`, with parameters from `$1` on. */
  readonly lines: string;
  readonly values: readonly unknown[];
}

/** Its id; null where there are no lines, so that nothing posts. @throws what the ledger refuses */
export async function postJournalOfSet(sql: Sql, journal: JournalOfSet): Promise<string | null> {
  const { rule, currency, lines, values } = journal;
  const before = values.length;
  const p = (place: number) => `$${before + place}`;
  const { rows } = await sql.query<{ journal_id: string }>(
    `with line as materialized (${lines}),
     posted as (
       insert into journal (journal_id, moment_key, entity, channel_instance, document_date, rule,
         rule_version, currency, source, correlation_id, occurred_at, body_hash)
       select ${p(1)}, ${p(2)}, ${p(3)}, ${p(4)}, ${p(5)}::date, ${p(6)}, ${p(7)}::int, ${p(8)},
              ${p(9)}, ${p(10)}, ${p(11)}::timestamptz, decode(${p(12)}, 'hex')
        where exists (select from line)
       returning journal_id, business_date),
     to_batch as (
       insert into journal_to_batch (entity, channel_instance, business_date, currency, journal_id)
       select ${p(3)}, coalesce(${p(4)}, '${NO_CHANNEL}'), business_date, ${p(8)}, journal_id
         from posted),
     to_balance as (insert into journal_to_balance (journal_id) select journal_id from posted),
     lined as (
       insert into journal_line (journal_id, line_no, account, side, amount_minor, currency,
         functional_minor, functional_currency, rate, dimensions, business_date)
       select p.journal_id, row_number() over (), l.account, l.side, l.amount_minor, ${p(8)},
              l.amount_minor, ${p(8)}, 1, l.dimensions, p.business_date
         from posted p, line l)
     select journal_id from posted`,
    [
      ...values,
      newId('jrn'),
      journal.momentKey,
      journal.entity,
      journal.channelInstance,
      journal.businessDate,
      rule,
      POSTING_RULES_VERSION,
      currency,
      journal.source,
      journal.correlationId,
      journal.occurredAt,
      contentHash({ ...journal, lines, values }),
    ],
  );
  return rows[0]?.journal_id ?? null;
}
