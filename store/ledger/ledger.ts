/** The subledger: journals are added, never changed. The database checks each once more. */
import type { Posting } from '../../canonical/rules/posting/posting';
import { only, type Sql } from '../database';
import { contentHash, newId } from '../ids';

export interface NewJournal {
  /** One journal a moment: the same key again posts nothing. */
  readonly momentKey: string;
  readonly entity: string;
  readonly channelInstance: string | null;
  /** `YYYY-MM-DD`. */
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

/** Another journal is posted under the moment's key: one of the two is wrong, and none is dropped. */
export class JournalDiffers extends RangeError {
  override readonly name = 'JournalDiffers';
}

/** What a journal says; who asked for it, and when, may differ from one attempt to the next. */
function bodyHash(journal: NewJournal, posting: Posting): string {
  const { entity, channelInstance, businessDate, currency, orderId } = journal;
  return contentHash({ entity, channelInstance, businessDate, currency, orderId, posting });
}

/**
 * Posts in the caller's transaction: journal, lines and what is still to be done with it (a batch,
 * the balances) in one statement. The same journal again does nothing; a second statement tells it
 * from another one. @throws JournalDiffers
 *
 * The functional currency is the journal's own, at a rate of 1: no other rate is known here.
 */
export async function postJournal(sql: Sql, journal: NewJournal): Promise<void> {
  const { posting, momentKey } = journal;
  if (!posting) return;
  const hash = bodyHash(journal, posting);
  const lines = posting.lines.map((line, index) => ({ lineNo: index + 1, ...line }));
  const { rowCount } = await sql.query({
    name: 'post-journal',
    text: `with posted as (
             insert into journal (journal_id, moment_key, entity, channel_instance, business_date,
               rule, rule_version, currency, order_id, event_no, source, correlation_id,
               occurred_at, body_hash)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, decode($15, 'hex'))
             on conflict (moment_key) do nothing
             returning journal_id, business_date),
           to_batch as (
             insert into journal_to_batch (entity, channel_instance, business_date, currency,
               journal_id)
             select $3, coalesce($4, '${NO_CHANNEL}'), business_date, $8, journal_id from posted),
           to_balance as (
             insert into journal_to_balance (journal_id) select journal_id from posted)
           insert into journal_line (journal_id, line_no, account, side, amount_minor, currency,
             functional_minor, functional_currency, rate, dimensions)
           select p.journal_id, l."lineNo", l.account, l.side, l."amountMinor", $8,
                  l."amountMinor", $8, 1, l.dimensions
             from posted p,
                  jsonb_to_recordset($14) as l("lineNo" int, account text, side text,
                    "amountMinor" bigint, dimensions jsonb)`,
    values: [
      newId('jrn'),
      momentKey,
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
      hash,
    ],
  });
  if (rowCount === 0) await requireSame(sql, momentKey, hash);
}

async function requireSame(sql: Sql, momentKey: string, hash: string): Promise<void> {
  const { rows } = await sql.query<{ journal_id: string; is_same: boolean }>(
    `select journal_id, body_hash = decode($2, 'hex') as is_same from journal where moment_key = $1`,
    [momentKey, hash],
  );
  const { journal_id: journalId, is_same: isSame } = only(rows, `journal of ${momentKey}`);
  if (isSame) return;
  throw new JournalDiffers(`journal ${journalId} is posted for ${momentKey}, and says otherwise`);
}
