/** Whom a shipment is told: the channel, the customer, the tax service; one outbox row each. */
import { effectKey } from '../../canonical/rules/order/effect-keys';
import { documentNumber, type PlannedShipment } from '../../canonical/rules/order/shipment';
import type { InvoicedLine } from '../../canonical/rules/posting/posting';
import type { ShipmentAnnouncement } from '../../canonical/ports/channel';
import type { CustomerMessage } from '../../canonical/ports/notification';
import type { TaxInvoice } from '../../canonical/ports/tax';
import type { ShipmentConfirmed } from '../../canonical/schema/event';
import type { Order } from '../../canonical/schema/order';
import { only, type Sql } from '../../store/database';
import type { OutboxMessage } from '../../store/outbox/outbox';
import type { TakenOrder } from '../order/order-moment';

export interface ShipmentToTell {
  readonly shipmentNo: number;
  readonly invoiceNo: number;
  readonly onDate: string;
  readonly data: ShipmentConfirmed;
  readonly planned: PlannedShipment;
}

export type WhomToTell = Pick<Order, 'customer' | 'shipTo'>;

/** The personal data of an order; it goes no further than into the messages. */
export async function whomToTell(sql: Sql, orderId: string): Promise<WhomToTell> {
  const { rows } = await sql.query<WhomToTell>({
    name: 'whom-to-tell',
    text: `select content -> 'customer' as customer, content -> 'shipTo' as "shipTo"
             from sales_order where order_id = $1`,
    values: [orderId],
  });
  return only(rows, `order ${orderId}`);
}

export function shipmentMessages(
  taken: TakenOrder,
  whom: WhomToTell,
  shipment: ShipmentToTell,
): OutboxMessage[] {
  const taxed = toTaxService(taken, whom, { ...shipment, lines: shipment.planned.lines });
  // What the channel told us of, or gives access to, it tells its buyer itself.
  if (shipment.data.toldBy === 'channel') return taxed;
  return [
    ...toChannel(taken, shipment),
    ...toCustomer(taken, whom, 'order-shipped', shipment.shipmentNo, {
      orderNo: taken.order.orderNo,
      trackingNumber: shipment.data.trackingNumber ?? '',
      carrier: shipment.data.carrier ?? '',
    }),
    ...taxed,
  ];
}

function toChannel({ order, setup }: TakenOrder, shipment: ShipmentToTell): OutboxMessage[] {
  if (setup.connector === null || order.channelOrderRef === null) return [];
  const key = effectKey.fulfil(order.orderId, shipment.shipmentNo);
  const body: ShipmentAnnouncement = {
    key,
    orderId: order.orderId,
    channelOrderRef: order.channelOrderRef,
    shipmentNo: shipment.shipmentNo,
    carrier: shipment.data.carrier ?? null,
    trackingNumber: shipment.data.trackingNumber ?? null,
    lines: shipment.planned.lines.flatMap((line) => {
      const ref = order.lines.find((one) => one.lineNo === line.lineNo)?.channelLineRef;
      return ref ? [{ channelLineRef: ref, quantity: line.quantity }] : [];
    }),
  };
  const destination = `commerce.${order.channelInstance}`;
  return [{ ...envelope({ order, setup }, key), destination, verb: 'announceShipment', body }];
}

/** What a message to a customer says of its order. */
export interface OrderOfCustomer {
  readonly order: Pick<TakenOrder['order'], 'orderId' | 'orderNo' | 'correlationId'>;
  readonly setup: TakenOrder['setup'];
}

/** Mail where there is an address, else a text message, else nothing. */
export function toCustomer(
  taken: OrderOfCustomer,
  whom: Pick<Order, 'customer'>,
  template: CustomerMessage['template'],
  subject: string | number,
  variables: CustomerMessage['variables'],
): OutboxMessage[] {
  const { orderId } = taken.order;
  const { email, phone } = whom.customer ?? {};
  const to = email ?? phone;
  if (to === undefined) return [];
  const key = effectKey.notify(orderId, template, subject);
  const channel = email === undefined ? 'sms' : 'email';
  const body: CustomerMessage = { key, orderId, channel, to, template, variables };
  const destination = `notification.${taken.setup.notifier}`;
  return [{ ...envelope(taken, key), destination, verb: 'sendMessage', body }];
}

/**
 * `storeId`: handed over there; its place is what counts, and not where the buyer lives. Without gift
 * cards, of whose sale no tax is due, and without what the channel owes itself; of nothing else none.
 */
export function toTaxService(
  taken: TakenOrder,
  whom: Pick<Order, 'shipTo'>,
  {
    invoiceNo,
    onDate,
    lines,
    storeId,
  }: {
    readonly invoiceNo: number;
    readonly onDate: string;
    readonly lines: readonly InvoicedLine[];
    readonly storeId?: string;
  },
): OutboxMessage[] {
  const taxed = lines.filter(({ notSent }) => notSent !== 'gift-card');
  if (taxed.length === 0) return [];
  const shipTo = storeId === undefined ? whom.shipTo : undefined;
  const { order, setup } = taken;
  const key = effectKey.taxInvoice(order.orderId, invoiceNo);
  const body: TaxInvoice = {
    key,
    orderId: order.orderId,
    documentNo: documentNumber(order, invoiceNo),
    entity: setup.entity,
    currency: order.currency,
    invoiceDate: onDate,
    shipToRegion: shipTo?.region ?? null,
    shipToPostalCode: shipTo?.postalCode ?? null,
    shipToCountry: shipTo?.country ?? null,
    ...(storeId !== undefined && { storeId }),
    lines: taxed.map((line) => ({
      lineNo: line.lineNo,
      sku: line.sku,
      quantity: line.quantity,
      netMinor: line.grossMinor - line.discountMinor + line.shippingMinor,
      taxes: line.taxes.filter(({ owedBy }) => owedBy === undefined),
    })),
  };
  const destination = `tax.${setup.taxAccount}`;
  return [{ ...envelope(taken, key), destination, verb: 'recordTaxInvoice', body }];
}

function envelope({ order }: OrderOfCustomer, key: string) {
  return { effectKey: key, orderId: order.orderId, correlationId: order.correlationId };
}
