/** The shop's money: capture, void, refund. Each change is one transaction under the order's lock. */
import type { Queryable } from '../database';
import { longNumber, orderIdInKey } from '../identifiers';
import { minorUnits } from '../money';
import type { Effect } from '../system';
import { currencyProblem, inShopMoney, paidIn, paidOn, type PaidIn } from './presentment';
import {
  asTransaction,
  capturedOf,
  gid,
  isExpired,
  lockOrder,
  orders,
  refunds,
  transactions,
  type ShopOrder,
  type ShopTransaction,
} from './shop';

export interface UserError {
  field: string[] | null;
  message: string;
  code?: string;
}

export type Done<T> = { ok: true; value: T; effects: Effect[] } | { ok: false; error: UserError };

export const refuse = (field: string[] | null, message: string, code?: string) =>
  ({ ok: false, error: { field, message, code } }) as const;

interface NewTransaction {
  kind: string;
  amountMinor: number;
  parent: ShopTransaction;
  reference?: string;
  key?: string;
  /** In the buyer's currency. */
  paid?: PaidIn;
}

export async function addTransaction(
  db: Queryable,
  order: ShopOrder,
  { kind, amountMinor, parent, reference, key, paid }: NewTransaction,
): Promise<ShopTransaction> {
  const record = await transactions.insert(db, {
    id: gid('OrderTransaction', longNumber()),
    parentId: parent.record.id,
    throughlineKey: key ?? null,
    reference: reference ?? order.details.name,
    orderId: order.record.id,
    amountMinor,
    currency: order.currency,
    status: 'SUCCESS',
    details: {
      kind,
      gateway: parent.details.gateway,
      multiCapturable: false,
      presentment: parent.details.presentment && (paid ?? parent.details.presentment),
      expiresAt: null,
      closed: false,
      transactionId: null,
    },
  });
  const made = asTransaction(record);
  order.transactions.push(made);
  return made;
}

export function transactionEffect(order: ShopOrder, { record, details }: ShopTransaction): Effect {
  const { id, amountMinor, currency } = record;
  const orderId = order.record.id;
  return { effect: details.kind.toLowerCase(), id, orderId, amountMinor, currency };
}

export interface CaptureInput {
  id: string;
  parentTransactionId: string;
  amount: string | number;
  currency?: string;
  finalCapture?: boolean;
}

function captureRefusal(
  order: ShopOrder,
  parent: ShopTransaction | undefined,
  amountMinor: number | undefined,
  currency: string | undefined,
): UserError | undefined {
  const no = (field: string, message: string): UserError => ({ field: [field], message });
  if (!parent) return no('parentTransactionId', 'Transaction does not exist');
  const { details, record } = parent;
  if (details.kind !== 'AUTHORIZATION' || record.status !== 'SUCCESS') {
    return no('parentTransactionId', 'Transaction is not a successful authorization');
  }
  if (order.details.cancelledAt) return no('id', 'Order has been cancelled');
  if (details.closed) return no('parentTransactionId', 'Authorization is voided or fully captured');
  if (isExpired(parent)) return no('parentTransactionId', 'Authorization has expired');
  const foreign = currencyProblem(order, parent, currency);
  if (foreign) return no('currency', foreign);
  if (amountMinor === undefined || amountMinor <= 0) {
    return no('amount', 'Amount must be greater than zero');
  }
  const captured = paidOn(order, record.id, 'CAPTURE');
  if (captured > 0 && !details.multiCapturable) {
    return no('parentTransactionId', 'Authorization has already been captured');
  }
  if (captured + amountMinor > paidIn(order, parent).amountMinor) {
    return no('amount', 'Amount exceeds the authorized amount that is left');
  }
  return undefined;
}

/** Shopify has no key for captures: a repeated call captures again, if the authorization allows. */
export async function captureOrder(
  db: Queryable,
  input: CaptureInput,
): Promise<Done<{ order: ShopOrder; transaction: ShopTransaction }>> {
  const order = await lockOrder(db, input.id);
  if (!order) return refuse(['id'], 'Order does not exist');
  const parent = order.transactions.find((one) => one.record.id === input.parentTransactionId);
  const currency = parent ? paidIn(order, parent).currency : order.currency;
  const asked = minorUnits(input.amount, currency);
  const error = captureRefusal(order, parent, asked, input.currency);
  if (error || !parent || asked === undefined) {
    return { ok: false, error: error ?? { field: null, message: 'Capture failed' } };
  }
  const amountMinor = inShopMoney(order, parent, 'CAPTURE', asked);
  const paid = { currency, amountMinor: asked };
  const made = await addTransaction(db, order, { kind: 'CAPTURE', amountMinor, parent, paid });
  const whole = capturedOf(order, parent.record.id) >= parent.amountMinor;
  // The rest of an authorization is let go by its last capture; one that captures once has only one.
  if (whole || input.finalCapture || !parent.details.multiCapturable) {
    await transactions.update(db, parent.record.id, { details: { closed: true } });
  }
  await orders.update(db, order.record.id, {});
  const effects = [transactionEffect(order, made)];
  return { ok: true, value: { order, transaction: made }, effects };
}

