/** One story from many tables: each function tells one table's part. No personal data. */
import { formatMoney } from '../../canonical/rules/money/money';
import type { Sql } from '../database';

/** Ids that lead on from an entry. */
export type Refs = Readonly<Record<string, string | number>>;
export interface TraceEntry {
  /** RFC 3339. */
  readonly at: string;
  /** Where it happened: `throughline`, or the account of another system. */
  readonly system: string;
  readonly kind: string;
  readonly summary: string;
  readonly refs: Refs;
}

/** What a trace is about, once its id is known. */
export interface Subject {
  readonly orderIds: readonly string[];
  readonly eventNos: readonly number[];
  readonly journalIds: readonly string[];
  readonly batchIds: readonly string[];
}

/** Rows of one table in one trace. */
export const MAX_ROWS_A_TABLE = 1_000;
export const OWN_SYSTEM = 'throughline';

type Value = string | number | null;
/** Without what is not there. */
export function refs(of: Readonly<Record<string, Value>>): Refs {
  const kept: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(of)) if (value !== null) kept[name] = value;
  return kept;
}
export const money = (minor: number | null, currency: string | null): string =>
  minor === null || currency === null ? '' : ` ${formatMoney(minor, currency)}`;

export async function eventEntries(sql: Sql, subject: Subject): Promise<TraceEntry[]> {
  const { rows } = await sql.query<{
    no: number;
    source: string;
    account: string | null;
    id: string;
    topic: string;
    type: string | null;
    state: string;
    orderId: string | null;
    note: string | null;
    correlation: string;
    receivedAt: string;
    appliedAt: string | null;
    duplicates: number;
  }>(
    `select event_no as no, source, event_id as id, topic, type, state, order_id as "orderId", note,
            correlation_id as correlation, received_at as "receivedAt",
            applied_at as "appliedAt", duplicates, account
       from inbox where event_no = any($1::bigint[]) or order_id = any($2::text[])
      order by event_no limit ${MAX_ROWS_A_TABLE}`,
    [subject.eventNos, subject.orderIds],
  );
  return rows.flatMap((row) => {
    const about = refs({
      eventNo: row.no,
      eventId: row.id,
      source: row.source,
      orderId: row.orderId,
      correlationId: row.correlation,
    });
    const again = row.duplicates === 0 ? '' : `, ${row.duplicates} more times`;
    const name = row.type ?? row.topic;
    const received: TraceEntry = {
      at: row.receivedAt,
      // `/wms/wms-main` is the account wms-main: the last step of a source names it.
      system: row.account ?? row.source.split('/').at(-1) ?? row.source,
      kind: 'event-received',
      summary: `${row.topic} received${again}`,
      refs: about,
    };
    if (row.appliedAt === null) {
      const why = row.note === null ? '' : `: ${row.note}`;
      return [{ ...received, summary: `${received.summary}; ${row.state}${why}` }];
    }
    const kind = `event-${row.state}`;
    const applied = { kind, summary: `${name} ${row.state}`, system: OWN_SYSTEM, refs: about };
    return [received, { ...applied, at: row.appliedAt }];
  });
}

export async function orderEntries(sql: Sql, subject: Subject): Promise<TraceEntry[]> {
  const { rows } = await sql.query<{
    orderId: string;
    channel: string;
    no: string;
    workflowId: string;
    total: number;
    currency: string;
    correlation: string;
    receivedAt: string;
    acceptedAt: string | null;
    closedAt: string | null;
  }>(
    `select order_id as "orderId", channel_instance as channel, order_no as no,
            workflow_id as "workflowId", total_minor as total, currency,
            correlation_id as correlation, received_at as "receivedAt",
            accepted_at as "acceptedAt", closed_at as "closedAt"
       from sales_order where order_id = any($1::text[])`,
    [subject.orderIds],
  );
  return rows.flatMap((row) => {
    const about = refs({
      orderId: row.orderId,
      workflowId: row.workflowId,
      correlationId: row.correlation,
    });
    const name = `order ${row.no} of ${row.channel}`;
    const entry = (at: string | null, kind: string, summary: string): TraceEntry[] =>
      at === null ? [] : [{ at, system: OWN_SYSTEM, kind, summary, refs: about }];
    return [
      ...entry(row.receivedAt, 'order-received', `${name},${money(row.total, row.currency)}`),
      ...entry(row.acceptedAt, 'order-accepted', `${name} accepted and reserved`),
      ...entry(row.closedAt, 'order-closed', `${name} closed`),
    ];
  });
}

