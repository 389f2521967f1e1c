/**
 * Stripe's PaymentIntents as our payment gateway: authorized with `capture_method=manual`, captured
 * per shipment. The effect's key is Stripe's Idempotency-Key (kept for at least 24 h) and is written
 * into the object's metadata, where the look-ups find it for as long as the object lives.
 */
import type {
  AuthorizeRequest,
  Authorized,
  Captured,
  CaptureRequest,
  ClaimRequest,
  PaymentGateway,
  Voided,
  VoidRequest,
} from '../../canonical/ports/payment';
import type { Refused } from '../../canonical/ports/fault';
import { VendorFault } from '../../canonical/ports/fault';
import { readAnswer, refused } from '../answer';
import { getJson, openDoor, type HttpDoor } from '../http';
import { fromStripeAmount, toStripeAmount } from './amount';
import { post, refusalOf, SYSTEM } from './calls';
import {
  AUTHORIZE_KEY,
  captureMark,
  LATEST_AMOUNT,
  LATEST_KEY,
  ORDER_ID,
  TENDER_NO,
} from './metadata';
import { chargeIdOf, StripeCharge, StripeIntent, StripeIntentSearch } from './schema';
import { whoAnswers } from './who-answers';
import { findRefund, refund } from './refunds';
import { REFUSED_BEFORE } from './refused-before';

/** The version that the schemas here were written against. */
const API_VERSION = '2026-10-28.endive';
const EXPAND_CHARGE = 'expand%5B%5D=latest_charge';
const MS_PER_SECOND = 1_000;

/** A capture refused so will be refused again: lapsed, cancelled, or captured once already. */
const GONE: ReadonlySet<string> = new Set([
  'charge_already_captured',
  'charge_expired_for_capture',
  'payment_intent_unexpected_state',
]);

export interface StripeSettings {
  readonly baseUrl: string;
  readonly secretKey: string;
  readonly headersTimeoutMs?: number;
}

/** Opens the door to one Stripe account. */
export function stripeClient(
  settings: StripeSettings,
): PaymentGateway & { whoAnswers(): Promise<string>; close(): Promise<void> } {
  const door = openDoor({
    ...settings,
    system: SYSTEM,
    refusedBefore: REFUSED_BEFORE,
    headers: { authorization: `Bearer ${settings.secretKey}`, 'stripe-version': API_VERSION },
  });
  return {
    authorize: (request) => authorize(door, request),
    findAuthorization: (request) => findAuthorization(door, request),
    findClaimed: (request) => findClaimed(door, request),
    capture: (request) => capture(door, request),
    findCapture: (request) => findCapture(door, request),
    void: (request) => cancel(door, request),
    findVoid: (request) => findCancellation(door, request),
    refund: (request) => refund(door, request),
    findRefund: (request) => findRefund(door, request),
    whoAnswers: () => whoAnswers(door),
    close: () => door.close(),
  };
}

function intentPath(authorizationRef: string | null): string {
  if (authorizationRef === null) {
    throw new VendorFault(SYSTEM, 'misconfigured', 'no PaymentIntent is named in the request');
  }
  return `/v1/payment_intents/${encodeURIComponent(authorizationRef)}`;
}

async function readIntent(door: HttpDoor, authorizationRef: string | null) {
  const path = intentPath(authorizationRef);
  const answer = await getJson(door, `${path}?${EXPAND_CHARGE}`);
  if (answer.status === 404) return null;
  if (refusalOf('GET payment_intent', answer)) return null;
  return readAnswer(SYSTEM, 'GET payment_intent', StripeIntent, answer.json);
}

/** The charge says what the card network granted; it is read where it did not come expanded. */
async function readCharge(door: HttpDoor, intent: StripeIntent): Promise<StripeCharge | null> {
  if (typeof intent.latest_charge !== 'string') return intent.latest_charge ?? null;
  const what = 'GET charge';
  const path = `/v1/charges/${encodeURIComponent(intent.latest_charge)}`;
  const answer = await getJson(door, path);
  return refusalOf(what, answer) ? null : readAnswer(SYSTEM, what, StripeCharge, answer.json);
}

async function authorized(door: HttpDoor, intent: StripeIntent): Promise<Authorized> {
  const card = (await readCharge(door, intent))?.payment_method_details?.card;
  const before = card?.capture_before;
  return {
    outcome: 'authorized',
    reference: intent.id,
    amountMinor: fromStripeAmount(intent.amount, intent.currency),
    isMulticapture: card?.multicapture?.status === 'available',
    expiresAt: before ? new Date(before * MS_PER_SECOND).toISOString() : null,
  };
}

async function authorize(door: HttpDoor, request: AuthorizeRequest): Promise<Authorized | Refused> {
  const what = 'POST payment_intents';
  const answer = await post(door, '/v1/payment_intents', request.key, {
    amount: String(toStripeAmount(request.amountMinor, request.currency)),
    currency: request.currency.toLowerCase(),
    capture_method: 'manual',
    confirm: 'true',
    // The buyer is not here to answer a challenge: it is a decline, not a wait without an end.
    off_session: 'true',
    'payment_method_types[]': 'card',
    payment_method: request.paymentMethodRef,
    'payment_method_options[card][request_multicapture]': 'if_available',
    [`metadata[${LATEST_KEY}]`]: request.key,
    [`metadata[${LATEST_AMOUNT}]`]: String(request.amountMinor),
    [`metadata[${AUTHORIZE_KEY}]`]: request.key,
    [`metadata[${ORDER_ID}]`]: request.orderId,
    [`metadata[${TENDER_NO}]`]: String(request.tenderNo),
    'expand[]': 'latest_charge',
  });
  const refusal = refusalOf(what, answer);
  if (refusal) return refusal;
  const intent = readAnswer(SYSTEM, what, StripeIntent, answer.json);
  switch (intent.status) {
    case 'requires_capture':
      return authorized(door, intent);
    case 'requires_action':
    case 'requires_payment_method':
    case 'canceled':
      return refused(intent.status, 'the payment method was not authorized');
    default:
      throw new VendorFault(SYSTEM, 'ambiguous', `${what}: the intent is ${intent.status}`);
  }
}