/** Only an authorization of which nothing is captured can be voided. */
export async function voidTransaction(
  db: Queryable,
  parentId: string,
): Promise<Done<{ order: ShopOrder; transaction: ShopTransaction }>> {
  const field = ['parentTransactionId'];
  const found = await transactions.find(db, parentId);
  const order = found?.orderId ? await lockOrder(db, found.orderId) : undefined;
  const parent = order?.transactions.find((one) => one.record.id === parentId);
  if (!order || !parent) {
    return refuse(field, 'Transaction does not exist', 'TRANSACTION_NOT_FOUND');
  }
  if (parent.details.kind !== 'AUTHORIZATION' || parent.record.status !== 'SUCCESS') {
    return refuse(field, 'Transaction is not a successful authorization', 'AUTH_NOT_SUCCESSFUL');
  }
  if (parent.details.closed || isExpired(parent) || capturedOf(order, parentId) > 0) {
    return refuse(field, 'Authorization is not voidable', 'AUTH_NOT_VOIDABLE');
  }
  const made = await voidRest(db, order, parent);
  return {
    ok: true,
    value: { order, transaction: made },
    effects: [transactionEffect(order, made)],
  };
}

/** Lets go what an authorization still holds. */
export async function voidRest(
  db: Queryable,
  order: ShopOrder,
  parent: ShopTransaction,
): Promise<ShopTransaction> {
  const amountMinor = parent.amountMinor - capturedOf(order, parent.record.id);
  await transactions.update(db, parent.record.id, { details: { closed: true } });
  return addTransaction(db, order, { kind: 'VOID', amountMinor, parent });
}

export interface RefundInput {
  orderId: string;
  note?: string;
  currency?: string;
  refundLineItems?: { lineItemId: string; quantity: number; restockType?: string }[];
  transactions?: { amount: string | number; kind: string; orderId: string; parentId?: string }[];
}

interface PlannedRefund {
  parent: ShopTransaction;
  amountMinor: number;
  paid: PaidIn;
}

function planRefund(order: ShopOrder, input: RefundInput): PlannedRefund[] | UserError {
  const planned: PlannedRefund[] = [];
  for (const [index, wanted] of (input.transactions ?? []).entries()) {
    const at = (name: string): string[] => ['transactions', String(index), name];
    if (wanted.kind !== 'REFUND') return { field: at('kind'), message: 'Kind must be REFUND' };
    const parent = order.transactions.find((one) => one.record.id === wanted.parentId);
    if (!parent || !['CAPTURE', 'SALE'].includes(parent.details.kind)) {
      return { field: at('parentId'), message: 'Parent transaction cannot be refunded' };
    }
    const foreign = currencyProblem(order, parent, input.currency);
    if (foreign) return { field: ['currency'], message: foreign };
    const { currency, amountMinor: whole } = paidIn(order, parent);
    const asked = minorUnits(wanted.amount, currency);
    if (asked === undefined || asked <= 0) {
      return { field: at('amount'), message: 'Amount must be greater than zero' };
    }
    const before = planned
      .filter((one) => one.parent === parent)
      .reduce((sum, one) => sum + one.paid.amountMinor, paidOn(order, parent.record.id, 'REFUND'));
    if (before + asked > whole) {
      const message = 'Refund amount exceeds the amount that can be refunded';
      return { field: at('amount'), message };
    }
    const amountMinor = inShopMoney(order, parent, 'REFUND', asked);
    planned.push({ parent, amountMinor, paid: { currency, amountMinor: asked } });
  }
  return planned;
}

function refundLines(order: ShopOrder, input: RefundInput): UserError | undefined {
  for (const [index, wanted] of (input.refundLineItems ?? []).entries()) {
    const field = ['refundLineItems', String(index)];
    const line = order.details.lines.find((candidate) => candidate.id === wanted.lineItemId);
    if (!line) return { field: [...field, 'lineItemId'], message: 'Line item does not exist' };
    if (wanted.quantity < 1 || line.refunded + wanted.quantity > line.quantity) {
      return { field: [...field, 'quantity'], message: 'Quantity cannot be refunded' };
    }
    if (wanted.restockType === 'CANCEL') {
      if (wanted.quantity > line.remaining) {
        return { field: [...field, 'restockType'], message: 'Units are fulfilled already' };
      }
      line.remaining -= wanted.quantity;
    }
    line.refunded += wanted.quantity;
  }
  return undefined;
}

/** @param key of the `@idempotent` directive. */
export async function refundOrder(
  db: Queryable,
  input: RefundInput,
  key: string,
): Promise<Done<{ orderId: string; refundId: string }>> {
  const order = await lockOrder(db, input.orderId);
  if (!order) return refuse(['orderId'], 'Order does not exist');
  const planned = planRefund(order, input);
  if (!Array.isArray(planned)) return { ok: false, error: planned };
  const lineError = refundLines(order, input);
  if (lineError) return { ok: false, error: lineError };
  if (planned.length === 0 && (input.refundLineItems ?? []).length === 0) {
    return refuse(null, 'Refund must have transactions or line items');
  }
  const refundId = gid('Refund', longNumber());
  await refunds.insert(db, {
    id: refundId,
    parentId: order.record.id,
    throughlineKey: key,
    reference: orderIdInKey(key) ?? order.details.name,
    orderId: order.record.id,
    amountMinor: planned.reduce((sum, one) => sum + one.amountMinor, 0),
    currency: order.currency,
    status: 'SUCCESS',
    details: { note: input.note ?? null, lines: input.refundLineItems ?? [] },
  });
  const effects: Effect[] = [];
  for (const { parent, amountMinor, paid } of planned) {
    const wanted = { kind: 'REFUND', amountMinor, parent, reference: refundId, key, paid };
    effects.push(transactionEffect(order, await addTransaction(db, order, wanted)));
  }
  await orders.update(db, order.record.id, { details: { lines: order.details.lines } });
  return { ok: true, value: { orderId: order.record.id, refundId }, effects };
}
