/**
 * Lines against open items, in sets: by the processor's reference, else by the order where that has
 * one payment. What an item may be settled by is read from the ledger: captured less what was paid
 * out of it, refunded less what was taken back for it. Nothing is absorbed: what is above stays out.
 */
import { classesOf } from '../../canonical/rules/settlement/classes';
import type { Sql } from '../database';

/** Whose items; whoever settles items of an account does so one after the other. */
export interface Clearing {
  readonly settlementId: string;
  readonly account: string;
  readonly currency: string;
  /** Channels whose order numbers the account's reports may name. */
  readonly channels: readonly string[];
}

export async function lockClearing(sql: Sql, account: string): Promise<void> {
  await sql.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`clearing:${account}`]);
}

/**
 * Matches what is left of the settlement's lines, into the temporary table `newly_matched`
 * (line_no, item, taken_minor), which lives as long as the transaction.
 */
export async function matchLines(sql: Sql, clearing: Clearing): Promise<void> {
  const { settlementId } = clearing;
  await sql.query(
    `create temp table told_line (line_no int, left_minor bigint, item text, order_ref text)
       on commit drop`,
  );
  await sql.query(
    `insert into told_line
     select l.line_no, l.amount_minor - coalesce(m.matched_minor + m.written_off_minor, 0),
            coalesce(m.item, 'payment:' || coalesce((
              select r.payment_ref from refund r
               where l.amount_minor < 0 and r.reference = l.payment_ref limit 1), l.payment_ref)),
            l.order_ref
       from settlement_line l
       left join settlement_match m
         on m.settlement_id = l.settlement_id and m.line_no = l.line_no
      where l.settlement_id = $1 and l.class = any($2)
        and l.amount_minor <> coalesce(m.matched_minor + m.written_off_minor, 0)`,
    [settlementId, classesOf('matched')],
  );
  await sql.query('analyze told_line');
  await loadItems(sql, clearing);
  await nameByOrder(sql, clearing);
  await sql.query(
    `create temp table newly_matched on commit drop as
     select line_no, item, case when left_minor < 0 then -1 else 1 end
              * greatest(0, least(abs(left_minor), room - (upto - abs(left_minor))))
              as taken_minor
       from (select t.line_no, i.item, t.left_minor,
                    coalesce(case when t.left_minor > 0 then i.captured - i.paid_out
                                  else i.refunded - i.taken_back end, 0) as room,
                    (sum(abs(t.left_minor)) over (
                      partition by t.item, t.left_minor > 0 order by t.line_no))::bigint as upto
               from told_line t left join open_item i using (item)) w`,
  );
}

/** What the ledger has of the items that are told of. */
async function loadItems(sql: Sql, { account, currency }: Clearing): Promise<void> {
  await sql.query(
    `create temp table open_item on commit drop as
     ${ITEMS} join (select distinct item from told_line) t on g.dimensions ->> 'item' = t.item
      where g.dimensions ? 'item' and ${OF_CLEARING} group by 1`,
    [account, currency],
  );
  await sql.query('analyze open_item');
}

const ITEMS = `
  select g.dimensions ->> 'item' as item,
         coalesce(sum(g.amount_minor) filter (
           where g.side = 'debit' and not g.dimensions ? 'payout'), 0)::bigint as captured,
         coalesce(sum(g.amount_minor) filter (
           where g.side = 'credit' and not g.dimensions ? 'payout'), 0)::bigint as refunded,
         coalesce(sum(g.amount_minor) filter (
           where g.side = 'credit' and g.dimensions ? 'payout'), 0)::bigint as paid_out,
         coalesce(sum(g.amount_minor) filter (
           where g.side = 'debit' and g.dimensions ? 'payout'), 0)::bigint as taken_back
    from journal_line g`;
const OF_CLEARING = `g.account = 'CLR' and g.dimensions ->> 'clearingAccount' = $1
        and g.currency = $2`;

