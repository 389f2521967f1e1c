/**
 * What order-to-cash is compared with: a flow that makes the same calls in the same order to the
 * same sandbox, and knows nothing. No store, no rules, no keys kept, nobody to resolve anything.
 */
import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type { BareActivities, BareOrder } from './activities';

export const shipped = defineSignal('shipped');

const { authorize, release, capture } = proxyActivities<BareActivities>({
  startToCloseTimeout: '30s',
});

export async function bareOrder(order: BareOrder): Promise<void> {
  let hasShipped = false;
  setHandler(shipped, () => {
    hasShipped = true;
  });
  const reference = await authorize(order);
  await release(order);
  await condition(() => hasShipped);
  await capture({ ...order, reference });
}
