/** Returns in Shopify's own names (2026-07): objects, inputs and payloads. */
export const returnsSdl = /* GraphQL */ `
  extend type QueryRoot {
    reverseFulfillmentOrder(id: ID!): ReverseFulfillmentOrder
  }
  extend type Mutation {
    returnCreate(returnInput: ReturnInput!): ReturnCreatePayload
    returnClose(id: ID!): ReturnClosePayload
  }
  extend type Order {
    returns(first: Int): ReturnConnection!
  }

  enum ReturnStatus {
    CANCELED
    CLOSED
    DECLINED
    OPEN
    REQUESTED
  }
  enum ReturnReason {
    COLOR
    DEFECTIVE
    NOT_AS_DESCRIBED
    OTHER
    SIZE_TOO_LARGE
    SIZE_TOO_SMALL
    STYLE
    UNKNOWN
    UNWANTED
    WRONG_ITEM
  }
  enum ReverseFulfillmentOrderDispositionType {
    MISSING
    NOT_RESTOCKED
    PROCESSING_REQUIRED
    RESTOCKED
  }
  enum ReturnErrorCode {
    INVALID
    INVALID_STATE
    NOT_FOUND
  }

  interface ReturnLineItemType {
    id: ID!
    quantity: Int!
    returnReasonNote: String!
  }
  type ReturnLineItem implements ReturnLineItemType {
    fulfillmentLineItem: FulfillmentLineItem!
    id: ID!
    quantity: Int!
    returnReason: ReturnReason!
    returnReasonNote: String!
  }
  type ReturnLineItemTypeConnection {
    nodes: [ReturnLineItemType!]!
    pageInfo: PageInfo!
  }
  type ReverseFulfillmentOrderDisposition {
    createdAt: DateTime!
    id: ID!
    location: Location
    quantity: Int!
    type: ReverseFulfillmentOrderDispositionType!
  }
  type ReverseFulfillmentOrderLineItem {
    dispositions: [ReverseFulfillmentOrderDisposition!]!
    fulfillmentLineItem: FulfillmentLineItem
    id: ID!
    totalQuantity: Int!
  }
  type ReverseFulfillmentOrderLineItemConnection {
    nodes: [ReverseFulfillmentOrderLineItem!]!
    pageInfo: PageInfo!
  }
  type ReverseFulfillmentOrder {
    id: ID!
    lineItems(first: Int): ReverseFulfillmentOrderLineItemConnection!
    order: Order
  }
  type ReverseFulfillmentOrderConnection {
    nodes: [ReverseFulfillmentOrder!]!
    pageInfo: PageInfo!
  }
  type Return {
    createdAt: DateTime!
    id: ID!
    name: String!
    order: Order!
    returnLineItems(first: Int): ReturnLineItemTypeConnection!
    reverseFulfillmentOrders(first: Int): ReverseFulfillmentOrderConnection!
    status: ReturnStatus!
    transactions(first: Int): OrderTransactionConnection!
  }
  type ReturnConnection {
    nodes: [Return!]!
    pageInfo: PageInfo!
  }

  input ReturnLineItemInput {
    fulfillmentLineItemId: ID!
    quantity: Int!
    returnReason: ReturnReason
    returnReasonNote: String
  }
  input ReturnInput {
    notifyCustomer: Boolean
    orderId: ID!
    returnLineItems: [ReturnLineItemInput!]!
  }
  type ReturnUserError {
    code: ReturnErrorCode
    field: [String!]
    message: String!
  }
  type ReturnCreatePayload {
    return: Return
    userErrors: [ReturnUserError!]!
  }
  type ReturnClosePayload {
    return: Return
    userErrors: [ReturnUserError!]!
  }
`;
