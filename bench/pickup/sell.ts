/** Orders that are collected: accepted over the API, authorized, and asked of their store by flows. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Order } from '../../canonical/schema/order';
import { pollUntil } from '../../stack/supervisor/poll';
import { backlogOf, submitter } from '../orders';
import type { BenchStack } from '../bench-stack';
import { benchOrder } from '../shop';
import { inParallel } from '../statistics';
import { openPickups, type OpenPickup } from './presses';

const IN_FLIGHT = 20;
/** A second for each pickup, were it alone: a machine of two cores opens some in a second. */
const LIMIT_MS_A_PICKUP = 1_000;
const LIMIT_MS_AT_LEAST = 120_000;
const ASKED_EVERY_MS = 500;

function orderAt(sku: string, storeId: string): Order {
  const order = benchOrder(sku);
  return { ...order, lines: order.lines.map((line) => ({ ...line, pickup: { storeId } })) };
}

/** So many pickups, over the stores in turn; resolves when each store was asked for its own. */
export async function sellForPickup(
  stack: BenchStack,
  { sku, stores, count }: { sku: string; stores: readonly string[]; count: number },
): Promise<readonly OpenPickup[]> {
  const door = submitter(stack);
  const orders = Array.from({ length: count }, (_, index) =>
    orderAt(sku, stores[index % stores.length] ?? ''),
  );
  await inParallel(count, IN_FLIGHT, async (index) => {
    const order = orders[index];
    if (order !== undefined) await door.submit(order);
  });
  await door.close();
  const orderNos = orders.map(({ orderNo }) => orderNo);
  const limitMs = Math.max(LIMIT_MS_AT_LEAST, count * LIMIT_MS_A_PICKUP);
  await pollUntil(`${count} pickups asked of their stores`, limitMs, async () => {
    await delay(ASKED_EVERY_MS);
    const { rows } = await stack.db.query<{ open: number }>(
      `select /* bench */ count(*) as open from pickup where order_no = any($1)`,
      [orderNos],
    );
    return rows[0]?.open === count;
  });
  await untilStill(stack, limitMs);
  return openPickups(stack, orderNos);
}

/** Nothing is on its way, however many orders wait for their customer. */
export async function untilStill(stack: BenchStack, limitMs: number): Promise<void> {
  await pollUntil('nothing on its way any more', limitMs, async () => {
    const { inbox, dispatch, outbox, journals } = await backlogOf(stack);
    return inbox + dispatch + outbox + journals === 0;
  });
}
