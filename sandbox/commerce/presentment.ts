/**
 * An order that is sold in the shop's currency and paid in the buyer's: each transaction holds both,
 * and what is asked for is in the buyer's. https://shopify.dev/docs/api/admin-graphql/latest/objects/MoneyBag
 */
import { majorUnits, minorUnits } from '../money';
import type { ShopOrder, ShopTransaction } from './shop';

/** Units of the buyer's currency for one of the shop's. */
export interface Presentment {
  currency: string;
  rate: number;
}
export interface PaidIn {
  currency: string;
  amountMinor: number;
}

/** What an amount of the shop's currency is in the buyer's, rounded as Shopify shows it. */
export function presented(minor: number, currency: string, { currency: to, rate }: Presentment) {
  const digits = majorUnits(0, to).split('.')[1]?.length ?? 0;
  const amount = (Number(majorUnits(minor, currency)) * rate).toFixed(digits);
  return { currency: to, amountMinor: minorUnits(amount, to) ?? 0 };
}

export const paidIn = (order: ShopOrder, { details, amountMinor }: ShopTransaction): PaidIn =>
  details.presentment ?? { currency: order.currency, amountMinor };

/** Of an authorization or a payment: what was captured, or given back, in the buyer's currency. */
export function paidOn(order: ShopOrder, parentId: string, kind: string): number {
  return order.transactions
    .filter((one) => one.details.kind === kind && one.record.parentId === parentId)
    .filter((one) => one.record.status === 'SUCCESS')
    .reduce((sum, one) => sum + paidIn(order, one).amountMinor, 0);
}

/** What a part of the parent, in the buyer's currency, is in the shop's; the last takes the rest. */
export function inShopMoney(
  order: ShopOrder,
  parent: ShopTransaction,
  kind: string,
  part: number,
): number {
  const whole = paidIn(order, parent).amountMinor;
  const before = order.transactions
    .filter((one) => one.details.kind === kind && one.record.parentId === parent.record.id)
    .reduce((sum, one) => sum + one.amountMinor, 0);
  const isRest = paidOn(order, parent.record.id, kind) + part === whole;
  return isRest ? parent.amountMinor - before : Math.round((part * parent.amountMinor) / whole);
}

/** Why Shopify says no: the buyer's currency is asked for, and named wherever it is another one. */
export function currencyProblem(
  order: ShopOrder,
  parent: ShopTransaction,
  asked: string | undefined,
): string | undefined {
  const { currency } = paidIn(order, parent);
  const isNeeded = currency !== order.currency;
  if (asked === currency || (asked === undefined && !isNeeded)) return undefined;
  return `Currency must be ${currency}`;
}
