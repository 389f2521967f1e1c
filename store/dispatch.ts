/** The one way into a flow: rows of starts and signals, written in the transaction that caused them. */
import type { OrderFlowInput, OrderSignal } from '../canonical/schema/order-flow';
import type { Sql } from './database';

export interface SignalRow {
  readonly workflowId: string;
  readonly signal: OrderSignal;
  readonly orderId: string;
  readonly eventNo: number | null;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function dispatchSignal(sql: Sql, row: SignalRow): Promise<void> {
  await sql.query(
    `insert into dispatch (workflow_id, kind, name, order_id, event_no, body)
     values ($1, 'signal', $2, $3, $4, $5)`,
    [row.workflowId, row.signal, row.orderId, row.eventNo, JSON.stringify(row.body)],
  );
}

export interface DispatchRow {
  readonly dispatchNo: number;
  readonly workflowId: string;
  readonly kind: 'start' | 'signal';
  readonly name: string;
  readonly orderId: string | null;
  readonly eventNo: number | null;
  readonly body: OrderFlowInput | Record<string, unknown>;
  readonly attempts: number;
  /** RFC 3339: since when it waits. */
  readonly createdAt: string;
}

/** The next rows to deliver, oldest first; a row whose flow has an older undelivered one waits. */
export async function dueDispatches(sql: Sql, limit: number): Promise<DispatchRow[]> {
  const { rows } = await sql.query<DispatchRow>({
    name: 'due-dispatches',
    text: `select dispatch_no as "dispatchNo", workflow_id as "workflowId", kind, name,
                  order_id as "orderId", event_no as "eventNo", body, attempts,
                  created_at as "createdAt"
             from dispatch where state = 'pending' and next_at <= now()
            order by dispatch_no limit $1`,
    values: [limit],
  });
  return rows;
}

export async function markDelivered(sql: Sql, dispatchNos: readonly number[]): Promise<void> {
  await sql.query({
    name: 'mark-delivered',
    text: `with sent as (
             update dispatch set state = 'delivered', delivered_at = now(), attempts = attempts + 1
              where dispatch_no = any($1::bigint[]) returning event_no)
           update inbox set signalled_at = now()
            where event_no in (select event_no from sent where event_no is not null)`,
    values: [dispatchNos],
  });
}
