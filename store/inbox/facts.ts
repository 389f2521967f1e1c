/** A fact on its way into a flow: its row of the inbox, taken once by the moment that applies it. */
import type { Sql } from '../database';
import { lockedSubject, type SubjectRow } from '../flows/subject';
import { writeTogether, type Write } from '../writes';

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

/**
 * The event's data while it is unapplied; null once a moment has applied it, and where the flow has
 * no such event: a signal by hand may name any. In one statement with the row lock of its flow's
 * subject, which is taken first. An event that another moment applied while this one waited for that
 * lock is read as it is then: its row is locked too.
 */
export async function takeFact<T>(
  sql: Sql,
  subject: SubjectRow,
  { eventNo, type }: { readonly eventNo: number; readonly type: string },
): Promise<Fact<T> | null> {
  const { rows } = await sql.query<FactRow<T>>({
    name: `take-fact-of-${subject.table}`,
    text: `with ${lockedSubject(subject, 2)}
           select i.state, i.body, i.source, i.event_id,
                  (select l.time_zone from location l
                    where l.location_id = i.body ->> 'location')
             from inbox i
            where i.event_no = $1 and i.type = $3
              and i.workflow_id = (select workflow_id from locked) for update of i`,
    values: [eventNo, subject.id, type],
  });
  const [row] = rows;
  return row?.state === 'routed' ? factOf(eventNo, row) : null;
}

const factOf = <T>(eventNo: number, row: FactRow<T>): Fact<T> => ({
  eventNo,
  data: row.body,
  source: `event:${row.source}#${row.event_id}`,
  timeZone: row.time_zone,
});

/** One whose flow has ended, for a moment that needs none; null once it has come to its end. */
export async function takeLateFact<T>(
  sql: Sql,
  { eventNo, orderId }: { readonly eventNo: number; readonly orderId: string },
): Promise<Fact<T> | null> {
  const { rows } = await sql.query<FactRow<T>>({
    name: 'take-late-fact',
    text: `update inbox i set order_id = $2
            where event_no = $1 and state in ('received', 'waiting')
           returning state, body, source, event_id,
                     (select l.time_zone from location l
                       where l.location_id = i.body ->> 'location')`,
    values: [eventNo, orderId],
  });
  const [row] = rows;
  return row ? factOf(eventNo, row) : null;
}

/** The fact's event is applied: the relay stops signalling it, and closing may go on. */
export function appliedWrite(
  eventNo: number,
  state: 'applied' | 'superseded' | 'dead' | 'ignored' = 'applied',
  note: string | null = null,
): Write {
  return {
    name: 'mark-event-applied',
    text: `update inbox set state = $2, note = $3, applied_at = now() where event_no = $1`,
    values: [eventNo, state, note],
  };
}

export const markEventApplied = (sql: Sql, ...of: Parameters<typeof appliedWrite>): Promise<void> =>
  writeTogether(sql, [appliedWrite(...of)]);

export interface AskedUnits {
  readonly lineNo: number;
  readonly quantity: number;
}

/** Units of an order that events of a source ask to cancel. */
export async function cancellationsAsked(
  sql: Sql,
  { orderId, source }: { readonly orderId: string; readonly source: string },
): Promise<readonly (AskedUnits & { readonly isDecided: boolean })[]> {
  const { rows } = await sql.query<{ lines: readonly AskedUnits[] | null; isDecided: boolean }>({
    name: 'cancellations-asked',
    text: `select body -> 'lines' as lines, state = 'applied' as "isDecided" from inbox
            where source = $2 and type = 'order.cancel-requested.v1'
              and ((state in ('routed', 'applied') and order_id = $1)
                or (state in ('received', 'waiting') and body ->> 'orderId' = $1))`,
    values: [orderId, source],
  });
  return rows.flatMap(({ lines, isDecided }) =>
    (lines ?? []).map((units) => ({ ...units, isDecided })),
  );
}
