/**
 * The door for events: stored first, each once. A router in the worker reads them from here.
 * `source` + `event_id` is what makes two events the same one.
 */
import { only, type Sql } from '../database';

export interface VendorEvent {
  readonly source: string;
  readonly eventId: string;
  readonly connector: string;
  readonly account: string;
  readonly topic: string;
  readonly raw: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly correlationId: string;
  /** RFC 3339, by the vendor's clock. */
  readonly occurredAt: string | null;
}

export interface StoredEvent {
  readonly eventNo: number;
  readonly isDuplicate: boolean;
  /** Of the first delivery. */
  readonly correlationId: string;
}

/** Stores a webhook as it came. A duplicate is counted on the row of the first delivery. */
export async function storeVendorEvent(sql: Sql, event: VendorEvent): Promise<StoredEvent> {
  const { rows } = await sql.query<StoredEvent>({
    name: 'store-vendor-event',
    text: `insert into inbox (source, event_id, connector, account, topic, raw, headers,
             correlation_id, occurred_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           on conflict (source, event_id) do update set duplicates = inbox.duplicates + 1
           returning event_no as "eventNo", (xmax <> 0) as "isDuplicate",
                     correlation_id as "correlationId"`,
    values: [
      event.source,
      event.eventId,
      event.connector,
      event.account,
      event.topic,
      event.raw,
      JSON.stringify(event.headers),
      event.correlationId,
      event.occurredAt,
    ],
  });
  return only(rows, 'storeVendorEvent');
}

export interface OrderReference {
  readonly orderId: string | null;
  readonly channelInstance: string | null;
  readonly orderNo: string | null;
}

export interface CanonicalRow {
  readonly source: string;
  readonly eventId: string;
  readonly type: string;
  readonly body: unknown;
  readonly raw: string;
  readonly correlationId: string;
  readonly occurredAt: string | null;
  /** The order it is about; left out where it is about none. */
  readonly order?: OrderReference | null;
}

export interface CanonicalVerdict {
  /** `other-content`: that source and id are here with another type or body; nothing was changed. */
  readonly verdict: 'stored' | 'duplicate' | 'other-content';
  /** It names an order that is not here. */
  readonly isEarly: boolean;
}

/**
 * Stores canonical events in one statement; the answers are in the order of the rows. No two rows
 * may have the same source and id: Postgres does not update a row twice in one statement.
 */
export async function storeCanonicalEvents(
  sql: Sql,
  rows: readonly CanonicalRow[],
): Promise<CanonicalVerdict[]> {
  if (rows.length === 0) return [];
  const answered = await sql.query<CanonicalVerdict & { [column: string]: unknown }>({
    name: 'store-canonical-events',
    // Rows go in in one order, so that two batches with the same events do not deadlock.
    // One JSON text: to escape a long text for an array of the driver's takes it a hundred times
    // as long (0.1 s for 2.5 MB), and holds everybody up.
    text: `with e as materialized (
             select r.source, r."eventId" as event_id, r.type, r.body, r.raw,
                    r."correlationId" as correlation_id, r."occurredAt" as occurred_at,
                    r."order" ->> 'orderId' as order_id,
                    r."order" ->> 'channelInstance' as channel_instance,
                    r."order" ->> 'orderNo' as order_no, position
               from jsonb_array_elements($1::jsonb) with ordinality as d(d, position),
                    jsonb_to_record(d) as r(source text, "eventId" text, type text, body jsonb,
                      raw text, "correlationId" text, "occurredAt" timestamptz, "order" jsonb)),
           stored as (
             insert into inbox (source, event_id, topic, type, body, raw, correlation_id,
                                occurred_at)
             select source, event_id, type, type, body, convert_to(raw, 'UTF8'),
                    correlation_id, occurred_at
               from e order by source, event_id
             on conflict (source, event_id) do update set duplicates = inbox.duplicates + 1
               where inbox.type = excluded.type and inbox.body = excluded.body
             returning source, event_id, (xmax = 0) as inserted)
           select case when s.inserted then 'stored' when not s.inserted then 'duplicate'
                       else 'other-content' end as verdict,
                  coalesce(e.order_id, e.order_no) is not null
                    and not exists (select from sales_order o where o.order_id = e.order_id)
                    and not exists (select from sales_order o where e.order_id is null
                                       and o.channel_instance = e.channel_instance
                                       and o.order_no = e.order_no) as "isEarly"
             from e left join stored s using (source, event_id) order by e.position`,
    values: [JSON.stringify(rows)],
  });
  return answered.rows;
}

/** Where orders come from that a caller submits to a channel in shadow. */
const SUBMITTED = '/v1/orders';

/** An order that was submitted by a call and only heard: its event ends where it begins. */
export async function storeHeardOrder(
  sql: Sql,
  of: Pick<CanonicalRow, 'eventId' | 'body' | 'correlationId'> & { readonly note: string },
): Promise<number> {
  const body = JSON.stringify(of.body);
  const { rows } = await sql.query<{ eventNo: number }>({
    name: 'store-heard-order',
    text: `insert into inbox (source, event_id, topic, type, body, raw, correlation_id, state, note)
           values ('${SUBMITTED}', $1, 'order.created.v1', 'order.created.v1', $2::jsonb,
             convert_to($3, 'UTF8'), $4, 'ignored', $5)
           on conflict (source, event_id) do update set duplicates = inbox.duplicates + 1,
             note = excluded.note
           returning event_no as "eventNo"`,
    values: [of.eventId, body, body, of.correlationId, of.note],
  });
  return only(rows, 'storeHeardOrder').eventNo;
}

/** Counts repeats of an event that came within one batch. */
export async function countRepeats(
  sql: Sql,
  repeats: readonly { readonly source: string; readonly eventId: string }[],
): Promise<void> {
  if (repeats.length === 0) return;
  await sql.query(
    `update inbox set duplicates = duplicates + r.times
       from (select source, event_id, count(*)::int as times
               from unnest($1::text[], $2::text[]) as r(source, event_id) group by 1, 2) r
      where inbox.source = r.source and inbox.event_id = r.event_id`,
    [repeats.map((repeat) => repeat.source), repeats.map((repeat) => repeat.eventId)],
  );
}
