/** Inputs and payloads of the mutations, in Shopify's own names (2026-07). */
export const changesSdl = /* GraphQL */ `
  input OrderCaptureInput {
    amount: Money!
    currency: CurrencyCode
    finalCapture: Boolean
    id: ID!
    parentTransactionId: ID!
  }
  type OrderCapturePayload {
    transaction: OrderTransaction
    userErrors: [UserError!]!
  }

  enum TransactionVoidUserErrorCode {
    AUTH_NOT_SUCCESSFUL
    AUTH_NOT_VOIDABLE
    GENERIC_ERROR
    TRANSACTION_NOT_FOUND
  }
  type TransactionVoidUserError {
    code: TransactionVoidUserErrorCode
    field: [String!]
    message: String!
  }
  type TransactionVoidPayload {
    transaction: OrderTransaction
    userErrors: [TransactionVoidUserError!]!
  }

  enum RefundLineItemRestockType {
    CANCEL
    LEGACY_RESTOCK
    NO_RESTOCK
    RETURN
  }
  input RefundLineItemInput {
    lineItemId: ID!
    locationId: ID
    quantity: Int!
    restockType: RefundLineItemRestockType
  }
  input ShippingRefundInput {
    amount: Money
    fullRefund: Boolean
  }
  input OrderTransactionInput {
    amount: Money!
    gateway: String!
    kind: OrderTransactionKind!
    orderId: ID!
    parentId: ID
  }
  input RefundInput {
    allowOverRefunding: Boolean
    currency: CurrencyCode
    note: String
    notify: Boolean
    orderId: ID!
    processedAt: DateTime
    refundLineItems: [RefundLineItemInput!]
    shipping: ShippingRefundInput
    transactions: [OrderTransactionInput!]
  }
  type RefundCreatePayload {
    order: Order
    refund: Refund
    userErrors: [UserError!]!
  }

  input FulfillmentTrackingInput {
    company: String
    number: String
    numbers: [String!]
    url: URL
    urls: [URL!]
  }
  input FulfillmentOrderLineItemInput {
    id: ID!
    quantity: Int!
  }
  input FulfillmentOrderLineItemsInput {
    fulfillmentOrderId: ID!
    fulfillmentOrderLineItems: [FulfillmentOrderLineItemInput!]
  }
  input FulfillmentInput {
    lineItemsByFulfillmentOrder: [FulfillmentOrderLineItemsInput!]!
    notifyCustomer: Boolean
    trackingInfo: FulfillmentTrackingInput
  }
  type FulfillmentCreatePayload {
    fulfillment: Fulfillment
    userErrors: [UserError!]!
  }

  type FulfillmentCancelPayload {
    fulfillment: Fulfillment
    userErrors: [UserError!]!
  }

  type FulfillmentOrderMovePayload {
    movedFulfillmentOrder: FulfillmentOrder
    originalFulfillmentOrder: FulfillmentOrder
    remainingFulfillmentOrder: FulfillmentOrder
    userErrors: [UserError!]!
  }

  input PreparedFulfillmentOrderLineItemsInput {
    fulfillmentOrderId: ID!
  }
  input FulfillmentOrderLineItemsPreparedForPickupInput {
    lineItemsByFulfillmentOrder: [PreparedFulfillmentOrderLineItemsInput!]!
  }
  enum FulfillmentOrderLineItemsPreparedForPickupUserErrorCode {
    FULFILLMENT_ORDER_INVALID
    NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER
    UNABLE_TO_PREPARE_QUANTITY
  }
  type FulfillmentOrderLineItemsPreparedForPickupUserError {
    code: FulfillmentOrderLineItemsPreparedForPickupUserErrorCode
    field: [String!]
    message: String!
  }
  type FulfillmentOrderLineItemsPreparedForPickupPayload {
    userErrors: [FulfillmentOrderLineItemsPreparedForPickupUserError!]!
  }

  type CalculatedOrder {
    id: ID!
  }
  type OrderEditBeginPayload {
    calculatedOrder: CalculatedOrder
    userErrors: [UserError!]!
  }
  type OrderEditSetQuantityPayload {
    calculatedOrder: CalculatedOrder
    userErrors: [UserError!]!
  }
  type OrderEditCommitPayload {
    order: Order
    userErrors: [UserError!]!
  }

  input OrderCancelRefundMethodInput {
    originalPaymentMethodsRefund: Boolean
  }
  enum OrderCancelUserErrorCode {
    INTERNAL_ERROR
    INVALID
    NOT_FOUND
  }
  type OrderCancelUserError {
    code: OrderCancelUserErrorCode
    field: [String!]
    message: String!
  }
  type Job {
    done: Boolean!
    id: ID!
  }
  type OrderCancelPayload {
    job: Job
    orderCancelUserErrors: [OrderCancelUserError!]!
  }
`;
