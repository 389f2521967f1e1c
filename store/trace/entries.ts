/** One story from many tables, in time order: one statement, a branch a table. No personal data. */
import { formatMoney } from '../../canonical/rules/money/money';
import type { TraceEntry } from '../../canonical/schema/trace';
import type { Sql } from '../database';

/** What a trace is about, once its id is known. */
export interface Subject {
  readonly orderIds: readonly string[];
  readonly eventNos: readonly number[];
  readonly journalIds: readonly string[];
  readonly batchIds: readonly string[];
}

/** Rows of one table in one trace. */
const MAX_ROWS_A_TABLE = 1_000;

/**
 * Each branch: instant, system, kind, what, its amount, the words after the amount, ids that lead
 * on. `$1` orders, `$2` events, `$3` journals, `$4` batches, `$5` the batches' effects; each is an
 * index condition on the branch's own table. An instant that is null has not come.
 */
const ENTRIES = `
select at, coalesce(system, 'throughline') as system, kind, what, minor, currency, words,
       jsonb_strip_nulls(refs) as refs, body
from (
  select 1 as part, row_number() over () as no, v.at, null as system, v.kind,
         'order ' || order_no || ' of ' || channel_instance || v.what as what, v.minor, currency,
         v.words, jsonb_build_object('orderId', order_id, 'workflowId', workflow_id,
           'correlationId', correlation_id) as refs, null::jsonb as body
    from sales_order, lateral (values
      (received_at, 'order-received', ',', total_minor, ''),
      (accepted_at, 'order-accepted', ' accepted and reserved', null, ''),
      (closed_at, 'order-closed', ' closed', null, '')) as v(at, kind, what, minor, words)
   where order_id = any($1::text[])
  union all
  select 2, event_no, v.at, v.system, v.kind, v.what, null, null, v.words,
         jsonb_build_object('eventNo', event_no, 'eventId', event_id, 'source', source,
           'orderId', order_id, 'correlationId', correlation_id), null
    from (select * from inbox where event_no = any($2::bigint[]) or order_id = any($1::text[])
           order by event_no limit ${MAX_ROWS_A_TABLE}) as i,
         -- /wms/wms-main is the account wms-main: the last step of a source names it.
         lateral (values
      (received_at, coalesce(account, regexp_replace(source, '^.*/', '')), 'event-received',
       topic || ' received', case when duplicates > 0 then ', ' || duplicates || ' more times'
         else '' end || case when applied_at is null then '; ' || state || coalesce(': ' || note, '')
         else '' end),
      (applied_at, null, 'event-' || state, coalesce(type, topic), ' ' || state))
         as v(at, system, kind, what, words)
  union all
  (select 3, fact_no, posted_at, null, 'fact', kind, null, currency, '',
          jsonb_build_object('orderId', order_id, 'factNo', fact_no, 'eventNo', event_no), body
     from order_fact join sales_order using (order_id) where order_id = any($1::text[])
    order by order_id, fact_no limit ${MAX_ROWS_A_TABLE})
  union all
  (select 4, dispatch_no, coalesce(delivered_at, created_at), 'temporal',
          case kind when 'start' then 'flow-start' else 'flow-signal' end, name, null, null,
          ' ' || state, jsonb_build_object('workflowId', workflow_id, 'eventNo', event_no), null
     from dispatch where order_id = any($1::text[])
    order by dispatch_no limit ${MAX_ROWS_A_TABLE})
  union all
  select 5, row_number() over (), v.at, system, v.kind, verb, amount_minor, currency, v.words,
         jsonb_build_object('effectKey', effect_key, 'reference', reference, 'orderId', order_id,
           'batchId', batch_id), null
    from (select * from effect where order_id = any($1::text[]) or effect_key = any($5::text[])
           order by first_called_at limit ${MAX_ROWS_A_TABLE}) as e, lateral (values
      (first_called_at, 'effect-called',
       ' called' || case when calls > 1 then ' (' || calls || ' calls)' else '' end),
      (answered_at, 'effect-' || state, ' ' || state),
      (confirmed_at, 'effect-confirmed', ' confirmed by the other side')) as v(at, kind, words)
  union all
  (select 6, outbox_no, created_at, destination, 'message-queued', verb, null, null,
          ' queued; ' || state || ' after ' || attempts || ' attempts',
          jsonb_build_object('effectKey', effect_key, 'orderId', order_id), null
     from outbox where order_id = any($1::text[]) order by outbox_no limit ${MAX_ROWS_A_TABLE})
  union all
  (select 7, row_number() over (order by j.posted_at), j.posted_at, null, 'journal',
          'rule ' || j.rule || ' posted',
          (select coalesce(sum(l.amount_minor), 0)::bigint from journal_line l
            where l.journal_id = j.journal_id and l.side = 'debit'), j.currency, '',
          jsonb_build_object('journalId', j.journal_id, 'orderId', j.order_id,
            'eventNo', j.event_no, 'batchId', b.batch_id, 'correlationId', j.correlation_id), null
     from journal j left join posting_batch_journal b using (journal_id)
    where j.order_id = any($1::text[]) or j.journal_id = any($3::text[])
    order by j.posted_at limit ${MAX_ROWS_A_TABLE})
  union all
  select 8, row_number() over (), v.at, v.system, v.kind, v.what, null, null, '',
         jsonb_build_object('batchId', batch_id, 'documentNo', document_no), null
    from posting_batch, lateral (values
      (created_at, null, 'batch-formed', 'batch of ' || journal_count || ' journals for ' ||
       erp_instance || case state when 'parked' then ', parked' else '' end),
      (posted_at, erp_instance, 'erp-document',
       'posted as document ' || coalesce(document_no, 'without a number')))
         as v(at, system, kind, what)
   where batch_id = any($4::text[])
  union all
  select 9, row_number() over (), v.at, null, v.kind, v.what, v.minor, currency, '',
         jsonb_build_object('exceptionId', exception_id, 'orderId', order_id, 'eventNo', event_no,
           'batchId', batch_id), null
    from (select * from exception where order_id = any($1::text[]) or event_no = any($2::bigint[])
             or batch_id = any($4::text[]) order by opened_at limit ${MAX_ROWS_A_TABLE}) as x,
         lateral (values
      (opened_at, 'exception-opened', code || ' waits for ' || owner, money_minor),
      (resolved_at, 'exception-resolved', code || ' ' || coalesce(resolution, 'resolved'), null))
         as v(at, kind, what, minor)
  union all
  -- Who decided and what; why is free text and stays with the order.
  (select 10, decision_no, decided_at, null, 'decision',
          action || ' by ' || actor || ' (' || role || ')', null, null, '',
          jsonb_build_object('subject', subject, 'orderId', order_id), null
     from decision where order_id = any($1::text[])
    order by decision_no limit ${MAX_ROWS_A_TABLE})
  union all
  -- How it was seen that goods went to the right person; who that was stays in the store.
  (select 11, row_number() over (order by h.handed_over_at), h.handed_over_at, p.store_id,
          'handover', 'handed over at ' || p.store_id || ' against ' || h.proof ||
          case when h.is_other_person then ', to another person' else '' end || ' by ' || h.actor,
          null, null, '', jsonb_build_object('pickupId', p.pickup_id, 'orderId', p.order_id,
            'eventNo', h.event_no), null
     from pickup p join pickup_handover h using (pickup_id) where p.order_id = any($1::text[])
    order by h.handed_over_at limit ${MAX_ROWS_A_TABLE})
  union all
  (select 12, row_number() over (order by at), v.at, null, v.kind,
          'pickup ' || p.pickup_id || ' at ' || p.store_id || v.what, null, null, '',
          jsonb_build_object('pickupId', p.pickup_id, 'orderId', p.order_id,
            'workflowId', p.workflow_id), null
     from pickup p, lateral (
       select p.requested_at as at, 'pickup-requested' as kind, ' requested' as what
       union all select p.ended_at, 'pickup-ended', ' ended: ' || p.state
       union all select r.at, 'pickup-reminded', ': the customer was reminded'
         from unnest(p.reminders_sent) as r(at)
       union all select x.rejected_at, 'pickup-rejected', ': the store could not give units ('
           || x.reason || ')' from pickup_rejection x where x.pickup_id = p.pickup_id
       union all select x.decided_at, 'pickup-decided', ': what it could not give: ' || x.outcome
         from pickup_rejection x where x.pickup_id = p.pickup_id) v
    where p.order_id = any($1::text[]) order by at limit ${MAX_ROWS_A_TABLE})
) as told
where at is not null order by at, part, no`;

