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

interface FactRow<T> {
  state: string;
  body: T;
  source: string;
  event_id: string;
  time_zone: string | null;
}

const FACT = `
  select i.state, i.body, i.source, i.event_id,
         (select l.time_zone from location l where l.location_id = i.body ->> 'location')
    from inbox i where i.event_no = $1`;

/** The event's data while it is unapplied; null once a moment has applied it. */
export async function takeFact<T>(sql: Sql, eventNo: number): Promise<Fact<T> | null> {
  const { rows } = await sql.query<FactRow<T>>({
    name: 'take-fact',
    text: `${FACT} for update of i`,
    values: [eventNo],
  });
  return factOf(eventNo, rows);
}

/**
 * The same in one statement with the order's row lock, which is taken first. An event that another
 * moment applied while this one waited for the order is read as it is then: its row is locked too.
 */
export async function takeOrderFact<T>(
  sql: Sql,
  orderId: string,
  eventNo: number,
): Promise<Fact<T> | null> {
  const { rows } = await sql.query<FactRow<T>>({
    name: 'take-order-fact',
    text: `with locked as materialized (
             select order_id from sales_order where order_id = $2 for no key update)
           ${FACT} and exists (select from locked) for update of i`,
    values: [eventNo, orderId],
  });
  return factOf(eventNo, rows);
}

function factOf<T>(eventNo: number, rows: readonly FactRow<T>[]): Fact<T> | null {
  const row = only(rows, `event ${eventNo}`);
  if (row.state !== 'routed') return null;
  return {
    eventNo,
    data: row.body,
    source: `event:${row.source}#${row.event_id}`,
    timeZone: row.time_zone,
  };
}
