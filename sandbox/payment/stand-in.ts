/** The payment stand-in: Stripe's API for cards with manual capture, and its signed webhooks. */
import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Queryable } from '../database';
import { prefixedId } from '../identifiers';
import type { Signer } from '../outbound';
import { createScript } from '../script';
import type { Effect, FailureReason, Route, SandboxContext, VendorSystem } from '../system';
import { bearerMatches } from '../token';
import { LATENCY_MAX_MS, webhookScript } from '../webhook-script';
import { captureIntent } from './captures';
import { confirmControl } from './confirm';
import { stripeError } from './errors';
import { createIdempotency, idempotencyDdl, type Executed } from './idempotency';
import { cancelIntent, createIntent } from './intents';
import { cancellations, captures, charges, eventView, intents, refunds } from './ledger';
import type { Telling } from './outcome';
import { balanceTransactions, disputes, payoutControls, payoutRoutes, payouts } from './payouts';
import { readRoutes } from './reads';
import { createRefund } from './refunds';

const scriptSchema = z.strictObject({
  webhooks: webhookScript,
  latencyMs: z.int().min(0).max(LATENCY_MAX_MS).default(0),
  /** Stripe's search index is up to a minute behind; 0 here unless told. */
  searchLagMs: z.int().min(0).max(LATENCY_MAX_MS).default(0),
});

/** `Stripe-Signature: t=…,v1=…` over `{t}.{body}`. https://docs.stripe.com/webhooks */
export function stripeSigner(secret: string): Signer {
  return (delivery, now) => {
    const t = Math.floor(now.getTime() / 1000);
    const v1 = createHmac('sha256', secret).update(`${t}.${delivery.body}`).digest('hex');
    return { 'stripe-signature': `t=${t},v1=${v1}` };
  };
}

type Endpoint = (
  db: Queryable,
  call: Parameters<Route['run']>[0],
  tell: Telling,
) => Promise<Executed>;

function failure(reason: FailureReason, status: number) {
  const messages: Record<FailureReason, string> = {
    unauthorized: 'Invalid API Key provided: sk_****',
    'not-found': 'Unrecognized request URL.',
    'bad-json': 'Invalid request.',
    'too-large': 'Request body is too large.',
    failed: 'An unknown error occurred.',
  };
  const type = reason === 'failed' && status >= 500 ? 'api_error' : 'invalid_request_error';
  return stripeError(status, { type, message: messages[reason] });
}

/** @param secretKey the only API key that is let in. */
export function createPaymentStandIn(context: SandboxContext, secretKey: string): VendorSystem {
  const { pool, outbound } = context;
  const account = context.accounts.stripe;
  const script = createScript(scriptSchema);
  const idempotent = createIdempotency(pool, async () => {
    const { latencyMs } = script.current();
    if (latencyMs > 0) await pause(latencyMs);
  });
  const sendEvents = async (db: Queryable, events: Parameters<Telling['event']>[]) => {
    const { enabled, copies, delayMs } = script.current().webhooks;
    for (const [type, object, key, intent, before] of enabled ? events : []) {
      const id = prefixedId('evt');
      const message = {
        system: 'payment' as const,
        topic: type,
        path: `/v1/webhooks/stripe/${account}`,
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(eventView(id, type, object, key, before)),
        eventId: id,
        reference: intent.record.id,
        orderId: intent.record.orderId ?? undefined,
      };
      await outbound.enqueue(db, message, copies, delayMs);
    }
  };
  // Webhooks are rows of the effect's transaction; console lines come after it.
  const endpoint = (run: Endpoint): Route['run'] => {
    return async (call) => {
      const effects: Effect[] = [];
      const answer = await idempotent(async (db, inner) => {
        const events: Parameters<Telling['event']>[] = [];
        const executed = await run(db, inner, {
          effect: (effect) => effects.push(effect),
          event: (...event) => events.push(event),
        });
        await sendEvents(db, events);
        return executed;
      })(call);
      outbound.wake();
      effects.forEach((effect) => context.effectMade('payment', effect));
      return answer;
    };
  };
  return {
    name: 'payment',
    routes: [
      {
        method: 'GET',
        path: '/v1/account',
        run: () => Promise.resolve({ status: 200, body: { id: account, object: 'account' } }),
      },
      ...readRoutes(pool, () => script.current().searchLagMs),
      ...payoutRoutes(pool),
      { method: 'POST', path: '/v1/payment_intents', run: endpoint(createIntent) },
      { method: 'POST', path: '/v1/payment_intents/{id}/capture', run: endpoint(captureIntent) },
      { method: 'POST', path: '/v1/payment_intents/{id}/cancel', run: endpoint(cancelIntent) },
      { method: 'POST', path: '/v1/refunds', run: endpoint(createRefund) },
    ],
    controlRoutes: [
      ...payoutControls(pool),
      confirmControl(pool, async (events) => {
        await sendEvents(pool, events);
        outbound.wake();
      }),
    ],
    kinds: {
      ...{ payment_intents: intents, charges, captures, refunds, cancellations },
      ...{ balance_transactions: balanceTransactions, payouts, disputes },
    },
    script,
    admits: (headers) => bearerMatches(headers.authorization, secretKey),
    failure,
    rateLimited: (retryAfterS) => {
      const message = 'Too many requests hit the API too quickly.';
      const limited = { type: 'invalid_request_error', code: 'rate_limit', message } as const;
      return { ...stripeError(429, limited), headers: { 'retry-after': String(retryAfterS) } };
    },
    ddl: idempotencyDdl,
  };
}
