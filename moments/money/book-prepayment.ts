/**
 * A prepayment is here (rule 2): money before control passes. What of it goods that left meanwhile
 * had waited for is no receivable any more; what nothing will be handed over for any more is owed
 * back at once (rule 6a).
 */
import { excessOf, unusedOf, type Prepayment } from '../../canonical/rules/money/prepayment';
import { sum } from '../../canonical/rules/money/money';
import { afterCapture, afterTender } from '../../canonical/rules/order/after';
import { tenderOf, type OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { businessDate } from '../../canonical/rules/posting/business-date';
import { postPrepayment } from '../../canonical/rules/posting/posting';
import type { Captured } from '../../canonical/ports/payment';
import type { CaptureDue } from '../../canonical/flows/order';
import { factWrite } from '../../store/orders/orders';
import { effectJournal } from '../order/of-order';
import type { Change } from '../order/order-effect';
import type { TakenOrder } from '../order/order-moment';
import { afterCaptured, capturedWrite } from './captured';
import { owedBack } from './refund-due';

export function bookPrepayment(
  taken: TakenOrder,
  of: { readonly due: CaptureDue; readonly prepayment: Prepayment },
  answer: Captured,
): Change {
  const { order } = taken;
  const { due, prepayment } = of;
  const { tenderNo, amountMinor } = due;
  const { groupNo, usedMinor: receivableMinor } = prepayment.prepayment;
  const booked = afterBooking(order, due, prepayment, answer.reference);
  const owedMinor = owedOf(booked, due, groupNo);
  const occurredAt = new Date().toISOString();
  const writes = [
    capturedWrite('book-prepayment', order.orderId, due, answer.reference, {
      ofCapture: ', amount_minor = $6, used_minor = used_minor + $8',
      ofTender: `, prepaid_minor = prepaid_minor + $6,
                 prepaid_used_minor = prepaid_used_minor + $9`,
      values: [owedMinor, receivableMinor + owedMinor],
    }),
    factWrite(order.orderId, {
      kind: 'prepaid',
      occurredAt,
      money: [{ tenderNo, kind: 'prepaid', amountMinor }],
      about: { groupNo, system: due.account, reference: answer.reference },
    }),
    ...effectJournal(
      taken,
      { key: due.key, occurredAt },
      postPrepayment({
        orderId: order.orderId,
        tenderNo,
        kind: tenderOf(order, tenderNo).kind,
        clearingAccount: due.account,
        paymentRef: answer.reference,
        amountMinor,
        receivableMinor,
      }),
    ),
  ];
  if (owedMinor === 0) return { after: booked, writes };
  const owed = owedBack(
    { ...taken, order: used(booked, due, owedMinor) },
    {
      tenderNo,
      paymentRef: answer.reference,
      amountMinor: owedMinor,
      reason: 'charged after the pickup had ended',
      rule: '6a',
      occurredAt,
      onDate: businessDate(occurredAt, order.timeZone),
    },
    2,
  );
  return { after: owed.after, writes: [...writes, ...owed.writes] };
}

function afterBooking(
  order: OrderSnapshot,
  due: CaptureDue,
  { prepayment }: Prepayment,
  reference: string,
): OrderSnapshot {
  const { tenderNo, amountMinor } = due;
  const captured = afterCapture(afterCaptured(order, due, reference), due, { amountMinor });
  return afterTender(captured, tenderNo, (tender) => ({
    prepaidMinor: tender.prepaidMinor + amountMinor,
    prepaidUsedMinor: tender.prepaidUsedMinor + prepayment.usedMinor,
  }));
}

/** Of this one: what is too much of the others was given back when it became so. */
function owedOf(order: OrderSnapshot, due: CaptureDue, groupNo: number): number {
  const excess = sum(excessOf(order, groupNo).owed.map((part) => part.amountMinor));
  const own = order.captures.find(
    (one): one is Prepayment =>
      one.prepayment !== undefined &&
      one.tenderNo === due.tenderNo &&
      one.invoiceNo === due.invoiceNo,
  );
  return own ? Math.min(excess, unusedOf(own)) : 0;
}

function used(order: OrderSnapshot, due: CaptureDue, amountMinor: number): OrderSnapshot {
  const own = order.captures.find(
    (one) => one.tenderNo === due.tenderNo && one.invoiceNo === due.invoiceNo,
  );
  const { prepayment } = own ?? {};
  if (!prepayment) return order;
  const usedMinor = prepayment.usedMinor + amountMinor;
  const drawn = afterCapture(order, due, { prepayment: { ...prepayment, usedMinor } });
  return afterTender(drawn, due.tenderNo, ({ prepaidUsedMinor }) => ({
    prepaidUsedMinor: prepaidUsedMinor + amountMinor,
  }));
}
