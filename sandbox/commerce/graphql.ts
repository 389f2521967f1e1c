/** Resolves the GraphQL operations of the Admin subset. */
import {
  buildSchema,
  execute,
  getDirectiveValues,
  GraphQLError,
  parse,
  validate,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLResolveInfo,
} from 'graphql';
import type { Pool } from 'pg';
import { contentHash, longNumber } from '../identifiers';
import type { SandboxContext } from '../system';
import type { Queryable } from '../database';
import { change, without, type Payload } from './change';
import { beginEdit, commitEdit, setQuantity, type SetQuantityInput } from './edits';
import {
  cancelFulfillment,
  cancelOrder,
  type CancelInput,
  type FulfillmentInput,
} from './fulfilments';
import { fulfil, prepare, type FulfilmentTeller } from './fulfilment-webhooks';
import { moveOrder } from './move-views';
import type { MoveInput } from './moves';
import {
  captureOrder,
  refundOrder,
  voidTransaction,
  type CaptureInput,
  type Done,
  type RefundInput,
  type UserError,
} from './payments';
import { paymentsAccount } from './payouts';
import type { PrepareInput } from './pickups';
import { detailsOf } from './returns';
import { returnMutations } from './returns-mutations';
import { orderWithReturns, reverseOrderView } from './returns-views';
import { sdl } from './schema';
import {
  fulfillmentOrders,
  fulfillments,
  gid,
  idempotencyKeys,
  orders,
  readOrder,
  refunds,
  returns,
  type ShopOrder,
} from './shop';
import {
  connection,
  fulfillmentOrderView,
  fulfillmentView,
  orderView,
  refundView,
  transactionView,
} from './views';
import { shopDomain } from './webhooks';

const ORDERS_MAX = 250;

const schema = buildSchema(sdl);

export interface GraphqlRequest {
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
}

/** A parsed and valid document, or what is wrong with it. */
export function readDocument(query: string): DocumentNode | readonly GraphQLError[] {
  try {
    const document = parse(query, { maxTokens: 10_000 });
    const errors = validate(schema, document);
    return errors.length > 0 ? errors : document;
  } catch (error) {
    return [error instanceof GraphQLError ? error : new GraphQLError('syntax error')];
  }
}

function mutations(context: SandboxContext, told?: FulfilmentTeller) {
  const { pool } = context;
  const shown = (value: object) => Promise.resolve({ ...value, userErrors: [] });
  const withTransaction = ({ order, transaction }: Parameters<typeof shownTransaction>[0]) =>
    Promise.resolve(shownTransaction({ order, transaction }));
  return {
    orderCapture: ({ input }: { input: CaptureInput }) =>
      change(context, (db) => captureOrder(db, input), without('transaction'), withTransaction),
    transactionVoid: ({ parentTransactionId }: { parentTransactionId: string }) =>
      change(
        context,
        (db) => voidTransaction(db, parentTransactionId),
        without('transaction'),
        withTransaction,
      ),
    refundCreate: (
      { input }: { input: RefundInput },
      _context: unknown,
      info: GraphQLResolveInfo,
    ) => createRefund(context, input, idempotencyKeyOf(info)),
    fulfillmentCreate: ({ fulfillment }: { fulfillment: FulfillmentInput }) =>
      changeFulfillment(context, (db) => fulfil(db, fulfillment, told)),
    fulfillmentCancel: ({ id }: { id: string }) =>
      changeFulfillment(context, (db) => cancelFulfillment(db, id)),
    fulfillmentOrderMove: (input: MoveInput) => moveOrder(context, input),
    fulfillmentOrderLineItemsPreparedForPickup: ({ input }: { input: PrepareInput }) =>
      change(
        context,
        (db) => prepare(db, input, told),
        without(),
        () => Promise.resolve({ userErrors: [] }),
      ),
    orderEditBegin: ({ id }: { id: string }) =>
      change(context, (db) => beginEdit(db, id), without('calculatedOrder'), shown),
    orderEditSetQuantity: (input: SetQuantityInput) =>
      change(context, (db) => setQuantity(db, input), without('calculatedOrder'), shown),
    orderEditCommit: (input: { id: string }) =>
      change(
        context,
        (db) => commitEdit(db, input),
        without('order'),
        async ({ order }) => {
          const edited = await readOrder(pool, order.id);
          return { order: edited ? orderView(edited) : null, userErrors: [] };
        },
      ),
    ...returnMutations(context),
    orderCancel: (input: CancelInput) =>
      change(
        context,
        (db) => cancelOrder(db, input),
        (error) => ({ job: null, orderCancelUserErrors: [error] }),
        () => {
          const job = { id: gid('Job', longNumber()), done: true };
          return Promise.resolve({ job, orderCancelUserErrors: [] });
        },
      ),
  };
}

async function changeFulfillment(
  context: SandboxContext,
  run: (db: Queryable) => Promise<Done<{ orderId: string; fulfillmentId: string }>>,
): Promise<Payload> {
  let id: string | undefined;
  const refused = (error: UserError) => ({ fulfillment: null, userErrors: [error] });
  const payload = await change(context, run, refused, ({ fulfillmentId }) => {
    id = fulfillmentId;
    return Promise.resolve({ userErrors: [] });
  });
  if (id === undefined) return payload;
  return { ...payload, fulfillment: await fulfillmentOf(context.pool, id) };
}

