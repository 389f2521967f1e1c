/** (f) What a worker holds with a thousand orders open, waiting for their shipment. */
import { pollUntil } from '../stack/supervisor/poll';
import { scriptWarehouse, type BenchStack } from './bench-stack';
import { submitter } from './orders';
import { residentMiB } from './process-usage';
import { benchOrder } from './shop';
import { inParallel } from './statistics';

const OPEN_ORDERS = 1_000;
const IN_FLIGHT = 20;
const RELEASE_LIMIT_MS = 300_000;

export interface MemoryFigures {
  readonly idleMiB: number;
  readonly withOpenOrdersMiB: number;
  readonly openOrders: number;
}

export async function measureMemory(stack: BenchStack, sku: string): Promise<MemoryFigures> {
  await scriptWarehouse(stack, { mode: 'never' });
  await stack.stack.restart('worker');
  const pid = stack.stack.stackJson.pids.worker ?? 0;
  const idleMiB = await residentMiB(pid);
  const door = submitter(stack);
  await inParallel(OPEN_ORDERS, IN_FLIGHT, async () => {
    await door.submit(benchOrder(sku));
  });
  await door.close();
  await pollUntil(`${OPEN_ORDERS} orders released`, RELEASE_LIMIT_MS, async () => {
    const { rows } = await stack.db.query<{ open: number }>(
      `select count(*) as open from sales_order where status = 'released'`,
    );
    return (rows[0]?.open ?? 0) >= OPEN_ORDERS;
  });
  return { idleMiB, withOpenOrdersMiB: await residentMiB(pid), openOrders: OPEN_ORDERS };
}
