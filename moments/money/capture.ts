/**
 * Capture of what an invoice asks for. The shipment is on the books before this is tried; a capture
 * that fails leaves the receivable open with an exception beside it (rules 3c, 3f).
 */
import { blocksCapture, captureSubject } from '../../canonical/flows/order-steps';
import { formatMoney } from '../../canonical/rules/money/money';
import { isPrepayment } from '../../canonical/rules/money/prepayment';
import { afterCapture, afterPlanned } from '../../canonical/rules/order/after';
import {
  tenderOf,
  type OrderSnapshot,
  type SnapshotCapture,
} from '../../canonical/rules/order/snapshot';
import { postCapture } from '../../canonical/rules/posting/posting';
import { refusalCode, type Refused } from '../../canonical/ports/fault';
import type { Captured, CaptureRequest } from '../../canonical/ports/payment';
import type { CaptureDue, EffectAnswer } from '../../canonical/flows/order';
import type { Database, Sql } from '../../store/database';
import type { Draft, EffectRow } from '../../store/effects/effects';
import { openException } from '../../store/exceptions/exceptions';
import { appendFact, factWrite } from '../../store/orders/orders';
import type { Write } from '../../store/writes';
import { moneyDraft } from './money-refs';
import { bookPrepayment } from './book-prepayment';
import { afterCaptured, capturedWrite } from './captured';
import { authorizationWrite, nextAuthorizationNo } from './shipment-money';
import { effectJournal, exceptionOfMoney } from '../order/of-order';
import { recordOrderEffect, type Change } from '../order/order-effect';
import type { OrderInHand, TakenOrder } from '../order/order-moment';

export const prepareCapture = (due: CaptureDue): Draft<CaptureRequest> =>
  moneyDraft<CaptureRequest>(
    'begin-capture',
    due,
    {
      channelOrderRef: 'channelOrderRef',
      authorizationRef: 'authorizationRef',
      knownRefs: 'knownCaptures',
    },
    { isFinal: due.isFinal },
  );

export function recordCapture(
  db: Database,
  due: CaptureDue,
  answer: Captured | Refused,
  begun?: EffectRow<CaptureRequest>,
): Promise<EffectAnswer> {
  return recordOrderEffect<Captured, CaptureRequest>(db, due, answer, begun, {
    // Whether it was final, and how much it was, is what the call said, however the order stands now.
    yes(taken, made, { isFinal, amountMinor }) {
      const asked = { ...due, isFinal: isFinal || made.isSpent === true, amountMinor };
      const change = booked(taken, asked, made);
      // A channel authorizes by itself: what is left to be captured on it is asked for, and refused.
      return taken.setup.moneyMode === 'channel' ? change : withAnew(taken.order, asked, change);
    },
    no: (sql, inHand, refused) => failed(sql, inHand, due, refused),
  });
}

function booked(taken: TakenOrder, due: CaptureDue, answer: Captured): Change {
  const { order } = taken;
  const prepayment = prepaymentOf(order, due);
  if (prepayment) return bookPrepayment(taken, { due, prepayment }, answer);
  const { orderId, tenderNo, invoiceNo, amountMinor } = due;
  const occurredAt = new Date().toISOString();
  const writes = [
    capturedWrite('book-capture', orderId, due, answer.reference),
    factWrite(orderId, {
      kind: 'captured',
      occurredAt,
      money: [{ tenderNo, kind: 'captured', amountMinor }],
      about: { invoiceNo, system: due.account, reference: answer.reference },
    }),
    ...effectJournal(
      taken,
      { key: due.key, occurredAt },
      postCapture({
        orderId,
        tenderNo,
        kind: tenderOf(order, tenderNo).kind,
        clearingAccount: due.account,
        paymentRef: answer.reference,
        amountMinor,
      }),
    ),
  ];
  return { after: afterCaptured(order, due, answer.reference), writes };
}

function prepaymentOf(order: OrderSnapshot, { tenderNo, invoiceNo }: CaptureDue) {
  return order.captures
    .filter(isPrepayment)
    .find((one) => one.tenderNo === tenderNo && one.invoiceNo === invoiceNo);
}

