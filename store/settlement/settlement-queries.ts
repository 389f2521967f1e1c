/** A settlement as it is read: gross to net by class, its lines, its journals, its bookings. */
import { classesOf } from '../../canonical/rules/settlement/classes';
import type { SettlementClass } from '../../canonical/ports/settlement';
import type { Sql } from '../database';

export interface ClassRow {
  readonly class: SettlementClass;
  readonly lines: number;
  readonly amountMinor: number;
  /** Of it, what settles items that are known here. */
  readonly matchedMinor: number;
}

export async function grossToNet(sql: Sql, settlementId: string): Promise<ClassRow[]> {
  const { rows } = await sql.query<ClassRow>(
    `select l.class, count(*)::int as lines, sum(l.amount_minor)::bigint as "amountMinor",
            coalesce(sum(m.matched_minor), 0)::bigint as "matchedMinor"
       from settlement_line l
       left join settlement_match m
         on m.settlement_id = l.settlement_id and m.line_no = l.line_no
      where l.settlement_id = $1 group by 1 order by 3 desc, 1`,
    [settlementId],
  );
  return rows;
}

export interface SettlementJournal {
  readonly kind: string;
  readonly journalId: string;
  readonly rule: string;
}

export async function journalsOfSettlement(
  sql: Sql,
  settlementId: string,
): Promise<SettlementJournal[]> {
  const { rows } = await sql.query<SettlementJournal>(
    `select s.kind, s.journal_id as "journalId", j.rule
       from settlement_journal s join journal j using (journal_id)
      where s.settlement_id = $1 order by j.posted_at, s.kind`,
    [settlementId],
  );
  return rows;
}

export interface SettlementBooking {
  readonly bankLineId: string;
  readonly bankAccount: string;
  readonly bankRef: string;
  readonly bookedOn: string;
  readonly amountMinor: number;
}

export async function bookingsOf(sql: Sql, settlementId: string): Promise<SettlementBooking[]> {
  const { rows } = await sql.query<SettlementBooking>(
    `select b.bank_line_id as "bankLineId", b.bank_account as "bankAccount",
            b.bank_ref as "bankRef", b.booked_on as "bookedOn", m.amount_minor as "amountMinor"
       from bank_match m join bank_line b using (bank_line_id)
      where m.settlement_id = $1 order by b.booked_on, b.bank_line_id`,
    [settlementId],
  );
  return rows;
}

export const LINE_STATES = [
  'unposted',
  'matched',
  'posted',
  'suspense',
  'written-off',
  'payout',
] as const;
export type LineState = (typeof LINE_STATES)[number];

export interface SettlementLineRow {
  readonly lineNo: number;
  readonly rowNo: number;
  readonly transaction: string;
  readonly type: string;
  readonly description: string;
  readonly class: SettlementClass;
  readonly state: LineState;
  readonly amountMinor: number;
  readonly matchedMinor: number;
  /** The open item that it settles, and the order that it is of. */
  readonly item: string | null;
  readonly orderId: string | null;
  /** Where its class is posted; null where the payout posts it. */
  readonly journalId: string | null;
  readonly lineRef: string | null;
  readonly orderRef: string | null;
  readonly paymentRef: string | null;
  readonly sku: string | null;
  readonly quantity: number | null;
  readonly occurredAt: string | null;
}

export interface LineFilter {
  readonly state: LineState | null;
  readonly class: SettlementClass | null;
  readonly afterLineNo: number;
  readonly limit: number;
}

const STATE = `case
  when l.class = any($2::text[]) then 'payout'
  when s.posted_at is null then 'unposted'
  when l.class <> all($3::text[]) then 'posted'
  when coalesce(m.matched_minor, 0) = l.amount_minor then 'matched'
  when coalesce(m.matched_minor + m.written_off_minor, 0) = l.amount_minor then 'written-off'
  else 'suspense' end`;

/** By their place; a page of the primary key. */
export async function listLines(
  sql: Sql,
  settlementId: string,
  { state, class: lineClass, afterLineNo, limit }: LineFilter,
): Promise<SettlementLineRow[]> {
  const { rows } = await sql.query<SettlementLineRow>(
    `select w.*, (select j.order_id from journal_line g join journal j using (journal_id)
                   where g.dimensions ? 'item' and g.dimensions ->> 'item' = w.item
                     and j.order_id is not null limit 1) as "orderId"
       from (select l.line_no as "lineNo", l.row_no as "rowNo",
                    l.word_transaction as transaction, l.word_type as type,
                    l.word_description as description, l.class, ${STATE} as state,
                    l.amount_minor as "amountMinor",
                    coalesce(m.matched_minor, 0) as "matchedMinor", m.item,
                    (select journal_id from settlement_journal k
                      where k.settlement_id = l.settlement_id and k.kind = coalesce((
                        select c.kind from settlement_manual_class c
                         where c.settlement_id = l.settlement_id and c.line_no = l.line_no),
                        l.class)) as "journalId",
                    l.line_ref as "lineRef", l.order_ref as "orderRef",
                    l.payment_ref as "paymentRef", l.sku, l.quantity,
                    l.occurred_at as "occurredAt"
               from settlement_line l join settlement s using (settlement_id)
               left join settlement_match m
                 on m.settlement_id = l.settlement_id and m.line_no = l.line_no
              where l.settlement_id = $1 and l.line_no > $4
                and ($5::text is null or l.class = $5)) w
      where $6::text is null or w.state = $6
      order by "lineNo" limit $7`,
    [
      settlementId,
      classesOf('payout'),
      [...classesOf('matched'), ...classesOf('suspense')],
      afterLineNo,
      lineClass,
      state,
      limit,
    ],
  );
  return rows;
}
