/** A fact on its way into an order: its row of the inbox, taken once by the moment that applies it. */
import { only, type Sql } from '../../store/database';

export interface Fact<T> {
  readonly eventNo: number;
  readonly data: T;
  /** For the journal: which event it was, by its source and id. */
  readonly source: string;
  /** Of the location that the fact names; null where that is in no master data. */
  readonly timeZone: string | null;
}

/** The event's data while it is unapplied; null once a moment has applied it. */
export async function takeFact<T>(sql: Sql, eventNo: number): Promise<Fact<T> | null> {
  const { rows } = await sql.query<{
    state: string;
    body: T;
    source: string;
    event_id: string;
    time_zone: string | null;
  }>({
    name: 'take-fact',
    text: `select i.state, i.body, i.source, i.event_id,
                  (select l.time_zone from location l where l.location_id = i.body ->> 'location')
             from inbox i where i.event_no = $1 for update of i`,
    values: [eventNo],
  });
  const row = only(rows, `event ${eventNo}`);
  if (row.state !== 'routed') return null;
  return {
    eventNo,
    data: row.body,
    source: `event:${row.source}#${row.event_id}`,
    timeZone: row.time_zone,
  };
}
