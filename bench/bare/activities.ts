/** The bare flow's three calls, through the same connectors as ours. */
import type { Client } from '@temporalio/client';
import type { PaymentGateway } from '../../canonical/ports/payment';
import type { Warehouse } from '../../canonical/ports/warehouse';

export interface BareOrder {
  readonly id: string;
  readonly sku: string;
  readonly amountMinor: number;
}

export interface BareActivities {
  authorize(order: BareOrder): Promise<string>;
  release(order: BareOrder): Promise<void>;
  capture(order: BareOrder & { readonly reference: string }): Promise<void>;
}

const money = (order: BareOrder) => ({
  orderId: order.id,
  channelOrderRef: null,
  tenderNo: 1,
  amountMinor: order.amountMinor,
  currency: 'USD',
});

/** The warehouse's shipment reaches the flow as a signal, as the warehouse's event reaches ours. */
export function createBareActivities(
  gateway: PaymentGateway,
  warehouse: Warehouse,
  client: Client,
): BareActivities {
  return {
    async authorize(order) {
      const answer = await gateway.authorize({
        ...money(order),
        key: `authorize:${order.id}`,
        paymentMethodRef: 'pm_card_visa',
      });
      if (answer.outcome !== 'authorized') throw new Error(answer.detail);
      return answer.reference;
    },
    async release(order) {
      const answer = await warehouse.request({
        key: `release:${order.id}`,
        orderId: order.id,
        channelInstance: 'bare',
        orderNo: order.id,
        location: 'bench-dc',
        correlationId: order.id,
        lines: [{ lineNo: 1, sku: order.sku, quantity: 1 }],
        shipTo: null,
      });
      if (answer.outcome !== 'taken') throw new Error(answer.detail);
      await client.workflow.getHandle(`bare/${order.id}`).signal('shipped');
    },
    async capture(order) {
      const answer = await gateway.capture({
        ...money(order),
        key: `capture:${order.id}`,
        authorizationRef: order.reference,
        isFinal: true,
        knownRefs: [],
      });
      if (answer.outcome !== 'captured') throw new Error(answer.detail);
    },
  };
}
