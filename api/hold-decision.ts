/** Holding an order and lifting the hold: the same request, two updates. */
import { z } from 'zod';
import { Problem } from './http/problem';
import { keyedRoute, type Route } from './http/route';
import { decide } from './order-decision';
import { MAY } from './roles';
import { OrderParams } from './schema/order';

const HoldBody = z
  .strictObject({ reason: z.string().trim().min(1).max(300) })
  .meta({ id: 'HoldDecision' });

const FlowAnswer = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['held', 'released']) }),
  z.object({ outcome: z.literal('refused'), reason: z.string() }),
]);

const HoldDecided = z
  .strictObject({ orderId: z.string(), outcome: z.enum(['held', 'released']) })
  .meta({ id: 'HoldDecided' });

interface HoldRoute {
  readonly path: string;
  readonly action: 'hold' | 'release-hold';
  readonly update: 'holdOrder' | 'releaseHold';
  readonly summary: string;
  readonly description: string;
  readonly example: { readonly reason: string };
}

export function holdRoute({ path, action, update, ...text }: HoldRoute): Route {
  return keyedRoute(
    {
      path,
      tag: 'Orders',
      summary: text.summary,
      description: text.description,
      roles: MAY.holdOrders,
      params: OrderParams,
      body: { schema: HoldBody, example: text.example },
      responses: { 200: { description: 'Decided', schema: HoldDecided } },
      errors: ['not_found', 'order_closed', 'decision_refused', 'unavailable'],
    },
    async (call, dependencies, key) => {
      const decision = { action, update, request: {} };
      const answer = await decide(dependencies, call, key, decision, (said) =>
        FlowAnswer.parse(said),
      );
      if (answer.outcome === 'refused') throw new Problem('decision_refused', answer.reason);
      const { orderId } = call.params;
      return { status: 200, body: { orderId, outcome: answer.outcome } };
    },
  );
}
