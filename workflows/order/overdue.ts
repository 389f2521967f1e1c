/**
 * The deadline for goods that a warehouse has: one durable timer from the first release on. When
 * it ends and goods are still out, somebody owns the wait; nothing is cancelled by it.
 */
import { sleep } from '@temporalio/workflow';
import { momentOf, type OrderFlow } from './flow-state';

const STEP = 'ship:1';

/** Begins the timer with the first release. It is left running when the order closes before it. */
export function watchRelease(flow: OrderFlow): void {
  // Opened by a flow that was lost: it is closed when the goods are out of the warehouse.
  const isOpen = flow.agenda?.blockedBy.some((one) => one.code === 'fulfilment.overdue');
  if (flow.overdue === 'off' && isOpen) flow.overdue = 'open';
  const released = flow.agenda?.order.units.released ?? 0;
  if (flow.overdue === 'off' && released > 0) run(flow, flow.input.fulfilmentDeadlineMs);
}

/** The rest of a deadline that a former run began. */
export function resumeDeadline(flow: OrderFlow): void {
  if (flow.overdue === 'running') run(flow, Math.max(flow.overdueAtMs - Date.now(), 1));
}

function run(flow: OrderFlow, delayMs: number): void {
  flow.overdue = 'running';
  flow.overdueAtMs = Date.now() + delayMs;
  const summary = `Shipped by ${new Date(flow.overdueAtMs).toISOString()}, or it is overdue`;
  sleep(delayMs, { summary })
    .then(() => {
      flow.overdue = 'due';
    })
    .catch((error: unknown) => {
      flow.failure = { error };
    });
}

/** The timer ended: goods that are still out become a wait; none are, so the watch is over. */
export async function openOverdue(flow: OrderFlow): Promise<void> {
  const { orderId, warehouse } = flow.input;
  const released = flow.agenda?.order.units.released ?? 0;
  flow.overdue = released > 0 ? 'open' : 'off';
  if (released === 0) return;
  await momentOf(flow, (moments) =>
    moments.openWait({
      orderId,
      step: STEP,
      code: 'fulfilment.overdue',
      detail: `${released} released and not shipped by ${warehouse} within the time allowed`,
    }),
  );
}

export async function closeOverdue(flow: OrderFlow): Promise<void> {
  flow.overdue = 'off';
  const { orderId } = flow.input;
  await momentOf(flow, (moments) => moments.closeWait({ orderId, step: STEP }));
}

/** After a person's word on it: `retry` waits for another deadline, `override` for as long as it takes. */
export function overdueResolved(flow: OrderFlow, isRetry: boolean): void {
  const isStillOpen = flow.agenda?.blockedBy.some((one) => one.code === 'fulfilment.overdue');
  if (flow.overdue !== 'open' || isStillOpen) return;
  flow.overdue = isRetry ? 'off' : 'accepted';
}
