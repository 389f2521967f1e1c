/** A call of Stripe's API under one of our keys, and what its refusals mean. */
import type { Refused } from '../../canonical/ports/fault';
import { VendorFault } from '../../canonical/ports/fault';
import { readAnswer, refused } from '../answer';
import type { HttpAnswer, HttpDoor } from '../http';
import { StripeErrorBody } from './schema';

export const SYSTEM = 'stripe';

/** Refusals of an effect that come as a 400: nothing was made, and the same again will not help. */
const REFUSAL_CODES: ReadonlySet<string> = new Set([
  'amount_too_large',
  'amount_too_small',
  'charge_already_captured',
  'charge_already_refunded',
  'charge_disputed',
  'charge_expired_for_capture',
  'charge_not_refundable',
  'payment_intent_unexpected_state',
  'resource_missing',
]);

/** Declines that only the buyer can turn into a yes, at their bank. */
const TO_CONFIRM: ReadonlySet<string> = new Set(['authentication_required', 'requires_action']);

/**
 * Without a customer a PaymentMethod is used once; Stripe gives this refusal a sentence and no code.
 * https://docs.stripe.com/payments/payment-methods#usage
 */
const USED_ONCE = /previously used|may not be used again|attach it to a Customer/i;

export function needsBuyer(code: string): Pick<Refused, 'needsBuyer'> {
  return TO_CONFIRM.has(code) ? { needsBuyer: 'confirm' } : {};
}

type Fields = Readonly<Record<string, string>>;

export async function post(door: HttpDoor, path: string, key: string, fields: Fields) {
  return door.call({
    method: 'POST',
    path,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': key,
    },
    body: new URLSearchParams(fields).toString(),
  });
}

/** Null for a success; a definite refusal as a value; anything else is thrown. */
export function refusalOf(what: string, answer: HttpAnswer): Refused | null {
  if (answer.status < 400) return null;
  const { error } = readAnswer(SYSTEM, what, StripeErrorBody, answer.json);
  const code = error.code ?? error.type;
  if (answer.status === 402 || REFUSAL_CODES.has(code)) {
    const { decline_code: declineCode, payment_intent: intent } = error;
    return {
      ...refused(code, error.message ?? code),
      ...(declineCode && { declineCode }),
      ...(intent && { reference: intent.id }),
      ...needsBuyer(code),
    };
  }
  if (USED_ONCE.test(error.message ?? '')) {
    const refusal = refused('payment_method_used', 'without a customer it can be used once');
    return { ...refusal, needsBuyer: 'another-means' };
  }
  // An idempotency_error is one of these: our key went out with two bodies.
  const field = error.param ? ` at ${error.param}` : '';
  throw new VendorFault(SYSTEM, 'misconfigured', `${what}: ${error.type} ${code}${field}`);
}
