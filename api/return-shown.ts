/** A return as the API shows it. */
import type { Configuration } from '../canonical/schema/configuration';
import { returnAgendaOf } from '../canonical/rules/return/agenda';
import type { ReturnSnapshot } from '../canonical/rules/return/snapshot';
import { withAmounts } from './amounts';
import { temporalUiUrl } from './order-shown';
import type { ReturnView } from './schema/return';

export function showReturn(ret: ReturnSnapshot, configuration: Configuration): ReturnView {
  const { status, owedMinor, refundedMinor } = returnAgendaOf(ret);
  const { currency } = ret;
  const shown = <Row extends object>(row: Row) => withAmounts(row, currency);
  const { rma, orderId, channelInstance, orderNo, workflowId, isAnnounced, reason } = ret;
  const { isException, expectedAt, refundTiming, refundTo, isGift, exchange, exchangeOrderId } =
    ret;
  return {
    ...{ rma, status, orderId, channelInstance, orderNo, workflowId, isAnnounced, reason },
    ...{ isException, expectedAt, refundTiming, refundTo, isGift, exchangeOrderId },
    exchange: exchange && shown(exchange),
    temporalUiUrl: temporalUiUrl(configuration, workflowId),
    lines: [...ret.lines],
    receipts: ret.receipts.map(({ receiptNo, receiptRef, locationId, lines }) => ({
      receiptNo,
      receiptRef,
      location: locationId,
      lines: [...lines],
    })),
    inspections: ret.inspections.map((one) => ({
      inspectionNo: one.inspectionNo,
      kind: one.kind,
      state: one.state,
      location: one.locationId,
      refund: one.refundMinor === null ? null : { currency, minorUnits: one.refundMinor },
      approvalsNeeded: one.approvalsNeeded,
      approvedBy: [...one.approvedBy],
      lines: [...one.lines],
    })),
    refunds: ret.refunds.map(({ tenderNo, refundNo, amountMinor, paidBy, state }) =>
      shown({ tenderNo, refundNo, amountMinor, paidBy, state }),
    ),
    storeCredits: ret.credits.map((credit) => shown(credit)),
    ...shown({ owedMinor, refundedMinor }),
    exceptions: ret.exceptions.map(({ cause: _, ...one }) => ({
      ...one,
      resolutions: [...one.resolutions],
    })),
  };
}
