/**
 * What a channel's records have once more than it was asked for, as a call that was sent late makes
 * it where the other side takes no key. It waits under an exception; a person's retry undoes it at
 * the channel, once. A payment is owed back from the moment in which it is found (rule 8a), and
 * given back when the channel has done so (rule 8). Its order may have ended long before.
 */
import type { FulfilmentCancellation } from '../../canonical/ports/channel';
import type { RefundRequest } from '../../canonical/ports/payment';
import { formatMoney } from '../../canonical/rules/money/money';
import { effectKey } from '../../canonical/rules/order/effect-keys';
import { tenderOf } from '../../canonical/rules/order/snapshot';
import { businessDate } from '../../canonical/rules/posting/business-date';
import { postRefund, type Posting } from '../../canonical/rules/posting/posting';
import { postOwedAgain } from '../../canonical/rules/posting/refunds-undone';
import type { Database, Sql } from '../../store/database';
import {
  openException,
  resolveExceptions,
  type NewException,
} from '../../store/exceptions/exceptions';
import { postJournal } from '../../store/ledger/ledger';
import {
  insertDuplicate,
  lookAtDuplicate,
  markUndone,
  type DuplicateCapture,
  type FoundCapture,
  type FoundDuplicate,
  type Undone,
} from '../../store/orders/duplicates';
import { abandonMessage, enqueueParked, type OutboxMessage } from '../../store/outbox/outbox';
import { refundItem } from '../money/refund';
import { orderJournal } from './of-order';
import { orderMoment, takeOrder, type TakenOrder } from './order-moment';

/** `awaited`: a call of the order has no answer yet, and may be what made it. */
export type DuplicateRaised =
  | { readonly outcome: 'raised'; readonly exceptionId: string }
  | { readonly outcome: 'known' | 'awaited' };

export async function raiseDuplicate(
  db: Database,
  found: FoundDuplicate,
): Promise<DuplicateRaised> {
  const moment = await orderMoment(db, found.orderId, async (sql, taken) => {
    const { isKnown, isAwaited, ...known } = await lookAtDuplicate(sql, found);
    if (isKnown) return { outcome: 'known' } as const;
    if (isAwaited) return { outcome: 'awaited' } as const;
    const { tenderNo, nextNo: duplicateNo, knownRefunds } = known;
    const as = { duplicateNo, tenderNo, effectKey: keyOf(found, tenderNo, duplicateNo) };
    await insertDuplicate(sql, found, as);
    if (found.kind === 'capture') await owe(sql, taken, { ...found, ...as });
    const undo = undoing(taken, found, { ...as, knownRefunds });
    const exceptionId = await waitForAPerson(sql, taken, found, undo);
    return { outcome: 'raised', exceptionId } as const;
  });
  return moment.answer;
}

function keyOf({ kind, orderId }: FoundDuplicate, tenderNo: number, duplicateNo: number): string {
  return kind === 'capture'
    ? effectKey.refundDuplicate(orderId, tenderNo, duplicateNo)
    : effectKey.cancelFulfilment(orderId, duplicateNo);
}

/** Undone at the channel: in the transaction that marks its message as sent. */
export async function recordUndone(sql: Sql, orderId: string, undone: Undone): Promise<void> {
  const inHand = await takeOrder(sql, orderId);
  const duplicate = await markUndone(sql, undone);
  if (duplicate?.amountMinor) await giveBack(sql, inHand, duplicate);
  await inHand.settle(sql);
}

/** Somebody gave it back in the shop: it is not given back again. */
export async function recordUndoneOutside(
  sql: Sql,
  { orderId, effectKey: key }: DuplicateCapture,
  reference: string,
): Promise<void> {
  await recordUndone(sql, orderId, { effectKey: key, key: null, reference });
  const how = { resolution: 'override', by: 'system', reason: `refunded as ${reference}` } as const;
  await resolveExceptions(sql, { cause: { kind: 'effect', ref: key } }, how);
  await abandonMessage(sql, key);
}