interface EntryRow extends Omit<TraceEntry, 'summary'> {
  readonly what: string;
  readonly minor: number | null;
  readonly currency: string | null;
  readonly words: string;
  /** Of a fact only. */
  readonly body: FactBody | null;
}

export async function readEntries(sql: Sql, subject: Subject): Promise<TraceEntry[]> {
  const { orderIds, eventNos, journalIds, batchIds } = subject;
  const effectKeys = batchIds.map((batchId) => `journal:${batchId}`);
  const { rows } = await sql.query<EntryRow>(ENTRIES, [
    orderIds,
    eventNos,
    journalIds,
    batchIds,
    effectKeys,
  ]);
  return rows.map((row) => {
    const { at, system, kind, refs } = row;
    return { at, system, kind, summary: summaryOf(row), refs };
  });
}

function summaryOf({ what, minor, currency, words, body }: EntryRow): string {
  if (body !== null) {
    const moved = movedOf(body, currency ?? '');
    return moved === '' ? what : `${what}: ${moved}`;
  }
  const amount = minor === null || currency === null ? '' : ` ${formatMoney(minor, currency)}`;
  return `${what}${amount}${words}`;
}

/** A fact's body as the moments write it; parts of it are missing where nothing of them moved. */
interface FactBody {
  readonly moves?: readonly {
    readonly from: string | null;
    readonly to: string;
    readonly quantity: number;
  }[];
  readonly money?: readonly { readonly kind: string; readonly amountMinor: number }[];
}

/** What moved, in words: `3 reserved → shipped, 48.73 USD captured`. */
function movedOf({ moves = [], money = [] }: FactBody, currency: string): string {
  const units = new Map<string, number>();
  for (const { from, to, quantity } of moves) {
    const way = from === null ? to : `${from} → ${to}`;
    units.set(way, (units.get(way) ?? 0) + quantity);
  }
  return [
    ...[...units].map(([way, quantity]) => `${quantity} ${way}`),
    ...money.map(({ kind, amountMinor }) => `${formatMoney(amountMinor, currency)} ${kind}`),
  ].join(', ');
}
