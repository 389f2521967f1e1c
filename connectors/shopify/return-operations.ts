/** The GraphQL documents about returns; each is valid against the Admin schema of 2026-07. */
import { MAX_FULFILLMENTS, MAX_ORDER_LINES, MAX_TRANSACTIONS } from './operations';

/** Of one order, and of one return. */
const MAX_RETURNS = 25;
const MAX_RETURN_LINES = 50;
const MAX_REVERSE_ORDERS = 5;

export const ORDER_RETURNS = `query OrderReturns($id: ID!) {
  order(id: $id) {
    id
    fulfillments(first: ${MAX_FULFILLMENTS}) {
      fulfillmentLineItems(first: ${MAX_RETURN_LINES}) { nodes { id quantity lineItem { id } } }
    }
    returns(first: ${MAX_RETURNS}) {
      nodes {
        id status
        returnLineItems(first: ${MAX_RETURN_LINES}) {
          nodes {
            quantity
            ... on ReturnLineItem { returnReasonNote fulfillmentLineItem { id } }
          }
        }
      }
    }
  }
}`;

export const REVERSE_ORDER = `query ReverseOrder($id: ID!) {
  reverseFulfillmentOrder(id: $id) {
    id
    lineItems(first: ${MAX_ORDER_LINES}) {
      nodes {
        fulfillmentLineItem { lineItem { id } }
        dispositions { id type quantity createdAt location { id } }
      }
    }
    order {
      id
      returns(first: ${MAX_RETURNS}) {
        nodes {
          id
          reverseFulfillmentOrders(first: ${MAX_REVERSE_ORDERS}) { nodes { id } }
          transactions(first: ${MAX_TRANSACTIONS}) {
            nodes {
              id kind status
              amountSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
              parentTransaction { id }
            }
          }
        }
      }
    }
  }
}`;

export const CREATE_RETURN = `mutation CreateReturn($returnInput: ReturnInput!) {
  returnCreate(returnInput: $returnInput) {
    return { id }
    userErrors { field message code }
  }
}`;

export const CLOSE_RETURN = `mutation CloseReturn($id: ID!) {
  returnClose(id: $id) {
    return { id }
    userErrors { field message code }
  }
}`;
