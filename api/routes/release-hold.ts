/** `POST /v1/orders/{orderId}/release-hold`: lets a held order go on. */
import { holdRoute } from '../hold-decision';

export const releaseHoldRoute = holdRoute({
  path: '/v1/orders/{orderId}/release-hold',
  action: 'release-hold',
  update: 'releaseHold',
  summary: 'Lift the hold of an order',
  description: 'The flow goes on where it stood.',
  example: { reason: 'review passed' },
});
