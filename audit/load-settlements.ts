// What settlements have settled: their open items over all journals, and what says why one is open.
import type { Sql } from '../store/database';
import { pagesOf } from './pages';

/** One that a settlement's journal touches, and that does not net to zero. */
export interface SettledItem {
  readonly account: string;
  readonly item: string;
  readonly currency: string;
  readonly netMinor: number;
  /** Without lines of payouts: debits, and credits. */
  readonly capturedMinor: number;
  readonly refundedMinor: number;
  /** Of payouts: credits, and debits. */
  readonly paidOutMinor: number;
  readonly takenBackMinor: number;
}

const sumOf = (side: string, isPayout: boolean) =>
  `coalesce(sum(g.amount_minor) filter (where g.side = '${side}'
      and ${isPayout ? '' : 'not '}g.dimensions ? 'payout'), 0)::bigint`;

/** Every line of such an item, whoever's journal it is in. */
export function settledItemPages(
  sql: Sql,
  openItemAccounts: readonly string[],
): AsyncGenerator<readonly SettledItem[]> {
  return pagesOf(
    sql,
    `select g.account, g.dimensions ->> 'item' as item, g.currency,
            sum(case g.side when 'debit' then g.amount_minor else -g.amount_minor end)::bigint
              as "netMinor",
            ${sumOf('debit', false)} as "capturedMinor",
            ${sumOf('credit', false)} as "refundedMinor",
            ${sumOf('credit', true)} as "paidOutMinor",
            ${sumOf('debit', true)} as "takenBackMinor"
       from journal_line g
       join (select distinct l.account, l.dimensions ->> 'item' as item
               from journal j join journal_line l using (journal_id)
              where j.source like 'settlement:%' and l.account = any($1::text[])
                and l.dimensions ? 'item') t
         on t.account = g.account and t.item = g.dimensions ->> 'item'
      where g.dimensions ? 'item'
      group by 1, 2, 3
     having sum(case g.side when 'debit' then g.amount_minor else -g.amount_minor end) <> 0`,
    [openItemAccounts],
  );
}

export interface OwnSettlement {
  readonly settlementId: string;
  readonly reference: string;
  readonly currency: string | null;
  /** Of its net, what neither the bank nor a failed payout has shown. */
  readonly toBankMinor: number;
  readonly netMinor: number;
  readonly linesMinor: number;
  readonly lineCount: number;
  readonly keptLines: number;
  readonly isBooked: boolean;
  /** By code: what its open exceptions are about. */
  readonly openMinor: Readonly<Record<string, number>>;
}

export function settlementPages(sql: Sql): AsyncGenerator<readonly OwnSettlement[]> {
  return pagesOf(
    sql,
    `select s.settlement_id as "settlementId", s.reference, s.currency,
            coalesce(s.declared_net_minor, 0) - s.bank_minor - s.failed_minor as "toBankMinor",
            coalesce(s.declared_net_minor, 0) as "netMinor",
            coalesce(l.minor, 0)::bigint as "linesMinor", s.line_count as "lineCount",
            coalesce(l.lines, 0)::int as "keptLines",
            s.state in ('posted', 'closed') as "isBooked",
            coalesce((select jsonb_object_agg(x.code, coalesce(x.money_minor, 0))
               from exception x where x.workflow_id = s.workflow_id
                and (x.state <> 'resolved' or not x.is_applied)), '{}') as "openMinor"
       from settlement s
       left join lateral (
         select count(*) as lines, sum(amount_minor) filter (where class <> 'payout') as minor
           from settlement_line n where n.settlement_id = s.settlement_id) l on true`,
  );
}
