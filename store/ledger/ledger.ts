/** The subledger: journals are added, never changed. The database checks each once more. */
import type { Posting } from '../../canonical/rules/posting/posting';
import type { Sql } from '../database';
import { contentHash, newId } from '../ids';
import { writeTogether, type Write } from '../writes';

export interface NewJournal {
  /** One journal a moment: the same key again posts nothing. */
  readonly momentKey: string;
  readonly entity: string;
  readonly channelInstance: string | null;
  /**
   * `YYYY-MM-DD`: the day that it is about. The database gives the day of the books: the same one, or
   * the first of the next month that is open where its own is closed.
   */
  readonly businessDate: string;
  readonly currency: string;
  readonly orderId: string | null;
  readonly eventNo: number | null;
  /** What made it: an event's source and id, or a decision. */
  readonly source: string;
  readonly correlationId: string;
  /** RFC 3339. */
  readonly occurredAt: string;
  /** Null: a moment without a financial side. */
  readonly posting: Posting | null;
}

/** Journals without a channel (stock) are a group of their own. */
export const NO_CHANNEL = '-';

/** What a journal says; who asked for it, and when, may differ from one attempt to the next. */
function bodyHash(journal: NewJournal, posting: Posting): string {
  const { entity, channelInstance, businessDate, currency, orderId } = journal;
  return contentHash({ entity, channelInstance, businessDate, currency, orderId, posting });
}

/**
 * A journal in the caller's transaction: itself, its lines and what is still to be done with it (a
 * batch, the balances). The same again adds nothing; another one under its moment's key is a fault
 * of the statement (TL005), which names it.
 *
 * The functional currency is the journal's own, at a rate of 1: no other rate is known here.
 * `place`: of two in one statement, which one.
 */
export function journalWrites(journal: NewJournal, place: 1 | 2 = 1): Write[] {
  const { posting } = journal;
  if (!posting) return [];
  const lines = posting.lines.map((line, index) => ({ lineNo: index + 1, ...line }));
  return [
    {
      name: `post-journal-${place}`,
      with: `
        posted_${place} as (
          insert into journal (journal_id, moment_key, entity, channel_instance, document_date,
            rule, rule_version, currency, order_id, event_no, source, correlation_id,
            occurred_at, body_hash)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, decode($15, 'hex'))
          on conflict (moment_key) do update set moment_key = excluded.moment_key
             where is_other_journal(journal.journal_id, journal.moment_key, journal.body_hash,
                                    excluded.body_hash)
          returning journal_id, business_date),
        to_batch_${place} as (
          insert into journal_to_batch (entity, channel_instance, business_date, currency,
            journal_id)
          select $3, coalesce($4, '${NO_CHANNEL}'), business_date, $8, journal_id
            from posted_${place}),
        to_balance_${place} as (
          insert into journal_to_balance (journal_id) select journal_id from posted_${place})`,
      text: `
        insert into journal_line (journal_id, line_no, account, side, amount_minor, currency,
          functional_minor, functional_currency, rate, dimensions, business_date)
        select p.journal_id, l."lineNo", l.account, l.side, l."amountMinor", $8,
               l."amountMinor", $8, 1, l.dimensions, p.business_date
          from posted_${place} p,
               jsonb_to_recordset($14) as l("lineNo" int, account text, side text,
                 "amountMinor" bigint, dimensions jsonb)`,
      values: [
        newId('jrn'),
        journal.momentKey,
        journal.entity,
        journal.channelInstance,
        journal.businessDate,
        posting.rule,
        posting.version,
        journal.currency,
        journal.orderId,
        journal.eventNo,
        journal.source,
        journal.correlationId,
        journal.occurredAt,
        JSON.stringify(lines),
        bodyHash(journal, posting),
      ],
    },
  ];
}

export const postJournal = (sql: Sql, journal: NewJournal): Promise<void> =>
  writeTogether(sql, journalWrites(journal));
