/**
 * A warehouse that speaks our own vocabulary: requests by HTTP, facts back as CloudEvents. The
 * effect's key is the request's id there, so a request is made once however often it is sent.
 */
import { z } from 'zod';
import type { Refused } from '../../canonical/ports/fault';
import { VendorFault } from '../../canonical/ports/fault';
import type {
  FulfilmentRequest,
  Recalled,
  RecallRequest,
  Taken,
  Warehouse,
} from '../../canonical/ports/warehouse';
import { readAnswer, refused, requireSuccess } from '../answer';
import { getJson, openDoor, postJson, type HttpAnswer, type HttpDoor } from '../http';
import { REFUSED_BEFORE } from './refused-before';

const SYSTEM = 'warehouse';
const REQUESTS_PATH = '/v1/fulfilment-requests';
const REJECTED = 'rejected';

const RequestState = z.looseObject({ requestId: z.string().min(1), state: z.string() });
const Cancellation = z.looseObject({
  outcome: z.enum(['cancelled', 'partly-cancelled', 'too-late']),
  lines: z.array(z.looseObject({ lineNo: z.int().min(1), quantity: z.int().min(0) })),
});
const Rejection = z.looseObject({ code: z.string().nullish(), reason: z.string().nullish() });

const OUTCOMES = {
  cancelled: 'recalled',
  'partly-cancelled': 'partly-recalled',
  'too-late': 'too-late',
} as const;

export interface WarehouseSettings {
  readonly baseUrl: string;
  readonly token: string;
  readonly headersTimeoutMs?: number;
}

/** Opens the door to one warehouse system. */
export function warehouseClient(
  settings: WarehouseSettings,
): Warehouse & { whoAnswers(): Promise<string>; close(): Promise<void> } {
  const door = openDoor({
    ...settings,
    system: SYSTEM,
    refusedBefore: REFUSED_BEFORE,
    headers: { authorization: `Bearer ${settings.token}` },
  });
  return {
    request: (request) => send(door, request),
    findRequest: (request) => findRequest(door, request),
    recall: (request) => recall(door, request),
    whoAnswers: () => whoAnswers(door),
    close: () => door.close(),
  };
}

/** Any answer about a request that nobody made lets the caller in. */
async function whoAnswers(door: HttpDoor): Promise<string> {
  const { status } = await getJson(door, `${REQUESTS_PATH}/throughline-setup-check`);
  if (status === 404) return 'the warehouse';
  throw new VendorFault(SYSTEM, 'misconfigured', `GET fulfilment-requests: status ${status}`);
}

/** A refusal; the same id with another body is our own mistake, and no refusal. */
function refusalOf(what: string, answer: HttpAnswer): Refused {
  if (answer.status === 409) {
    throw new VendorFault(SYSTEM, 'misconfigured', `${what}: that id was used with another body`);
  }
  const { code, reason } = readAnswer(SYSTEM, what, Rejection, answer.json);
  const vendorCode = code ?? `status_${answer.status}`;
  return refused(vendorCode, reason ?? vendorCode);
}

async function send(door: HttpDoor, request: FulfilmentRequest): Promise<Taken | Refused> {
  const what = 'POST fulfilment-requests';
  const body = {
    requestId: request.key,
    orderId: request.orderId,
    channelInstance: request.channelInstance,
    orderNo: request.orderNo,
    location: request.location,
    correlationId: request.correlationId,
    lines: request.lines.map(({ lineNo, sku, quantity }) => ({ lineNo, sku, quantity })),
    shipTo: request.shipTo ?? {},
  };
  const answer = await postJson(door, REQUESTS_PATH, body, { 'idempotency-key': request.key });
  if (answer.status >= 400) return refusalOf(what, answer);
  const taken = readAnswer(SYSTEM, what, RequestState, answer.json);
  return { outcome: 'taken', reference: taken.requestId };
}

/** Null too for a request that was rejected: it is as if it had never been taken. */
async function findRequest(door: HttpDoor, request: FulfilmentRequest): Promise<Taken | null> {
  const what = 'GET fulfilment-requests';
  const path = `${REQUESTS_PATH}/${encodeURIComponent(request.key)}`;
  const answer = await getJson(door, path);
  if (answer.status === 404) return null;
  requireSuccess(SYSTEM, what, answer);
  const found = readAnswer(SYSTEM, what, RequestState, answer.json);
  return found.state === REJECTED ? null : { outcome: 'taken', reference: found.requestId };
}

/** What actually came back is in `lines`; the rest has left, or is about to. */
async function recall(door: HttpDoor, request: RecallRequest): Promise<Recalled | Refused> {
  const what = 'POST fulfilment-requests/cancel';
  const path = `${REQUESTS_PATH}/${encodeURIComponent(request.requestRef)}/cancel`;
  const body = { lines: request.lines };
  const answer = await postJson(door, path, body, { 'idempotency-key': request.key });
  if (answer.status >= 400) return refusalOf(what, answer);
  const { outcome, lines } = readAnswer(SYSTEM, what, Cancellation, answer.json);
  return {
    outcome: OUTCOMES[outcome],
    lines: lines
      .filter((line) => line.quantity > 0)
      .map(({ lineNo, quantity }) => ({ lineNo, quantity })),
  };
}
