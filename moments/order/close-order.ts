/** Closing is a moment too: it refuses while facts are unapplied or anything is due. */
import { agendaOf } from '../../canonical/rules/order/agenda';
import type { OrderAgenda } from '../../canonical/flows/order';
import type { Database } from '../../store/database';
import { endLockedFlow, lockOrderAndFlow } from '../../store/flows/flows';
import { factWrite } from '../../store/orders/orders';
import { lockedMoment } from './order-moment';

export async function closeOrder(
  db: Database,
  input: { readonly orderId: string },
): Promise<{ readonly outcome: 'closed' | 'open'; readonly agenda: OrderAgenda }> {
  const { orderId } = input;
  const { answer, agenda } = await lockedMoment(
    db,
    orderId,
    lockOrderAndFlow,
    async (sql, inHand) => {
      const { order, becomes } = inHand;
      if (order.stage === 'closed') return 'closed' as const;
      if (!agendaOf(order).isSettled) return 'open' as const;
      const end = order.stage === 'rejected' ? 'rejected' : 'closed';
      if (!(await endLockedFlow(sql, order.workflowId, end))) return 'open' as const;
      if (order.stage === 'rejected') return 'closed' as const;
      becomes({ ...order, stage: 'closed' }, [
        factWrite(orderId, { kind: 'closed', occurredAt: new Date().toISOString() }),
      ]);
      return 'closed' as const;
    },
  );
  return { outcome: answer, agenda };
}