/** A fact's body as the moments write it; parts of it are missing where nothing of them moved. */
interface FactBody {
  readonly moves?: readonly {
    readonly from: string | null;
    readonly to: string;
    readonly quantity: number;
  }[];
  readonly money?: readonly { readonly kind: string; readonly amountMinor: number }[];
}

/** What moved, in words: `3 reserved → shipped, 48.73 USD captured`. */
function movedOf({ moves = [], money: amounts = [] }: FactBody, currency: string): string {
  const units = new Map<string, number>();
  for (const { from, to, quantity } of moves) {
    const way = from === null ? to : `${from} → ${to}`;
    units.set(way, (units.get(way) ?? 0) + quantity);
  }
  return [
    ...[...units].map(([way, quantity]) => `${quantity} ${way}`),
    ...amounts.map(({ kind, amountMinor }) => `${formatMoney(amountMinor, currency)} ${kind}`),
  ].join(', ');
}

export async function factEntries(sql: Sql, subject: Subject): Promise<TraceEntry[]> {
  const { rows } = await sql.query<{
    orderId: string;
    no: number;
    kind: string;
    body: FactBody;
    currency: string;
    eventNo: number | null;
    at: string;
  }>(
    `select order_id as "orderId", fact_no as no, kind, body, event_no as "eventNo",
            posted_at as at, o.currency
       from order_fact join sales_order o using (order_id) where order_id = any($1::text[])
      order by order_id, fact_no limit ${MAX_ROWS_A_TABLE}`,
    [subject.orderIds],
  );
  return rows.map((row) => {
    const moved = movedOf(row.body, row.currency);
    return {
      at: row.at,
      system: OWN_SYSTEM,
      kind: 'fact',
      summary: moved === '' ? row.kind : `${row.kind}: ${moved}`,
      refs: refs({ orderId: row.orderId, factNo: row.no, eventNo: row.eventNo }),
    };
  });
}

export async function effectEntries(sql: Sql, subject: Subject): Promise<TraceEntry[]> {
  const { rows } = await sql.query<{
    key: string;
    system: string;
    verb: string;
    state: string;
    calls: number;
    amount: number | null;
    currency: string | null;
    reference: string | null;
    orderId: string | null;
    batchId: string | null;
    calledAt: string;
    answeredAt: string | null;
    confirmedAt: string | null;
    confirmedBy: number | null;
  }>(
    `select effect_key as key, system, verb, state, calls, amount_minor as amount, currency,
            reference, order_id as "orderId", batch_id as "batchId",
            first_called_at as "calledAt", answered_at as "answeredAt",
            confirmed_at as "confirmedAt", confirmed_by as "confirmedBy"
       from effect where order_id = any($1::text[]) or effect_key = any($2::text[])
      order by first_called_at limit ${MAX_ROWS_A_TABLE}`,
    [subject.orderIds, subject.batchIds.map((batchId) => `journal:${batchId}`)],
  );
  return rows.flatMap((row) => {
    const about = refs({
      effectKey: row.key,
      reference: row.reference,
      orderId: row.orderId,
      batchId: row.batchId,
    });
    const what = `${row.verb}${money(row.amount, row.currency)}`;
    const calls = row.calls > 1 ? ` (${row.calls} calls)` : '';
    const entry = (at: string | null, kind: string, summary: string): TraceEntry[] =>
      at === null ? [] : [{ at, system: row.system, kind, summary, refs: about }];
    return [
      ...entry(row.calledAt, 'effect-called', `${what} called${calls}`),
      ...entry(row.answeredAt, `effect-${row.state}`, `${what} ${row.state}`),
      ...entry(row.confirmedAt, 'effect-confirmed', `${what} confirmed by the other side`),
    ];
  });
}
