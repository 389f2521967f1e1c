/** Payment intents: authorize, cancel. https://docs.stripe.com/api/payment_intents */
import type { Queryable } from '../database';
import { prefixedId } from '../identifiers';
import type { Call } from '../system';
import {
  CARDS,
  confirmationNeeded,
  DECLINES,
  PARTIAL,
  SLOW,
  TO_CONFIRM,
  USED_MESSAGE,
  USED_ONCE,
} from './cards';
import { invalidRequest, noSuch, stripeError, type StripeError } from './errors';
import type { Executed } from './idempotency';
import {
  asIntent,
  cancellations,
  charges,
  intents,
  intentView,
  type Intent,
  type IntentDetails,
} from './ledger';
import {
  begun,
  keyOf,
  notBegun,
  orderOf,
  recordCapture,
  shown,
  told,
  unexpectedState,
  type Telling,
} from './outcome';
import { cancelParams, createIntentParams, readParams } from './requests';

type CreateParams = ReturnType<typeof createIntentParams.parse>;

function newDetails(params: CreateParams): IntentDetails {
  const requested = params.payment_method_options?.card?.request_multicapture === 'if_available';
  return {
    captureMethod: params.capture_method,
    paymentMethod: params.payment_method ?? null,
    requestMulticapture: requested,
    multicapture: requested && params.payment_method === 'pm_card_visa_multicapture',
    metadata: params.metadata,
    description: params.description ?? null,
    amountCapturable: 0,
    amountReceived: 0,
    amountRefunded: 0,
    chargeId: null,
    canceledAt: null,
    cancellationReason: null,
    lastPaymentError: null,
  };
}

/** Confirmed with a good card: held for a later capture, or captured at once. */
export function confirmed(
  details: IntentDetails,
  amount: number,
): { status: string; holds: IntentDetails } {
  const chargeId = prefixedId('ch');
  if (details.captureMethod === 'manual') {
    const holds = { ...details, chargeId, amountCapturable: amount };
    return { status: 'requires_capture', holds };
  }
  return { status: 'succeeded', holds: { ...details, chargeId, amountReceived: amount } };
}

export async function recordCharge(db: Queryable, intent: Intent): Promise<void> {
  const { id, throughlineKey, reference, orderId, amountMinor, currency } = intent.record;
  await charges.insert(db, {
    id: intent.details.chargeId ?? prefixedId('ch'),
    parentId: id,
    throughlineKey,
    reference,
    orderId,
    amountMinor,
    currency,
    status: 'succeeded',
    details: { paymentIntentId: id },
  });
}

/** By an intent of the same order: cards are shared by all orders here. */
async function isUsed(db: Queryable, method: string, orderId: string | undefined) {
  if (orderId === undefined) return false;
  const before = await intents.list(db, { orderId, limit: INTENTS_MAX });
  return before.some((record) => asIntent(record).details.paymentMethod === method);
}
const INTENTS_MAX = 50;

