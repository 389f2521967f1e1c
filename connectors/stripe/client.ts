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
import type { SettlementReports } from '../../canonical/ports/settlement-reports';
import type { Refused } from '../../canonical/ports/fault';
import { VendorFault } from '../../canonical/ports/fault';
import { readAnswer, refused } from '../answer';
import { getJson, openDoor, type HttpDoor } from '../http';
import { fromStripeAmount, notPayable, toStripeAmount } from './amount';
import { needsBuyer, post, refusalOf, SYSTEM } from './calls';
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
import { findRefund, otherRefunds, refund } from './refunds';
import { REFUSED_BEFORE } from './refused-before';
import { stripePayouts } from './settlement/payouts';

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

/** More was asked for than is held. */
const SHORT = 'amount_too_large';

export interface StripeSettings {
  readonly baseUrl: string;
  readonly secretKey: string;
  readonly headersTimeoutMs?: number;
}

interface StripeAccount {
  readonly settlementReports: SettlementReports;
  whoAnswers(): Promise<string>;
  close(): Promise<void>;
}

/** Opens the door to one Stripe account. */
export function stripeClient(settings: StripeSettings): PaymentGateway & StripeAccount {
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
    otherRefunds: (request) => otherRefunds(door, request),
    settlementReports: stripePayouts(door),
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
  const amount = toStripeAmount(request.amountMinor, request.currency);
  if (amount === null) return notPayable(request.currency);
  const answer = await post(door, '/v1/payment_intents', request.key, {
    amount: String(amount),
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
  return promised(door, request, readAnswer(SYSTEM, what, StripeIntent, answer.json));
}

/**
 * What became of an intent: held whole, refused, or not decided yet, which is asked for again. What
 * is held of it only in part is let go: it is no promise of the whole.
 */
async function promised(
  door: HttpDoor,
  request: AuthorizeRequest,
  intent: StripeIntent,
): Promise<Authorized | Refused> {
  const { id: reference, status } = intent;
  switch (status) {
    case 'requires_capture': {
      const isPart = intent.amount_received === 0 && intent.amount_capturable < intent.amount;
      if (!isPart) return authorized(door, intent);
      await letGo(door, reference, `${request.key}:part`);
      const refusal = refused('partially_authorized', 'a part was held, and let go again');
      return { ...refusal, reference, needsBuyer: 'another-means' };
    }
    case 'succeeded':
      return authorized(door, intent);
    case 'requires_action':
    case 'requires_payment_method':
    case 'canceled': {
      const refusal = refused(status, 'the payment method was not authorized');
      return { ...refusal, reference, ...needsBuyer(status) };
    }
    default:
      throw new VendorFault(SYSTEM, 'ambiguous', `the intent is ${status}: Stripe has not decided`);
  }
}

/** Idempotent; throws where it is not known whether it went. */
async function letGo(door: HttpDoor, intentId: string, key: string): Promise<void> {
  const what = 'POST payment_intents/cancel';
  const answer = await post(door, `${intentPath(intentId)}/cancel`, key, {});
  const refusal = refusalOf(what, answer);
  if (refusal && refusal.vendorCode !== 'payment_intent_unexpected_state') {
    throw new VendorFault(SYSTEM, 'ambiguous', `${what}: ${refusal.vendorCode}`);
  }
}

/** Stripe's search lags, by under a minute as a rule: absence proves nothing sooner. */
async function findAuthorization(
  door: HttpDoor,
  request: AuthorizeRequest,
): Promise<Authorized | Refused | null> {
  const what = 'GET payment_intents/search';
  const escaped = request.key.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  const query = new URLSearchParams({
    query: `metadata['${AUTHORIZE_KEY}']:'${escaped}'`,
    'expand[]': 'data.latest_charge',
  });
  const answer = await getJson(door, `/v1/payment_intents/search?${query}`);
  if (refusalOf(what, answer)) return null;
  const { data } = readAnswer(SYSTEM, what, StripeIntentSearch, answer.json);
  const found = data.find((intent) => intent.metadata?.[AUTHORIZE_KEY] === request.key);
  return found ? promised(door, request, found) : null;
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
  const amount = toStripeAmount(request.amountMinor, request.currency);
  if (amount === null) return { ...notPayable(request.currency), isAuthorizationGone: false };
  const answer = await post(door, path, request.key, {
    amount_to_capture: String(amount),
    // True is Stripe's default; false is refused where multicapture was not granted.
    ...(request.isFinal ? {} : { final_capture: 'false' }),
    [`metadata[${LATEST_KEY}]`]: request.key,
    [`metadata[${LATEST_AMOUNT}]`]: String(request.amountMinor),
    [`metadata[${captureMark(request.key)}]`]: request.key,
  });
  const refusal = refusalOf(what, answer);
  if (refusal?.vendorCode === SHORT) return shortOf(door, request, refusal);
  if (refusal) return { ...refusal, isAuthorizationGone: GONE.has(refusal.vendorCode) };
  const intent = readAnswer(SYSTEM, what, StripeIntent, answer.json);
  return captured(intent, request);
}

/** Less is held than was asked for: it is let go where nothing was taken, and held anew by a retry. */
async function shortOf(
  door: HttpDoor,
  { authorizationRef, key }: CaptureRequest,
  refusal: Refused,
): Promise<Refused> {
  const intent = await readIntent(door, authorizationRef);
  const isUntouched = intent?.status === 'requires_capture' && intent.amount_received === 0;
  if (intent && isUntouched) await letGo(door, intent.id, `${key}:short`);
  return { ...refusal, isAuthorizationGone: true };
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
