/** The GraphQL documents that we send; each is valid against the Admin schema of 2026-07. */

/** Shopify has at most 100 transactions an order in practice; the argument's limit is 250. */
export const MAX_TRANSACTIONS = 100;
export const MAX_FULFILLMENTS = 100;
export const MAX_FULFILLMENT_ORDERS = 25;
export const MAX_FULFILLMENT_ORDER_LINES = 100;
export const MAX_ORDER_LINES = 250;

export const SHOP = `query Shop {
  shop { name myshopifyDomain }
}`;

const TRANSACTION = `
  id kind status gateway createdAt multiCapturable authorizationExpiresAt
  amountSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
  parentTransaction { id }`;

export const ORDER_MONEY = `query OrderMoney($id: ID!) {
  order(id: $id) {
    id
    transactions(first: ${MAX_TRANSACTIONS}) { ${TRANSACTION} }
  }
}`;

export const ORDER_SHIPPING = `query OrderShipping($id: ID!) {
  order(id: $id) {
    id name cancelledAt
    fulfillments(first: ${MAX_FULFILLMENTS}) { id name status trackingInfo { number company } }
    fulfillmentOrders(first: ${MAX_FULFILLMENT_ORDERS}) {
      nodes {
        id status
        deliveryMethod { methodType }
        assignedLocation { location { id } }
        lineItems(first: ${MAX_FULFILLMENT_ORDER_LINES}) {
          nodes { id remainingQuantity totalQuantity lineItem { id sku } }
        }
      }
    }
  }
}`;

export const FULFILLMENT_ORDER = `query FulfillmentOrderOf($id: ID!) {
  fulfillmentOrder(id: $id) { id orderId }
}`;

export const ORDER_LINES = `query OrderLines($id: ID!) {
  order(id: $id) {
    id cancelledAt
    lineItems(first: ${MAX_ORDER_LINES}) { nodes { id currentQuantity } }
  }
}`;

export const ORDER_CANCELLED = `query OrderCancelled($id: ID!) {
  order(id: $id) { id cancelledAt }
}`;

export const CAPTURE = `mutation Capture($input: OrderCaptureInput!) {
  orderCapture(input: $input) {
    transaction { ${TRANSACTION} }
    userErrors { field message }
  }
}`;

export const VOID = `mutation Void($parentTransactionId: ID!) {
  transactionVoid(parentTransactionId: $parentTransactionId) {
    transaction { ${TRANSACTION} }
    userErrors { field message code }
  }
}`;

export const REFUND = `mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id transactions(first: ${MAX_TRANSACTIONS}) { nodes { ${TRANSACTION} } } }
    userErrors { field message }
  }
}`;

export const FULFILL = `mutation Fulfill($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id name trackingInfo { number company } }
    userErrors { field message }
  }
}`;

export const CANCEL_FULFILLMENT = `mutation CancelFulfillment($id: ID!) {
  fulfillmentCancel(id: $id) {
    fulfillment { id status }
    userErrors { field message }
  }
}`;

export const MOVE = `mutation Move(
  $id: ID!, $newLocationId: ID!, $fulfillmentOrderLineItems: [FulfillmentOrderLineItemInput!]
) {
  fulfillmentOrderMove(
    id: $id, newLocationId: $newLocationId, fulfillmentOrderLineItems: $fulfillmentOrderLineItems
  ) {
    movedFulfillmentOrder { id }
    userErrors { field message }
  }
}`;

export const PREPARE = `mutation Prepare($input: FulfillmentOrderLineItemsPreparedForPickupInput!) {
  fulfillmentOrderLineItemsPreparedForPickup(input: $input) {
    userErrors { field message code }
  }
}`;

export const BEGIN_EDIT = `mutation BeginEdit($id: ID!) {
  orderEditBegin(id: $id) {
    calculatedOrder { id }
    userErrors { field message }
  }
}`;

export const SET_QUANTITY = `mutation SetQuantity($id: ID!, $lineItemId: ID!, $quantity: Int!) {
  orderEditSetQuantity(id: $id, lineItemId: $lineItemId, quantity: $quantity, restock: false) {
    calculatedOrder { id }
    userErrors { field message }
  }
}`;

export const COMMIT_EDIT = `mutation CommitEdit($id: ID!, $staffNote: String) {
  orderEditCommit(id: $id, notifyCustomer: false, staffNote: $staffNote) {
    order { id }
    userErrors { field message }
  }
}`;

export const CANCEL = `mutation Cancel(
  $orderId: ID!, $reason: OrderCancelReason!, $restock: Boolean!, $refund: Boolean,
  $notifyCustomer: Boolean, $staffNote: String
) {
  orderCancel(
    orderId: $orderId, reason: $reason, restock: $restock, refund: $refund,
    notifyCustomer: $notifyCustomer, staffNote: $staffNote
  ) {
    job { id }
    orderCancelUserErrors { field message code }
  }
}`;
