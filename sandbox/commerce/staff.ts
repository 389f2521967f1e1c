/**
 * Somebody of the shop's own staff presses in its admin what is to be collected: prepared, or picked
 * up. The same changes as by its API, told by the same webhooks.
 */
import { z } from 'zod';
import { problem, readCall } from '../control';
import { inTransaction, type Queryable } from '../database';
import type { Call, Effect, Route, SandboxContext } from '../system';
import { fulfil, fulfilmentTeller, prepare, type FulfilmentTeller } from './fulfilment-webhooks';
import type { UserError } from './payments';
import { deliveryOf, gid, linesOf, readOrder, type ShopOrder } from './shop';

const LINES_MAX = 250;

const staffSchema = z.discriminatedUnion('press', [
  z.strictObject({ press: z.literal('prepare') }),
  z.strictObject({
    press: z.literal('pick-up'),
    /** Left out: all that is left. */
    lines: z
      .array(z.strictObject({ sku: z.string(), quantity: z.int().min(1) }))
      .min(1)
      .max(LINES_MAX)
      .optional(),
  }),
]);
type Pressed = z.infer<typeof staffSchema>;

type Done = { ok: true; effects: Effect[] } | { ok: false; error: UserError };

export function staffRoute(context: SandboxContext): Route['run'] {
  const told = fulfilmentTeller(context);
  return async (call: Call) => {
    const read = readCall(staffSchema, call);
    if (!read.ok) return read.answer;
    const id = gid('Order', call.params['id'] ?? '');
    const done = await inTransaction(context.pool, (db) => press(db, id, read.value, told));
    if (!done) return problem(404, 'unknown_pickup', 'the shop has nothing of it to be collected');
    if (!done.ok) return problem(409, 'refused', done.error.message);
    done.effects.forEach((effect) => context.effectMade('commerce', effect));
    context.outbound.wake();
    return { status: 200, body: {} };
  };
}

/** Null where nothing of it is collected. */
async function press(
  db: Queryable,
  id: string,
  pressed: Pressed,
  told: FulfilmentTeller,
): Promise<Done | null> {
  const order = await readOrder(db, id);
  const pickup = order?.fulfillmentOrders.find((one) => deliveryOf(one).methodType === 'PICK_UP');
  if (!order || !pickup) return null;
  const fulfillmentOrderId = pickup.id;
  if (pressed.press === 'prepare') {
    const input = { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId }] };
    return prepare(db, input, told);
  }
  const lines = pressed.lines && linesNamed(order, fulfillmentOrderId, pressed.lines);
  const group = { fulfillmentOrderId, ...(lines && { fulfillmentOrderLineItems: lines }) };
  return fulfil(db, { lineItemsByFulfillmentOrder: [group] }, told);
}

const linesNamed = (
  order: ShopOrder,
  fulfillmentOrderId: string,
  lines: readonly { sku: string; quantity: number }[],
) =>
  lines.flatMap(({ sku, quantity }) => {
    const line = linesOf(order, fulfillmentOrderId).find((one) => one.sku === sku);
    return line ? [{ id: line.fulfillmentOrderLineItemId, quantity }] : [];
  });
