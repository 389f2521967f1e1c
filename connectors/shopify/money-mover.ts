/**
 * Money through Shopify, for orders whose payment the shop took. The authorization came with the
 * order; captures take no key, so one that may have been made is looked for among the order's
 * transactions: same parent, same amount, not one we know already.
 */
import type { Refused } from '../../canonical/ports/fault';
import type {
  Authorized,
  Captured,
  CaptureRequest,
  ClaimRequest,
  FoundRefund,
  MoneyMover,
  Refunded,
  RefundRequest,
  Voided,
  VoidRequest,
} from '../../canonical/ports/payment';
import { refused } from '../answer';
import type { HttpDoor } from '../http';
import type { OrderTransaction } from './admin-schema';
import { CaptureAnswer, RefundAnswer, VoidAnswer } from './admin-schema';
import { ask, orderGid, refusalOf } from './graphql';
import { CAPTURE, REFUND, VOID } from './operations';
import {
  askedOf,
  AUTHORIZATIONS,
  authorizationOf,
  decided,
  isSpent,
  isVoided,
  madeOn,
  minorOf,
  NOT_DECIDED,
  paid,
  PAYMENTS,
  SUCCESS,
  transactionsOf,
  undecided,
  unknownOrder,
} from './transactions';

export function shopifyMoneyMover(door: HttpDoor): MoneyMover {
  return {
    findClaimed: (request) => findClaimed(door, request),
    capture: (request) => capture(door, request),
    findCapture: (request) => findCapture(door, request),
    void: (request) => voidAuthorization(door, request),
    findVoid: (request) => findVoid(door, request),
    refund: (request) => refund(door, request),
    findRefund: (request) => findRefund(door, request),
    otherRefunds: (request) => otherRefunds(door, request),
  };
}

/** Of the order that is named, whole: an authorization that is held, or a payment without a refund. */
async function findClaimed(
  door: HttpDoor,
  request: ClaimRequest,
): Promise<Authorized | Captured | null> {
  const { claim, amountMinor, currency } = request;
  const all = request.channelOrderRef === null ? null : await transactionsOf(door, request);
  const made = (all ?? []).filter((one) => one.status === SUCCESS);
  if (made.some((one) => one.kind === 'REFUND')) return null;
  const isCaptured = (id: string) =>
    made.some((one) => PAYMENTS.has(one.kind) && one.parentTransaction?.id === id);
  const found = made.find(
    (one) =>
      (claim.reference === null || one.id === claim.reference) &&
      one.amountSet.shopMoney.currencyCode === currency &&
      (minorOf(one) ?? 0) >= amountMinor &&
      (claim.state === 'captured'
        ? PAYMENTS.has(one.kind)
        : AUTHORIZATIONS.has(one.kind) && !isVoided(made, one.id) && !isCaptured(one.id)),
  );
  if (!found) return null;
  const { id: reference } = found;
  if (claim.state === 'captured') return { outcome: 'captured', reference, amountMinor };
  const isMulticapture = found.multiCapturable !== false;
  const expiresAt = found.authorizationExpiresAt ?? null;
  return { outcome: 'authorized', reference, amountMinor, isMulticapture, expiresAt };
}

async function capture(door: HttpDoor, request: CaptureRequest): Promise<Captured | Refused> {
  const all = await transactionsOf(door, request);
  if (!all) return unknownOrder();
  const authorization = authorizationOf(all, request.authorizationRef);
  if (!authorization) {
    const refusal = refused('no_authorization', 'the order has no live authorization');
    return { ...refusal, isAuthorizationGone: true };
  }
  if (isSpent(all, authorization)) {
    const refusal = refused('authorization_spent', 'it could be captured once, and was');
    return { ...refusal, isAuthorizationGone: true };
  }
  const { amount, currency } = askedOf(
    authorization,
    madeOn(all, authorization, 'CAPTURE'),
    request.amountMinor,
  );
  const input = {
    id: orderGid(request.channelOrderRef),
    parentTransactionId: authorization.id,
    ...{ amount, currency },
    // Shopify ignores it where the authorization can be captured once only.
    finalCapture: request.isFinal,
  };
  const { orderCapture } = await ask(door, 'orderCapture', CAPTURE, { input }, CaptureAnswer);
  const refusal = refusalOf(orderCapture.userErrors);
  if (refusal) return refusal;
  const end = decided('capture', orderCapture.transaction);
  if ('refusal' in end) return end.refusal;
  return captured(end.transaction, authorization, request);
}

/** Where its authorization takes one capture, what that left of it has lapsed. */
const captured = (
  { id: reference }: OrderTransaction,
  authorization: OrderTransaction | undefined,
  { amountMinor }: CaptureRequest,
): Captured => ({
  outcome: 'captured',
  ...{ reference, amountMinor },
  ...(authorization?.multiCapturable === false && { isSpent: true }),
});

/** Of several that fit, the oldest: captures of one order are made one after the other. */
function findOf(
  kind: 'CAPTURE' | 'REFUND',
  all: readonly OrderTransaction[],
  parent: OrderTransaction,
  request: CaptureRequest | RefundRequest,
): OrderTransaction | null {
  const isKnown = ({ id }: OrderTransaction) => request.knownRefs.includes(id);
  const before = madeOn(all, parent, kind).filter(isKnown);
  const asked = askedOf(parent, before, request.amountMinor);
  const fitting = all.filter((one) => {
    const isOfIt = one.kind === kind && one.parentTransaction?.id === parent.id && !isKnown(one);
    return isOfIt && paid(one).minor === asked.amountMinor;
  });
  const made = fitting.find((one) => one.status === SUCCESS);
  if (made) return made;
  const open = fitting.find((one) => NOT_DECIDED.has(one.status));
  if (open) throw undecided(kind.toLowerCase(), open);
  return null;
}