/** Stripe's search lags, by under a minute as a rule: absence proves nothing sooner. */
async function findAuthorization(
  door: HttpDoor,
  request: AuthorizeRequest,
): Promise<Authorized | null> {
  const what = 'GET payment_intents/search';
  const escaped = request.key.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  const query = new URLSearchParams({
    query: `metadata['${AUTHORIZE_KEY}']:'${escaped}'`,
    'expand[]': 'data.latest_charge',
  });
  const answer = await getJson(door, `/v1/payment_intents/search?${query}`);
  if (refusalOf(what, answer)) return null;
  const { data } = readAnswer(SYSTEM, what, StripeIntentSearch, answer.json);
  const found = data.find(
    (intent) =>
      intent.metadata?.[AUTHORIZE_KEY] === request.key &&
      (intent.status === 'requires_capture' || intent.status === 'succeeded'),
  );
  return found ? authorized(door, found) : null;
}

/** The intent that is named: whole, of no other order of ours, nothing of it given back. */
async function findClaimed(
  door: HttpDoor,
  { claim, orderId, amountMinor, currency }: ClaimRequest,
): Promise<Authorized | Captured | null> {
  const intent = claim.reference === null ? null : await readIntent(door, claim.reference);
  if (intent?.currency.toUpperCase() !== currency) return null;
  if ((intent.metadata?.[ORDER_ID] ?? orderId) !== orderId) return null;
  const isWorth = (stripeAmount: number) => fromStripeAmount(stripeAmount, currency) >= amountMinor;
  if (claim.state === 'authorized') {
    const isHeld = intent.status === 'requires_capture' && isWorth(intent.amount_capturable);
    return isHeld ? authorized(door, intent) : null;
  }
  if (intent.status !== 'succeeded' || !isWorth(intent.amount_received)) return null;
  const isGivenBack = ((await readCharge(door, intent))?.amount_refunded ?? 0) > 0;
  return isGivenBack ? null : { outcome: 'captured', reference: intent.id, amountMinor };
}

async function capture(door: HttpDoor, request: CaptureRequest): Promise<Captured | Refused> {
  const what = 'POST payment_intents/capture';
  const path = `${intentPath(request.authorizationRef)}/capture`;
  const answer = await post(door, path, request.key, {
    amount_to_capture: String(toStripeAmount(request.amountMinor, request.currency)),
    // True is Stripe's default; false is refused where multicapture was not granted.
    ...(request.isFinal ? {} : { final_capture: 'false' }),
    [`metadata[${LATEST_KEY}]`]: request.key,
    [`metadata[${LATEST_AMOUNT}]`]: String(request.amountMinor),
    [`metadata[${captureMark(request.key)}]`]: request.key,
  });
  const refusal = refusalOf(what, answer);
  if (refusal) return { ...refusal, isAuthorizationGone: GONE.has(refusal.vendorCode) };
  const intent = readAnswer(SYSTEM, what, StripeIntent, answer.json);
  return captured(intent, request);
}

/** A charge has one id over all its captures; the key tells them apart. */
function captured(intent: StripeIntent, request: CaptureRequest): Captured {
  const reference = chargeIdOf(intent) ?? intent.id;
  return { outcome: 'captured', reference, amountMinor: request.amountMinor };
}

async function findCapture(door: HttpDoor, request: CaptureRequest): Promise<Captured | null> {
  const intent = await readIntent(door, request.authorizationRef);
  if (!intent || intent.metadata?.[captureMark(request.key)] !== request.key) return null;
  return intent.amount_received > 0 ? captured(intent, request) : null;
}

async function cancel(door: HttpDoor, request: VoidRequest): Promise<Voided | Refused> {
  const what = 'POST payment_intents/cancel';
  const path = `${intentPath(request.authorizationRef)}/cancel`;
  const answer = await post(door, path, request.key, {});
  const refusal = refusalOf(what, answer);
  if (refusal) {
    // What lapsed or was cancelled before is as void as we wanted it.
    const isOver = refusal.vendorCode === 'payment_intent_unexpected_state';
    return (isOver ? await findCancellation(door, request) : null) ?? refusal;
  }
  const intent = readAnswer(SYSTEM, what, StripeIntent, answer.json);
  if (intent.status !== 'canceled') {
    throw new VendorFault(SYSTEM, 'ambiguous', `${what}: the intent is ${intent.status}`);
  }
  return { outcome: 'voided', reference: intent.id };
}

/** An authorization that lapsed is cancelled by Stripe itself: it is as void as one we cancelled. */
async function findCancellation(door: HttpDoor, request: VoidRequest): Promise<Voided | null> {
  const intent = await readIntent(door, request.authorizationRef);
  return intent?.status === 'canceled' ? { outcome: 'voided', reference: intent.id } : null;
}
