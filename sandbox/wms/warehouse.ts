/** What the warehouse does: accepts, ships, rejects, cancels. Each is one transaction. */
import type { z } from 'zod';
import { inTransaction, type Queryable } from '../database';
import { contentHash, prefixedId } from '../identifiers';
import type { Effect, SandboxContext } from '../system';
import { wmsEvent } from './events';
import {
  asRequest,
  dropWork,
  fulfilmentRequests,
  planWork,
  remaining,
  shipments,
  stateOf,
  type FulfilmentRequest,
  type PlannedWork,
  type Quantities,
  type RequestLine,
  type requestSchema,
  type TellingPlan,
} from './records';
import { planFor, type WmsScript } from './script';

export const CARRIER = 'UPS';

export type NewRequest = z.infer<typeof requestSchema>;
export type Accepted = { verdict: 'accepted' | 'same' | 'other'; request: FulfilmentRequest };

/** Takes a request once; the same id again is told apart by its content. */
export async function acceptRequest(
  context: SandboxContext,
  given: NewRequest,
  script: WmsScript,
): Promise<Accepted> {
  const bodyHash = contentHash(given);
  const result = await inTransaction(context.pool, async (db): Promise<Accepted> => {
    await db.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`wms ${given.requestId}`]);
    const known = await fulfilmentRequests.find(db, given.requestId);
    if (known) {
      const request = asRequest(known);
      return { verdict: request.details.bodyHash === bodyHash ? 'same' : 'other', request };
    }
    const { channelInstance, orderNo, location, shipTo, correlationId = null } = given;
    const lines = given.lines.map(({ lineNo, sku, quantity }) => {
      return { lineNo, sku, quantity, shipped: 0, cancelled: 0, rejected: 0 };
    });
    const request = asRequest(
      await fulfilmentRequests.insert(db, {
        id: given.requestId,
        throughlineKey: given.requestId,
        reference: orderNo,
        orderId: given.orderId,
        status: 'accepted',
        details: { channelInstance, orderNo, location, shipTo, correlationId, bodyHash, lines },
      }),
    );
    const plan = planFor(request, script);
    for (const { work, inMs } of plan.work) await planWork(db, work, inMs);
    if (script.acknowledge) await acknowledge(context, db, request, script, plan.acknowledgeInMs);
    return { verdict: 'accepted', request };
  });
  if (result.verdict === 'accepted') {
    context.outbound.wake();
    tellEffect(context, result.request, { effect: 'request-accepted', id: given.requestId });
  }
  return result;
}

async function acknowledge(
  context: SandboxContext,
  db: Queryable,
  request: FulfilmentRequest,
  script: WmsScript,
  delayMs: number,
): Promise<void> {
  const { record } = request;
  const id = `${record.id}/accepted`;
  const event = wmsEvent(
    context.accounts.wms,
    request,
    'fulfilment.accepted.v1',
    id,
    record.createdAt,
    {},
  );
  await context.outbound.enqueue(db, event, 1 + script.duplicateEvents, delayMs);
}

export function tellEffect(
  context: SandboxContext,
  request: FulfilmentRequest,
  effect: Effect,
): void {
  const { id: key, orderId } = request.record;
  context.effectMade('wms', { key, orderId, ...effect });
}

export interface Moved {
  line: RequestLine;
  quantity: number;
}

/** What of the wanted quantities is still there to be moved. */
export function movable(lines: readonly RequestLine[], wanted: Quantities): Moved[] {
  return wanted.flatMap(({ lineNo, quantity }) => {
    const line = lines.find((candidate) => candidate.lineNo === lineNo);
    const count = line ? Math.min(quantity, remaining(line)) : 0;
    return line && count > 0 ? [{ line, quantity: count }] : [];
  });
}

export async function move(
  db: Queryable,
  request: FulfilmentRequest,
  moved: readonly Moved[],
  to: 'shipped' | 'cancelled' | 'rejected',
): Promise<void> {
  const lines = request.details.lines.map((line) => {
    const step = moved.find((candidate) => candidate.line.lineNo === line.lineNo);
    return step ? { ...line, [to]: line[to] + step.quantity } : line;
  });
  const change = { status: stateOf(lines), details: { lines } };
  await fulfilmentRequests.update(db, request.record.id, change);
}

