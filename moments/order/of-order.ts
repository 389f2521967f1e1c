/** What a journal and an exception have from the order that they are about. */
import { returnWorkflowId } from '../../canonical/flows/return';
import type { Posting } from '../../canonical/rules/posting/posting';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { businessDate } from '../../canonical/rules/posting/business-date';
import { journalWrites, type NewJournal } from '../../store/ledger/ledger';
import type { Write } from '../../store/writes';
import type { ExceptionOf } from '../flow/every-flow';
import type { TakenOrder } from './order-moment';

/** Whose it is, and what of it is in question: the whole order where nothing less is said. */
export function exceptionOf(
  order: OrderSnapshot,
  moneyMinor: number = order.totalMinor,
): ExceptionOf {
  const { orderId, workflowId, currency, correlationId } = order;
  return { subject: orderId, orderId, workflowId, moneyMinor, currency, correlationId };
}

/** Of a tender's money: of the return that charges it again, whose flow asks for it. */
export function exceptionOfMoney(
  order: OrderSnapshot,
  tenderNo: number,
  moneyMinor: number,
): ExceptionOf {
  const rma = order.tenders.find((one) => one.tenderNo === tenderNo)?.forReturn;
  return {
    ...exceptionOf(order, moneyMinor),
    ...(rma && { subject: rma, workflowId: returnWorkflowId(rma) }),
  };
}

/** In the books of the order's entity, in its currency. */
export function orderJournal(
  { order, setup }: TakenOrder,
  own: Pick<NewJournal, 'momentKey' | 'businessDate' | 'source' | 'occurredAt' | 'posting'> & {
    readonly eventNo?: number;
  },
): NewJournal {
  const { channelInstance, currency, orderId, correlationId } = order;
  const { entity } = setup;
  return { entity, channelInstance, currency, orderId, correlationId, eventNo: null, ...own };
}

/** What an effect moved, on the day on which its answer was heard at the order's place. */
export function effectJournal(
  taken: TakenOrder,
  of: { readonly key: string; readonly momentKey?: string; readonly occurredAt: string },
  posting: Posting | null,
): Write[] {
  const { key, momentKey = key, occurredAt } = of;
  const onDate = businessDate(occurredAt, taken.order.timeZone);
  const own = { momentKey, businessDate: onDate, source: `effect:${key}`, occurredAt, posting };
  return journalWrites(orderJournal(taken, own));
}
