/** The warehouse stand-in: our fulfilment vocabulary in, CloudEvents out. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { problem, readCall } from '../control';
import { startDueLoop, type DueLoop } from '../due-loop';
import { readInput, readJson } from '../input';
import type { Signer } from '../outbound';
import type { Answer, Call, FailureReason, Route, SandboxContext, VendorSystem } from '../system';
import { bearerMatches } from '../token';
import { COPIES_MAX } from '../webhook-script';
import {
  asRequest,
  cancellations,
  fulfilmentRequests,
  nextWorkInMs,
  quantitiesSchema,
  remaining,
  requestSchema,
  shipments,
  takeDueWork,
  wmsDdl,
  type FulfilmentRequest,
} from './records';
import { parcelSchema, tellParcel } from './parcels';
import { createWmsScript } from './script';
import { cancelRequest, type CancelRefusal } from './recalls';
import { acceptRequest, doWork, shipNow } from './warehouse';

const REQUESTS = '/v1/fulfilment-requests';

const cancelSchema = z.object({ lines: quantitiesSchema.optional() });
const shipSchema = z.strictObject({
  requestId: z.string().min(1),
  lines: quantitiesSchema.optional(),
  copies: z.int().min(1).max(COPIES_MAX).default(1),
  delayMs: z.int().min(0).max(600_000).default(0),
});

const CANCEL_REFUSALS: Readonly<Record<CancelRefusal, { status: number; reason: string }>> = {
  'unknown-request': { status: 404, reason: 'No such request.' },
  'unknown-line': { status: 422, reason: 'No such line.' },
  'key-reused': { status: 409, reason: 'The key was used for another cancel.' },
};

/** The key of the role `oms`, as our API wants it. */
export function omsSigner(key: string): Signer {
  return () => ({ authorization: `Bearer ${key}` });
}

function refusal(status: number, code: string, reason: string, errors?: unknown): Answer {
  return { status, body: { code, reason, errors } };
}

function view({ record, details }: FulfilmentRequest): Record<string, unknown> {
  const { channelInstance, orderNo, location, lines } = details;
  return {
    requestId: record.id,
    state: record.status,
    orderId: record.orderId,
    channelInstance,
    orderNo,
    location,
    lines: lines.map((line) => ({ ...line, remaining: remaining(line) })),
  };
}

function failure(reason: FailureReason, status: number): Answer {
  return refusal(status, reason, `The request failed (${reason}).`);
}

function createCalls(context: SandboxContext, script: ReturnType<typeof createWmsScript>) {
  const slow = async (): Promise<void> => {
    const { latencyMs } = script.current();
    if (latencyMs > 0) await pause(latencyMs);
  };
  return {
    async request(call: Call, planned: () => void): Promise<Answer> {
      await slow();
      const json = readJson(call.text);
      if (!json) return refusal(400, 'invalid-json', 'The body is not JSON.');
      const read = readInput(requestSchema, json.value);
      if (!read.ok) return refusal(422, 'invalid-request', 'Not a valid request.', read.errors);
      const behaviour = script.current(read.value.orderNo);
      const known = await fulfilmentRequests.find(context.pool, read.value.requestId);
      if (!known && behaviour.mode === 'reject' && behaviour.rejectBy === 'answer') {
        return refusal(422, behaviour.rejectReason, behaviour.rejectReason);
      }
      const { verdict, request } = await acceptRequest(context, read.value, behaviour);
      if (verdict === 'other') {
        return refusal(409, 'request-exists', 'The id was used for another request.');
      }
      planned();
      return { status: 202, body: { requestId: request.record.id, state: 'accepted' } };
    },
    async show(call: Call): Promise<Answer> {
      await slow();
      const record = await fulfilmentRequests.find(context.pool, call.params['requestId'] ?? '');
      if (!record) return refusal(404, 'unknown-request', 'No such request.');
      return { status: 200, body: view(asRequest(record)) };
    },
    async cancel(call: Call): Promise<Answer> {
      await slow();
      const json = readJson(call.text === '' ? '{}' : call.text);
      if (!json) return refusal(400, 'invalid-json', 'The body is not JSON.');
      const read = readInput(cancelSchema, json.value);
      if (!read.ok) return refusal(422, 'invalid-request', 'Not a valid cancel.', read.errors);
      const header = call.headers['idempotency-key'];
      const key = typeof header === 'string' && header !== '' ? header : undefined;
      const requestId = call.params['requestId'] ?? '';
      const outcome = await cancelRequest(context, { requestId, lines: read.value.lines, key });
      if (typeof outcome === 'string') {
        const { status, reason } = CANCEL_REFUSALS[outcome];
        return refusal(status, outcome, reason);
      }
      return { status: 200, body: outcome };
    },
    async tellParcel(call: Call): Promise<Answer> {
      const read = readCall(parcelSchema, call);
      if (!read.ok) return read.answer;
      const shipmentId = await tellParcel(context, read.value);
      if (!shipmentId) return problem(404, 'unknown_parcel', 'no such request or parcel');
      return { status: 201, body: { shipmentId } };
    },
    async shipByHand(call: Call): Promise<Answer> {
      const read = readCall(shipSchema, call);
      if (!read.ok) return read.answer;
      const { requestId, lines, copies, delayMs } = read.value;
      const { found, shipmentId } = await shipNow(context, requestId, lines, { copies, delayMs });
      if (!found) return problem(404, 'unknown_request', 'no such request');
      if (!shipmentId) return problem(409, 'nothing_left', 'nothing of it remains to be shipped');
      return { status: 201, body: { shipmentId } };
    },
  };
}

/** @param token the bearer token that is let in. */
export function createWmsStandIn(context: SandboxContext, token: string): VendorSystem {
  const { pool, log } = context;
  const script = createWmsScript();
  const calls = createCalls(context, script);
  let loop: DueLoop | undefined;
  const routes: Route[] = [
    { method: 'POST', path: REQUESTS, run: (call) => calls.request(call, () => loop?.wake()) },
    { method: 'GET', path: `${REQUESTS}/{requestId}`, run: calls.show },
    { method: 'POST', path: `${REQUESTS}/{requestId}/cancel`, run: calls.cancel },
  ];
  return {
    name: 'wms',
    routes,
    controlRoutes: [
      { method: 'POST', path: '/_sandbox/ship', run: calls.shipByHand },
      { method: 'POST', path: '/_sandbox/parcels', run: calls.tellParcel },
    ],
    kinds: { fulfilment_requests: fulfilmentRequests, shipments, cancellations },
    script,
    admits: (headers) => bearerMatches(headers.authorization, token),
    failure,
    rateLimited: (retryAfterS) => ({
      ...refusal(429, 'rate-limited', 'Too many requests.'),
      headers: { 'retry-after': String(retryAfterS) },
    }),
    ddl: wmsDdl,
    start() {
      loop = startDueLoop({
        takeDue: (except, limit) => takeDueWork(pool, except, limit),
        nextDueInMs: (except) => nextWorkInMs(pool, except),
        keyOf: (work) => work.id,
        run: (work) => doWork(context, work, (orderNo) => script.current(orderNo).rejectReason),
        onError: (err) => log.error({ err, system: 'wms' }, 'planned work failed'),
      });
    },
    async stop() {
      await loop?.stop();
    },
  };
}
