/** `POST /v1/orders/{orderId}/…`: what a person or a channel decides on an order, asked of its flow. */
import { z } from 'zod';
import { CancelLine } from '../../canonical/schema/event';
import { MAX_ORDER_LINES } from '../../canonical/schema/order';
import type { CancelRequest } from '../../canonical/flows/order';
import { Problem } from '../http/problem';
import { keyedRoute, ok, type Route } from '../http/route';
import { decide } from '../order-decision';
import { MAY } from '../roles';
import { OrderParams } from '../schema/order';
import { Reason } from '../schema/reason';

const CancelBody = z
  .strictObject({
    reason: Reason,
    lines: z
      .array(CancelLine)
      .min(1)
      .max(MAX_ORDER_LINES)
      .optional()
      .meta({ description: 'Left out: everything that has not shipped' }),
  })
  .meta({ id: 'CancelOrder' });

/** What the flow answers; what belongs to the flow alone is left out. */
export const CancelAnswer = z.object({
  outcome: z.enum(['cancelled', 'partly-cancelled', 'refused']),
  cancelled: z.array(z.object({ lineNo: z.int(), quantity: z.int() })),
  reason: z.string().nullable(),
});

const Cancelled = z
  .strictObject({
    orderId: z.string(),
    outcome: z.enum(['cancelled', 'partly-cancelled']),
    cancelled: z.array(z.strictObject({ lineNo: z.int(), quantity: z.int() })),
    reason: z.string().nullable().meta({ description: 'Why not all of it was cancelled' }),
  })
  .meta({ id: 'OrderCancelled' });

/** Units that have not moved are not sent. */
export const cancelOrderRoute = keyedRoute(
  {
    path: '/v1/orders/{orderId}/cancel',
    tag: 'Orders',
    summary: 'Cancel an order, or lines of it',
    description:
      'Answered with the result: goods at the warehouse are recalled first. What has shipped is ' +
      'not touched. The reason goes into the audit trail: write no personal data into it.',
    roles: MAY.cancelOrders,
    sameAs: 'order.cancel-requested.v1',
    params: OrderParams,
    body: { schema: CancelBody, example: { reason: 'the buyer changed their mind' } },
    responses: { 200: { description: 'Cancelled, all or in part', schema: Cancelled } },
    errors: ['not_found', 'order_closed', 'not_cancellable', 'unavailable'],
  },
  async (call, dependencies, key) => {
    const { orderId } = call.params;
    const request = { lines: call.body.lines ?? null } satisfies Omit<CancelRequest, 'decisionId'>;
    const decision = { action: 'cancel', update: 'cancelOrder', request } as const;
    const answer = await decide(dependencies, call, key, decision, CancelAnswer);
    const { outcome, cancelled, reason } = answer;
    if (outcome === 'refused') {
      throw new Problem('not_cancellable', reason ?? 'nothing of that can be cancelled');
    }
    return ok({ orderId, outcome, cancelled, reason });
  },
);

const HoldBody = z.strictObject({ reason: Reason }).meta({ id: 'HoldDecision' });

const HoldAnswer = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['held', 'released']) }),
  z.object({ outcome: z.literal('refused'), reason: z.string() }),
]);

const HoldDecided = z
  .strictObject({ orderId: z.string(), outcome: z.enum(['held', 'released']) })
  .meta({ id: 'HoldDecided' });

interface HoldRoute {
  readonly action: 'hold' | 'release-hold';
  readonly update: 'holdOrder' | 'releaseHold';
  readonly summary: string;
  readonly description: string;
  readonly example: { readonly reason: string };
}

/** Holding an order and lifting the hold: the same request, two updates. */
function holdRoute({ action, update, summary, description, example }: HoldRoute): Route {
  return keyedRoute(
    {
      path: `/v1/orders/{orderId}/${action}`,
      tag: 'Orders',
      summary,
      description,
      roles: MAY.holdOrders,
      sameAs: 'order.cancel-requested.v1',
      params: OrderParams,
      body: { schema: HoldBody, example },
      responses: { 200: { description: 'Decided', schema: HoldDecided } },
      errors: ['not_found', 'order_closed', 'decision_refused', 'unavailable'],
    },
    async (call, dependencies, key) => {
      const decision = { action, update, request: {} };
      const answer = await decide(dependencies, call, key, decision, HoldAnswer);
      if (answer.outcome === 'refused') throw new Problem('decision_refused', answer.reason);
      return ok({ orderId: call.params.orderId, outcome: answer.outcome });
    },
  );
}

/** Not released to a warehouse before somebody lifts it. */
export const holdOrderRoute = holdRoute({
  action: 'hold',
  update: 'holdOrder',
  summary: 'Hold an order',
  description:
    'What is at the warehouse already goes on. The reason goes into the audit trail: write no ' +
    'personal data into it.',
  example: { reason: 'fraud review' },
});

export const releaseHoldRoute = holdRoute({
  action: 'release-hold',
  update: 'releaseHold',
  summary: 'Lift the hold of an order',
  description: 'The flow goes on where it stood.',
  example: { reason: 'review passed' },
});
