/**
 * An order that cannot be accepted yet is an order in stage `received`: its lines and tenders are
 * rows as they came, with one exception for each thing that is missing. Its flow starts and waits;
 * the removal of any cause wakes it.
 */
import { readOrder } from '../../canonical/rules/order/acceptance';
import { asClaims } from '../../canonical/rules/order/claims';
import type { Missing } from '../../canonical/rules/order/problem';
import { ACCEPTANCE } from '../../canonical/flows/order-steps';
import type { ChannelSetup } from '../../canonical/schema/channel';
import type { ExceptionBrief } from '../../canonical/schema/exception';
import type { Order } from '../../canonical/schema/order';
import { orderWorkflowId } from '../../canonical/flows/order';
import { only, type Sql } from '../../store/database';
import { openException, resolveExceptions } from '../../store/exceptions/exceptions';
import { contentHash, newId } from '../../store/ids';
import type { Acceptance, Receipt } from './accept-document';
import { writeOrder, type Acceptation } from './accept-statement';
import type { SubmitContext, SubmitOutcome, Waiting } from './submission';

/** Exceptions opened for one order at the most; the rest are found when these are mended. */
const MAX_EXCEPTIONS_AN_ORDER = 100;

/** Thrown in a transaction: what was done in it is taken back, and a collision is a value again. */
export class Collision extends Error {
  constructor(
    readonly written: Acceptation,
    readonly of: Acceptance | Receipt,
  ) {
    super(`order ${of.orderId}: ${written}`);
  }
}

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
        moneyMinor: missing.moneyMinor ?? order.totals.total.minorUnits,
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
  const { correlationId, sourceEventNo, fulfilmentDeadlineMs, pagesUrl } = context;
  await writeOrCollide(sql, {
    orderId,
    workflowId,
    correlationId,
    sourceEventNo,
    order,
    contentHash: contentHash(order),
    setup,
    received: readSubmitted(order, context),
    holdReason: order.hold?.reason ?? null,
    saidAt: context.saidAt ?? null,
    startFlow: { fulfilmentDeadlineMs, pagesUrl },
    idempotency: null,
  });
  const exceptions = await openMissing(sql, {
    orderId,
    workflowId,
    order,
    correlationId,
    missing,
  });
  const waiting: Waiting = { outcome: 'waiting', orderId, workflowId, exceptions };
  await keepAnswer(sql, context, waiting);
  return waiting;
}

export async function writeOrCollide(sql: Sql, order: Acceptance | Receipt): Promise<void> {
  const written = await writeOrder(sql, order);
  if (written !== 'written') throw new Collision(written, order);
}

/** The lock on the order's row is held; how many lines and tenders it had may change. */
export async function rewriteOrder(sql: Sql, order: Acceptance | Receipt): Promise<void> {
  await sql.query(
    `with l as (delete from order_line where order_id = $1),
          a as (delete from payment_authorization where order_id = $1)
     delete from tender where order_id = $1`,
    [order.orderId],
  );
  await writeOrCollide(sql, order);
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

/** What it says was received is believed of its channel only. */
export function readSubmitted(order: Order, { isClaim }: { readonly isClaim?: boolean }) {
  const read = readOrder(order);
  return isClaim === true ? asClaims(read) : read;
}

/** What is needed of an order to judge it again. */
export interface ReceivedOrder {
  readonly orderId: string;
  readonly workflowId: string;
  readonly correlationId: string;
  readonly sourceEventNo: number | null;
  readonly stage: string;
  readonly content: Order;
  readonly rejectReason: string | null;
  readonly holdReason: string | null;
  readonly isClaim: boolean;
  /** When its channel spoke of it last, by the channel's clock. */
  readonly toldAt: string | null;
}

export async function lockReceived(sql: Sql, orderId: string): Promise<ReceivedOrder> {
  const { rows } = await sql.query<ReceivedOrder>(
    `select order_id as "orderId", workflow_id as "workflowId", correlation_id as "correlationId",
            source_event_no as "sourceEventNo", stage, content, reject_reason as "rejectReason",
            hold_reason as "holdReason", told_at as "toldAt",
            exists (select from payment_authorization a
                     where a.order_id = sales_order.order_id and a.claim is not null) as "isClaim"
       from sales_order where order_id = $1 for no key update`,
    [orderId],
  );
  return only(rows, `order ${orderId}`);
}

/**
 * The channel sent its order again with other content while it still waits here: the new content
 * takes the old one's place, and what it waited for is tried again; not so what the channel said
 * before that. Null where it was accepted in the meantime.
 */
export async function replaceContent(
  sql: Sql,
  orderId: string,
  order: Order,
  setup: ChannelSetup,
  context: SubmitContext,
): Promise<SubmitOutcome | null> {
  const before = await lockReceived(sql, orderId);
  if (before.stage !== 'received') return null;
  const { workflowId, toldAt } = before;
  const { saidAt = null } = context;
  if (saidAt !== null && toldAt !== null && saidAt < toldAt) {
    return { outcome: 'exists', orderId, isSame: false };
  }
  await rewriteOrder(sql, {
    ...before,
    order,
    contentHash: contentHash(order),
    setup,
    received: readSubmitted(order, context),
    saidAt,
    startFlow: null,
    idempotency: null,
  });
  const open = await sql.query<{ exception_id: string }>(
    `select exception_id from exception
      where workflow_id = $1 and blocks = $2 and state <> 'resolved'`,
    [workflowId, ACCEPTANCE.text],
  );
  await resolveExceptions(
    sql,
    { exceptionIds: open.rows.map((one) => one.exception_id) },
    { resolution: 'retry', by: 'channel', reason: 'the channel sent the order again, corrected' },
  );
  return { outcome: 'waiting', orderId, workflowId, exceptions: [] };
}
