/** The fields that we read of returns: in the Admin API's answers, and in webhooks. */
import { z } from 'zod';
import { OrderTransaction, UserErrors } from './admin-schema';

const Gid = z.string().min(1);
const nodes = <T extends z.ZodType>(node: T) => z.looseObject({ nodes: z.array(node) });
const LineRef = z.looseObject({ id: Gid });

const ReturnLine = z.looseObject({
  quantity: z.int(),
  /** Of a line without a fulfilment there is neither. */
  returnReasonNote: z.string().nullish(),
  fulfillmentLineItem: LineRef.nullish(),
});
const ShopReturn = z.looseObject({
  id: Gid,
  status: z.string(),
  returnLineItems: nodes(ReturnLine),
});
export type ShopReturn = z.infer<typeof ShopReturn>;

export const OrderReturnsAnswer = z.looseObject({
  order: z
    .looseObject({
      id: Gid,
      fulfillments: z.array(
        z.looseObject({
          fulfillmentLineItems: nodes(
            z.looseObject({ id: Gid, quantity: z.int().nullish(), lineItem: LineRef }),
          ),
        }),
      ),
      returns: nodes(ShopReturn),
    })
    .nullable(),
});
export type OrderReturns = NonNullable<z.infer<typeof OrderReturnsAnswer>['order']>;

export const ReverseOrderAnswer = z.looseObject({
  reverseFulfillmentOrder: z
    .looseObject({
      id: Gid,
      lineItems: nodes(
        z.looseObject({
          fulfillmentLineItem: z.looseObject({ lineItem: LineRef }).nullish(),
          dispositions: z.array(
            z.looseObject({
              id: Gid,
              type: z.string(),
              quantity: z.int(),
              createdAt: z.string(),
              location: LineRef.nullish(),
            }),
          ),
        }),
      ),
      order: z
        .looseObject({
          id: Gid,
          returns: nodes(
            z.looseObject({
              id: Gid,
              reverseFulfillmentOrders: nodes(LineRef),
              transactions: nodes(OrderTransaction),
            }),
          ),
        })
        .nullish(),
    })
    .nullable(),
});

const Changed = z.looseObject({
  return: z.looseObject({ id: Gid }).nullish(),
  userErrors: UserErrors,
});
export const CreateReturnAnswer = z.looseObject({ returnCreate: Changed });
export const CloseReturnAnswer = z.looseObject({ returnClose: Changed });

const Id = z.union([z.int(), z.string().min(1)]).transform(String);
const Named = z.looseObject({ id: Id, admin_graphql_api_id: z.string().nullish() });

/** `returns/request` and `returns/approve`: with its lines. */
export const WebhookReturn = z.looseObject({
  admin_graphql_api_id: Gid,
  status: z.string(),
  order: Named,
  return_line_items: z.array(
    z.looseObject({
      quantity: z.int().min(1),
      return_reason: z.string().nullish(),
      return_reason_note: z.string().nullish(),
      fulfillment_line_item: z.looseObject({ line_item: Named }).nullish(),
    }),
  ),
});
export type WebhookReturn = z.infer<typeof WebhookReturn>;

/** `returns/decline`, `returns/close`, `returns/cancel`: which one, and no more. */
export const WebhookReturnEnd = z.looseObject({ admin_graphql_api_id: Gid, status: z.string() });

/** `reverse_fulfillment_orders/dispose`: neither the return nor the order is named in it. */
export const WebhookDisposal = z.looseObject({
  admin_graphql_api_id: Gid,
  dispositions: z.array(z.unknown()),
});
