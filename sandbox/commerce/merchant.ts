/**
 * What a merchant does to an order in the admin: `POST /_sandbox/orders/{id}/merchant`. Each is one
 * change under the order's lock, refused where Shopify refuses it, and told by the webhooks that
 * Shopify has for it, or as the caller says: late, several times, under which topics.
 */
import { z } from 'zod';
import { problem, readCall } from '../control';
import { inTransaction, type Queryable } from '../database';
import { longNumber } from '../identifiers';
import { majorUnits, minorUnits } from '../money';
import type { Call, Effect, Route, SandboxContext } from '../system';
import { COPIES_MAX } from '../webhook-script';
import { payloadOf, payloads } from './checkout';
import { beginEdit, commitEdit, setQuantity } from './edits';
import { cancelOrder, createFulfillment } from './fulfilments';
import { bodyOf, orderNow } from './order-now';
import { refundOrder, refuse, transactionEffect, type Done } from './payments';
import {
  asTransaction,
  deliveryOf,
  gid,
  lockOrder,
  moneyOf,
  orders,
  transactions,
  type ShopOrder,
} from './shop';
import { orderWebhook } from './webhooks';

const UNITS_MAX = 1_000;
const LINES_MAX = 250;
const TOLD_MAX = 20;
const DELAY_MAX_MS = 600_000;

const amount = z.union([z.string(), z.number()]);
const units = z.int().min(1).max(UNITS_MAX);
const some = z.array(z.strictObject({ sku: z.string(), quantity: units })).max(LINES_MAX);

const told = z
  .array(
    z.strictObject({
      topic: z.string().min(1).max(100),
      copies: z.int().min(1).max(COPIES_MAX).default(1),
      delayMs: z.int().min(0).max(DELAY_MAX_MS).default(0),
    }),
  )
  .max(TOLD_MAX)
  .optional();

const merchantSchema = z.discriminatedUnion('act', [
  z.strictObject({ act: z.literal('cancel'), told }),
  z.strictObject({
    act: z.literal('set-quantity'),
    sku: z.string(),
    quantity: z.int().min(0).max(UNITS_MAX),
    told,
  }),
  z.strictObject({
    act: z.literal('add-line'),
    sku: z.string(),
    quantity: units,
    price: amount,
    told,
  }),
  /** `amount` of the payment; a restock takes the units off what is still to be fulfilled. */
  z.strictObject({
    act: z.literal('refund'),
    lines: some.default([]),
    restock: z.boolean().default(false),
    amount: amount.optional(),
    told,
  }),
  z.strictObject({
    act: z.literal('address'),
    address: z.record(z.string(), z.unknown()),
    told,
  }),
  z.strictObject({ act: z.literal('mark-paid'), told }),
  /** Left out: all that is left. */
  z.strictObject({ act: z.literal('fulfil'), lines: some.min(1).optional(), told }),
]);
type Act = z.infer<typeof merchantSchema>;

const UPDATED = 'orders/updated';
/** The topics that Shopify has for it. */
const TOPICS: Readonly<Record<Act['act'], readonly string[]>> = {
  cancel: ['orders/cancelled', UPDATED],
  'set-quantity': ['orders/edited', UPDATED],
  'add-line': ['orders/edited', UPDATED],
  refund: ['refunds/create', UPDATED],
  address: [UPDATED],
  'mark-paid': ['orders/paid', UPDATED],
  fulfil: ['fulfillments/create', UPDATED],
};

export function merchantRoute(context: SandboxContext): Route['run'] {
  return async (call: Call) => {
    const read = readCall(merchantSchema, call);
    if (!read.ok) return read.answer;
    const id = gid('Order', call.params['id'] ?? '');
    const done = await inTransaction(context.pool, async (db) => {
      const order = await lockOrder(db, id);
      if (!order) return null;
      const made = await act(db, order, read.value);
      return made.ok ? { ...made, order: await tell(context, db, id, read.value) } : made;
    });
    if (!done) return problem(404, 'unknown_order', 'the shop has no such order');
    if (!done.ok) return problem(409, 'refused', done.error.message);
    done.effects.forEach((effect) => context.effectMade('commerce', effect));
    context.outbound.wake();
    return { status: 200, body: { order: done.order } };
  };
}

/** The order as it is after it. */
async function tell(context: SandboxContext, db: Queryable, id: string, { act: of, told }: Act) {
  const [kept, order] = [await payloadOf(db, id), await lockOrder(db, id)];
  if (!kept || !order) throw new RangeError(`order ${id} has no payload`);
  const at = new Date().toISOString();
  const { shopify } = context.accounts;
  const tellings = told ?? TOPICS[of].map((topic) => ({ topic, copies: 1, delayMs: 0 }));
  for (const { topic, copies, delayMs } of tellings) {
    const message = orderWebhook(shopify, topic, id, bodyOf(topic, kept, order), at);
    await context.outbound.enqueue(db, message, copies, delayMs);
  }
  return orderNow(kept, order);
}

async function act(db: Queryable, order: ShopOrder, what: Act): Promise<Done<unknown>> {
  const orderId = order.record.id;
  switch (what.act) {
    case 'cancel':
      return cancelOrder(db, { orderId, reason: 'CUSTOMER', refund: true });
    case 'set-quantity':
      return lower(db, order, what);
    case 'add-line':
      return addLine(db, order, what);
    case 'refund':
      return refund(db, order, what);
    case 'address':
      return sendElsewhere(db, orderId, what.address);
    case 'mark-paid':
      return markPaid(db, order);
    case 'fulfil':
      return fulfilByHand(db, order, what.lines);
  }
}

type Of<A extends Act['act']> = Extract<Act, { act: A }>;
const unknownLine = () => refuse(['sku'], 'The line item does not exist.');

