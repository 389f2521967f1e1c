/** A move of a fulfillment order as the shop answers it: the one that moved, and what is left of it. */
import type { SandboxContext } from '../system';
import { change, without, type Payload } from './change';
import { moveFulfillmentOrder, type MoveInput } from './moves';
import { linesOf, readOrder } from './shop';
import { fulfillmentOrderView } from './views';

export async function moveOrder(context: SandboxContext, input: MoveInput): Promise<Payload> {
  const FIELDS = ['movedFulfillmentOrder', 'originalFulfillmentOrder', 'remainingFulfillmentOrder'];
  let ids: { orderId: string; originalId: string; movedId: string } | undefined;
  const payload = await change(
    context,
    (db) => moveFulfillmentOrder(db, input),
    without(...FIELDS),
    (moved) => {
      ids = moved;
      return Promise.resolve({ userErrors: [] });
    },
  );
  const order = ids && (await readOrder(context.pool, ids.orderId));
  if (!ids || !order) return payload;
  const { originalId, movedId } = ids;
  const view = (id: string) => {
    const record = order.fulfillmentOrders.find((one) => one.id === id);
    return record ? fulfillmentOrderView(order, record) : null;
  };
  const isLeft =
    originalId !== movedId && linesOf(order, originalId).some((line) => line.remaining > 0);
  return {
    ...payload,
    movedFulfillmentOrder: view(movedId),
    originalFulfillmentOrder: view(originalId),
    remainingFulfillmentOrder: isLeft ? view(originalId) : null,
  };
}
