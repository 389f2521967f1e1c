/**
 * The transactions of a shop's order: which authorization is captured on, what is decided, and what
 * an amount of ours is in the currency that the buyer paid in. An order is sold in the shop's
 * currency and paid in the buyer's (presentment); Shopify asks for the buyer's in captures and
 * refunds: https://shopify.dev/docs/api/admin-graphql/2026-07/input-objects/OrderCaptureInput
 */
import type { Refused } from '../../canonical/ports/fault';
import { VendorFault } from '../../canonical/ports/fault';
import type {
  CaptureRequest,
  ClaimRequest,
  RefundRequest,
  VoidRequest,
} from '../../canonical/ports/payment';
import { formatDecimal, parseDecimal, sum } from '../../canonical/rules/money/money';
import { refused } from '../answer';
import type { HttpDoor } from '../http';
import type { OrderTransaction } from './admin-schema';
import { OrderMoneyAnswer } from './admin-schema';
import { ask, orderGid, SYSTEM } from './graphql';
import { ORDER_MONEY } from './operations';

export const SUCCESS = 'SUCCESS';
export const NOT_DECIDED: ReadonlySet<string> = new Set([
  'PENDING',
  'AWAITING_RESPONSE',
  'UNKNOWN',
]);
export const AUTHORIZATIONS: ReadonlySet<string> = new Set(['AUTHORIZATION', 'EMV_AUTHORIZATION']);
export const PAYMENTS: ReadonlySet<string> = new Set(['CAPTURE', 'SALE']);

type MoneyRequest = CaptureRequest | VoidRequest | RefundRequest | ClaimRequest;

/** Null where the shop does not know the order. */
export function transactionsOf(
  door: HttpDoor,
  request: MoneyRequest,
): Promise<readonly OrderTransaction[] | null> {
  return ofOrder(door, request.channelOrderRef);
}

export async function ofOrder(
  door: HttpDoor,
  channelOrderRef: string | null,
): Promise<readonly OrderTransaction[] | null> {
  const id = orderGid(channelOrderRef);
  const { order } = await ask(door, 'order', ORDER_MONEY, { id }, OrderMoneyAnswer);
  return order?.transactions ?? null;
}

export const unknownOrder = () => refused('unknown_order', 'the shop does not know this order');

export function minorOf(transaction: OrderTransaction): number | null {
  const { amount, currencyCode } = transaction.amountSet.shopMoney;
  return parseDecimal(amount, currencyCode);
}

export function isVoided(all: readonly OrderTransaction[], id: string): boolean {
  return all.some(
    (one) => one.kind === 'VOID' && one.status === SUCCESS && one.parentTransaction?.id === id,
  );
}

/**
 * The named authorization; where none is named, or that one is spent, the newest that succeeded and
 * was neither voided nor spent.
 */
export function authorizationOf(
  all: readonly OrderTransaction[],
  authorizationRef: string | null,
): OrderTransaction | null {
  const held = all.filter((one) => AUTHORIZATIONS.has(one.kind) && one.status === SUCCESS);
  const named = held.find((one) => one.id === authorizationRef) ?? null;
  if (named && !isSpent(all, named)) return named;
  const open = held.filter((one) => !isVoided(all, one.id));
  return open.findLast((one) => !isSpent(all, one)) ?? named ?? open.at(-1) ?? null;
}

/** It says itself that it takes one capture, and that was made; its rest has lapsed. */
export const isSpent = (all: readonly OrderTransaction[], one: OrderTransaction): boolean =>
  one.multiCapturable === false && madeOn(all, one, 'CAPTURE').length > 0;

/** Captures of an authorization, or refunds of a payment. */
export const madeOn = (
  all: readonly OrderTransaction[],
  parent: OrderTransaction,
  kind: 'CAPTURE' | 'REFUND',
): OrderTransaction[] =>
  all.filter(
    (one) => one.kind === kind && one.status === SUCCESS && one.parentTransaction?.id === parent.id,
  );

interface Asked {
  readonly amountMinor: number;
  /** As Shopify is asked for it. */
  readonly amount: string;
  readonly currency: string;
}

/**
 * What an amount in the shop's currency is in the buyer's: its share of the parent's, so that all
 * parts come to the parent exactly, whatever the rate. `before` are the parts that were made.
 */
export function askedOf(
  parent: OrderTransaction,
  before: readonly OrderTransaction[],
  amountMinor: number,
): Asked {
  const whole = paid(parent);
  const { currencyCode: currency } = whole;
  const parts = before.map((one) => paid(one));
  const shopLeft = (minorOf(parent) ?? 0) - sum(before.map((one) => minorOf(one) ?? 0));
  const left = whole.minor - sum(parts.map((one) => one.minor));
  // Shopify rounds each part by itself: what is all of the rest may differ by as much.
  const isRest = isForeign(parent) && Math.abs(shopLeft - amountMinor) <= before.length;
  const share = isRest ? left : shareOf(whole.minor, minorOf(parent) ?? 0, amountMinor);
  return { amountMinor: share, amount: formatDecimal(share, currency), currency };
}

const isForeign = ({ amountSet }: OrderTransaction) =>
  amountSet.presentmentMoney.currencyCode !== amountSet.shopMoney.currencyCode;

/** Half up. */
function shareOf(whole: number, ofShop: number, amountMinor: number): number {
  if (ofShop === 0) return 0;
  const [p, s, a] = [BigInt(whole), BigInt(ofShop), BigInt(amountMinor)];
  return Number((2n * p * a + s) / (2n * s));
}

/** What the buyer paid, in the currency in which they did. */
export function paid({ amountSet }: OrderTransaction) {
  const { amount, currencyCode } = amountSet.presentmentMoney;
  return { currencyCode, minor: parseDecimal(amount, currencyCode) ?? 0 };
}

/** A transaction that Shopify has not decided: whoever asked must ask again. */
export function undecided(what: string, transaction: OrderTransaction): VendorFault {
  return new VendorFault(SYSTEM, 'ambiguous', `${what}: the transaction is ${transaction.status}`);
}

/** Throws where the shop has taken it and not decided; a value where it is decided. */
export function decided(
  what: string,
  transaction: OrderTransaction | null | undefined,
): { transaction: OrderTransaction } | { refusal: Refused } {
  if (!transaction) throw new VendorFault(SYSTEM, 'ambiguous', `${what}: no transaction in it`);
  if (transaction.status === SUCCESS) return { transaction };
  if (NOT_DECIDED.has(transaction.status)) throw undecided(what, transaction);
  return { refusal: refused(transaction.status.toLowerCase(), `the ${what} failed at the shop`) };
}