/** `POST /v1/payment_intents` */
export async function createIntent(db: Queryable, call: Call, tell: Telling): Promise<Executed> {
  const read = readParams(createIntentParams, call.text);
  if (!read.ok) return notBegun(read.answer);
  const params = read.value;
  const { amount, currency, metadata } = params;
  const method = params.payment_method;
  const decline = method === undefined ? undefined : DECLINES[method];
  if (method !== undefined && !decline && !CARDS.has(method)) {
    return notBegun(noSuch('PaymentMethod', method, 'payment_method'));
  }
  if (params.confirm && method === undefined) {
    const message = 'You cannot confirm this PaymentIntent because it is missing a payment method.';
    return notBegun(invalidRequest(message, 'payment_method', 'parameter_missing'));
  }
  const key = keyOf(call, metadata);
  const insert = async (status: string, details: IntentDetails): Promise<Intent> => {
    const orderId = orderOf(metadata, key) ?? null;
    const outer = { throughlineKey: key ?? null, orderId, amountMinor: amount, currency, status };
    const record = { id: prefixedId('pi'), reference: details.chargeId, details, ...outer };
    return asIntent(await intents.insert(db, record));
  };
  const details = newDetails(params);
  if (!params.confirm) {
    const status = method === undefined ? 'requires_payment_method' : 'requires_confirmation';
    const intent = await insert(status, details);
    tell.event('payment_intent.created', intentView(intent), key ?? null, intent);
    return shown(intent, params.expand);
  }
  if (method === USED_ONCE && (await isUsed(db, method, orderOf(metadata, key)))) {
    return notBegun(invalidRequest(USED_MESSAGE));
  }
  const isOnSession = method === TO_CONFIRM && params.off_session !== 'true';
  if (method === SLOW || isOnSession) {
    const intent = await insert(isOnSession ? 'requires_action' : 'processing', details);
    const type = `payment_intent.${intent.record.status}`;
    tell.event(type, intentView(intent), key ?? null, intent);
    return shown(intent, params.expand);
  }
  const toConfirm = method === TO_CONFIRM ? confirmationNeeded : undefined;
  const error = decline
    ? ({ type: 'card_error', code: 'card_declined', ...decline } satisfies StripeError)
    : toConfirm;
  if (error) {
    const intent = await insert('requires_payment_method', {
      ...details,
      paymentMethod: null,
      lastPaymentError: { ...error },
    });
    const view = intentView(intent);
    tell.event('payment_intent.payment_failed', view, key ?? null, intent);
    tell.effect({ effect: 'declined', id: intent.record.id, ...told(intent, key) });
    return begun(stripeError(402, { ...error, payment_intent: view }));
  }
  const held = method === PARTIAL ? Math.floor(amount / 2) : amount;
  const { status, holds } = confirmed(details, held);
  const intent = await insert(status, holds);
  await recordCharge(db, intent);
  if (status === 'succeeded') {
    await recordCapture(db, intent, amount, key, metadata);
    tell.event('payment_intent.succeeded', intentView(intent), key ?? null, intent);
  } else {
    const type = 'payment_intent.amount_capturable_updated';
    tell.event(type, intentView(intent), key ?? null, intent);
  }
  const effect = status === 'succeeded' ? 'captured' : 'authorized';
  tell.effect({ effect, id: intent.record.id, ...told(intent, key) });
  return shown(intent, params.expand);
}

/** The intent as canceled, with nothing left to capture. */
export async function cancelled(
  db: Queryable,
  intent: Intent,
  reason: string | null,
): Promise<Intent> {
  const canceledAt = Math.floor(Date.now() / 1000);
  return asIntent(
    await intents.update(db, intent.record.id, {
      status: 'canceled',
      details: { amountCapturable: 0, canceledAt, cancellationReason: reason },
    }),
  );
}

const CANCELLABLE: ReadonlySet<string> = new Set([
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
  'requires_capture',
]);

/** `POST /v1/payment_intents/{id}/cancel`: what is not captured yet is let go. */
export async function cancelIntent(db: Queryable, call: Call, tell: Telling): Promise<Executed> {
  const read = readParams(cancelParams, call.text);
  if (!read.ok) return notBegun(read.answer);
  const id = call.params['id'] ?? '';
  const record = await intents.lock(db, id);
  if (!record) return notBegun(noSuch('payment_intent', id, 'intent'));
  const intent = asIntent(record);
  if (!CANCELLABLE.has(record.status)) {
    return unexpectedState(intent, 'canceled', [...CANCELLABLE].join(', '));
  }
  const released = intent.details.amountCapturable;
  const after = await cancelled(db, intent, read.value.cancellation_reason ?? null);
  const key = keyOf(call, {});
  const { orderId, currency } = record;
  await cancellations.insert(db, {
    id: prefixedId('txn'),
    parentId: id,
    throughlineKey: key ?? null,
    reference: intent.details.chargeId,
    orderId,
    amountMinor: released,
    currency,
    status: 'released',
    details: { paymentIntentId: id },
  });
  tell.event('payment_intent.canceled', intentView(after), key ?? null, after);
  tell.effect({ effect: 'voided', id, ...told(intent, key, released) });
  return shown(after, read.value.expand);
}