/** Lines whose reference is not known, by the order that they name, where it has one payment. */
async function nameByOrder(sql: Sql, clearing: Clearing): Promise<void> {
  const { account, currency, channels } = clearing;
  const { rowCount } = await sql.query(
    `update told_line t set item = x.item
       from (select u.line_no, min(g.dimensions ->> 'item') as item
               from (select line_no, order_ref from told_line l
                      where order_ref is not null
                        and not exists (select from open_item i where i.item = l.item)) u
               join sales_order o
                 on o.order_no = u.order_ref and o.channel_instance = any($3::text[])
                 or o.channel_order_ref = u.order_ref or o.order_id = u.order_ref
               join journal j on j.order_id = o.order_id
               join journal_line g on g.journal_id = j.journal_id
              where ${OF_CLEARING} and g.dimensions ? 'item'
              group by 1 having count(distinct g.dimensions ->> 'item') = 1) x
      where x.line_no = t.line_no`,
    [account, currency, channels],
  );
  if (rowCount === 0) return;
  await sql.query(
    `insert into open_item
     ${ITEMS} join (select distinct item from told_line) t on g.dimensions ->> 'item' = t.item
      where g.dimensions ? 'item' and ${OF_CLEARING}
        and not exists (select from open_item i where i.item = t.item) group by 1`,
    [account, currency],
  );
}

/** Keeps what `matchLines` found. */
export async function recordMatches(sql: Sql, settlementId: string): Promise<void> {
  await sql.query(
    `insert into settlement_match as m (settlement_id, line_no, item, matched_minor)
     select $1, line_no, item, taken_minor from newly_matched
     on conflict (settlement_id, line_no) do update
        set item = coalesce(excluded.item, m.item),
            matched_minor = m.matched_minor + excluded.matched_minor`,
    [settlementId],
  );
}

/** What of a settlement is in suspense. */
export interface Unexplained {
  readonly lines: number;
  readonly netMinor: number;
}

/** Of lines that are matched, or of those that no rule names. */
export async function unexplained(
  sql: Sql,
  settlementId: string,
  kind: 'matched' | 'suspense',
): Promise<Unexplained> {
  const { rows } = await sql.query<Unexplained>(
    `select count(*)::int as lines,
            coalesce(sum(l.amount_minor - coalesce(m.matched_minor + m.written_off_minor, 0)), 0)
              ::bigint as "netMinor"
       from settlement_line l
       left join settlement_match m
         on m.settlement_id = l.settlement_id and m.line_no = l.line_no
      where l.settlement_id = $1 and l.class = any($2)
        and l.amount_minor <> coalesce(m.matched_minor + m.written_off_minor, 0)`,
    [settlementId, classesOf(kind)],
  );
  return rows[0] ?? { lines: 0, netMinor: 0 };
}

/** Nothing of that is looked for any more. */
export async function writeOffLines(
  sql: Sql,
  settlementId: string,
  kind: 'matched' | 'suspense',
): Promise<void> {
  await sql.query(
    `insert into settlement_match as m (settlement_id, line_no, item, matched_minor,
       written_off_minor)
     select l.settlement_id, l.line_no, null, 0, l.amount_minor
       from settlement_line l
      where l.settlement_id = $1 and l.class = any($2)
        and not exists (select from settlement_match x
              where x.settlement_id = $1 and x.line_no = l.line_no
                and x.matched_minor + x.written_off_minor = l.amount_minor)
     on conflict (settlement_id, line_no) do update
        set written_off_minor = excluded.written_off_minor - m.matched_minor`,
    [settlementId, classesOf(kind)],
  );
}

export interface ShortItem {
  readonly item: string;
  readonly leftMinor: number;
}

/** As `shortItems` says of a settlement just matched for the first time, from what that found. */
export async function shortOfMatched(sql: Sql): Promise<ShortItem[]> {
  const { rows } = await sql.query<ShortItem>(
    `select i.item, i.captured - i.paid_out - t.taken as "leftMinor"
       from open_item i
       join (select item, sum(taken_minor)::bigint as taken from newly_matched
              where taken_minor > 0 group by item) t using (item)
      where i.captured - i.paid_out > t.taken order by 1`,
  );
  return rows;
}

/** Payments that the settlement pays out, and not all of: what is left of each. */
export async function shortItems(sql: Sql, clearing: Clearing): Promise<ShortItem[]> {
  const { settlementId, account, currency } = clearing;
  const { rows } = await sql.query<ShortItem>(
    `select item, captured - paid_out as "leftMinor" from (
       ${ITEMS} join (select distinct item from settlement_match
                       where settlement_id = $3 and matched_minor > 0) t
           on g.dimensions ->> 'item' = t.item
        where g.dimensions ? 'item' and ${OF_CLEARING} group by 1) i
      where captured > paid_out order by 1`,
    [account, currency, settlementId],
  );
  return rows;
}
