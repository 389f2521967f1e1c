/** Whom an outbox row is for: its verb, asked of the port that knows it. */
import type { SalesChannel } from '../../canonical/ports/channel';
import type { Erp } from '../../canonical/ports/erp';
import type { Refused } from '../../canonical/ports/fault';
import type { Notifier } from '../../canonical/ports/notification';
import type { TaxService } from '../../canonical/ports/tax';
import type { OutboxMessage } from '../../store/outbox/outbox';

type Verb = OutboxMessage['verb'];

/** How a verb is asked for and how it is made, on the row's own frozen body. */
export interface Delivery {
  find(body: object): Promise<Delivered | null>;
  call(body: object): Promise<Delivered | Refused>;
  readonly looksTwice: boolean;
}
export interface Delivered {
  readonly outcome: string;
  readonly reference?: string;
  readonly documentNo?: string;
}
export type Deliveries = Partial<Readonly<Record<Verb, Delivery>>>;

/** The body of a row is the port's request: the moment that enqueued it wrote it as such. */
function delivery<Request>(ask: {
  find(request: Request): Promise<Delivered | null>;
  call(request: Request): Promise<Delivered | Refused>;
  looksTwice?: boolean;
}): Delivery {
  return {
    find: (body) => ask.find(body as Request),
    call: (body) => ask.call(body as Request),
    looksTwice: ask.looksTwice ?? false,
  };
}

/** A channel keeps no key of ours: what is not found there is looked for twice. */
export function channelDeliveries(channel: SalesChannel): Deliveries {
  return {
    announceShipment: delivery({
      find: (request: Parameters<SalesChannel['findShipment']>[0]) => channel.findShipment(request),
      call: (request) => channel.announceShipment(request),
      looksTwice: true,
    }),
    announceCancellation: delivery({
      find: (request: Parameters<SalesChannel['findCancellation']>[0]) =>
        channel.findCancellation(request),
      call: (request) => channel.announceCancellation(request),
      looksTwice: true,
    }),
  };
}

export function notifierDeliveries(notifier: Notifier): Deliveries {
  return {
    sendMessage: delivery({
      find: (message: Parameters<Notifier['send']>[0]) => notifier.findMessage(message.key),
      call: (message) => notifier.send(message),
    }),
  };
}

export function taxDeliveries(tax: TaxService): Deliveries {
  return {
    recordTaxInvoice: delivery({
      find: (invoice: Parameters<TaxService['findInvoice']>[0]) => tax.findInvoice(invoice),
      call: (invoice) => tax.recordInvoice(invoice),
    }),
  };
}

export function erpDeliveries(erp: Erp): Deliveries {
  return {
    createSalesOrder: delivery({
      find: (document: Parameters<Erp['createSalesOrder']>[0]) => erp.findSalesOrder(document.key),
      call: (document) => erp.createSalesOrder(document),
    }),
  };
}
