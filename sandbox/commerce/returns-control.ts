/** What people do with returns at the shop, by hand: each tells of itself by its webhook. */
import { z } from 'zod';
import { problem, readCall } from '../control';
import { inTransaction, type Queryable } from '../database';
import { longNumber } from '../identifiers';
import { majorUnits, minorUnits } from '../money';
import type { Answer, Route, SandboxContext } from '../system';
import type { Done } from './payments';
import { createReturn, detailsOf, moveReturn, processReturn, sentOf } from './returns';
import { disposalPayload, returnEndPayload, returnPayload } from './returns-views';
import { gid, numberOf, readOrder, returns } from './shop';
import { orderWebhook } from './webhooks';

const QUANTITY_MAX = 10_000;
const LINES_MAX = 250;

const askSchema = z.strictObject({
  /** Positions among the lines that were sent, and how many units of each. */
  lines: z
    .array(
      z.strictObject({
        line: z.int().min(0).max(LINES_MAX),
        quantity: z.int().min(1).max(QUANTITY_MAX).default(1),
      }),
    )
    .min(1)
    .max(LINES_MAX),
  reason: z.string().min(1).max(40).default('UNWANTED'),
  /** By its buyer: the shop has to say yes first. */
  isRequest: z.boolean().default(false),
});
const processSchema = z.strictObject({
  type: z
    .enum(['RESTOCKED', 'NOT_RESTOCKED', 'PROCESSING_REQUIRED', 'MISSING'])
    .default('RESTOCKED'),
  locationId: z.string().regex(/^\d+$/).default('1'),
  /** In major units, such as `10.00`; left out: no money goes back. */
  refund: z.string().max(20).optional(),
});

const STEPS = {
  approve: { from: ['REQUESTED'], to: 'OPEN', topic: 'returns/approve' },
  decline: { from: ['REQUESTED'], to: 'DECLINED', topic: 'returns/decline' },
  close: { from: ['OPEN'], to: 'CLOSED', topic: 'returns/close' },
  cancel: { from: ['REQUESTED', 'OPEN'], to: 'CANCELED', topic: 'returns/cancel' },
} as const;

/** The webhook of a return as it is now. */
export async function sendReturnWebhook(
  context: SandboxContext,
  db: Queryable,
  id: string,
  topic: string,
): Promise<void> {
  const record = await returns.find(db, id);
  if (!record) return;
  const isWhole = topic === 'returns/request' || topic === 'returns/approve';
  await send(context, db, record.orderId ?? '', topic, {
    ...(isWhole ? returnPayload(record) : returnEndPayload(record)),
  });
}

async function send(
  { outbound, accounts }: SandboxContext,
  db: Queryable,
  orderId: string,
  topic: string,
  payload: Record<string, unknown>,
): Promise<void> {
  const at = new Date().toISOString();
  await outbound.enqueue(db, orderWebhook(accounts.shopify, topic, orderId, payload, at), 1, 0);
}

async function done(
  context: SandboxContext,
  work: (db: Queryable) => Promise<Done<{ id: string }>>,
): Promise<Answer> {
  const made = await inTransaction(context.pool, work);
  if (!made.ok) return problem(409, 'refused', made.error.message);
  made.effects.forEach((effect) => context.effectMade('commerce', effect));
  context.outbound.wake();
  return { status: 201, body: { id: made.value.id } };
}

function askRoute(context: SandboxContext): Route['run'] {
  return async (call) => {
    const read = readCall(askSchema, call);
    if (!read.ok) return read.answer;
    const { lines, reason: returnReason, isRequest } = read.value;
    const orderId = gid('Order', call.params['id'] ?? '');
    return done(context, async (db) => {
      const order = await readOrder(db, orderId);
      const sent = order ? sentOf(order) : [];
      const returnLineItems = lines.map(({ line, quantity }) => ({
        fulfillmentLineItemId: sent[line]?.id ?? '',
        ...{ quantity, returnReason },
      }));
      const input = { orderId, returnLineItems };
      const made = await createReturn(db, input, isRequest ? 'REQUESTED' : 'OPEN');
      const topic = isRequest ? 'returns/request' : 'returns/approve';
      if (made.ok) await sendReturnWebhook(context, db, made.value.id, topic);
      return made;
    });
  };
}

function stepRoute(
  context: SandboxContext,
  { from, to, topic }: (typeof STEPS)[keyof typeof STEPS],
): Route['run'] {
  return (call) =>
    done(context, async (db) => {
      const id = gid('Return', call.params['id'] ?? '');
      const moved = await moveReturn(db, id, from, to);
      if (moved.ok) await sendReturnWebhook(context, db, id, topic);
      return moved;
    });
}

function processRoute(context: SandboxContext): Route['run'] {
  return async (call) => {
    const read = readCall(processSchema, call);
    if (!read.ok) return read.answer;
    const { type, locationId, refund } = read.value;
    const id = gid('Return', call.params['id'] ?? '');
    return done(context, async (db) => {
      const before = await returns.find(db, id);
      const order = before?.orderId ? await readOrder(db, before.orderId) : undefined;
      const currency = order?.currency ?? 'USD';
      const refundMinor = refund === undefined ? 0 : (minorUnits(refund, currency) ?? 0);
      const made = await processReturn(db, id, { type, locationId, refundMinor });
      const record = await returns.find(db, id);
      if (!made.ok || !record?.orderId) return made;
      const { orderId } = record;
      const topic = 'reverse_fulfillment_orders/dispose';
      await send(context, db, orderId, topic, disposalPayload(detailsOf(record)));
      const { refundId } = made.value;
      if (refundId !== null) {
        const paid = (await readOrder(db, orderId))?.transactions.find(
          (one) => one.record.id === refundId,
        );
        await send(context, db, orderId, 'refunds/create', {
          id: Number(longNumber()),
          order_id: Number(numberOf(orderId)),
          refund_line_items: [],
          return: { id: Number(numberOf(id)), admin_graphql_api_id: id },
          transactions: [
            {
              id: Number(numberOf(refundId)),
              parent_id: Number(numberOf(paid?.record.parentId ?? '')),
              kind: 'refund',
              status: 'success',
              amount: majorUnits(refundMinor, currency),
              currency,
            },
          ],
        });
      }
      return made;
    });
  };
}

export const returnControlRoutes = (context: SandboxContext): Route[] => [
  { method: 'POST', path: '/_sandbox/orders/{id}/returns', run: askRoute(context) },
  ...Object.entries(STEPS).map(([step, of]): Route => ({
    method: 'POST',
    path: `/_sandbox/returns/{id}/${step}`,
    run: stepRoute(context, of),
  })),
  { method: 'POST', path: '/_sandbox/returns/{id}/process', run: processRoute(context) },
];
