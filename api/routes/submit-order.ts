/** `POST /v1/orders`: the moment that accepts an order, answered from its own transaction. */
import { z } from 'zod';
import { refusal } from '../../canonical/rules/order/acceptance';
import { channelSetup } from '../../canonical/installation';
import { Order } from '../../canonical/schema/order';
import { ShadowFindingView } from '../../canonical/schema/shadow';
import type { Database } from '../../store/database';
import { rememberAnswer, type IdempotencyKey } from '../../store/access/idempotency';
import type { SubmitOutcome } from '../../moments/order/submission';
import { submitOrder } from '../../moments/order/submit-order';
import { readOrderView } from '../../store/orders/order-view';
import type { ApiDependencies } from '../dependencies';
import { ORDER_EXAMPLE } from '../examples';
import { requireChannel } from '../http/authenticate';
import { LARGE_BODY_LIMIT_BYTES } from '../http/body';
import { readKey, replayed, REUSED, type Answer } from '../http/keyed';
import { Problem, problemBody } from '../http/problem';
import { ok, route, type Route } from '../http/route';
import { showOrder } from '../order-shown';
import { timeErrors } from '../plausible-time';
import { MAY } from '../roles';
import { OrderAccepted, OrderView, OrderWaiting } from '../schema/order';

type Made = Extract<SubmitOutcome, { outcome: 'accepted' | 'waiting' }>;

const PATH = '/v1/orders';

/** An order of these was sold by its channel: the money is there, so it waits and is not refused. */
function isSold(order: Order): boolean {
  return channelSetup(order.channelInstance)?.moneyMode === 'channel';
}

function answerOf(order: Order, outcome: Made): { status: number; body: unknown } {
  const { channelInstance, orderNo, currency } = order;
  const { orderId, workflowId } = outcome;
  const named = { orderId, channelInstance, orderNo };
  if (outcome.outcome === 'waiting') {
    const { exceptions } = outcome;
    const body = { ...named, status: 'received', workflowId, exceptions, holds: [] };
    return { status: 202, body };
  }
  const { status, location, totalMinor, lines, lineCount, isOnHold } = outcome.order;
  const total = { currency, minorUnits: totalMinor };
  const body = { ...named, status, workflowId, location, total, lines, lineCount };
  if (!isOnHold) return { status: 201, body };
  const holds = order.hold === undefined ? [] : [{ reason: order.hold.reason }];
  return { status: 202, body: { ...body, exceptions: [], holds } };
}

async function existing(
  outcome: Extract<SubmitOutcome, { outcome: 'exists' }>,
  { db, configuration }: ApiDependencies,
): Promise<Answer> {
  const { orderId, isSame } = outcome;
  if (!isSame) {
    throw new Problem('order_exists', 'that channel and number are here with other content', {
      members: { orderId },
    });
  }
  const view = await readOrderView(db, orderId);
  if (view === null) throw new RangeError(`order ${orderId} exists and cannot be read`);
  return { status: 200, body: showOrder(view, configuration) };
}

/** Heard and not taken; or refused, where the other system has had it since its channel's shadow. */
function heardOnly({ isNow, finding }: Extract<SubmitOutcome, { outcome: 'in-shadow' }>): Answer {
  if (isNow) return ok(finding);
  const detail = 'that order was heard while its channel was in shadow: it is not taken over';
  throw new Problem('order_exists', detail);
}

function refuse(outcome: Extract<SubmitOutcome, { outcome: 'refused' }>): Problem {
  const { code, problems, available } = outcome;
  const detail = problems[0]?.detail ?? 'the order is refused; nothing was stored';
  return new Problem(code, detail, {
    errors: problems,
    ...(available !== undefined && { members: { available } }),
  });
}

/**
 * An answer that made nothing is the key's first answer too: the same order again hears it again,
 * another order is told that the key is used.
 */
async function remembered(
  db: Database,
  key: IdempotencyKey & { readonly correlationId: string },
  work: () => Promise<Answer>,
): Promise<Answer> {
  const settled = await work().catch((error: unknown) => {
    if (error instanceof Problem) return error;
    throw error;
  });
  const answer =
    settled instanceof Problem
      ? { status: settled.status, body: problemBody(settled, key.correlationId) }
      : { status: settled.status, body: settled.body };
  const kept = await rememberAnswer(db, key, answer);
  if (kept.state === 'reused') throw new Problem('idempotency_key_reused', REUSED);
  if (kept.state === 'answered') return replayed(kept.status, kept.answer);
  if (settled instanceof Problem) throw settled;
  return settled;
}

const ruleErrors = (order: Order) => {
  const refused = refusal(order, channelSetup(order.channelInstance), { isClaim: true });
  return refused?.outcome === 'refused' ? refused.problems : [];
};

export const submitOrderRoute: Route = {
  ...route(
    {
      method: 'post',
      path: PATH,
      tag: 'Orders',
      summary: 'Submit an order',
      description:
        'Validated, its totals checked to the cent, sourced and reserved in one transaction, from ' +
        'which this answers. An order that must wait (202) names what it waits for. The same order ' +
        'again is the existing one (200). An order of a channel in shadow is not taken: the answer ' +
        'says what would have become of it (200, without an orderId).',
      roles: MAY.submitOrders,
      sameAs: 'order.created.v1',
      body: {
        schema: Order,
        limitBytes: LARGE_BODY_LIMIT_BYTES,
        guard: (order, caller) => requireChannel(caller, order.channelInstance),
        check: (order) => timeErrors('/placedAt', order.placedAt),
        rules: ruleErrors,
        example: ORDER_EXAMPLE,
      },
      responses: {
        200: {
          description: 'That order is here already; or its channel is in shadow: what was found',
          schema: z.union([OrderView, ShadowFindingView]),
        },
        201: { description: 'Accepted and reserved', schema: OrderAccepted },
        202: { description: 'Taken; it waits for what is listed', schema: OrderWaiting },
      },
      errors: [
        'insufficient_stock',
        'unknown_location',
        'no_pickup_there',
        'order_exists',
        'totals_mismatch',
        'currency_mismatch',
        'unknown_channel',
        'unsupported_tender',
        'idempotency_key_missing',
        'idempotency_key_reused',
        'payload_too_large',
      ],
    },
    async (call, dependencies) => {
      const order = call.body;
      const { correlationId, caller, request, json } = call;
      const { scope, key, bodyHash } = await readKey(request, `POST ${PATH}`, caller, json);
      const keyed = { scope, key, bodyHash, correlationId };
      const outcome = await submitOrder(dependencies.buyers, order, {
        correlationId,
        sourceEventNo: null,
        isSold: isSold(order),
        isClaim: true,
        fulfilmentDeadlineMs: dependencies.configuration.FULFILMENT_DEADLINE_MS,
        pagesUrl: dependencies.configuration.PAGES_URL,
        idempotency: { scope, key, bodyHash, answer: (made) => answerOf(order, made) },
      });
      switch (outcome.outcome) {
        case 'accepted':
        case 'waiting': {
          const headers = { Location: `${PATH}/${outcome.orderId}` };
          return { ...answerOf(order, outcome), headers };
        }
        case 'exists':
          return remembered(dependencies.db, keyed, () => existing(outcome, dependencies));
        case 'in-shadow':
          return remembered(dependencies.db, keyed, async () => heardOnly(outcome));
        case 'replayed':
          return replayed(outcome.status, outcome.body);
        case 'key-reused':
          throw new Problem('idempotency_key_reused', REUSED);
        case 'refused':
          return remembered(dependencies.db, keyed, () => Promise.reject(refuse(outcome)));
      }
    },
  ),
  keyed: true,
};
