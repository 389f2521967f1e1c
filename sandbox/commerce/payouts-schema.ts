/** Shopify Payments in Shopify's own names (2026-07): its account, payouts and balance transactions. */
export const payoutsSdl = /* GraphQL */ `
  scalar BigInt

  extend type QueryRoot {
    shopifyPaymentsAccount: ShopifyPaymentsAccount
  }

  type ShopifyPaymentsAccount {
    activated: Boolean!
    balanceTransactions(
      after: String
      first: Int
      query: String
    ): ShopifyPaymentsBalanceTransactionConnection!
    defaultCurrency: CurrencyCode!
    id: ID!
    payouts(after: String, first: Int, query: String): ShopifyPaymentsPayoutConnection!
  }

  enum ShopifyPaymentsPayoutStatus {
    CANCELED
    FAILED
    IN_TRANSIT
    PAID
    SCHEDULED
  }
  type ShopifyPaymentsPayout {
    id: ID!
    issuedAt: DateTime!
    legacyResourceId: UnsignedInt64!
    net: MoneyV2!
    status: ShopifyPaymentsPayoutStatus!
  }
  type ShopifyPaymentsPayoutConnection {
    nodes: [ShopifyPaymentsPayout!]!
    pageInfo: PageInfo!
  }

  enum ShopifyPaymentsSourceType {
    ADJUSTMENT
    CHARGE
    DISPUTE
    REFUND
    TRANSFER
  }
  enum ShopifyPaymentsTransactionType {
    ADJUSTMENT
    CHARGE
    CHARGEBACK_FEE
    DISPUTE_REVERSAL
    DISPUTE_WITHDRAWAL
    REFUND
    TRANSFER
  }
  type ShopifyPaymentsAssociatedOrder {
    id: ID!
    name: String!
  }
  type ShopifyPaymentsBalanceTransaction {
    amount: MoneyV2!
    associatedOrder: ShopifyPaymentsAssociatedOrder
    fee: MoneyV2!
    id: ID!
    net: MoneyV2!
    sourceOrderTransactionId: BigInt
    sourceType: ShopifyPaymentsSourceType
    test: Boolean!
    transactionDate: DateTime!
    type: ShopifyPaymentsTransactionType!
  }
  type ShopifyPaymentsBalanceTransactionConnection {
    nodes: [ShopifyPaymentsBalanceTransaction!]!
    pageInfo: PageInfo!
  }
`;
