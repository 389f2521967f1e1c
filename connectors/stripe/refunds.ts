/** Refunds: made under our key, which their metadata keeps, and found by it. */
import type { Refused } from '../../canonical/ports/fault';
import type { FoundRefund, Refunded, RefundRequest } from '../../canonical/ports/payment';
import { readAnswer, refused } from '../answer';
import { getJson, type HttpDoor } from '../http';
import { fromStripeAmount, notPayable, toStripeAmount } from './amount';
import { post, refusalOf, SYSTEM } from './calls';
import { LATEST_KEY, ORDER_ID, TENDER_NO } from './metadata';
import { chargeOf, isDead, StripeRefund, StripeRefundList } from './schema';

/** Stripe's largest page; refunds of one intent beyond a page are read page by page. */
const PAGE_SIZE = 100;
const MAX_REFUND_PAGES = 10;
const MS_PER_SECOND = 1_000;

function refunded(found: StripeRefund): Refunded {
  const amountMinor = fromStripeAmount(found.amount, found.currency);
  return { outcome: 'refunded', reference: found.id, amountMinor };
}

/** A pending refund counts as made: Stripe has taken it, and says so should it fail later. */
export async function refund(door: HttpDoor, request: RefundRequest): Promise<Refunded | Refused> {
  const what = 'POST refunds';
  const ofIntent = request.authorizationRef ?? '';
  const amount = toStripeAmount(request.amountMinor, request.currency);
  if (amount === null) return notPayable(request.currency);
  const answer = await post(door, '/v1/refunds', request.key, {
    ...(ofIntent ? { payment_intent: ofIntent } : { charge: request.captureRef ?? '' }),
    amount: String(amount),
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
  for await (const one of refundsOf(door, request)) {
    if (one.metadata?.[LATEST_KEY] === request.key && !isDead(one)) return refunded(one);
  }
  return null;
}

/** Made in the dashboard, or by another program of the same account: none of our keys is on them. */
export async function otherRefunds(door: HttpDoor, request: RefundRequest): Promise<FoundRefund[]> {
  const found: FoundRefund[] = [];
  for await (const one of refundsOf(door, request)) {
    const isOurs = one.metadata?.[LATEST_KEY] !== undefined || request.knownRefs.includes(one.id);
    const isOfIt = request.captureRef === null || chargeOf(one) === request.captureRef;
    if (isOurs || !isOfIt || isDead(one)) continue;
    const { reference, amountMinor } = refunded(one);
    const madeMs = one.created ? one.created * MS_PER_SECOND : Date.now();
    found.push({ reference, amountMinor, occurredAt: new Date(madeMs).toISOString() });
  }
  return found;
}

async function* refundsOf(door: HttpDoor, request: RefundRequest): AsyncGenerator<StripeRefund> {
  const what = 'GET refunds';
  let after: string | null = null;
  for (let page = 0; page < MAX_REFUND_PAGES; page += 1) {
    const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
    if (request.authorizationRef) query.set('payment_intent', request.authorizationRef);
    else query.set('charge', request.captureRef ?? '');
    if (after) query.set('starting_after', after);
    const answer = await getJson(door, `/v1/refunds?${query}`);
    if (refusalOf(what, answer)) return;
    const list = readAnswer(SYSTEM, what, StripeRefundList, answer.json);
    yield* list.data;
    after = list.data.at(-1)?.id ?? null;
    if (!list.has_more || after === null) return;
  }
}
