/* eslint-disable max-lines -- the look-up of a claim reads an intent as an authorization does */
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
  Refunded,
  RefundRequest,
  Voided,
  VoidRequest,
} from '../../canonical/ports/payment';
import type { Refused } from '../../canonical/ports/fault';
import { VendorFault } from '../../canonical/ports/fault';
import { readAnswer, refused } from '../answer';
import { getJson, openDoor, type HttpAnswer, type HttpDoor } from '../http';
import { fromStripeAmount, toStripeAmount } from './amount';
import {
  AUTHORIZE_KEY,
  captureMark,
  LATEST_AMOUNT,
  LATEST_KEY,
  ORDER_ID,
  TENDER_NO,
} from './metadata';
import {
  chargeIdOf,
  StripeCharge,
  StripeErrorBody,
  StripeIntent,
  StripeIntentSearch,
  StripeRefund,
  StripeRefundList,
} from './schema';
import { whoAnswers } from './who-answers';
import { REFUSED_BEFORE } from './refused-before';

const SYSTEM = 'stripe';
/** The version that the schemas here were written against. */
const API_VERSION = '2026-10-28.endive';
/** Stripe's largest page; refunds of one intent beyond a page are read page by page. */
const PAGE_SIZE = 100;
const MAX_REFUND_PAGES = 10;
const EXPAND_CHARGE = 'expand%5B%5D=latest_charge';
const MS_PER_SECOND = 1_000;

/** A capture refused so will be refused again: lapsed, cancelled, or captured once already. */
const GONE: ReadonlySet<string> = new Set([
  'charge_already_captured',
  'charge_expired_for_capture',
  'payment_intent_unexpected_state',
]);

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

export interface StripeSettings {
  readonly baseUrl: string;
  readonly secretKey: string;
  readonly headersTimeoutMs?: number;
}

type Fields = Readonly<Record<string, string>>;

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

async function post(door: HttpDoor, path: string, key: string, fields: Fields) {
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
function refusalOf(what: string, answer: HttpAnswer): Refused | null {
  if (answer.status < 400) return null;
  const { error } = readAnswer(SYSTEM, what, StripeErrorBody, answer.json);
  const code = error.code ?? error.type;
  if (answer.status === 402 || REFUSAL_CODES.has(code)) {
    const refusal = refused(code, error.message ?? code);
    return error.decline_code ? { ...refusal, declineCode: error.decline_code } : refusal;
  }
  // An idempotency_error is one of these: our key went out with two bodies.
  const field = error.param ? ` at ${error.param}` : '';
  throw new VendorFault(SYSTEM, 'misconfigured', `${what}: ${error.type} ${code}${field}`);
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

function refunded(found: StripeRefund): Refunded {
  const amountMinor = fromStripeAmount(found.amount, found.currency);
  return { outcome: 'refunded', reference: found.id, amountMinor };
}

const isDead = (found: StripeRefund) => found.status === 'failed' || found.status === 'canceled';

/** A pending refund counts as made: Stripe has taken it, and says so should it fail later. */
async function refund(door: HttpDoor, request: RefundRequest): Promise<Refunded | Refused> {
  const what = 'POST refunds';
  const ofIntent = request.authorizationRef ?? '';
  const answer = await post(door, '/v1/refunds', request.key, {
    ...(ofIntent ? { payment_intent: ofIntent } : { charge: request.captureRef ?? '' }),
    amount: String(toStripeAmount(request.amountMinor, request.currency)),
    [`metadata[${LATEST_KEY}]`]: request.key,
    [`metadata[${ORDER_ID}]`]: request.orderId,
    [`metadata[${TENDER_NO}]`]: String(request.tenderNo),
  });
  const refusal = refusalOf(what, answer);
  if (refusal) return refusal;
  const made = readAnswer(SYSTEM, what, StripeRefund, answer.json);
  return isDead(made) ? refused('refund_failed', made.failure_reason ?? 'failed') : refunded(made);
}

async function findRefund(door: HttpDoor, request: RefundRequest): Promise<Refunded | null> {
  const what = 'GET refunds';
  let after: string | null = null;
  for (let page = 0; page < MAX_REFUND_PAGES; page += 1) {
    const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
    if (request.authorizationRef) query.set('payment_intent', request.authorizationRef);
    else query.set('charge', request.captureRef ?? '');
    if (after) query.set('starting_after', after);
    const answer = await getJson(door, `/v1/refunds?${query}`);
    if (refusalOf(what, answer)) return null;
    const list = readAnswer(SYSTEM, what, StripeRefundList, answer.json);
    const found = list.data.find(
      (one) => one.metadata?.[LATEST_KEY] === request.key && !isDead(one),
    );
    if (found) return refunded(found);
    after = list.data.at(-1)?.id ?? null;
    if (!list.has_more || after === null) return null;
  }
  return null;
}
