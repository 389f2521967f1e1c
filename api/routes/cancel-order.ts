/** `POST /v1/orders/{orderId}/cancel`: units that have not moved are not sent. */
import { z } from 'zod';
import { CancelLine } from '../../canonical/schema/event';
import { MAX_ORDER_LINES } from '../../canonical/schema/order';
import type { CancelRequest } from '../../canonical/flows/order';
import { Problem } from '../http/problem';
import { keyedRoute } from '../http/route';
import { decide } from '../order-decision';
import { MAY } from '../roles';
import { OrderParams } from '../schema/order';

const CancelBody = z
  .strictObject({
    reason: z.string().trim().min(1).max(300),
    lines: z
      .array(CancelLine)
      .min(1)
      .max(MAX_ORDER_LINES)
      .optional()
      .meta({ description: 'Left out: everything that has not shipped' }),
  })
  .meta({ id: 'CancelOrder' });

/** What the flow answers; what belongs to the flow alone is left out. */
const FlowAnswer = z.object({
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

export const cancelOrderRoute = keyedRoute(
  {
    path: '/v1/orders/{orderId}/cancel',
    tag: 'Orders',
    summary: 'Cancel an order, or lines of it',
    description:
      'Answered with the result: goods at the warehouse are recalled first. What has shipped is ' +
      'not touched. The reason goes into the audit trail: write no personal data into it.',
    roles: MAY.cancelOrders,
    params: OrderParams,
    body: { schema: CancelBody, example: { reason: 'the buyer changed their mind' } },
    responses: { 200: { description: 'Cancelled, all or in part', schema: Cancelled } },
    errors: ['not_found', 'order_closed', 'not_cancellable', 'unavailable'],
  },
  async (call, dependencies, key) => {
    const { orderId } = call.params;
    const request = { lines: call.body.lines ?? null } satisfies Omit<CancelRequest, 'decisionId'>;
    const decision = { action: 'cancel', update: 'cancelOrder', request } as const;
    const answer = await decide(dependencies, call, key, decision, (said) =>
      FlowAnswer.parse(said),
    );
    const { outcome, cancelled, reason } = answer;
    if (outcome === 'refused') {
      throw new Problem('not_cancellable', reason ?? 'nothing of that can be cancelled');
    }
    return { status: 200, body: { orderId, outcome, cancelled, reason } };
  },
);
