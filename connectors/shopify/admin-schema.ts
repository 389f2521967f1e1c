/**
 * The fields that we read of Shopify's Admin GraphQL API, version 2026-07.
 * https://shopify.dev/docs/api/admin-graphql/2026-07
 */
import { z } from 'zod';

const Gid = z.string().min(1);
const MoneyV2 = z.looseObject({ amount: z.string(), currencyCode: z.string() });

export const UserErrors = z.array(
  z.looseObject({
    field: z.array(z.string()).nullish(),
    message: z.string(),
    code: z.string().nullish(),
  }),
);
export type UserErrors = z.infer<typeof UserErrors>;

export const OrderTransaction = z.looseObject({
  id: Gid,
  kind: z.string(),
  status: z.string(),
  gateway: z.string().nullish(),
  amountSet: z.looseObject({
    shopMoney: MoneyV2,
    /** In the currency that the buyer paid in. */
    presentmentMoney: MoneyV2,
  }),
  /** Of an authorization: more than one capture may be made on it. */
  multiCapturable: z.boolean().nullish(),
  authorizationExpiresAt: z.string().nullish(),
  parentTransaction: z.looseObject({ id: Gid }).nullish(),
  createdAt: z.string().nullish(),
});
export type OrderTransaction = z.infer<typeof OrderTransaction>;

export const OrderMoneyAnswer = z.looseObject({
  order: z.looseObject({ id: Gid, transactions: z.array(OrderTransaction) }).nullable(),
});

export const Fulfillment = z.looseObject({
  id: Gid,
  name: z.string().nullish(),
  status: z.string().nullish(),
  trackingInfo: z
    .array(z.looseObject({ number: z.string().nullish(), company: z.string().nullish() }))
    .nullish(),
});
export type Fulfillment = z.infer<typeof Fulfillment>;

export const FulfillmentOrder = z.looseObject({
  id: Gid,
  status: z.string(),
  deliveryMethod: z.looseObject({ methodType: z.string() }).nullish(),
  assignedLocation: z.looseObject({ location: z.looseObject({ id: Gid }).nullish() }).nullish(),
  lineItems: z.looseObject({
    nodes: z.array(
      z.looseObject({
        id: Gid,
        remainingQuantity: z.int(),
        totalQuantity: z.int(),
        lineItem: z.looseObject({ id: Gid }),
      }),
    ),
  }),
});
export type FulfillmentOrder = z.infer<typeof FulfillmentOrder>;

export const FulfillmentOrderAnswer = z.looseObject({
  fulfillmentOrder: z.looseObject({ id: Gid, orderId: Gid }).nullable(),
});

export const OrderShippingAnswer = z.looseObject({
  order: z
    .looseObject({
      id: Gid,
      name: z.string(),
      cancelledAt: z.string().nullish(),
      fulfillments: z.array(Fulfillment),
      fulfillmentOrders: z.looseObject({ nodes: z.array(FulfillmentOrder) }),
    })
    .nullable(),
});

export const OrderLinesAnswer = z.looseObject({
  order: z
    .looseObject({
      id: Gid,
      cancelledAt: z.string().nullish(),
      lineItems: z.looseObject({
        nodes: z.array(z.looseObject({ id: Gid, currentQuantity: z.int() })),
      }),
    })
    .nullable(),
});

export const OrderCancelledAnswer = z.looseObject({
  order: z.looseObject({ id: Gid, cancelledAt: z.string().nullish() }).nullable(),
});

export const CaptureAnswer = z.looseObject({
  orderCapture: z.looseObject({
    transaction: OrderTransaction.nullish(),
    userErrors: UserErrors,
  }),
});

export const VoidAnswer = z.looseObject({
  transactionVoid: z.looseObject({
    transaction: OrderTransaction.nullish(),
    userErrors: UserErrors,
  }),
});

export const RefundAnswer = z.looseObject({
  refundCreate: z.looseObject({
    refund: z
      .looseObject({
        id: Gid,
        transactions: z.looseObject({ nodes: z.array(OrderTransaction) }),
      })
      .nullish(),
    userErrors: UserErrors,
  }),
});

export const FulfillmentCreateAnswer = z.looseObject({
  fulfillmentCreate: z.looseObject({
    fulfillment: Fulfillment.nullish(),
    userErrors: UserErrors,
  }),
});

export const FulfillmentCancelAnswer = z.looseObject({
  fulfillmentCancel: z.looseObject({
    fulfillment: Fulfillment.nullish(),
    userErrors: UserErrors,
  }),
});

export const MoveAnswer = z.looseObject({
  fulfillmentOrderMove: z.looseObject({
    movedFulfillmentOrder: z.looseObject({ id: Gid }).nullish(),
    userErrors: UserErrors,
  }),
});

export const PrepareAnswer = z.looseObject({
  fulfillmentOrderLineItemsPreparedForPickup: z.looseObject({ userErrors: UserErrors }),
});

const Edit = z.looseObject({
  calculatedOrder: z.looseObject({ id: Gid }).nullish(),
  userErrors: UserErrors,
});
export const BeginEditAnswer = z.looseObject({ orderEditBegin: Edit });
export const SetQuantityAnswer = z.looseObject({ orderEditSetQuantity: Edit });
export const CommitEditAnswer = z.looseObject({
  orderEditCommit: z.looseObject({
    order: z.looseObject({ id: Gid }).nullish(),
    userErrors: UserErrors,
  }),
});

export const OrderCancelAnswer = z.looseObject({
  orderCancel: z.looseObject({
    job: z.looseObject({ id: Gid }).nullish(),
    orderCancelUserErrors: UserErrors,
  }),
});

/** The envelope of every answer; errors of the whole request, and what it cost. */
export const GraphqlEnvelope = z.looseObject({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.looseObject({
        message: z.string(),
        extensions: z.looseObject({ code: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
  extensions: z
    .looseObject({
      cost: z
        .looseObject({
          requestedQueryCost: z.number().nullish(),
          throttleStatus: z
            .looseObject({ currentlyAvailable: z.number(), restoreRate: z.number() })
            .nullish(),
        })
        .nullish(),
    })
    .nullish(),
});
export type GraphqlEnvelope = z.infer<typeof GraphqlEnvelope>;

export const Shop = z.looseObject({
  shop: z.looseObject({ name: z.string(), myshopifyDomain: z.string() }),
});