function shownTransaction(made: {
  order: ShopOrder;
  transaction: Parameters<typeof transactionView>[1];
}): Payload {
  return { transaction: transactionView(made.order, made.transaction), userErrors: [] };
}

function idempotencyKeyOf(info: GraphQLResolveInfo): string {
  const directive = schema.getDirective('idempotent');
  const node = info.fieldNodes[0];
  const values =
    directive && node ? getDirectiveValues(directive, node, info.variableValues) : undefined;
  const key = values?.['key'];
  if (typeof key === 'string' && key !== '') return key;
  throw new GraphQLError('The @idempotent directive is required for this mutation.', {
    extensions: { code: 'BAD_REQUEST' },
  });
}

/** The key is mandatory since 2026-04; the same key gives the first refund again. */
async function createRefund(
  context: SandboxContext,
  input: RefundInput,
  key: string,
): Promise<Payload> {
  const hash = contentHash(input);
  let refundId: string | undefined;
  const payload = await change(
    context,
    async (db): Promise<Done<{ orderId: string; refundId: string }>> => {
      await db.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`commerce ${key}`]);
      const known = await idempotencyKeys.find(db, key);
      if (known && known.details['hash'] !== hash) {
        throw new GraphQLError('The idempotency key was used with other parameters.', {
          extensions: { code: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH' },
        });
      }
      if (known?.parentId && known.orderId) {
        const value = { orderId: known.orderId, refundId: known.parentId };
        return { ok: true, value, effects: [] };
      }
      const done = await refundOrder(db, input, key);
      if (done.ok) {
        const { orderId, refundId: parentId } = done.value;
        const record = { id: key, parentId, orderId, throughlineKey: key, status: 'used' };
        await idempotencyKeys.insert(db, { ...record, details: { hash } });
      }
      return done;
    },
    (error) => ({ refund: null, order: null, userErrors: [error] }),
    (value) => {
      refundId = value.refundId;
      return Promise.resolve({ userErrors: [] });
    },
  );
  if (refundId === undefined) return payload;
  const order = await readOrder(context.pool, input.orderId);
  const record = order?.refunds.find((one) => one.id === refundId);
  return {
    ...payload,
    order: order ? orderView(order) : null,
    refund: order && record ? refundView(order, record) : null,
  };
}

async function fulfillmentOf(pool: Pool, id: string): Promise<Payload | null> {
  const record = await fulfillments.find(pool, id);
  const order = record?.orderId ? await readOrder(pool, record.orderId) : undefined;
  return record && order ? fulfillmentView(order, record) : null;
}

function queries({ pool, accounts }: SandboxContext) {
  return {
    shop: { name: accounts.shopify, myshopifyDomain: shopDomain(accounts.shopify) },
    shopifyPaymentsAccount: paymentsAccount(pool),
    async order({ id }: { id: string }) {
      const order = await readOrder(pool, id);
      return order ? orderWithReturns(order) : null;
    },
    async reverseFulfillmentOrder({ id }: { id: string }) {
      const [record] = await returns.list(pool, { parentId: id, limit: 1 });
      const order = record?.orderId ? await readOrder(pool, record.orderId) : undefined;
      return record && order ? reverseOrderView(order, detailsOf(record)) : null;
    },
    /** `query: "name:#1001"` is the only search that is known. */
    async orders({ first, query }: { first?: number; query?: string }) {
      const number = /^name:'?"?#?([^'"\s]+)/.exec(query ?? '')?.[1];
      const limit = Math.min(first ?? ORDERS_MAX, ORDERS_MAX);
      const found = await orders.list(pool, { reference: number, limit, newestFirst: true });
      const views = await Promise.all(found.map(async ({ id }) => readOrder(pool, id)));
      return connection(
        views.flatMap((order) => (order ? [orderView(order)] : [])),
        { first },
      );
    },
    fulfillment: ({ id }: { id: string }) => fulfillmentOf(pool, id),
    async fulfillmentOrder({ id }: { id: string }) {
      const record = await fulfillmentOrders.find(pool, id);
      const order = record?.orderId ? await readOrder(pool, record.orderId) : undefined;
      return record && order ? fulfillmentOrderView(order, record) : null;
    },
    async refund({ id }: { id: string }) {
      const record = await refunds.find(pool, id);
      const order = record?.orderId ? await readOrder(pool, record.orderId) : undefined;
      return record && order ? refundView(order, record) : null;
    },
  };
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutNulls(inner)]));
}

/** Executes one document. An inner failure is logged and shown as Shopify shows its own. */
export async function executeDocument(
  context: SandboxContext,
  document: DocumentNode,
  request: GraphqlRequest,
  told?: FulfilmentTeller,
): Promise<ExecutionResult> {
  const variables = Object.entries(request.variables ?? {}).filter(([, value]) => value !== null);
  const result = await execute({
    schema,
    document,
    rootValue: { ...queries(context), ...mutations(context, told) },
    variableValues: Object.fromEntries(
      variables.map(([name, value]) => [name, withoutNulls(value)]),
    ),
    operationName: request.operationName ?? null,
  });
  const errors = result.errors?.map((error) => {
    const cause = error.originalError;
    if (!cause || cause instanceof GraphQLError) return error;
    context.log.error({ err: cause, system: 'commerce' }, 'resolver failed');
    return new GraphQLError('Internal error. Looks like something went wrong on our end.', {
      path: error.path,
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
  });
  return errors ? { ...result, errors } : result;
}
