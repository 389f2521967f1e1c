/**
 * What passes through (clearing, cash in transit, suspense …) and has not passed on by a day: each
 * item with its age, and the exception of whoever looks after it.
 */
import type { Sql } from '../database';

export interface ClearingItem {
  readonly account: string;
  /** Empty for lines that name none. */
  readonly item: string;
  /** The processor's or the channel's; null where its lines name none. */
  readonly clearingAccount: string | null;
  readonly currency: string;
  /** Debits less credits. */
  readonly netMinor: number;
  /** `YYYY-MM-DD`: the day that it is about. */
  readonly since: string;
  readonly ageDays: number;
  readonly orderId: string | null;
  readonly settlementId: string | null;
  /** Open, of its order or its settlement; null: it is nobody's. */
  readonly exceptionId: string | null;
  readonly owner: string | null;
}

export interface ItemsAsked {
  readonly entity: string;
  readonly accounts: readonly string[];
  /** `YYYY-MM-DD`, by the books. */
  readonly asOf: string;
  /** Left out: of each. */
  readonly clearingAccount?: string | null;
  readonly limit: number;
}

const SIGNED = `case l.side when 'debit' then l.amount_minor else -l.amount_minor end`;
const DAY = 'coalesce(j.document_date, j.business_date)';

/** Of `$1` the entity, `$2` the accounts, to `$3`. What rolls on under one name is as old as its last. */
const OPEN = `
  select l.account, coalesce(l.dimensions ->> 'item', '') as item, l.currency,
         max(l.dimensions ->> 'clearingAccount') as clearing_account,
         sum(${SIGNED})::bigint as net_minor,
         case when l.account = 'RSV' then max(${DAY}) else min(${DAY}) end as since,
         max(j.order_id) as order_id,
         max(substr(j.source, length('settlement:') + 1))
           filter (where j.source like 'settlement:%') as settlement_id
    from journal_line l join journal j using (journal_id)
   where l.account = any($2::text[]) and l.business_date <= $3::date and j.entity = $1
   group by 1, 2, 3 having sum(${SIGNED}) <> 0`;

const OWNED = `
  select o.*, ($3::date - o.since) as age_days, e.exception_id, e.owner
    from (${OPEN}) o
    left join lateral (
      select x.exception_id, x.owner from exception x
       where x.state <> 'resolved'
         and (x.order_id = o.order_id
              or x.workflow_id = (select s.workflow_id from settlement s
                                   where s.settlement_id = o.settlement_id))
       order by x.deadline_at limit 1) e on true`;

/** The oldest first. */
export async function openItems(sql: Sql, asked: ItemsAsked): Promise<ClearingItem[]> {
  const { rows } = await sql.query<ClearingItem>(
    `select account, item, clearing_account as "clearingAccount", currency,
            net_minor as "netMinor", since, age_days as "ageDays", order_id as "orderId",
            settlement_id as "settlementId", exception_id as "exceptionId", owner
       from (${OWNED}) i where $4::text is null or clearing_account = $4
      order by since, account, item limit $5`,
    [asked.entity, asked.accounts, asked.asOf, asked.clearingAccount ?? null, asked.limit],
  );
  return rows;
}

export interface AgedSum {
  readonly account: string;
  readonly clearingAccount: string | null;
  readonly currency: string;
  /** The first of the days that a bucket is of. */
  readonly fromDays: number;
  readonly items: number;
  readonly netMinor: number;
  /** Of its items, those that are nobody's. */
  readonly unowned: number;
}

/** By account, clearing account, currency and bucket. */
export async function agedSums(
  sql: Sql,
  asked: Omit<ItemsAsked, 'limit' | 'clearingAccount'> & { readonly buckets: readonly number[] },
): Promise<AgedSum[]> {
  const { rows } = await sql.query<AgedSum>(
    `select account, clearing_account as "clearingAccount", currency,
            (select coalesce(max(b), 0) from unnest($4::int[]) b where b <= age_days)
              as "fromDays",
            count(*)::int as items, sum(net_minor)::bigint as "netMinor",
            count(*) filter (where exception_id is null)::int as unowned
       from (${OWNED}) i group by 1, 2, 3, 4 order by 1, 2 nulls first, 3, 4`,
    [asked.entity, asked.accounts, asked.asOf, asked.buckets],
  );
  return rows;
}

export interface AgedBeyond {
  readonly items: number;
  readonly oldest: string | null;
}

/** Items that are older than their account's limit, and nobody's. */
export async function agedBeyond(
  sql: Sql,
  asked: Pick<ItemsAsked, 'entity' | 'asOf'> & {
    readonly limits: Readonly<Record<string, number>>;
  },
): Promise<AgedBeyond> {
  const { rows } = await sql.query<{ items: number; oldest: string | null }>(
    `select count(*)::int as items,
            (array_agg(account || ' ' || item order by since, account, item))[1] as oldest
       from (${OWNED}) i
      where exception_id is null and age_days > ($4::jsonb ->> account)::int`,
    [asked.entity, Object.keys(asked.limits), asked.asOf, JSON.stringify(asked.limits)],
  );
  return rows[0] ?? { items: 0, oldest: null };
}

export interface ForeignSum {
  readonly currency: string;
  readonly items: number;
}

/** Open items in other currencies than the entity's own. */
export async function foreignItems(
  sql: Sql,
  asked: Pick<ItemsAsked, 'entity' | 'asOf' | 'accounts'> & { readonly functional: string },
): Promise<ForeignSum[]> {
  const { rows } = await sql.query<ForeignSum>(
    `select currency, count(*)::int as items from (${OPEN}) o
      where currency <> $4 group by 1 order by 1`,
    [asked.entity, asked.accounts, asked.asOf, asked.functional],
  );
  return rows;
}