const shownLines = (moved: readonly Moved[]) =>
  moved.map(({ line: { lineNo, sku }, quantity }) => ({ lineNo, sku, quantity }));

async function ship(
  context: SandboxContext,
  db: Queryable,
  request: FulfilmentRequest,
  wanted: Quantities,
  telling: TellingPlan,
): Promise<string | undefined> {
  const moved = movable(request.details.lines, wanted);
  if (moved.length === 0) return undefined;
  await move(db, request, moved, 'shipped');
  const id = prefixedId('shp');
  const trackingNumber = `1Z${id.slice(-16).toUpperCase()}`;
  const lines = shownLines(moved);
  const { channelInstance, orderNo, location } = request.details;
  const shipment = await shipments.insert(db, {
    id,
    parentId: request.record.id,
    throughlineKey: request.record.id,
    reference: trackingNumber,
    orderId: request.record.orderId,
    status: 'confirmed',
    details: { channelInstance, orderNo, location, carrier: CARRIER, trackingNumber, lines },
  });
  const shippedAt = shipment.createdAt;
  const facts = { shipmentId: id, location, carrier: CARRIER, trackingNumber, shippedAt, lines };
  const event = wmsEvent(
    context.accounts.wms,
    request,
    'shipment.confirmed.v1',
    id,
    shippedAt,
    facts,
  );
  await context.outbound.enqueue(db, event, telling.copies, telling.delayMs);
  return id;
}

async function reject(
  context: SandboxContext,
  db: Queryable,
  request: FulfilmentRequest,
  work: PlannedWork,
  reason: string,
): Promise<string | undefined> {
  const moved = movable(request.details.lines, work.lines);
  if (moved.length === 0) return undefined;
  await move(db, request, moved, 'rejected');
  const id = `${request.record.id}/rejected/${work.id}`;
  const rejectedAt = new Date().toISOString();
  const lines = moved.map(({ line: { lineNo }, quantity }) => ({ lineNo, quantity }));
  const facts = { reason, lines };
  const event = wmsEvent(
    context.accounts.wms,
    request,
    'fulfilment.rejected.v1',
    id,
    rejectedAt,
    facts,
  );
  await context.outbound.enqueue(db, event, work.telling.copies, work.telling.delayMs);
  return id;
}

/** Planned work whose time has come. */
export async function doWork(
  context: SandboxContext,
  work: PlannedWork,
  reason: (orderNo: string) => string,
): Promise<void> {
  const done = await inTransaction(context.pool, async (db) => {
    const record = await fulfilmentRequests.lock(db, work.requestId);
    await dropWork(db, work.id);
    if (!record) return undefined;
    const request = asRequest(record);
    const id =
      work.kind === 'ship'
        ? await ship(context, db, request, work.lines, work.telling)
        : await reject(context, db, request, work, reason(request.details.orderNo));
    return id === undefined ? undefined : { id, request };
  });
  if (!done) return;
  context.outbound.wake();
  const effect = work.kind === 'ship' ? 'shipped' : 'rejected';
  tellEffect(context, done.request, { effect, id: done.id });
}

/** Ships now, by hand: the given lines, or all that remains. The shipment's id, if any. */
export async function shipNow(
  context: SandboxContext,
  requestId: string,
  lines: Quantities | undefined,
  telling: TellingPlan,
): Promise<{ found: boolean; shipmentId?: string }> {
  const outcome = await inTransaction(context.pool, async (db) => {
    const record = await fulfilmentRequests.lock(db, requestId);
    if (!record) return undefined;
    const request = asRequest(record);
    const all = request.details.lines.map(({ lineNo, quantity }) => ({ lineNo, quantity }));
    const shipmentId = await ship(context, db, request, lines ?? all, telling);
    return { request, shipmentId };
  });
  if (!outcome) return { found: false };
  const { request, shipmentId } = outcome;
  context.outbound.wake();
  if (shipmentId) tellEffect(context, request, { effect: 'shipped', id: shipmentId });
  return { found: true, shipmentId };
}
