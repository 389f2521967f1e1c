// Events that are not applied, with what is said of them.
import type { Sql } from '../store/database';
import type { OwnEvent } from './invariants/inbox';
import { pagesOf } from './pages';

export function unappliedEventPages(
  sql: Sql,
  since: string | null,
): AsyncGenerator<readonly OwnEvent[]> {
  return pagesOf(
    sql,
    `select i.event_no as "eventNo", i.source, i.event_id as "eventId",
            coalesce(i.type, i.topic) as topic, i.state, i.note,
            greatest(i.received_at, i.signalled_at, i.next_at) as since,
            exists (select from exception x where x.event_no = i.event_no) as "hasException",
            exists (select from exception x where x.state <> 'resolved'
                       and (x.event_no = i.event_no or x.order_id = i.order_id)) as "isWaited"
       from inbox i
      where i.state not in ('applied', 'superseded')
        and ($1::timestamptz is null or i.received_at >= $1
             or i.state in ('received', 'waiting', 'routed'))`,
    [since],
  );
}

/** Events taken since, in whatever state. */
export async function countEvents(sql: Sql, since: string | null): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    `select count(*)::int as count from inbox
      where $1::timestamptz is null or received_at >= $1`,
    [since],
  );
  return rows[0]?.count ?? 0;
}
