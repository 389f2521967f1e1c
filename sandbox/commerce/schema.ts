/**
 * The part of Shopify's Admin schema (2026-07) that this stand-in speaks, under Shopify's own names
 * and types. Compared with the introspection that @shopify/dev-mcp publishes: all names and types agree.
 */
import { changesSdl } from './changes-schema';
import { payoutsSdl } from './payouts-schema';
import { returnsSdl } from './returns-schema';

export const API_VERSION = '2026-07';

const objectsSdl = /* GraphQL */ `
  directive @idempotent(key: String!) on FIELD

  scalar DateTime
  scalar Decimal
  scalar Money
  scalar URL
  scalar UnsignedInt64
  scalar CurrencyCode

  schema {
    query: QueryRoot
    mutation: Mutation
  }

  type Shop {
    name: String!
    myshopifyDomain: String!
  }

  type QueryRoot {
    shop: Shop!
    order(id: ID!): Order
    orders(first: Int, query: String): OrderConnection!
    fulfillment(id: ID!): Fulfillment
    fulfillmentOrder(id: ID!): FulfillmentOrder
    refund(id: ID!): Refund
  }

  type Mutation {
    orderCapture(input: OrderCaptureInput!): OrderCapturePayload
    transactionVoid(parentTransactionId: ID!): TransactionVoidPayload
    refundCreate(input: RefundInput!): RefundCreatePayload
    fulfillmentCreate(fulfillment: FulfillmentInput!, message: String): FulfillmentCreatePayload
    fulfillmentCancel(id: ID!): FulfillmentCancelPayload
    fulfillmentOrderMove(
      fulfillmentOrderLineItems: [FulfillmentOrderLineItemInput!]
      id: ID!
      newLocationId: ID!
    ): FulfillmentOrderMovePayload
    fulfillmentOrderLineItemsPreparedForPickup(
      input: FulfillmentOrderLineItemsPreparedForPickupInput!
    ): FulfillmentOrderLineItemsPreparedForPickupPayload
    orderEditBegin(id: ID!): OrderEditBeginPayload
    orderEditSetQuantity(
      id: ID!
      lineItemId: ID!
      locationId: ID
      quantity: Int!
      restock: Boolean
    ): OrderEditSetQuantityPayload
    orderEditCommit(id: ID!, notifyCustomer: Boolean, staffNote: String): OrderEditCommitPayload
    orderCancel(
      notifyCustomer: Boolean = false
      orderId: ID!
      reason: OrderCancelReason!
      refund: Boolean
      refundMethod: OrderCancelRefundMethodInput
      restock: Boolean!
      staffNote: String = null
    ): OrderCancelPayload
  }

  type PageInfo {
    endCursor: String
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
  }

  type MoneyV2 {
    amount: Decimal!
    currencyCode: CurrencyCode!
  }
  type MoneyBag {
    presentmentMoney: MoneyV2!
    shopMoney: MoneyV2!
  }
  type UserError {
    field: [String!]
    message: String!
  }

  enum OrderTransactionKind {
    AUTHORIZATION
    CAPTURE
    CHANGE
    EMV_AUTHORIZATION
    REFUND
    SALE
    SUGGESTED_REFUND
    VOID
  }
  enum OrderTransactionStatus {
    AWAITING_RESPONSE
    ERROR
    FAILURE
    PENDING
    SUCCESS
    UNKNOWN
  }
  enum OrderDisplayFinancialStatus {
    AUTHORIZED
    EXPIRED
    PAID
    PARTIALLY_PAID
    PARTIALLY_REFUNDED
    PENDING
    REFUNDED
    VOIDED
  }
  enum OrderDisplayFulfillmentStatus {
    FULFILLED
    IN_PROGRESS
    ON_HOLD
    OPEN
    PARTIALLY_FULFILLED
    PENDING_FULFILLMENT
    REQUEST_DECLINED
    RESTOCKED
    SCHEDULED
    UNFULFILLED
  }
  enum FulfillmentStatus {
    CANCELLED
    ERROR
    FAILURE
    OPEN
    PENDING
    SUCCESS
  }
  enum FulfillmentOrderStatus {
    CANCELLED
    CLOSED
    INCOMPLETE
    IN_PROGRESS
    ON_HOLD
    OPEN
    SCHEDULED
  }
  enum OrderCancelReason {
    CUSTOMER
    DECLINED
    FRAUD
    INVENTORY
    OTHER
    STAFF
  }

  type OrderTransaction {
    amountSet: MoneyBag!
    authorizationExpiresAt: DateTime
    createdAt: DateTime!
    gateway: String
    id: ID!
    kind: OrderTransactionKind!
    multiCapturable: Boolean!
    manuallyCapturable: Boolean!
    parentTransaction: OrderTransaction
    processedAt: DateTime
    status: OrderTransactionStatus!
    test: Boolean!
    totalUnsettledSet: MoneyBag
  }
  type OrderTransactionConnection {
    nodes: [OrderTransaction!]!
    pageInfo: PageInfo!
  }

  type LineItem {
    id: ID!
    name: String!
    quantity: Int!
    currentQuantity: Int!
    refundableQuantity: Int!
    sku: String
    title: String!
    unfulfilledQuantity: Int!
  }
  type LineItemConnection {
    nodes: [LineItem!]!
    pageInfo: PageInfo!
  }

  type FulfillmentTrackingInfo {
    company: String
    number: String
    url: URL
  }
  type FulfillmentLineItem {
    id: ID!
    lineItem: LineItem!
    quantity: Int
  }
  type FulfillmentLineItemConnection {
    nodes: [FulfillmentLineItem!]!
    pageInfo: PageInfo!
  }
  type Fulfillment {
    createdAt: DateTime!
    fulfillmentLineItems(first: Int): FulfillmentLineItemConnection!
    id: ID!
    legacyResourceId: UnsignedInt64!
    name: String!
    status: FulfillmentStatus!
    totalQuantity: Int!
    trackingInfo(first: Int): [FulfillmentTrackingInfo!]!
    updatedAt: DateTime!
  }

  type FulfillmentOrderLineItem {
    id: ID!
    lineItem: LineItem!
    remainingQuantity: Int!
    sku: String
    totalQuantity: Int!
  }
  type FulfillmentOrderLineItemConnection {
    nodes: [FulfillmentOrderLineItem!]!
    pageInfo: PageInfo!
  }
  enum DeliveryMethodType {
    LOCAL
    NONE
    PICKUP_POINT
    PICK_UP
    RETAIL
    SHIPPING
  }
  type DeliveryMethod {
    id: ID!
    methodType: DeliveryMethodType!
  }
  type Location {
    id: ID!
    name: String!
  }
  type FulfillmentOrderAssignedLocation {
    location: Location
    name: String!
  }
  type FulfillmentOrder {
    assignedLocation: FulfillmentOrderAssignedLocation!
    createdAt: DateTime!
    deliveryMethod: DeliveryMethod
    id: ID!
    lineItems(first: Int): FulfillmentOrderLineItemConnection!
    orderId: ID!
    orderName: String!
    status: FulfillmentOrderStatus!
    updatedAt: DateTime!
  }
  type FulfillmentOrderConnection {
    nodes: [FulfillmentOrder!]!
    pageInfo: PageInfo!
  }

  type Refund {
    createdAt: DateTime
    id: ID!
    legacyResourceId: UnsignedInt64!
    note: String
    totalRefundedSet: MoneyBag!
    transactions(first: Int): OrderTransactionConnection!
  }

  type Order {
    cancelReason: OrderCancelReason
    cancelledAt: DateTime
    capturable: Boolean!
    closed: Boolean!
    createdAt: DateTime!
    currencyCode: CurrencyCode!
    displayFinancialStatus: OrderDisplayFinancialStatus
    displayFulfillmentStatus: OrderDisplayFulfillmentStatus!
    fulfillmentOrders(first: Int): FulfillmentOrderConnection!
    fulfillments(first: Int): [Fulfillment!]!
    fullyPaid: Boolean!
    id: ID!
    legacyResourceId: UnsignedInt64!
    lineItems(first: Int): LineItemConnection!
    name: String!
    number: Int!
    refunds(first: Int): [Refund!]!
    totalCapturableSet: MoneyBag!
    totalPriceSet: MoneyBag!
    totalReceivedSet: MoneyBag!
    totalRefundedSet: MoneyBag!
    transactions(first: Int): [OrderTransaction!]!
    updatedAt: DateTime!
  }
  type OrderConnection {
    nodes: [Order!]!
    pageInfo: PageInfo!
  }
`;

export const sdl = `${objectsSdl}\n${changesSdl}\n${returnsSdl}\n${payoutsSdl}`;
