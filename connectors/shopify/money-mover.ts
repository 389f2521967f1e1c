/**
 * Money through Shopify, for orders whose payment the shop took. The authorization came with the
 * order; captures take no key, so one that may have been made is looked for among the order's
 * transactions: same parent, same amount, not one we know already.
 */
import type { Refused } from '../../canonical/ports/fault';
import { VendorFault } from '../../canonical/ports/fault';
import type {
  Authorized,
  Captured,
  CaptureRequest,
  ClaimRequest,
  MoneyMover,
  Refunded,
  RefundRequest,
  Voided,
  VoidRequest,
} from '../../canonical/ports/payment';
import { formatDecimal, parseDecimal } from '../../canonical/rules/money/money';
import { refused } from '../answer';
import type { HttpDoor } from '../http';
import type { OrderTransaction } from './admin-schema';
import { CaptureAnswer, OrderMoneyAnswer, RefundAnswer, VoidAnswer } from './admin-schema';
import { ask, orderGid, refusalOf, SYSTEM } from './graphql';
import { CAPTURE, ORDER_MONEY, REFUND, VOID } from './operations';

const SUCCESS = 'SUCCESS';
const NOT_DECIDED: ReadonlySet<string> = new Set(['PENDING', 'AWAITING_RESPONSE', 'UNKNOWN']);
const AUTHORIZATIONS: ReadonlySet<string> = new Set(['AUTHORIZATION', 'EMV_AUTHORIZATION']);
const PAYMENTS: ReadonlySet<string> = new Set(['CAPTURE', 'SALE']);

type MoneyRequest = CaptureRequest | VoidRequest | RefundRequest | ClaimRequest;

export function shopifyMoneyMover(door: HttpDoor): MoneyMover {
  return {
    findClaimed: (request) => findClaimed(door, request),
    capture: (request) => capture(door, request),
    findCapture: (request) => findCapture(door, request),
    void: (request) => voidAuthorization(door, request),
    findVoid: (request) => findVoid(door, request),
    refund: (request) => refund(door, request),
    findRefund: (request) => findRefund(door, request),
  };
}

/** Null where the shop does not know the order. */
async function transactionsOf(
  door: HttpDoor,
  request: MoneyRequest,
): Promise<readonly OrderTransaction[] | null> {
  const id = orderGid(request.channelOrderRef);
  const { order } = await ask(door, 'order', ORDER_MONEY, { id }, OrderMoneyAnswer);
  return order?.transactions ?? null;
}

const unknownOrder = () => refused('unknown_order', 'the shop does not know this order');

function minorOf(transaction: OrderTransaction): number | null {
  const { amount, currencyCode } = transaction.amountSet.shopMoney;
  return parseDecimal(amount, currencyCode);
}

function isVoided(all: readonly OrderTransaction[], id: string): boolean {
  return all.some(
    (one) => one.kind === 'VOID' && one.status === SUCCESS && one.parentTransaction?.id === id,
  );
}

/** The named authorization; where none is named, the newest that succeeded and was not voided. */
function authorizationOf(
  all: readonly OrderTransaction[],
  authorizationRef: string | null,
): OrderTransaction | null {
  const held = all.filter((one) => AUTHORIZATIONS.has(one.kind) && one.status === SUCCESS);
  const named = held.find((one) => one.id === authorizationRef);
  return named ?? held.findLast((one) => !isVoided(all, one.id)) ?? null;
}

/** A transaction that Shopify has not decided: whoever asked must ask again. */
function undecided(what: string, transaction: OrderTransaction): VendorFault {
  return new VendorFault(SYSTEM, 'ambiguous', `${what}: the transaction is ${transaction.status}`);
}