async function lower(db: Queryable, order: ShopOrder, { sku, quantity }: Of<'set-quantity'>) {
  const line = order.details.lines.find((one) => one.sku === sku);
  if (!line) return unknownLine();
  const begun = await beginEdit(db, order.record.id);
  if (!begun.ok) return begun;
  const { id } = begun.value.calculatedOrder;
  const staged = await setQuantity(db, { id, lineItemId: line.id, quantity });
  return staged.ok ? commitEdit(db, { id }) : staged;
}

/** Nothing is asked of the buyer for it: what it costs is outstanding. */
async function addLine(
  db: Queryable,
  order: ShopOrder,
  { sku, quantity, price }: Of<'add-line'>,
): Promise<Done<unknown>> {
  const { currency, record, details } = order;
  const kept = await payloadOf(db, record.id);
  const unitMinor = minorUnits(price, currency);
  if (!kept || unitMinor === undefined) return refuse(['price'], 'is not an amount');
  if (details.cancelledAt) return refuse(['id'], 'The order cannot be edited.');
  const id = longNumber();
  const into = order.fulfillmentOrders.find((one) => deliveryOf(one).methodType === 'SHIPPING');
  const line = {
    id: gid('LineItem', id),
    sku,
    title: sku,
    quantity,
    fulfillmentOrderId: into?.id ?? null,
    fulfillmentOrderLineItemId: gid('FulfillmentOrderLineItem', longNumber()),
    remaining: quantity,
    refunded: 0,
    removed: 0,
  };
  const [like] = kept.line_items;
  const added = { ...like, id, sku, title: sku, name: sku, quantity, price: String(price) };
  const amountMinor = order.totalMinor + unitMinor * quantity;
  const payload = {
    ...kept,
    subtotal_price: majorUnits(
      (minorUnits(String(kept['subtotal_price']), currency) ?? 0) + unitMinor * quantity,
      currency,
    ),
    total_price: majorUnits(amountMinor, currency),
    line_items: [...kept.line_items, { ...added, tax_lines: [], taxable: false }],
  };
  await payloads.update(db, record.id, { details: { payload } });
  await orders.update(db, record.id, {
    amountMinor,
    details: { lines: [...details.lines, line] },
  });
  return { ok: true, value: null, effects: [edited(record.id)] };
}

const edited = (id: string): Effect => ({ effect: 'order-edited', id, orderId: id });

function refund(db: Queryable, order: ShopOrder, { lines, restock, amount: back }: Of<'refund'>) {
  const payment = order.transactions.find(
    ({ details, record }) =>
      ['CAPTURE', 'SALE'].includes(details.kind) && record.status === 'SUCCESS',
  );
  if (back !== undefined && !payment) return refuse(['transactions'], 'Nothing was paid.');
  const orderId = order.record.id;
  const found = lines.map(({ sku, quantity }) => {
    const line = order.details.lines.find((one) => one.sku === sku);
    const restockType = restock ? 'CANCEL' : 'NO_RESTOCK';
    return line && { lineItemId: line.id, quantity, restockType };
  });
  const named = found.filter((one) => one !== undefined);
  if (named.length < lines.length) return unknownLine();
  const input = {
    orderId,
    refundLineItems: named,
    ...(back !== undefined &&
      payment && {
        transactions: [{ amount: back, kind: 'REFUND', orderId, parentId: payment.record.id }],
      }),
  };
  return refundOrder(db, input, `admin-${longNumber()}`);
}

async function sendElsewhere(
  db: Queryable,
  orderId: string,
  address: Record<string, unknown>,
): Promise<Done<unknown>> {
  const kept = await payloadOf(db, orderId);
  if (!kept) return refuse(['id'], 'Order does not exist');
  const payload = { ...kept, shipping_address: address };
  await payloads.update(db, orderId, { details: { payload } });
  await orders.update(db, orderId, { details: { shippingAddress: address } });
  return { ok: true, value: null, effects: [edited(orderId)] };
}

/** What is outstanding came by another way: by bank, by cash. */
async function markPaid(db: Queryable, order: ShopOrder): Promise<Done<unknown>> {
  const { record, details, currency, totalMinor } = order;
  const { receivedMinor, capturableMinor } = moneyOf(order);
  const amountMinor = totalMinor - receivedMinor;
  if (details.cancelledAt || capturableMinor > 0 || amountMinor <= 0) {
    return refuse(['id'], 'Order cannot be marked as paid.');
  }
  const made = await transactions.insert(db, {
    id: gid('OrderTransaction', longNumber()),
    reference: details.name,
    orderId: record.id,
    amountMinor,
    currency,
    status: 'SUCCESS',
    details: {
      kind: 'SALE',
      gateway: 'shopify_payments',
      multiCapturable: false,
      expiresAt: null,
      closed: false,
      transactionId: null,
    },
  });
  await orders.update(db, record.id, {});
  return { ok: true, value: null, effects: [transactionEffect(order, asTransaction(made))] };
}

function fulfilByHand(db: Queryable, order: ShopOrder, lines: Of<'fulfil'>['lines']) {
  const into = order.fulfillmentOrders.find((one) => deliveryOf(one).methodType === 'SHIPPING');
  if (!into) return refuse(['id'], 'Fulfillment order does not exist.');
  const wanted = lines?.flatMap(({ sku, quantity }) => {
    const line = order.details.lines.find((one) => one.sku === sku);
    return line ? [{ id: line.fulfillmentOrderLineItemId, quantity }] : [];
  });
  if (wanted && wanted.length < (lines?.length ?? 0)) return unknownLine();
  const group = {
    fulfillmentOrderId: into.id,
    ...(wanted && { fulfillmentOrderLineItems: wanted }),
  };
  return createFulfillment(db, { lineItemsByFulfillmentOrder: [group] });
}
