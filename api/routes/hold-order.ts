/** `POST /v1/orders/{orderId}/hold`: not released to a warehouse before somebody lifts it. */
import { holdRoute } from '../hold-decision';

export const holdOrderRoute = holdRoute({
  path: '/v1/orders/{orderId}/hold',
  action: 'hold',
  update: 'holdOrder',
  summary: 'Hold an order',
  description:
    'What is at the warehouse already goes on. The reason goes into the audit trail: write no ' +
    'personal data into it.',
  example: { reason: 'fraud review' },
});