/** What was to be captured on an authorization that a final capture has consumed goes on a new one. */
function withAnew({ orderId }: OrderSnapshot, due: CaptureDue, change: Change): Change {
  const anew = due.isFinal ? strandedOf(change.after, due) : [];
  return {
    after: anew.reduce(afterAnew, change.after),
    writes: [...change.writes, ...anew.flatMap((one) => anewWrites(orderId, one))],
  };
}

interface Anew {
  readonly capture: SnapshotCapture;
  readonly authorizationNo: number;
}

/** Captures that were to be made on what a final one has consumed: each is authorized anew. */
function strandedOf(order: OrderSnapshot, due: CaptureDue): Anew[] {
  const first = nextAuthorizationNo(order, due.tenderNo);
  return dueOnTheSame(order, due).map((capture, index) => ({
    capture,
    authorizationNo: first + index,
  }));
}

const dueOnTheSame = (order: OrderSnapshot, { tenderNo, authorizationNo }: CaptureDue) =>
  order.captures.filter(
    (one) =>
      one.tenderNo === tenderNo && one.authorizationNo === authorizationNo && one.state === 'due',
  );

function afterAnew(order: OrderSnapshot, { capture, authorizationNo }: Anew): OrderSnapshot {
  const { tenderNo, amountMinor } = capture;
  const planned = afterPlanned(order, { tenderNo, authorizationNo, amountMinor });
  return afterCapture(planned, capture, { authorizationNo });
}

function anewWrites(orderId: string, { capture, authorizationNo }: Anew): Write[] {
  const { tenderNo, invoiceNo, amountMinor } = capture;
  return [
    authorizationWrite(orderId, tenderNo, authorizationNo, amountMinor),
    {
      name: 'capture-on',
      text: `update capture set authorization_no = $4
              where order_id = $1 and tender_no = $2 and invoice_no = $3`,
      values: [orderId, tenderNo, invoiceNo, authorizationNo],
    },
  ];
}

async function failed(sql: Sql, { order }: OrderInHand, due: CaptureDue, answer: Refused) {
  const { orderId, tenderNo, invoiceNo, amountMinor, authorizationNo } = due;
  await captureFailed(sql, order, due, `it was refused: ${refusalCode(answer)}`);
  await appendFact(sql, orderId, {
    kind: 'capture-failed',
    occurredAt: new Date().toISOString(),
    about: { tenderNo, invoiceNo, amountMinor, vendorCode: refusalCode(answer) },
  });
  if (answer.isAuthorizationGone !== true) return;
  await sql.query(
    `update payment_authorization set state = 'expired'
      where order_id = $1 and tender_no = $2 and authorization_no = $3`,
    [orderId, tenderNo, authorizationNo],
  );
  const others = dueOnTheSame(order, due).filter((one) => one.invoiceNo !== invoiceNo);
  for (const other of others)
    await captureFailed(sql, order, other, 'its authorization has lapsed');
}

/** Goods that left and are not charged: receivable, and somebody's work. */
export async function captureFailed(
  sql: Sql,
  order: OrderSnapshot,
  capture: Pick<SnapshotCapture, 'tenderNo' | 'invoiceNo' | 'amountMinor'>,
  why: string,
): Promise<void> {
  const { orderId, currency } = order;
  const { tenderNo, invoiceNo, amountMinor } = capture;
  await sql.query(
    `update capture set state = 'failed'
      where order_id = $1 and tender_no = $2 and invoice_no = $3`,
    [orderId, tenderNo, invoiceNo],
  );
  await openException(sql, {
    code: 'payment.capture-failed',
    detail: `${formatMoney(amountMinor, currency)} ${captureSubject(invoiceNo)}${invoiceNo > 0 ? ', whose goods have left,' : ''} is not charged: ${why}`,
    cause: { kind: 'effect', ref: `capture:${orderId}:${tenderNo}:${invoiceNo}` },
    blocks: blocksCapture(tenderNo, invoiceNo),
    ...exceptionOfMoney(order, tenderNo, amountMinor),
    severity: 'high',
  });
}
