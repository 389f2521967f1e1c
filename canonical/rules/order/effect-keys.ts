/**
 * Names of effects on other systems, made from business identity. A `try` rises only after a recorded definite failure, never after a time-out.
 */

export const effectKey = {
  authorize: (orderId: string, tenderNo: number, authorizationNo: number) =>
    `authorize:${orderId}:${tenderNo}:${authorizationNo}`,
  capture: (orderId: string, tenderNo: number, invoiceNo: number, tryNo: number) =>
    `capture:${orderId}:${tenderNo}:${invoiceNo}:${tryNo}`,
  void: (orderId: string, tenderNo: number, authorizationNo: number, tryNo: number) =>
    `void:${orderId}:${tenderNo}:${authorizationNo}:${tryNo}`,
  refund: (orderId: string, tenderNo: number, refundNo: number, tryNo: number) =>
    `refund:${orderId}:${tenderNo}:${refundNo}:${tryNo}`,
  /** Of a payment that a channel took once more than it was asked for. */
  refundDuplicate: (orderId: string, tenderNo: number, duplicateNo: number) =>
    `refund:${orderId}:${tenderNo}:duplicate-${duplicateNo}`,
  /** Of a fulfilment that a channel has once more than it was told. */
  cancelFulfilment: (orderId: string, duplicateNo: number) =>
    `cancel-fulfilment:${orderId}:${duplicateNo}`,
  release: (orderId: string, groupNo: number, tryNo: number) =>
    `release:${orderId}:${groupNo}:${tryNo}`,
  recall: (orderId: string, groupNo: number, decisionId: string) =>
    `recall:${orderId}:${groupNo}:${decisionId}`,
  salesOrder: (orderId: string) => `sales-order:${orderId}`,
  fulfil: (orderId: string, shipmentNo: number) => `fulfil:${orderId}:${shipmentNo}`,
  taxInvoice: (orderId: string, invoiceNo: number) => `tax-invoice:${orderId}:${invoiceNo}`,
  taxReturn: (rma: string, inspectionNo: number, invoiceNo: number) =>
    `tax-invoice:${rma}:${inspectionNo}:${invoiceNo}`,
  taxChargedAgain: (rma: string, invoiceNo: number) =>
    `tax-invoice:${rma}:charged-again:${invoiceNo}`,
  /** `readyNo` counts how often something of the pickup became ready. */
  readyAtChannel: (orderId: string, groupNo: number, readyNo: number) =>
    `ready:${orderId}:${groupNo}:${readyNo}`,
  /** To the group that has the units now. */
  moveAtChannel: (orderId: string, groupNo: number) => `move:${orderId}:${groupNo}`,
  handoverAtChannel: (orderId: string, groupNo: number, handoverNo: number) =>
    `handover:${orderId}:${groupNo}:${handoverNo}`,
  /** `end` tells one end of units from another: `expired`, `rejected-2`, a decision's id. */
  removeAtChannel: (orderId: string, groupNo: number, end: string) =>
    `remove:${orderId}:${groupNo}:${end}`,
  /** `no`: 0 as it is expected, else the receipt of goods that nobody had asked about. */
  returnAtChannel: (rma: string, no: number) => `return-at-channel:${rma}:${no}`,
  closeReturnAtChannel: (rma: string) => `close-return-at-channel:${rma}`,
  cancelAtChannel: (orderId: string) => `cancel-at-channel:${orderId}`,
  notify: (orderId: string, template: string, subject: string | number) =>
    `notify:${orderId}:${template}:${subject}`,
  /** `opening` and `step`: each time that an exception is brought before its owner has a message. */
  notifyTeam: (exceptionId: string, opening: number, step: number) =>
    `notify:${exceptionId}:exception-escalated:${opening}:${step}`,
  journal: (batchId: string) => `journal:${batchId}`,
} as const;
