/** The moments that an order's flow has as every flow has them. */
import { ORDER_STEPS } from '../../canonical/flows/order-steps';
import { actionOf } from '../../canonical/flows/step';
import { factWrite } from '../../store/orders/orders';
import { everyFlow } from '../flow/every-flow';
import { exceptionOf } from './of-order';
import { ORDER_FRAME } from './order-moment';
import { ORDER_RESOLUTIONS } from './resolutions';

export const orderFlow = everyFlow({
  ...ORDER_FRAME,
  exceptionOf: ({ order }) => exceptionOf(order),
  async resolve(sql, inHand, resolved) {
    const action = actionOf(ORDER_STEPS, resolved);
    if (action) await ORDER_RESOLUTIONS[action](sql, inHand, resolved.about, resolved);
  },
  // A recall is its cancel's: until that has its answer, units are released and the order is open.
  leaves: ['recall'],
  outcomeOf: ({ order }) => (order.stage === 'rejected' ? 'rejected' : 'closed'),
  async ended(_sql, { order, becomes }) {
    if (order.stage !== 'accepted') return;
    const closed = factWrite(order.orderId, {
      kind: 'closed',
      occurredAt: new Date().toISOString(),
    });
    becomes({ ...order, stage: 'closed' }, [closed]);
  },
});

export const {
  readAgenda,
  applyResolution,
  openWait,
  closeWait,
  closeFlow: closeOrder,
} = orderFlow;
