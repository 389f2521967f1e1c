/** What one pickup costs that is collected, and one that expires: events of histories, statements. */
import { pollUntil } from '../../stack/supervisor/poll';
import { closeStoresAt } from '../../stack/worked-order/closing';
import type { BenchStack } from '../bench-stack';
import { closedAmong } from '../orders';
import { readUsage, usageBetween, type Usage } from '../process-usage';
import type { OpenPickup, Presser } from './presses';
import { sellForPickup, untilStill } from './sell';

const SAMPLES = 10;
const LIMIT_MS = 120_000;

export interface OneCost {
  /** Of the pickup's flow alone. */
  readonly pickupEvents: number;
  /** Of its order's flow, from the first to the last. */
  readonly orderEvents: number;
  /** From the sale until the order is closed and all is told and posted. */
  readonly usage: Usage;
}

export interface OneOfEach {
  readonly collected: OneCost;
  readonly expired: OneCost;
}

interface Sale {
  readonly sku: string;
  readonly stores: readonly string[];
}

export async function measureOne(
  stack: BenchStack,
  sale: Sale,
  { press }: Presser,
): Promise<OneOfEach> {
  const proof = { kind: 'id-card' };
  const collected = await costOf(stack, sale, async (pickup) => {
    await press(pickup, 'accept');
    await press(pickup, 'ready');
    await press(pickup, 'hand-over', { proof });
  });
  const expired = await costOf(stack, sale, async (pickup) => {
    await press(pickup, 'ready');
    await closeStoresAt(stack.db, [pickup.pickupId], new Date());
  });
  return { collected, expired };
}

async function costOf(
  stack: BenchStack,
  sale: Sale,
  live: (pickup: OpenPickup) => Promise<void>,
): Promise<OneCost> {
  const before = await readUsage(stack);
  const pickups = await sellForPickup(stack, { ...sale, count: SAMPLES });
  for (const pickup of pickups) await live(pickup);
  const orderNos = pickups.map(({ orderNo }) => orderNo);
  await pollUntil('their orders are closed', LIMIT_MS, async () => {
    return (await closedAmong(stack, orderNos)).size === SAMPLES;
  });
  await untilStill(stack, LIMIT_MS);
  const after = await readUsage(stack);
  const workflowIds = pickups.map(({ workflowId }) => workflowId);
  const orderIds = pickups.map(({ orderNo }) => `order/web-us/${orderNo}`);
  return {
    pickupEvents: await meanLength(stack, workflowIds),
    orderEvents: await meanLength(stack, orderIds),
    usage: usageBetween(before, after, SAMPLES),
  };
}

async function meanLength({ temporal }: BenchStack, workflowIds: readonly string[]) {
  let events = 0;
  for (const workflowId of workflowIds) {
    const handle = temporal.workflow.getHandle(workflowId);
    await handle.result();
    events += (await handle.describe()).historyLength;
  }
  return events / workflowIds.length;
}
