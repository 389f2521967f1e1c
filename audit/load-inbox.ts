// Events that are not applied, with what is said of them; in pages.
import type { Sql } from '../store/database';
import type { OwnEvent } from './invariants/inbox';

/** Rows a page. */
export const EVENTS_A_PAGE = 5_000;
const PAGES_MAX = 1_000;

export async function* unappliedEventPages(
  sql: Sql,
  since: string | null,
): AsyncGenerator<readonly OwnEvent[]> {
  let after = 0;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { rows } = await sql.query<OwnEvent>(
      `select i.event_no as "eventNo", i.source, i.event_id as "eventId",
              coalesce(i.type, i.topic) as topic, i.state, i.note,
              greatest(i.received_at, i.signalled_at, i.next_at) as since,
              exists (select from exception x where x.event_no = i.event_no) as "hasException",
              exists (select from exception x where x.state <> 'resolved'
                         and (x.event_no = i.event_no or x.order_id = i.order_id)) as "isWaited"
         from inbox i
        where i.state not in ('applied', 'superseded') and i.event_no > $1
          and ($3::timestamptz is null or i.received_at >= $3
               or i.state in ('received', 'waiting', 'routed'))
        order by i.event_no limit $2`,
      [after, EVENTS_A_PAGE, since],
    );
    if (rows.length > 0) yield rows;
    if (rows.length < EVENTS_A_PAGE) return;
    after = rows.at(-1)?.eventNo ?? after;
  }
  throw new RangeError(`more than ${PAGES_MAX} pages of events`);
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
