/** Checks of a close against what others have: sources of settlements, the ERP, the warehouse's stock. */
import type { Found } from '../../canonical/rules/close/checks';
import type { Sql } from '../database';
import { failed, named, passed, type Closing } from './checks-found';

const SIGNED = `case l.side when 'debit' then l.amount_minor else -l.amount_minor end`;

/** A clearing account with money on it has reports to the end of the month. */
export async function sourcesBehind(sql: Sql, of: Closing): Promise<Found> {
  const { rows } = await sql.query<{ account: string; reported_to: string | null }>(
    `with held as (
       select l.dimensions ->> 'clearingAccount' as account
         from journal_line l join journal j using (journal_id)
        where l.account = 'CLR' and l.business_date <= $2::date and j.entity = $1
        group by 1, l.dimensions ->> 'item', l.currency having sum(${SIGNED}) <> 0)
     select h.account, max(greatest((s.period_end at time zone 'UTC')::date, s.payout_date))
              as reported_to
       from (select distinct account from held where account is not null) h
       left join settlement s on s.account = h.account and s.state in ('posted', 'closed')
      group by 1
     having coalesce(max(greatest((s.period_end at time zone 'UTC')::date, s.payout_date))
                       < $2::date, true)
      order by 1`,
    [of.entity, of.lastDay],
  );
  if (rows.length === 0) return passed('each account with money on it has reported');
  const text = rows.map((row) => `${row.account} (to ${row.reported_to ?? 'no day'})`);
  return failed(rows.length, `reports are missing: ${named(text)}`);
}

export async function notBatched(sql: Sql, { entity, lastDay }: Closing): Promise<Found> {
  const { rows } = await sql.query<{ journals: number }>(
    `select count(*)::int as journals from journal_to_batch
      where entity = $1 and business_date <= $2::date`,
    [entity, lastDay],
  );
  const journals = rows[0]?.journals ?? 0;
  if (journals === 0) return passed('each is in a batch');
  return failed(journals, `${journals} are in no batch yet`);
}

/** Batches of the month: acknowledged by a document, and what was sent is what their journals hold. */
export async function erpDiffers(sql: Sql, of: Closing): Promise<Found> {
  const { entity, firstDay, lastDay } = of;
  const { rows } = await sql.query<{ batch_id: string; why: string }>(
    `select batch_id, why from (
       select b.batch_id, case
         when b.state <> 'posted' or b.document_no is null then b.state
         when sent.minor <> held.minor then 'differs' end as why
         from posting_batch b
         cross join lateral (
           select coalesce(sum((x ->> 'amountMinor')::bigint), 0) as minor
             from jsonb_array_elements(b.lines) x where x ->> 'side' = 'debit') sent
         cross join lateral (
           select coalesce(sum(l.amount_minor), 0) as minor
             from posting_batch_journal m join journal_line l using (journal_id)
            where m.batch_id = b.batch_id and l.side = 'debit') held
        where b.entity = $1 and b.business_date between $2::date and $3::date) w
      where why is not null order by 1`,
    [entity, firstDay, lastDay],
  );
  if (rows.length === 0) return passed('each batch is acknowledged, with what its journals hold');
  const text = rows.map((row) => `${row.batch_id} (${row.why})`);
  return failed(rows.length, `not as here: ${named(text)}`);
}

/**
 * Units that lie there at what each cost when it moved, against INV and INV-QC: by the days that
 * things are about, since a late fact is of its day in the stock and of a later one in the books.
 */
export async function stockOffValue(sql: Sql, { entity, lastDay }: Closing): Promise<Found> {
  const { rows } = await sql.query<{ sku: string; off_minor: number }>(
    `with lying as (
       select e.sku, sum(e.on_hand_delta * coalesce(e.unit_cost_minor, i.standard_cost_minor, 0))
                       as minor
         from inventory_event e join location p using (location_id) left join item i using (sku)
        where p.entity = $1 and e.business_date <= $2::date and e.on_hand_delta <> 0 group by 1),
     booked as (
       select l.dimensions ->> 'sku' as sku, sum(${SIGNED}) as minor
         from journal_line l join journal j using (journal_id)
        where l.account in ('INV', 'INV-QC') and j.entity = $1
          and coalesce(j.document_date, j.business_date) <= $2::date group by 1)
     select coalesce(sku, '-') as sku,
            (coalesce(a.minor, 0) - coalesce(b.minor, 0))::bigint as off_minor
       from lying a full join booked b using (sku)
      where coalesce(a.minor, 0) <> coalesce(b.minor, 0)
      order by abs(coalesce(a.minor, 0) - coalesce(b.minor, 0)) desc, 1`,
    [entity, lastDay],
  );
  if (rows.length === 0) return passed('units at their cost come to INV and INV-QC');
  const text = rows.map((row) => `${row.sku} by ${row.off_minor}`);
  return failed(rows.length, `off, in minor units: ${named(text)}`);
}
