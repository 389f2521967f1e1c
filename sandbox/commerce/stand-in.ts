/** The commerce stand-in: a Shopify shop's Admin GraphQL API and its signed webhooks. */
import type { GraphQLError } from 'graphql';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { problem, readCall } from '../control';
import { inTransaction } from '../database';
import { readInput, readJson } from '../input';
import { createScript } from '../script';
import type { Answer, Call, FailureReason, Route, SandboxContext, VendorSystem } from '../system';
import { tokenMatches } from '../token';
import { LATENCY_MAX_MS, webhookScript } from '../webhook-script';
import {
  checkoutDdl,
  checkOut,
  payloads,
  sendOrderWebhook,
  shownTransactions,
  type WebhookPlan,
} from './checkout';
import { checkoutSchema, webhookOptions, type Checkout } from './checkout-request';
import { fulfilmentTeller } from './fulfilment-webhooks';
import { executeDocument, readDocument } from './graphql';
import { merchantRoute } from './merchant';
import { balanceTransactions, payoutRoute, payouts } from './payouts';
import { returnControlRoutes } from './returns-control';
import { API_VERSION } from './schema';
import {
  fulfillmentOrders,
  fulfillments,
  gid,
  idempotencyKeys,
  orderEdits,
  orders,
  preparations,
  refunds,
  returns,
  transactions,
} from './shop';
import { staffRoute } from './staff';
import { createThrottle, requestedCost } from './throttle';

/** Commerce Components plan: 40,000 points, 2,000 a second. */
const POINTS_MAX = 40_000;
const POINTS_PER_SECOND = 2_000;

const scriptSchema = z.strictObject({
  webhooks: webhookScript,
  /** Whatever is fulfilled or prepared, by whomever, is told by a webhook. */
  tellsFulfilments: z.boolean().default(false),
  latencyMs: z.int().min(0).max(LATENCY_MAX_MS).default(0),
  throttle: z
    .strictObject({
      maximumAvailable: z.int().min(0).max(1_000_000).default(POINTS_MAX),
      restoreRate: z.int().min(1).max(1_000_000).default(POINTS_PER_SECOND),
    })
    .prefault({}),
});
type Script = z.infer<typeof scriptSchema>;

const requestSchema = z.object({
  query: z.string().min(1),
  variables: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((given) => given ?? {}),
  operationName: z
    .string()
    .nullish()
    .transform((given) => given ?? undefined),
});

const resendSchema = webhookOptions.extend({
  patch: z.record(z.string(), z.unknown()).optional(),
});

