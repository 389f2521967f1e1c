/** What the endpoints share: what they answer, whom it is for, and what is told afterwards. */
import type { Queryable } from '../database';
import { orderIdInKey, prefixedId } from '../identifiers';
import type { Answer, Call, Effect } from '../system';
import { stripeError } from './errors';
import type { Executed } from './idempotency';
import { captures, expandedIntentView, intentView, type Intent } from './ledger';

/** What an endpoint leaves to be told after its transaction: console lines and webhooks. */
export interface Telling {
  effect(effect: Effect): void;
  /** `before`: what the object's changed fields were. */
  event(
    type: string,
    object: Record<string, unknown>,
    key: string | null,
    intent: Intent,
    before?: Record<string, unknown>,
  ): void;
}

export const notBegun = (answer: Answer): Executed => ({ answer, kept: false });
export const begun = (answer: Answer): Executed => ({ answer, kept: true });
export const shown = (intent: Intent, expand: readonly string[] = []): Executed =>
  begun({ status: 200, body: expandedIntentView(intent, expand) });

/** Our key for an effect: in the metadata, or else the Idempotency-Key itself. */
export function keyOf(call: Call, metadata: Readonly<Record<string, string>>): string | undefined {
  const header = call.headers['idempotency-key'];
  return metadata['throughline_key'] ?? (typeof header === 'string' ? header : undefined);
}

export function orderOf(
  metadata: Readonly<Record<string, string>>,
  key: string | undefined,
): string | undefined {
  return metadata['order_id'] ?? metadata['throughline_order_id'] ?? orderIdInKey(key);
}

export function told(
  intent: Intent,
  key: string | undefined,
  amountMinor?: number,
): Omit<Effect, 'effect' | 'id'> {
  const { orderId, currency } = intent.record;
  return { key, orderId, currency, amountMinor: amountMinor ?? intent.record.amountMinor };
}

export function unexpectedState(intent: Intent, verb: string, allowed: string): Executed {
  const { status } = intent.record;
  return begun(
    stripeError(400, {
      type: 'invalid_request_error',
      code: 'payment_intent_unexpected_state',
      message:
        `This PaymentIntent could not be ${verb} because it has a status of ${status}. ` +
        `Only a PaymentIntent with one of the following statuses may be ${verb}: ${allowed}.`,
      payment_intent: intentView(intent),
    }),
  );
}

/** Money that moved: the full amount at once, or what a capture took. The record's id. */
export async function recordCapture(
  db: Queryable,
  intent: Intent,
  amount: number,
  key: string | undefined,
  metadata: Record<string, string>,
): Promise<string> {
  const id = prefixedId('txn');
  const chargeId = intent.details.chargeId;
  await captures.insert(db, {
    id,
    parentId: intent.record.id,
    throughlineKey: key ?? null,
    reference: chargeId,
    orderId: orderOf(metadata, key) ?? intent.record.orderId,
    amountMinor: amount,
    currency: intent.record.currency,
    status: 'succeeded',
    details: { paymentIntentId: intent.record.id, chargeId, metadata },
  });
  return id;
}
