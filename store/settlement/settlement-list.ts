/** Settlements side by side: what each declares, and how much of it nothing explains yet. */
import { classesOf } from '../../canonical/rules/settlement/classes';
import type { SettlementClass } from '../../canonical/ports/settlement';
import type { SettlementState } from '../../canonical/rules/settlement/snapshot';
import type { Sql } from '../database';

export interface SettlementListed {
  readonly settlementId: string;
  readonly source: string;
  readonly account: string;
  readonly entity: string;
  readonly reference: string;
  readonly state: SettlementState;
  /** Null until it is read, as the amounts. */
  readonly currency: string | null;
  readonly businessDate: string | null;
  readonly declaredNetMinor: number | null;
  /** In suspense; of one that is not posted all of it. */
  readonly unexplainedMinor: number | null;
  readonly bankMinor: number;
  readonly failedMinor: number;
  /** RFC 3339. */
  readonly receivedAt: string;
  readonly exceptions: number;
}

export interface SettlementsAsked {
  readonly entity: string | null;
  /** Business dates, both included; null: whenever. */
  readonly from: string | null;
  readonly to: string | null;
  readonly limit: number;
}

/** The newest first. */
export async function listSettlements(
  sql: Sql,
  { entity, from, to, limit }: SettlementsAsked,
): Promise<SettlementListed[]> {
  const { rows } = await sql.query<SettlementListed>(
    `select s.settlement_id as "settlementId", s.source, s.account, s.entity, s.reference, s.state,
            s.currency, s.business_date as "businessDate",
            s.declared_net_minor as "declaredNetMinor",
            case when s.state in ('posted', 'closed') then coalesce((
                   select sum(case l.side when 'credit' then l.amount_minor
                                          else -l.amount_minor end)
                     from journal_line l
                    where l.dimensions ? 'item' and l.account = 'SUSP'
                      and l.dimensions ->> 'item' in ('settlement:' || s.settlement_id || ':unmatched',
                                                      'settlement:' || s.settlement_id || ':unknown')
                 ), 0)::bigint
                 else s.declared_net_minor end as "unexplainedMinor",
            s.bank_minor as "bankMinor", s.failed_minor as "failedMinor",
            s.received_at as "receivedAt",
            (select count(*)::int from exception e
              where e.workflow_id = s.workflow_id and e.state <> 'resolved') as exceptions
       from settlement s
      where ($1::text is null or s.entity = $1)
        and ($2::date is null or s.business_date >= $2) and ($3::date is null or s.business_date <= $3)
      order by s.received_at desc, s.settlement_id limit $4`,
    [entity, from, to, limit],
  );
  return rows;
}

export interface PayoutClass {
  readonly settlementId: string;
  readonly class: SettlementClass;
  readonly amountMinor: number;
}

/** What payouts are made of, by class; the payout's own line is no part of it. */
export async function classesOfPayouts(
  sql: Sql,
  settlementIds: readonly string[],
): Promise<PayoutClass[]> {
  const { rows } = await sql.query<PayoutClass>(
    `select settlement_id as "settlementId", class, sum(amount_minor)::bigint as "amountMinor"
       from settlement_line where settlement_id = any($1::text[]) and class <> all($2::text[])
      group by 1, 2 order by 1, 2`,
    [settlementIds, classesOf('payout')],
  );
  return rows;
}

export interface LineOfOrder {
  readonly settlementId: string;
  readonly reference: string;
  readonly lineNo: number;
  readonly class: SettlementClass;
  readonly currency: string;
  readonly amountMinor: number;
  readonly matchedMinor: number;
  readonly item: string;
}

/** Lines of settlements that settle what an order opened. */
export async function settledOfOrder(
  sql: Sql,
  orderId: string,
  limit: number,
): Promise<LineOfOrder[]> {
  const { rows } = await sql.query<LineOfOrder>(
    `select s.settlement_id as "settlementId", s.reference, l.line_no as "lineNo", l.class,
            s.currency, l.amount_minor as "amountMinor", m.matched_minor as "matchedMinor", m.item
       from (select distinct g.dimensions ->> 'item' as item
               from journal j join journal_line g using (journal_id)
              where j.order_id = $1 and g.account = 'CLR' and g.dimensions ? 'item') i
       join settlement_line l on l.payment_ref = substr(i.item, length('payment:') + 1)
                              or l.payment_ref in (select r.reference from refund r
                                                    where r.order_id = $1)
                              or l.order_ref = (select o.order_no from sales_order o
                                                 where o.order_id = $1)
       join settlement_match m on m.settlement_id = l.settlement_id and m.line_no = l.line_no
                              and m.item = i.item
       join settlement s on s.settlement_id = l.settlement_id
      order by 1, 3 limit $2`,
    [orderId, limit],
  );
  return rows;
}