const throttledError = {
  message: 'Throttled',
  extensions: { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' },
};

function failure(reason: FailureReason, status: number): Answer {
  if (reason === 'unauthorized') {
    const errors = '[API] Invalid API key or access token (unrecognized login or wrong password)';
    return { status, body: { errors } };
  }
  return { status, body: { errors: reason === 'not-found' ? 'Not Found' : reason } };
}

function graphqlRoute(context: SandboxContext, script: () => Script): Route['run'] {
  const throttle = createThrottle(() => performance.now());
  return async (call) => {
    const { latencyMs, throttle: limits } = script();
    if (latencyMs > 0) await pause(latencyMs);
    const json = readJson(call.text);
    const read = json && readInput(requestSchema, json.value);
    if (!read?.ok)
      return { status: 400, body: { errors: { query: 'Required parameter missing' } } };
    const document = readDocument(read.value.query);
    if (!('kind' in document)) return { status: 200, body: { errors: document.map(shown) } };
    const requestedQueryCost = requestedCost(document);
    const taken = throttle.take(requestedQueryCost, limits);
    const cost = (actualQueryCost: number | null) => ({
      cost: { requestedQueryCost, actualQueryCost, throttleStatus: throttle.status(limits) },
    });
    if (!taken) return { status: 200, body: { errors: [throttledError], extensions: cost(null) } };
    const told = script().tellsFulfilments ? fulfilmentTeller(context) : undefined;
    const result = await executeDocument(context, document, read.value, told);
    return { status: 200, body: { ...result, extensions: cost(requestedQueryCost) } };
  };
}

function shown(error: GraphQLError): unknown {
  return error.toJSON();
}

function planOf(checkout: Checkout, script: Script): WebhookPlan | undefined {
  const { enabled, copies, delayMs } = script.webhooks;
  const wanted = checkout.webhook;
  if (!wanted || !enabled) return undefined;
  const standard = { topic: 'orders/create', copies, delayMs };
  if (wanted === true) return standard;
  return {
    topic: wanted.topic ?? standard.topic,
    copies: wanted.copies ?? copies,
    delayMs: wanted.delayMs ?? delayMs,
  };
}

function checkoutRoute(context: SandboxContext, script: () => Script): Route['run'] {
  return async (call) => {
    const read = readCall(checkoutSchema, call);
    if (!read.ok) return read.answer;
    const result = await checkOut(context, read.value, planOf(read.value, script()));
    if (result.outcome === 'other') {
      return problem(409, 'order_exists', 'the shop has this order with other content');
    }
    if (result.outcome === 'invalid') {
      const { pointer, detail } = result;
      return problem(422, 'invalid_input', detail, [{ pointer, code: 'custom', detail }]);
    }
    const { order, payload, deliveries, outcome } = result;
    const body = { order: payload, transactions: shownTransactions(order), deliveries };
    return { status: outcome === 'made' ? 201 : 200, body };
  };
}

function resendRoute(context: SandboxContext): Route['run'] {
  return async (call: Call) => {
    const read = readCall(resendSchema, call);
    if (!read.ok) return read.answer;
    const { topic = 'orders/create', copies = 1, delayMs = 0, patch } = read.value;
    const id = gid('Order', call.params['id'] ?? '');
    const deliveries = await inTransaction(context.pool, (db) =>
      sendOrderWebhook(context, db, id, { topic, copies, delayMs }, patch),
    );
    if (!deliveries) return problem(404, 'unknown_order', 'the shop has no such order');
    context.outbound.wake();
    return { status: 202, body: { deliveries } };
  };
}

/** @param accessToken the only `X-Shopify-Access-Token` that is let in. */
export function createCommerceStandIn(context: SandboxContext, accessToken: string): VendorSystem {
  const script = createScript(scriptSchema);
  const current = (): Script => script.current();
  const path = `/admin/api/${API_VERSION}/graphql.json`;
  return {
    name: 'commerce',
    routes: [{ method: 'POST', path, run: graphqlRoute(context, current) }],
    controlRoutes: [
      { method: 'POST', path: '/_sandbox/orders', run: checkoutRoute(context, current) },
      { method: 'POST', path: '/_sandbox/orders/{id}/webhook', run: resendRoute(context) },
      { method: 'POST', path: '/_sandbox/orders/{id}/staff', run: staffRoute(context) },
      { method: 'POST', path: '/_sandbox/orders/{id}/merchant', run: merchantRoute(context) },
      payoutRoute(context.pool),
      ...returnControlRoutes(context),
    ],
    kinds: {
      orders,
      transactions,
      fulfillments,
      fulfillment_orders: fulfillmentOrders,
      preparations,
      order_edits: orderEdits,
      refunds,
      returns,
      idempotency_keys: idempotencyKeys,
      payouts,
      balance_transactions: balanceTransactions,
    },
    script,
    admits: ({ 'x-shopify-access-token': token }) =>
      tokenMatches(typeof token === 'string' ? token : undefined, accessToken),
    failure,
    // GraphQL throttling is a 200 whose only error says so.
    rateLimited: (retryAfterS) => ({
      status: 200,
      headers: { 'retry-after': String(retryAfterS) },
      body: { errors: [throttledError] },
    }),
    ddl: [...payloads.ddl, ...checkoutDdl],
  };
}
