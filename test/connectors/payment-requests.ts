/** Requests of a payment gateway, each of an order of its own. */
import type { AuthorizeRequest, CaptureRequest } from '../../canonical/ports/payment';
import { newOrderId } from './contract-subject';

export function authorization(
  paymentMethodRef: string,
  amountMinor = 5_000,
  currency = 'USD',
): AuthorizeRequest {
  const orderId = newOrderId();
  return {
    key: `authorize:${orderId}:1:1`,
    orderId,
    channelOrderRef: null,
    tenderNo: 1,
    amountMinor,
    currency,
    paymentMethodRef,
  };
}

export function captureOf(
  from: AuthorizeRequest,
  authorizationRef: string,
  invoiceNo: number,
  amountMinor: number,
  isFinal: boolean,
): CaptureRequest {
  const { orderId, tenderNo, currency } = from;
  return {
    key: `capture:${orderId}:1:${invoiceNo}:1`,
    orderId,
    channelOrderRef: null,
    tenderNo,
    amountMinor,
    currency,
    authorizationRef,
    isFinal,
    knownRefs: [],
  };
}
