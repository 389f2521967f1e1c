/** Refunds: made under our key, which their metadata keeps, and found by it. */
import type { Refused } from '../../canonical/ports/fault';
import type { Refunded, RefundRequest } from '../../canonical/ports/payment';
import { readAnswer, refused } from '../answer';
import { getJson, type HttpDoor } from '../http';
import { fromStripeAmount, toStripeAmount } from './amount';
import { post, refusalOf, SYSTEM } from './calls';
import { LATEST_KEY, ORDER_ID, TENDER_NO } from './metadata';
import { StripeRefund, StripeRefundList } from './schema';

/** Stripe's largest page; refunds of one intent beyond a page are read page by page. */
const PAGE_SIZE = 100;
const MAX_REFUND_PAGES = 10;

function refunded(found: StripeRefund): Refunded {
  const amountMinor = fromStripeAmount(found.amount, found.currency);
  return { outcome: 'refunded', reference: found.id, amountMinor };
}

const isDead = (found: StripeRefund) => found.status === 'failed' || found.status === 'canceled';

/** A pending refund counts as made: Stripe has taken it, and says so should it fail later. */
export async function refund(door: HttpDoor, request: RefundRequest): Promise<Refunded | Refused> {
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

export async function findRefund(door: HttpDoor, request: RefundRequest): Promise<Refunded | null> {
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
