// I1: every order that was acknowledged, over the API or by a webhook's 200, is here exactly once.
import type { OutsideRecord } from '../../canonical/ports/records';
import type { Difference } from '../report';

/** An acknowledgement and how many orders it stands for here. */
export interface Acknowledged {
  /** `event 17`, `the answer 201 to key k-1`. */
  readonly by: string;
  /** `shopify-us/1001`, or the order's id. */
  readonly order: string;
  readonly matches: number;
}

export function checkAcknowledged(acknowledged: readonly Acknowledged[]): Difference[] {
  return acknowledged
    .filter((one) => one.matches !== 1)
    .map(({ by, order, matches }) => ({
      invariant: 'I1',
      code: matches === 0 ? 'order-lost' : 'order-twice',
      subject: order,
      detail: `order ${order} was acknowledged (${by}) and is here ${matches === 0 ? 'not at all' : `${matches} times`}`,
    }));
}

const DELIVERED = 'delivered';
const ORDER_TOPIC = 'orders/create';

/** Of webhooks whose event is not in the inbox: those that the shop delivered, and got a 2xx for. */
export function checkDeliveredWebhooks(
  unstored: readonly OutsideRecord[],
  cutoff: string,
): Difference[] {
  return unstored
    .filter((webhook) => webhook.state === DELIVERED && webhook.type === ORDER_TOPIC)
    .filter((webhook) => webhook.updatedAt <= cutoff)
    .map((webhook) => ({
      invariant: 'I1',
      code: 'webhook-lost',
      subject: webhook.id,
      detail: `the shop's order ${webhook.orderRef ?? ''} was sent here as event ${webhook.reference ?? ''} and acknowledged; the inbox has no such event`,
    }));
}

/** Rows that name an order which is not here. */
export interface Orphan {
  readonly orderId: string;
  /** `journals`, `lines`, … */
  readonly rows: readonly string[];
}

export function checkOrphan({ orderId, rows }: Orphan): Difference[] {
  if (rows.length === 0) return [];
  return [
    {
      invariant: 'I1',
      code: 'orphan',
      subject: orderId,
      detail: `order ${orderId} is not here, and its ${rows.join(', ')} are`,
    },
  ];
}
