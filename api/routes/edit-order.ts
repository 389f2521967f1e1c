/**
 * `POST /v1/orders/{orderId}/edit`: an order as it shall be from now on. What can be edited is what
 * can be followed: fewer units of a line. More of it, or another price, is another order.
 */
import { z } from 'zod';
import { CancelLine } from '../../canonical/schema/event';
import { MAX_ORDER_LINES } from '../../canonical/schema/order';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { loadOrder } from '../../store/orders/orders';
import { Problem } from '../http/problem';
import { keyedRoute, ok } from '../http/route';
import { Found, invalidRequest } from '../http/validation';
import { decide, ownOrder } from '../order-decision';
import { MAY } from '../roles';
import { OrderParams } from '../schema/order';
import { Reason } from '../schema/reason';
import { CancelAnswer } from './order-decisions';

const MAX_UNITS = 1_000_000;

const EditedLine = CancelLine.extend({
  quantity: z
    .int()
    .min(0)
    .max(MAX_UNITS)
    .meta({ description: 'Units that it shall have from now on; 0: the line goes' }),
});

const EditBody = z
  .strictObject({
    reason: Reason,
    lines: z
      .array(EditedLine)
      .min(1)
      .max(MAX_ORDER_LINES)
      .meta({ description: 'Those that change; each once' }),
  })
  .meta({ id: 'EditOrder' });

const Edited = z
  .strictObject({
    orderId: z.string(),
    outcome: z
      .enum(['edited', 'partly-edited', 'unchanged'])
      .meta({ description: '`unchanged`: it has these quantities already' }),
    cancelled: z
      .array(z.strictObject({ lineNo: z.int(), quantity: z.int() }))
      .meta({ description: 'Units that were taken off' }),
    reason: z.string().nullable().meta({ description: 'Why not all of it was done' }),
  })
  .meta({ id: 'OrderEdited' });

type Wanted = z.infer<typeof EditedLine>;

/** Units to take off. @throws Problem invalid_request for a line that is none, or would grow */
function unitsOff({ lines }: OrderSnapshot, wanted: readonly Wanted[]): Wanted[] {
  const problems = new Found();
  const seen = new Set<number>();
  const off = wanted.flatMap(({ lineNo, quantity }, index) => {
    const pointer = `/lines/${index}`;
    const line = lines.find((one) => one.lineNo === lineNo);
    if (seen.has(lineNo)) {
      problems.add({ pointer, code: 'duplicate', detail: `line ${lineNo} is named twice` });
    }
    seen.add(lineNo);
    if (!line) {
      problems.add({ pointer, code: 'unknown_line', detail: `the order has no line ${lineNo}` });
      return [];
    }
    const left = line.ordered - line.cancelled;
    if (quantity > left) {
      const detail = `it has ${left}; more of it is another order`;
      problems.add({ pointer: `${pointer}/quantity`, code: 'too_many', detail });
    }
    return quantity < left ? [{ lineNo, quantity: left - quantity }] : [];
  });
  if (problems.count > 0) throw invalidRequest(problems);
  return off;
}

export const editOrderRoute = keyedRoute(
  {
    path: '/v1/orders/{orderId}/edit',
    tag: 'Orders',
    summary: 'Lower the units of an order’s lines',
    description:
      'Answered with the result: the units that are too many are cancelled as by `/cancel`, goods at ' +
      'the warehouse are recalled first, and what has shipped stays. Asked again it changes nothing ' +
      'more. The reason goes into the audit trail: write no personal data into it.',
    roles: MAY.cancelOrders,
    sameAs: 'order.cancel-requested.v1',
    params: OrderParams,
    body: {
      schema: EditBody,
      example: { reason: 'one mug is enough', lines: [{ lineNo: 1, quantity: 1 }] },
    },
    responses: { 200: { description: 'Done, all or in part', schema: Edited } },
    errors: ['not_found', 'order_closed', 'not_cancellable', 'unavailable'],
  },
  async (call, dependencies, key) => {
    const { orderId } = call.params;
    const order = ownOrder(call.caller, await loadOrder(dependencies.db, orderId));
    const lines = unitsOff(order, call.body.lines);
    if (lines.length === 0) {
      return ok({ orderId, outcome: 'unchanged', cancelled: [], reason: null });
    }
    const decision = { action: 'cancel', update: 'cancelOrder', request: { lines } } as const;
    const answer = await decide(dependencies, call, key, decision, CancelAnswer);
    const { outcome, cancelled, reason } = answer;
    if (outcome === 'refused') {
      throw new Problem('not_cancellable', reason ?? 'nothing of that can be taken off');
    }
    const isPart = outcome === 'partly-cancelled';
    return ok({ orderId, outcome: isPart ? 'partly-edited' : 'edited', cancelled, reason });
  },
);
