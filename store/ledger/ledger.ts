/** The subledger: journals are added, never changed. The database checks each once more. */
import type { Posting } from '../../canonical/rules/posting/posting';
import type { Sql } from '../database';
import { newId } from '../ids';

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

/** Posts in the caller's transaction, lines with their journal in one statement. */
export async function postJournal(sql: Sql, journal: NewJournal): Promise<void> {
  const { posting } = journal;
  if (!posting) return;
  const lines = posting.lines.map((line, index) => ({ lineNo: index + 1, ...line }));
  await sql.query({
    name: 'post-journal',
    text: `with posted as (
             insert into journal (journal_id, moment_key, entity, channel_instance, business_date,
               rule, rule_version, currency, order_id, event_no, source, correlation_id, occurred_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             on conflict (moment_key) do nothing
             returning journal_id)
           insert into journal_line (journal_id, line_no, account, side, amount_minor, currency,
             functional_minor, dimensions)
           select p.journal_id, l."lineNo", l.account, l.side, l."amountMinor", $8,
                  l."amountMinor", l.dimensions
             from posted p,
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
    ],
  });
}