/** Where none is named, on any of the order's. */
async function findCapture(door: HttpDoor, request: CaptureRequest): Promise<Captured | null> {
  const all = (await transactionsOf(door, request)) ?? [];
  const parents = all.filter((one) => AUTHORIZATIONS.has(one.kind));
  const named = parents.filter((one) => one.id === request.authorizationRef);
  for (const parent of named.length > 0 ? named : parents) {
    const found = findOf('CAPTURE', all, parent, request);
    if (found) return captured(found, parent, request);
  }
  return null;
}

async function voidAuthorization(door: HttpDoor, request: VoidRequest): Promise<Voided | Refused> {
  const all = await transactionsOf(door, request);
  if (!all) return unknownOrder();
  // Shopify voids by itself when an order is cancelled; then there is nothing left to ask for.
  const earlier = voidOf(all, request);
  if (earlier) return earlier;
  const authorization = authorizationOf(all, request.authorizationRef);
  if (!authorization) return refused('no_authorization', 'the order has no live authorization');
  const variables = { parentTransactionId: authorization.id };
  const { transactionVoid } = await ask(door, 'transactionVoid', VOID, variables, VoidAnswer);
  const refusal = refusalOf(transactionVoid.userErrors);
  if (refusal) return refusal;
  const end = decided('void', transactionVoid.transaction);
  return 'refusal' in end ? end.refusal : { outcome: 'voided', reference: end.transaction.id };
}

/**
 * The void of the named authorization; where none is named, any void of an order that has no live
 * authorization left. Throws while Shopify has not decided one.
 */
function voidOf(all: readonly OrderTransaction[], request: VoidRequest): Voided | null {
  const named = all.some((one) => one.id === request.authorizationRef);
  const voids = all.filter(
    (one) =>
      one.kind === 'VOID' && (!named || one.parentTransaction?.id === request.authorizationRef),
  );
  const open = voids.find((one) => NOT_DECIDED.has(one.status));
  if (open) throw undecided('void', open);
  if (!named && authorizationOf(all, null)) return null;
  const made = voids.find((one) => one.status === SUCCESS);
  return made ? { outcome: 'voided', reference: made.id } : null;
}

async function findVoid(door: HttpDoor, request: VoidRequest): Promise<Voided | null> {
  return voidOf((await transactionsOf(door, request)) ?? [], request);
}

const isPayment = (one: OrderTransaction) => PAYMENTS.has(one.kind) && one.status === SUCCESS;

/** A payment that came without its reference is known by being the only one. */
function paymentOf(
  all: readonly OrderTransaction[],
  { captureRef }: RefundRequest,
): OrderTransaction | undefined {
  const paid = all.filter(isPayment);
  const [only, ...others] = paid;
  return paid.find((one) => one.id === captureRef) ?? (others.length === 0 ? only : undefined);
}

/** Of that payment, whoever made them; one that the shop has not decided is waited for. */
async function otherRefunds(door: HttpDoor, request: RefundRequest): Promise<FoundRefund[]> {
  const all = (await transactionsOf(door, request)) ?? [];
  const payment = paymentOf(all, request);
  const made = all.filter(
    (one) =>
      one.kind === 'REFUND' &&
      one.parentTransaction?.id === payment?.id &&
      !request.knownRefs.includes(one.id),
  );
  const open = made.find((one) => NOT_DECIDED.has(one.status));
  if (open) throw undecided('refund', open);
  return made.flatMap((one) => {
    const amountMinor = minorOf(one) ?? 0;
    const occurredAt = one.createdAt ?? new Date().toISOString();
    const isMade = one.status === SUCCESS && amountMinor > 0;
    return isMade ? [{ reference: one.id, amountMinor, occurredAt }] : [];
  });
}

async function refund(door: HttpDoor, request: RefundRequest): Promise<Refunded | Refused> {
  const all = await transactionsOf(door, request);
  if (!all) return unknownOrder();
  const payment = paymentOf(all, request);
  if (!payment) {
    const detail = all.some(isPayment)
      ? 'the order has several payments, and none of them is named'
      : 'the order has no captured payment to refund';
    return refused('no_payment', detail);
  }
  const orderId = orderGid(request.channelOrderRef);
  const asked = askedOf(payment, madeOn(all, payment, 'REFUND'), request.amountMinor);
  const input = {
    orderId,
    currency: asked.currency,
    notify: false,
    transactions: [
      {
        orderId,
        parentId: payment.id,
        kind: 'REFUND',
        gateway: payment.gateway ?? '',
        amount: asked.amount,
      },
    ],
  };
  const variables = { input, key: request.key };
  const { refundCreate } = await ask(door, 'refundCreate', REFUND, variables, RefundAnswer);
  const refusal = refusalOf(refundCreate.userErrors);
  if (refusal) return refusal;
  const end = decided('refund', refundCreate.refund?.transactions.nodes[0]);
  if ('refusal' in end) return end.refusal;
  const { id } = end.transaction;
  return { outcome: 'refunded', reference: id, amountMinor: request.amountMinor };
}

async function findRefund(door: HttpDoor, request: RefundRequest): Promise<Refunded | null> {
  const all = await transactionsOf(door, request);
  if (!all) return null;
  const payment = paymentOf(all, request);
  const found = payment ? findOf('REFUND', all, payment, request) : null;
  if (!found) return null;
  return { outcome: 'refunded', reference: found.id, amountMinor: request.amountMinor };
}
