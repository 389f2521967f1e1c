/**
 * The door for events: stored first, each once. A router in the worker reads them from here.
 * `source` + `event_id` is what makes two events the same one.
 */
import type { Sql } from '../database';

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

interface StoredRow {
  event_no: number;
  inserted: boolean;
  correlation_id: string;
}

/** Stores a webhook as it came. A duplicate is counted on the row of the first delivery. */
export async function storeVendorEvent(sql: Sql, event: VendorEvent): Promise<StoredEvent> {
  const { rows } = await sql.query<StoredRow>({
    name: 'store-vendor-event',
    text: `insert into inbox (source, event_id, connector, account, topic, raw, headers,
             correlation_id, occurred_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           on conflict (source, event_id) do update set duplicates = inbox.duplicates + 1
           returning event_no, (xmax = 0) as inserted, correlation_id`,
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
  const [row] = rows;
  if (row === undefined) throw new RangeError('an event was neither stored nor found');
  return {
    eventNo: row.event_no,
    isDuplicate: !row.inserted,
    correlationId: row.correlation_id,
  };
}

export interface CanonicalRow {
  readonly source: string;
  readonly eventId: string;
  readonly type: string;
  readonly body: unknown;
  readonly raw: string;
  readonly correlationId: string;
  readonly occurredAt: string | null;
}

/** `other-content`: that source and id are here with another type or body; nothing was changed. */
export type CanonicalVerdict = 'stored' | 'duplicate' | 'other-content';

/**
 * Stores canonical events in one statement; the answers are in the order of the rows. No two rows
 * may have the same source and id: Postgres does not update a row twice in one statement.
 */
export async function storeCanonicalEvents(
  sql: Sql,
  rows: readonly CanonicalRow[],
): Promise<CanonicalVerdict[]> {
  if (rows.length === 0) return [];
  const answered = await sql.query<{ source: string; event_id: string; inserted: boolean }>({
    name: 'store-canonical-events',
    // Rows go in in one order, so that two batches with the same events do not deadlock.
    text: `insert into inbox (source, event_id, topic, type, body, raw, correlation_id, occurred_at)
           select source, event_id, type, type, body::jsonb, convert_to(raw, 'UTF8'), correlation_id,
                  occurred_at
             from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                         $7::timestamptz[])
               as e(source, event_id, type, body, raw, correlation_id, occurred_at)
            order by source, event_id
           on conflict (source, event_id) do update set duplicates = inbox.duplicates + 1
             where inbox.type = excluded.type and inbox.body = excluded.body
           returning source, event_id, (xmax = 0) as inserted`,
    values: [
      rows.map((row) => row.source),
      rows.map((row) => row.eventId),
      rows.map((row) => row.type),
      rows.map((row) => JSON.stringify(row.body)),
      rows.map((row) => row.raw),
      rows.map((row) => row.correlationId),
      rows.map((row) => row.occurredAt),
    ],
  });
  const verdicts = new Map(
    answered.rows.map((row) => [JSON.stringify([row.source, row.event_id]), row.inserted]),
  );
  return rows.map((row) => {
    const inserted = verdicts.get(JSON.stringify([row.source, row.eventId]));
    if (inserted === undefined) return 'other-content';
    return inserted ? 'stored' : 'duplicate';
  });
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

export interface OrderReference {
  readonly orderId: string | null;
  readonly channelInstance: string | null;
  readonly orderNo: string | null;
}

/** For each reference: is that order here? In the order of the references. */
export async function ordersHere(
  sql: Sql,
  references: readonly OrderReference[],
): Promise<boolean[]> {
  if (references.length === 0) return [];
  const { rows } = await sql.query<{ here: boolean }>({
    name: 'orders-here',
    text: `select exists (select from sales_order o where o.order_id = r.order_id)
               or exists (select from sales_order o where r.order_id is null
                            and o.channel_instance = r.channel_instance
                            and o.order_no = r.order_no) as here
             from unnest($1::text[], $2::text[], $3::text[])
               with ordinality as r(order_id, channel_instance, order_no, position)
            order by position`,
    values: [
      references.map((reference) => reference.orderId),
      references.map((reference) => reference.channelInstance),
      references.map((reference) => reference.orderNo),
    ],
  });
  return rows.map((row) => row.here);
}
