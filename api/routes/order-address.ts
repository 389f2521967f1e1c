/** `POST /v1/orders/{orderId}/address`: where an order goes, changed while nobody was asked to send it. */
import { z } from 'zod';
import { Address } from '../../canonical/schema/order';
import { changeAddress } from '../../moments/order/change-address';
import { recordDecision } from '../../store/access/decisions';
import { readOrderFlow } from '../../store/orders/order-view';
import { Problem } from '../http/problem';
import { keyedRoute, madeBy, ok } from '../http/route';
import { ownOrder } from '../order-decision';
import { MAY } from '../roles';
import { OrderParams } from '../schema/order';
import { Reason } from '../schema/reason';

const AddressBody = z
  .strictObject({ reason: Reason, shipTo: Address.meta({ description: 'The whole new address' }) })
  .meta({ id: 'ChangeAddress' });

const AddressChanged = z
  .strictObject({
    orderId: z.string(),
    outcome: z
      .enum(['changed', 'unchanged'])
      .meta({ description: '`unchanged`: it goes there already' }),
  })
  .meta({ id: 'AddressChanged' });

export const orderAddressRoute = keyedRoute(
  {
    path: '/v1/orders/{orderId}/address',
    tag: 'Orders',
    summary: 'Send an order to another address',
    description:
      'While no warehouse was asked to send it; later it is cancelled, or goes where it was to go. ' +
      'Within the country that it was sold to: tax stays as it was charged. The channel is not told. ' +
      'The reason goes into the audit trail: write no personal data into it.',
    roles: MAY.cancelOrders,
    sameAs: 'order.cancel-requested.v1',
    params: OrderParams,
    body: {
      schema: AddressBody,
      example: {
        reason: 'the buyer moved',
        shipTo: {
          ...{ name: 'A. Buyer', address1: '2 Oak Avenue', city: 'Springfield' },
          ...{ region: 'IL', postalCode: '62701', country: 'US' },
        },
      },
    },
    responses: { 200: { description: 'It goes there', schema: AddressChanged } },
    errors: ['not_found', 'decision_refused'],
  },
  async (call, { db }, { decisionId }) => {
    const { orderId } = call.params;
    ownOrder(call.caller, await readOrderFlow(db, orderId));
    const { reason, shipTo } = call.body;
    const put = await changeAddress(db, { orderId, shipTo, decisionId }, (sql) =>
      recordDecision(sql, {
        ...madeBy(call),
        ...{ decisionId, action: 'order.address', subject: orderId, orderId, reason },
      }),
    );
    if (put.outcome === 'refused') throw new Problem('decision_refused', put.reason);
    return ok({ orderId, outcome: put.outcome === 'put' ? 'changed' : 'unchanged' });
  },
);
