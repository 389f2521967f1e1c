/**
 * `refunds/create` in our words: each payment that was given back, by the names that the Admin API
 * has for its transactions. A refund that we asked for is known by them as an echo; one that somebody
 * made in the shop is followed. `order_transactions/create` of a capture is told in the same words. Pure.
 */
import type { CanonicalEvent } from '../../canonical/schema/event';
import { PaymentFact } from '../../canonical/schema/payment-fact';
import { parseDecimal } from '../../canonical/rules/money/money';
import { fieldProblems, unreadable, type InboundResult } from '../inbound-contract';
import { ShopifyRefund, ShopifyTransaction } from './order-schema';

const transactionGid = (id: string) => `gid://shopify/OrderTransaction/${id}`;

export function readRefund(body: unknown): InboundResult {
  const parsed = ShopifyRefund.safeParse(body);
  if (!parsed.success) return unreadable(fieldProblems(parsed.error));
  const made = parsed.data.transactions
    .map((one, index) => ({ ...one, index }))
    .filter(({ kind, status }) => kind === 'refund' && status === 'success');
  const { return: of, order_id: channelOrderRef } = parsed.data;
  const events: CanonicalEvent[] = [];
  for (const { id, parent_id: parentId, amount, currency, index } of made) {
    const fact = PaymentFact.safeParse({
      reference: transactionGid(id),
      ...(parentId && { paymentRef: transactionGid(parentId) }),
      channelOrderRef,
      ...(of && { channelReturnRef: of.admin_graphql_api_id }),
      amount: { currency, minorUnits: parseDecimal(amount, currency) },
    });
    if (!fact.success) return unreadable(fieldProblems(fact.error, `/transactions/${index}`));
    events.push({ type: 'payment.refunded.v1', data: fact.data });
  }
  if (events.length === 0) return { outcome: 'ignored', why: 'a refund without money that moved' };
  return { outcome: 'mapped', events };
}

/** A capture: the echo of ours, or one that somebody made in the shop. All else is told elsewhere. */
export function readTransaction(body: unknown): InboundResult {
  const parsed = ShopifyTransaction.safeParse(body);
  if (!parsed.success) return unreadable(fieldProblems(parsed.error));
  const { id, kind, status, amount, currency } = parsed.data;
  if (kind !== 'capture' || status !== 'success') {
    const why = `a ${kind} that is ${status ?? 'of no state'}: its order, or its refund, says what it comes to`;
    return { outcome: 'ignored', why };
  }
  const fact = PaymentFact.safeParse({
    reference: transactionGid(id),
    amount: { currency, minorUnits: parseDecimal(amount, currency) },
  });
  if (!fact.success) return unreadable(fieldProblems(fact.error));
  return { outcome: 'mapped', events: [{ type: 'payment.captured.v1', data: fact.data }] };
}
