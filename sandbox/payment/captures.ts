/** Captures of an authorization. https://docs.stripe.com/api/payment_intents/capture */
import type { Queryable } from '../database';
import type { Answer, Call } from '../system';
import { invalidRequest, noSuch, stripeError } from './errors';
import type { Executed } from './idempotency';
import { cancelled } from './intents';
import { asIntent, captures, chargeView, intents, intentView, type Intent } from './ledger';
import {
  begun,
  keyOf,
  notBegun,
  recordCapture,
  shown,
  told,
  unexpectedState,
  type Telling,
} from './outcome';
import { captureParams, readParams } from './requests';

/** Stripe allows at most this many captures of one intent. */
const CAPTURES_MAX = 50;

/** `POST /v1/payment_intents/{id}/capture` */
export async function captureIntent(db: Queryable, call: Call, tell: Telling): Promise<Executed> {
  const read = readParams(captureParams, call.text);
  if (!read.ok) return notBegun(read.answer);
  const id = call.params['id'] ?? '';
  const record = await intents.lock(db, id);
  if (!record) return notBegun(noSuch('payment_intent', id, 'intent'));
  const intent = asIntent(record);
  if (record.status !== 'requires_capture') {
    return unexpectedState(intent, 'captured', 'requires_capture');
  }
  const { details } = intent;
  if (details.paymentMethod === 'pm_card_expiresBeforeCapture') {
    return expireIntent(db, intent, tell);
  }
  const params = read.value;
  const amount = params.amount_to_capture ?? details.amountCapturable;
  const refused = await captureRefusal(db, intent, amount, params.final_capture);
  if (refused) return begun(refused);

  const key = keyOf(call, params.metadata);
  const left = params.final_capture ? 0 : details.amountCapturable - amount;
  const after = asIntent(
    await intents.update(db, id, {
      status: left === 0 ? 'succeeded' : 'requires_capture',
      details: {
        amountCapturable: left,
        amountReceived: details.amountReceived + amount,
        metadata: { ...details.metadata, ...params.metadata },
      },
    }),
  );
  if (amount > 0) {
    const capture = await recordCapture(db, intent, amount, key, params.metadata);
    const before = { amount_captured: details.amountReceived };
    tell.event('charge.captured', chargeView(after), key ?? null, after, before);
    tell.effect({ effect: 'captured', id: capture, ...told(intent, key, amount) });
  }
  const type = left === 0 ? 'payment_intent.succeeded' : 'payment_intent.amount_capturable_updated';
  tell.event(type, intentView(after), key ?? null, after);
  return shown(after, params.expand);
}

async function captureRefusal(
  db: Queryable,
  { record, details }: Intent,
  amount: number,
  final: boolean,
): Promise<Answer | undefined> {
  if (!final && !details.multicapture) {
    const message = 'final_capture can only be false when multicapture is available.';
    return invalidRequest(message, 'final_capture');
  }
  if (amount > details.amountCapturable) {
    const message =
      `The amount_to_capture ${amount} is greater than the capturable amount ` +
      `${details.amountCapturable}.`;
    return invalidRequest(message, 'amount_to_capture', 'amount_too_large');
  }
  // Nothing more to capture: a final capture of zero lets the rest of a multicapture go.
  if (amount === 0 && !(final && details.amountReceived > 0)) {
    const message = 'amount_to_capture must be greater than 0.';
    return invalidRequest(message, 'amount_to_capture', 'amount_too_small');
  }
  const made = await captures.list(db, { parentId: record.id, limit: CAPTURES_MAX });
  if (made.length >= CAPTURES_MAX) {
    return invalidRequest(`A PaymentIntent can be captured ${CAPTURES_MAX} times.`);
  }
  return undefined;
}

async function expireIntent(db: Queryable, intent: Intent, tell: Telling): Promise<Executed> {
  const after = await cancelled(db, intent, 'automatic');
  tell.event('payment_intent.canceled', intentView(after), null, after);
  tell.effect({ effect: 'expired', id: intent.record.id, ...told(intent, undefined) });
  return begun(
    stripeError(400, {
      type: 'invalid_request_error',
      code: 'charge_expired_for_capture',
      message: 'The charge cannot be captured as the authorization has expired.',
      charge: intent.details.chargeId ?? undefined,
      payment_intent: intentView(after),
    }),
  );
}
