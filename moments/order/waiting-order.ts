/**
 * An order that cannot be accepted yet: kept as it came, with one exception for each thing that is
 * missing. Its flow starts and waits; the removal of any cause wakes it.
 */
import type { Missing } from '../../canonical/rules/order/acceptance';
import { ACCEPTANCE } from '../../canonical/flows/order-steps';
import type { ChannelSetup } from '../../canonical/schema/channel';
import type { ExceptionBrief } from '../../canonical/schema/exception';
import type { Order } from '../../canonical/schema/order';
import { orderWorkflowId } from '../../canonical/flows/order';
import { ORDER_FLOW } from '../../canonical/flows/order-contract';
import type { Sql } from '../../store/database';
import { openException, resolveExceptions } from '../../store/exceptions/exceptions';
import { openFlow } from '../../store/flows/flows';
import { contentHash, newId } from '../../store/ids';
import { flowAddress } from './accept-document';
import type { SubmitContext, SubmitOutcome, Waiting } from './submission';

/** Exceptions opened for one order at the most; the rest are found when these are mended. */
const MAX_EXCEPTIONS_AN_ORDER = 100;

interface WaitingRow {
  readonly orderId: string;
  readonly workflowId: string;
  readonly order: Order;
  readonly correlationId: string;
  readonly missing: readonly Missing[];
}

export async function openMissing(sql: Sql, waiting: WaitingRow): Promise<ExceptionBrief[]> {
  const { order, orderId, workflowId, correlationId } = waiting;
  const exceptions: ExceptionBrief[] = [];
  for (const missing of waiting.missing.slice(0, MAX_EXCEPTIONS_AN_ORDER)) {
    exceptions.push(
      await openException(sql, {
        ...missing,
        blocks: ACCEPTANCE,
        subject: orderId,
        severity: 'high',
        orderId,
        workflowId,
        moneyMinor: order.totals.total.minorUnits,
        currency: order.currency,
        correlationId,
      }),
    );
  }
  return exceptions;
}

export async function writeWaitingOrder(
  sql: Sql,
  order: Order,
  context: SubmitContext,
  setup: ChannelSetup,
  missing: readonly Missing[],
): Promise<Waiting> {
  const orderId = newId('ord');
  const workflowId = orderWorkflowId(order.channelInstance, order.orderNo);
  const { correlationId, fulfilmentDeadlineMs } = context;
  await sql.query(
    `insert into sales_order (order_id, channel_instance, order_no, workflow_id, content,
       content_hash, channel_order_ref, currency, money_mode, total_minor, stage, status,
       hold_reason, correlation_id, source_event_no, placed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'received', $11, $12, $13, $14, $15)`,
    [
      orderId,
      order.channelInstance,
      order.orderNo,
      workflowId,
      JSON.stringify(order),
      contentHash(order),
      order.channelOrderRef ?? null,
      order.currency,
      setup.moneyMode,
      order.totals.total.minorUnits,
      order.hold ? 'on-hold' : 'received',
      order.hold?.reason ?? null,
      correlationId,
      context.sourceEventNo,
      order.placedAt,
    ],
  );
  const exceptions = await openMissing(sql, {
    orderId,
    workflowId,
    order,
    correlationId,
    missing,
  });
  const flow = {
    ...flowAddress({ orderId, order, correlationId, setup }),
    accepted: null,
    fulfilmentDeadlineMs,
  };
  await openFlow(sql, { contract: ORDER_FLOW, input: flow, subjectId: orderId, orderId });
  const waiting: Waiting = { outcome: 'waiting', orderId, workflowId, exceptions };
  await keepAnswer(sql, context, waiting);
  return waiting;
}

async function keepAnswer(sql: Sql, context: SubmitContext, waiting: Waiting): Promise<void> {
  const { idempotency } = context;
  if (!idempotency) return;
  const { status, body } = idempotency.answer(waiting);
  await sql.query(
    `insert into idempotency (scope, idempotency_key, body_hash, status, answer)
     values ($1, $2, $3, $4, $5)`,
    [idempotency.scope, idempotency.key, idempotency.bodyHash, status, JSON.stringify(body)],
  );
}

/**
 * The channel sent its order again with other content while it still waits here: the new content
 * takes the old one's place, and what it waited for is tried again. Null where it was accepted in
 * the meantime.
 */
export async function replaceContent(
  sql: Sql,
  orderId: string,
  order: Order,
): Promise<SubmitOutcome | null> {
  const { rows } = await sql.query<{ workflow_id: string }>(
    `update sales_order set content = $2, content_hash = $3, currency = $4, total_minor = $5,
            channel_order_ref = $6, placed_at = $7
      where order_id = $1 and stage = 'received' returning workflow_id`,
    [
      orderId,
      JSON.stringify(order),
      contentHash(order),
      order.currency,
      order.totals.total.minorUnits,
      order.channelOrderRef ?? null,
      order.placedAt,
    ],
  );
  const [row] = rows;
  if (!row) return null;
  const open = await sql.query<{ exception_id: string }>(
    `select exception_id from exception
      where workflow_id = $1 and blocks = $2 and state <> 'resolved'`,
    [row.workflow_id, ACCEPTANCE.text],
  );
  await resolveExceptions(
    sql,
    { exceptionIds: open.rows.map((one) => one.exception_id) },
    { resolution: 'retry', by: 'channel', reason: 'the channel sent the order again, corrected' },
  );
  return { outcome: 'waiting', orderId, workflowId: row.workflow_id, exceptions: [] };
}
