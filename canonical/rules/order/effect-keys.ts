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
  release: (orderId: string, groupNo: number, tryNo: number) =>
    `release:${orderId}:${groupNo}:${tryNo}`,
  recall: (orderId: string, groupNo: number, decisionId: string) =>
    `recall:${orderId}:${groupNo}:${decisionId}`,
  salesOrder: (orderId: string) => `sales-order:${orderId}`,
  fulfil: (orderId: string, shipmentNo: number) => `fulfil:${orderId}:${shipmentNo}`,
  taxInvoice: (orderId: string, invoiceNo: number) => `tax-invoice:${orderId}:${invoiceNo}`,
  cancelAtChannel: (orderId: string) => `cancel-at-channel:${orderId}`,
  notify: (orderId: string, template: string, subject: string | number) =>
    `notify:${orderId}:${template}:${subject}`,
  journal: (batchId: string) => `journal:${batchId}`,
} as const;
