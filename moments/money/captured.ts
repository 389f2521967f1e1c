/** Money that was taken: on its capture, its authorization and its tender. */
import { afterAuthorization, afterCapture, afterTender } from '../../canonical/rules/order/after';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import type { CaptureDue } from '../../canonical/flows/order';
import type { Write } from '../../store/writes';

/** What is set beside: SQL after the columns that every capture sets; its values are $8 and on. */
interface SetBeside {
  readonly ofCapture: string;
  readonly ofTender: string;
  readonly values: readonly number[];
}

/** One statement; `$6` is the amount. */
export function capturedWrite(
  name: string,
  orderId: string,
  due: CaptureDue,
  reference: string,
  beside: SetBeside = { ofCapture: '', ofTender: '', values: [] },
): Write {
  return {
    name,
    with: `
      c as (
        update capture set state = 'captured', reference = $5, captured_at = now()
               ${beside.ofCapture}
         where order_id = $1 and tender_no = $2 and invoice_no = $3 returning 1),
      a as (
        update payment_authorization set captured_minor = captured_minor + $6,
               state = case when $7 then 'consumed' else state end
         where order_id = $1 and tender_no = $2 and authorization_no = $4 returning 1)`,
    text: `
      update tender set captured_minor = captured_minor + $6 ${beside.ofTender}
       where order_id = $1 and tender_no = $2`,
    values: [
      orderId,
      due.tenderNo,
      due.invoiceNo,
      due.authorizationNo,
      reference,
      due.amountMinor,
      due.isFinal,
      ...beside.values,
    ],
  };
}

export function afterCaptured(
  order: OrderSnapshot,
  due: CaptureDue,
  reference: string,
): OrderSnapshot {
  const { tenderNo, amountMinor, isFinal } = due;
  const captured = afterCapture(order, due, { state: 'captured', reference, isAsked: false });
  const consumed = afterAuthorization(captured, due, ({ capturedMinor, state }) => ({
    capturedMinor: capturedMinor + amountMinor,
    state: isFinal ? 'consumed' : state,
  }));
  return afterTender(consumed, tenderNo, ({ capturedMinor }) => ({
    capturedMinor: capturedMinor + amountMinor,
  }));
}
