/** Whom an outbox row is for: its verb, asked of the port that knows it. */
import type { SalesChannel } from '../../canonical/ports/channel';
import type { Erp } from '../../canonical/ports/erp';
import type { Refused } from '../../canonical/ports/fault';
import type { Notifier } from '../../canonical/ports/notification';
import type { MoneyMover, RefundRequest } from '../../canonical/ports/payment';
import type { TaxService } from '../../canonical/ports/tax';
import { recordUndone } from '../../moments/order/duplicates';
import type { Sql } from '../../store/database';
import type { NewException } from '../../store/exceptions/exceptions';
import type { OutboxMessage } from '../../store/outbox/outbox';

type Verb = OutboxMessage['verb'];

/** How a verb is asked for and how it is made, on the row's own frozen body. */
export interface Delivery {
  find(body: object): Promise<Delivered | null>;
  call(body: object): Promise<Delivered | Refused>;
  readonly looksTwice: boolean;
  /** What else becomes true once it is made, in the transaction that marks it as sent. */
  readonly made?: (sql: Sql, made: MadeMessage) => Promise<void>;
  /** What it waits under where it is refused; left out: it is a message that was refused. */
  readonly refusedAs?: (body: object) => RefusedAs;
}
export interface MadeMessage {
  readonly orderId: string | null;
  /** Of its first try, and of the one that was made. */
  readonly effectKey: string;
  readonly key: string;
  readonly reference: string;
}
export type RefusedAs = Pick<NewException, 'code' | 'severity' | 'moneyMinor' | 'currency'>;
export interface Delivered {
  readonly outcome: string;
  readonly reference?: string;
  readonly documentNo?: string;
}
export type Deliveries = Partial<Readonly<Record<Verb, Delivery>>>;

export function isRefused(answer: Delivered | Refused): answer is Refused {
  return answer.outcome === 'refused';
}

export function deliveryOf(
  { account, deliveries }: { readonly account: string; readonly deliveries: Deliveries },
  verb: string,
): Delivery {
  const delivery = Object.entries(deliveries).find(([name]) => name === verb)?.[1];
  return delivery ?? notOffered(account, verb);
}

function notOffered(account: string, verb: string): Delivery {
  const detail = `${account} is not told ${verb}`;
  return {
    find: () => Promise.resolve(null),
    call: () => Promise.resolve({ outcome: 'refused', vendorCode: 'not_offered', detail }),
    looksTwice: false,
  };
}

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
    announceReady: delivery({
      find: (request: Parameters<SalesChannel['findReady']>[0]) => channel.findReady(request),
      call: (request) => channel.announceReady(request),
      looksTwice: true,
    }),
    announceMove: delivery({
      find: (request: Parameters<SalesChannel['findMove']>[0]) => channel.findMove(request),
      call: (request) => channel.announceMove(request),
      looksTwice: true,
    }),
    announceHandover: delivery({
      find: (request: Parameters<SalesChannel['findHandover']>[0]) => channel.findHandover(request),
      call: (request) => channel.announceHandover(request),
      looksTwice: true,
    }),
    announceRemoval: delivery({
      find: (request: Parameters<SalesChannel['findRemoval']>[0]) => channel.findRemoval(request),
      call: (request) => channel.announceRemoval(request),
      looksTwice: true,
    }),
    announceReturn: delivery({
      find: (request: Parameters<SalesChannel['findReturn']>[0]) => channel.findReturn(request),
      call: (request) => channel.announceReturn(request),
      looksTwice: true,
    }),
    closeReturn: delivery({
      find: (request: Parameters<SalesChannel['findReturnClosed']>[0]) =>
        channel.findReturnClosed(request),
      call: (request) => channel.closeReturn(request),
      looksTwice: true,
    }),
  };
}

/** What a channel has once more than it was asked for is undone there. */
export function undoingDeliveries(
  channel: Pick<SalesChannel, 'cancelFulfilment' | 'findFulfilmentCancellation'>,
  mover: Pick<MoneyMover, 'refund' | 'findRefund'> | undefined,
): Deliveries {
  return {
    cancelFulfilment: {
      ...delivery({
        find: (request: Parameters<SalesChannel['cancelFulfilment']>[0]) =>
          channel.findFulfilmentCancellation(request),
        call: (request) => channel.cancelFulfilment(request),
        looksTwice: true,
      }),
      made: undone,
      refusedAs: () => ({ code: 'fulfilment.duplicate' }),
    },
    ...(mover && { refund: refundDelivery(mover) }),
  };
}

function refundDelivery(mover: Pick<MoneyMover, 'refund' | 'findRefund'>): Delivery {
  return {
    ...delivery({
      find: (request: RefundRequest) => mover.findRefund(request),
      call: (request) => mover.refund(request),
      looksTwice: true,
    }),
    made: undone,
    refusedAs(body) {
      const { amountMinor: moneyMinor, currency } = body as RefundRequest;
      return { code: 'payment.duplicate-capture', severity: 'high', moneyMinor, currency };
    },
  };
}

async function undone(sql: Sql, { orderId, ...made }: MadeMessage): Promise<void> {
  if (orderId === null) throw new RangeError(`${made.effectKey} is about no order`);
  await recordUndone(sql, orderId, made);
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
