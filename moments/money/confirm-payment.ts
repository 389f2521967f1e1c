/**
 * A payment that a caller claimed is found: booked as money that came with an order is (rule 2).
 * What was cancelled while it was looked for is owed back at once (rule 7), and due.
 */
import type { AuthorizeDue } from '../../canonical/flows/order';
import type { Captured } from '../../canonical/ports/payment';
import { sum } from '../../canonical/rules/money/money';
import { paymentsOf, planRefunds } from '../../canonical/rules/money/refund';
import { afterAuthorization, afterTender } from '../../canonical/rules/order/after';
import { worthOfUnits } from '../../canonical/rules/order/shipment';
import {
  tenderOf,
  type OrderSnapshot,
  type SnapshotRefund,
} from '../../canonical/rules/order/snapshot';
import { openUnits } from '../../canonical/rules/order/state';
import { postPrepayment } from '../../canonical/rules/posting/posting';
import { factWrite } from '../../store/orders/orders';
import type { Write } from '../../store/writes';
import { effectJournal } from '../order/of-order';
import type { Change } from '../order/order-effect';
import type { TakenOrder } from '../order/order-moment';
import { refundItem } from './refund';

export function paymentFound(taken: TakenOrder, due: AuthorizeDue, made: Captured): Change {
  const { orderId, tenderNo, authorizationNo, amountMinor } = due;
  const { reference } = made;
  const occurredAt = new Date().toISOString();
  const state = 'consumed' as const;
  const change = { state, reference, capturedMinor: amountMinor, isAsked: false };
  const booked = afterTender(
    afterAuthorization(taken.order, due, () => change),
    tenderNo,
    // Every look at it has the name of the payment that was found.
    ({ authorizations }) => ({
      ...{ capturedMinor: amountMinor, prepaidMinor: amountMinor },
      authorizations: authorizations.map((one) => (one.isClaim ? { ...one, reference } : one)),
    }),
  );
  const about = { tenderNo, authorizationNo, amountMinor, system: due.account, reference };
  const owed = owedBack(booked, tenderNo);
  const usedMinor = sum(owed.map((refund) => refund.amountMinor));
  const after = afterTender(booked, tenderNo, () => ({ prepaidUsedMinor: usedMinor }));
  const writes = [
    {
      name: 'take-over-payment',
      with: `
        a as (
          update payment_authorization set reference = $4,
                 state = case when authorization_no = $3 then 'consumed' else state end,
                 captured_minor = case when authorization_no = $3 then $5::bigint
                                       else captured_minor end,
                 is_taken_over = authorization_no = $3, authorized_at = now()
           where order_id = $1 and tender_no = $2 and claim is not null returning 1)`,
      text: `update tender set captured_minor = $5, prepaid_minor = $5, prepaid_used_minor = $6
              where order_id = $1 and tender_no = $2`,
      values: [orderId, tenderNo, authorizationNo, reference, amountMinor, usedMinor],
    },
    factWrite(orderId, {
      kind: 'payment-confirmed',
      occurredAt,
      about,
      money: [{ tenderNo, kind: 'prepaid', amountMinor }],
    }),
    ...effectJournal(
      taken,
      { key: due.key, momentKey: `prepaid:${orderId}:${tenderNo}`, occurredAt },
      postPrepayment({
        orderId,
        tenderNo,
        kind: tenderOf(taken.order, tenderNo).kind,
        clearingAccount: due.account,
        paymentRef: reference,
        amountMinor,
        owed: owed.map((refund) => ({
          refundItem: refundItem(orderId, tenderNo, refund.refundNo),
          amountMinor: refund.amountMinor,
        })),
      }),
    ),
    ...owed.map((refund) => owedWrite(orderId, refund)),
  ];
  return { after: { ...after, refunds: [...after.refunds, ...owed] }, writes };
}

/** What nothing is left to be shipped for; of a line that has begun to leave, nothing. */
function owedBack(order: OrderSnapshot, tenderNo: number): SnapshotRefund[] {
  const wantedMinor = sum(
    order.lines.map((line) => {
      const isOut = line.shipped > 0 || line.pickedUp > 0;
      return worthOfUnits(line, isOut ? line.ordered : openUnits(line));
    }),
  );
  const refundedMinor = sum(
    order.refunds.filter((one) => one.state !== 'given-up').map((one) => one.amountMinor),
  );
  const paidMinor = sum(order.tenders.map((one) => one.amountMinor));
  const tender = order.tenders.find((one) => one.tenderNo === tenderNo);
  const spareMinor = Math.max(0, paidMinor - wantedMinor - refundedMinor);
  const amountMinor = Math.min(tender?.prepaidMinor ?? 0, spareMinor);
  const last = Math.max(0, ...refundNosOf(order, tenderNo));
  return planRefunds(amountMinor, paymentsOf(order, tenderNo)).map((part, index) => ({
    ...part,
    ...{ tenderNo, refundNo: last + 1 + index, try: 1, state: 'due', reference: null },
    ...{ rma: null, paidBy: 'tender' as const, isOutside: false, matchedMinor: 0 },
  }));
}

const refundNosOf = ({ refunds }: OrderSnapshot, tenderNo: number) =>
  refunds.filter((one) => one.tenderNo === tenderNo).map((one) => one.refundNo);

function owedWrite(orderId: string, refund: SnapshotRefund): Write {
  const { tenderNo, refundNo, amountMinor, paymentRef } = refund;
  return {
    name: 'owe-refund',
    text: `insert into refund (order_id, tender_no, refund_no, amount_minor, payment_ref, reason,
             state)
           values ($1, $2, $3, $4, $5, 'cancelled before it was found', 'due')`,
    values: [orderId, tenderNo, refundNo, amountMinor, paymentRef],
  };
}