/** Throws where the shop has taken it and not decided; a value where it is decided. */
function decided(
  what: string,
  transaction: OrderTransaction | null | undefined,
): { transaction: OrderTransaction } | { refusal: Refused } {
  if (!transaction) throw new VendorFault(SYSTEM, 'ambiguous', `${what}: no transaction in it`);
  if (transaction.status === SUCCESS) return { transaction };
  if (NOT_DECIDED.has(transaction.status)) throw undecided(what, transaction);
  return { refusal: refused(transaction.status.toLowerCase(), `the ${what} failed at the shop`) };
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
  return { outcome: 'authorized', reference, amountMinor, isMulticapture: true, expiresAt: null };
}

async function capture(door: HttpDoor, request: CaptureRequest): Promise<Captured | Refused> {
  const all = await transactionsOf(door, request);
  if (!all) return unknownOrder();
  const authorization = authorizationOf(all, request.authorizationRef);
  if (!authorization) {
    const refusal = refused('no_authorization', 'the order has no live authorization');
    return { ...refusal, isAuthorizationGone: true };
  }
  const input = {
    id: orderGid(request.channelOrderRef),
    parentTransactionId: authorization.id,
    amount: formatDecimal(request.amountMinor, request.currency),
    currency: request.currency,
    // Shopify ignores it where the authorization can be captured once only.
    finalCapture: request.isFinal,
  };
  const { orderCapture } = await ask(door, 'orderCapture', CAPTURE, { input }, CaptureAnswer);
  const refusal = refusalOf(orderCapture.userErrors);
  if (refusal) return refusal;
  const end = decided('capture', orderCapture.transaction);
  if ('refusal' in end) return end.refusal;
  const { id } = end.transaction;
  return { outcome: 'captured', reference: id, amountMinor: request.amountMinor };
}

/** Of several that fit, the oldest: captures of one order are made one after the other. */
function findOf(
  what: string,
  all: readonly OrderTransaction[],
  request: CaptureRequest | RefundRequest,
  isOfKind: (transaction: OrderTransaction) => boolean,
): OrderTransaction | null {
  const fitting = all.filter(
    (one) =>
      isOfKind(one) &&
      minorOf(one) === request.amountMinor &&
      one.amountSet.shopMoney.currencyCode === request.currency &&
      !request.knownRefs.includes(one.id),
  );
  const made = fitting.find((one) => one.status === SUCCESS);
  if (made) return made;
  const open = fitting.find((one) => NOT_DECIDED.has(one.status));
  if (open) throw undecided(what, open);
  return null;
}

async function findCapture(door: HttpDoor, request: CaptureRequest): Promise<Captured | null> {
  const all = await transactionsOf(door, request);
  if (!all) return null;
  const parents = all.filter((one) => AUTHORIZATIONS.has(one.kind)).map((one) => one.id);
  const named = parents.find((id) => id === request.authorizationRef);
  const found = findOf('capture', all, request, (one) => {
    const parent = one.parentTransaction?.id;
    return one.kind === 'CAPTURE' && (named === undefined || parent === named);
  });
  if (!found) return null;
  return { outcome: 'captured', reference: found.id, amountMinor: request.amountMinor };
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

async function refund(door: HttpDoor, request: RefundRequest): Promise<Refunded | Refused> {
  const all = await transactionsOf(door, request);
  if (!all) return unknownOrder();
  const paid = all.filter((one) => PAYMENTS.has(one.kind) && one.status === SUCCESS);
  const payment = paid.find((one) => one.id === request.captureRef) ?? paid[0];
  if (!payment) return refused('no_payment', 'the order has no captured payment to refund');
  const orderId = orderGid(request.channelOrderRef);
  const input = {
    orderId,
    currency: request.currency,
    notify: false,
    transactions: [
      {
        orderId,
        parentId: payment.id,
        kind: 'REFUND',
        gateway: payment.gateway ?? '',
        amount: formatDecimal(request.amountMinor, request.currency),
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
  const found = findOf('refund', all, request, (one) => one.kind === 'REFUND');
  if (!found) return null;
  return { outcome: 'refunded', reference: found.id, amountMinor: request.amountMinor };
}