type Owed = Omit<DuplicateCapture, 'effectKey'>;

const owe = (sql: Sql, taken: TakenOrder, capture: Owed) =>
  book(sql, taken, `owed:${itemOf(capture)}`, postOwedAgain(cleared(taken, capture)));

const giveBack = (sql: Sql, taken: TakenOrder, capture: Owed) =>
  book(sql, taken, `given-back:${itemOf(capture)}`, postRefund(cleared(taken, capture)));

const itemOf = ({ orderId, tenderNo, duplicateNo }: Owed) =>
  refundItem(orderId, tenderNo, `duplicate-${duplicateNo}`);

const cleared = ({ order }: TakenOrder, capture: Owed) => ({
  tenderNo: capture.tenderNo,
  kind: tenderOf(order, capture.tenderNo).kind,
  clearingAccount: capture.account,
  paymentRef: capture.reference,
  amountMinor: capture.amountMinor,
  refundItem: itemOf(capture),
});

function book(
  sql: Sql,
  taken: TakenOrder,
  momentKey: string,
  posting: Posting | null,
): Promise<void> {
  const occurredAt = new Date().toISOString();
  const onDate = businessDate(occurredAt, taken.order.timeZone);
  const source = `effect:${momentKey}`;
  const own = { momentKey, businessDate: onDate, source, occurredAt, posting };
  return postJournal(sql, orderJournal(taken, own));
}

/** The message that undoes it, and the words for whoever lets it go. */
interface Undoing {
  readonly message: Pick<OutboxMessage, 'verb' | 'body' | 'effectKey'>;
  readonly exception: Pick<
    NewException,
    'code' | 'detail' | 'severity' | 'moneyMinor' | 'currency'
  >;
}

function undoing(
  taken: TakenOrder,
  found: FoundDuplicate,
  as: {
    readonly effectKey: string;
    readonly tenderNo: number;
    readonly knownRefunds: readonly string[];
  },
): Undoing {
  if (found.kind === 'capture') return refunding(taken, found, as);
  const { orderId, account, reference } = found;
  const body: FulfilmentCancellation = {
    key: as.effectKey,
    orderId,
    channelOrderRef: taken.order.channelOrderRef ?? '',
    reference,
  };
  return {
    message: { verb: 'cancelFulfilment', effectKey: as.effectKey, body },
    exception: {
      code: 'fulfilment.duplicate',
      detail: `${account} has the fulfilment ${reference}, which nobody here told it of`,
    },
  };
}

function refunding(
  { order }: TakenOrder,
  { orderId, account, reference, authorizationRef, amountMinor, currency }: FoundCapture,
  { effectKey: key, tenderNo, knownRefunds }: Parameters<typeof undoing>[2],
): Undoing {
  const body: RefundRequest = {
    key,
    orderId,
    channelOrderRef: order.channelOrderRef,
    tenderNo,
    amountMinor,
    currency,
    authorizationRef,
    captureRef: reference,
    knownRefs: knownRefunds,
  };
  return {
    message: { verb: 'refund', effectKey: key, body },
    exception: {
      code: 'payment.duplicate-capture',
      detail: `${account} captured ${formatMoney(amountMinor, currency)} as ${reference}, which nobody here asked for`,
      severity: 'high',
      moneyMinor: amountMinor,
      currency,
    },
  };
}

async function waitForAPerson(
  sql: Sql,
  { order }: TakenOrder,
  { account, orderId }: FoundDuplicate,
  { message, exception }: Undoing,
): Promise<string> {
  const { correlationId } = order;
  const destination = `commerce.${account}`;
  const outboxNo = await enqueueParked(sql, { ...message, destination, orderId, correlationId });
  const { exceptionId } = await openException(sql, {
    ...exception,
    cause: { kind: 'effect', ref: message.effectKey },
    blocks: `outbox:${outboxNo}`,
    // As where the channel refuses to undo it: it is one exception.
    subject: account,
    ...{ orderId, outboxNo, correlationId },
  });
  return exceptionId;
}
