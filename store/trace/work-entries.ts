/** The part of a trace that support reads: messages to flows and systems, waits, decisions. */
import type { Sql } from '../database';
import {
  MAX_ROWS_A_TABLE,
  money,
  OWN_SYSTEM,
  refs,
  type Subject,
  type TraceEntry,
} from './entries';

export async function dispatchEntries(sql: Sql, subject: Subject): Promise<TraceEntry[]> {
  const { rows } = await sql.query<{
    workflowId: string;
    kind: string;
    name: string;
    state: string;
    eventNo: number | null;
    createdAt: string;
    deliveredAt: string | null;
  }>(
    `select workflow_id as "workflowId", kind, name, state, event_no as "eventNo",
            created_at as "createdAt", delivered_at as "deliveredAt"
       from dispatch where order_id = any($1::text[])
      order by dispatch_no limit ${MAX_ROWS_A_TABLE}`,
    [subject.orderIds],
  );
  return rows.map((row) => ({
    at: row.deliveredAt ?? row.createdAt,
    system: 'temporal',
    kind: row.kind === 'start' ? 'flow-start' : 'flow-signal',
    summary: `${row.name} ${row.state}`,
    refs: refs({ workflowId: row.workflowId, eventNo: row.eventNo }),
  }));
}

export async function outboxEntries(sql: Sql, subject: Subject): Promise<TraceEntry[]> {
  const { rows } = await sql.query<{
    destination: string;
    verb: string;
    key: string;
    state: string;
    attempts: number;
    orderId: string | null;
    createdAt: string;
  }>(
    `select destination, verb, effect_key as key, state, attempts, order_id as "orderId",
            created_at as "createdAt"
       from outbox where order_id = any($1::text[])
      order by outbox_no limit ${MAX_ROWS_A_TABLE}`,
    [subject.orderIds],
  );
  return rows.map((row) => ({
    at: row.createdAt,
    system: row.destination,
    kind: 'message-queued',
    summary: `${row.verb} queued; ${row.state} after ${row.attempts} attempts`,
    refs: refs({ effectKey: row.key, orderId: row.orderId }),
  }));
}

export async function exceptionEntries(sql: Sql, subject: Subject): Promise<TraceEntry[]> {
  const { rows } = await sql.query<{
    exceptionId: string;
    code: string;
    owner: string;
    minor: number | null;
    currency: string | null;
    orderId: string | null;
    eventNo: number | null;
    batchId: string | null;
    openedAt: string;
    resolution: string | null;
    resolvedAt: string | null;
  }>(
    `select exception_id as "exceptionId", code, owner, money_minor as minor, currency,
            order_id as "orderId", event_no as "eventNo", batch_id as "batchId",
            opened_at as "openedAt", resolution, resolved_at as "resolvedAt"
       from exception where order_id = any($1::text[]) or event_no = any($2::bigint[])
         or batch_id = any($3::text[])
      order by opened_at limit ${MAX_ROWS_A_TABLE}`,
    [subject.orderIds, subject.eventNos, subject.batchIds],
  );
  return rows.flatMap((row) => {
    const { exceptionId, code, owner, orderId, eventNo, batchId } = row;
    const about = refs({ exceptionId, orderId, eventNo, batchId });
    const opened: TraceEntry = {
      at: row.openedAt,
      system: OWN_SYSTEM,
      kind: 'exception-opened',
      summary: `${code} waits for ${owner}${money(row.minor, row.currency)}`,
      refs: about,
    };
    if (row.resolvedAt === null) return [opened];
    const summary = `${code} ${row.resolution ?? 'resolved'}`;
    const resolved = { kind: 'exception-resolved', summary, system: OWN_SYSTEM, refs: about };
    return [opened, { ...resolved, at: row.resolvedAt }];
  });
}

/** Who decided and what; why is free text and stays with the order. */
export async function decisionEntries(sql: Sql, subject: Subject): Promise<TraceEntry[]> {
  const { rows } = await sql.query<{
    action: string;
    subject: string;
    role: string;
    actor: string;
    orderId: string | null;
    at: string;
  }>(
    `select action, subject, role, actor, order_id as "orderId", decided_at as at
       from decision where order_id = any($1::text[])
      order by decision_no limit ${MAX_ROWS_A_TABLE}`,
    [subject.orderIds],
  );
  return rows.map((row) => ({
    at: row.at,
    system: OWN_SYSTEM,
    kind: 'decision',
    summary: `${row.action} by ${row.actor} (${row.role})`,
    refs: refs({ subject: row.subject, orderId: row.orderId }),
  }));
}
