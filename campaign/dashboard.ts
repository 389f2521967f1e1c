/** Refunds that a person makes in the processor's own dashboard, past us. */
import { z } from 'zod';
import { isFinal, HTTP_OK, type People } from './callers';
import { ask, askUntil, control } from './outside';

const Intents = z.object({
  items: z.array(z.object({ id: z.string(), status: z.string().nullable() })),
});

export interface DashboardRefund {
  readonly orderId: string;
  readonly key: string;
  /** Null: all that is left of the payment. */
  readonly amountMinor: number | null;
}

/** The order's first payment; the processor says no to what it has not got, and that is an answer. */
export async function refundInDashboard(people: People, of: DashboardRefund): Promise<void> {
  const { json, deadlineMs, processorKey } = people;
  const { orderId, key, amountMinor } = of;
  const read = () =>
    control(json().sandbox, 'payment', 'GET', `records/payment-intents?orderId=${orderId}`);
  const found = await askUntil(read, ({ status }) => status === HTTP_OK, deadlineMs);
  const paid = Intents.parse(JSON.parse(found.text)).items.find(
    (one) => one.status === 'succeeded',
  );
  if (!paid) return;
  const form = new URLSearchParams({ payment_intent: paid.id });
  if (amountMinor !== null) form.set('amount', String(amountMinor));
  const refund = () =>
    ask('POST', new URL('/v1/refunds', json().sandbox.payment), form.toString(), {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Bearer ${processorKey}`,
      'idempotency-key': `dashboard-${key}`,
    });
  await askUntil(refund, isFinal, deadlineMs);
}
