/**
 * What a warehouse gets wrong, or thinks better of, on request: `POST /_sandbox/parcels`.
 * - A parcel of whatever is said, whatever was asked for: another SKU, more units, a line of another
 *   order, another date: `{requestId, lines?, shippedAt?, trackingNumber?}`.
 * - A parcel told again under its id, with other lines or another tracking number:
 *   `{requestId, shipmentId, lines?, trackingNumber?}`.
 * - The same parcel under a new id: `{requestId, shipmentId, asNew: true}`.
 * Its own records say what it tells. What is left out is as it was, or as it was asked for.
 */
import { z } from 'zod';
import { inTransaction, type Queryable } from '../database';
import { prefixedId } from '../identifiers';
import type { SandboxRecord } from '../records';
import type { SandboxContext } from '../system';
import { COPIES_MAX } from '../webhook-script';
import { wmsEvent } from './events';
import {
  asRequest,
  fulfilmentRequests,
  LINES_MAX,
  remaining,
  shipments,
  type FulfilmentRequest,
} from './records';
import { CARRIER, movable, move, tellEffect } from './warehouse';

const linesSchema = z
  .array(
    z.strictObject({
      lineNo: z.int().min(1),
      sku: z.string().min(1).max(255).optional(),
      quantity: z.int().min(1).max(1_000_000),
    }),
  )
  .min(1)
  .max(LINES_MAX);

export const parcelSchema = z.strictObject({
  requestId: z.string().min(1),
  /** Of a parcel that was told before. */
  shipmentId: z.string().min(1).optional(),
  /** It is told under a new id. */
  asNew: z.boolean().default(false),
  lines: linesSchema.optional(),
  carrier: z.string().min(1).max(120).optional(),
  trackingNumber: z.string().min(1).max(120).optional(),
  /** RFC 3339. */
  shippedAt: z.iso.datetime({ offset: true }).optional(),
  copies: z.int().min(1).max(COPIES_MAX).default(1),
  delayMs: z.int().min(0).max(600_000).default(0),
});
type ParcelToTell = z.infer<typeof parcelSchema>;

const told = z.object({
  carrier: z.string(),
  trackingNumber: z.string(),
  shippedAt: z.string().optional(),
  lines: z.array(
    z.object({ lineNo: z.number(), sku: z.string().optional(), quantity: z.number() }),
  ),
});

/** The parcel's id; undefined where the request, or the parcel, is not known. */
export async function tellParcel(
  context: SandboxContext,
  given: ParcelToTell,
): Promise<string | undefined> {
  const done = await inTransaction(context.pool, async (db) => {
    const record = await fulfilmentRequests.lock(db, given.requestId);
    const { shipmentId, asNew } = given;
    const earlier = shipmentId === undefined ? undefined : await shipments.lock(db, shipmentId);
    if (!record || (shipmentId !== undefined && !earlier)) return undefined;
    const request = asRequest(record);
    const parcel = await keep(db, request, given, earlier);
    const id = earlier && !asNew ? `${parcel.id}/${prefixedId('amd')}` : parcel.id;
    const facts = told.parse(parcel.details);
    const event = wmsEvent(
      context.accounts.wms,
      request,
      'shipment.confirmed.v1',
      id,
      parcel.updatedAt,
      {
        shipmentId: parcel.id,
        location: request.details.location,
        ...facts,
        shippedAt: facts.shippedAt ?? parcel.createdAt,
      },
    );
    await context.outbound.enqueue(db, event, given.copies, given.delayMs);
    return { id: parcel.id, request };
  });
  if (!done) return undefined;
  context.outbound.wake();
  tellEffect(context, done.request, { effect: 'shipped', id: done.id });
  return done.id;
}

async function keep(
  db: Queryable,
  request: FulfilmentRequest,
  given: ParcelToTell,
  earlier: SandboxRecord | undefined,
): Promise<SandboxRecord> {
  const { channelInstance, orderNo, location } = request.details;
  const before = earlier && told.parse(earlier.details);
  const id = earlier && !given.asNew ? earlier.id : prefixedId('shp');
  const lines = given.lines ? named(request, given.lines) : (before?.lines ?? rest(request));
  const shippedAt = given.shippedAt ?? before?.shippedAt;
  const details = {
    ...{ channelInstance, orderNo, location, lines },
    carrier: given.carrier ?? before?.carrier ?? CARRIER,
    trackingNumber:
      given.trackingNumber ?? before?.trackingNumber ?? `1Z${id.slice(-16).toUpperCase()}`,
    ...(shippedAt !== undefined && { shippedAt }),
  };
  if (earlier && !given.asNew) return shipments.update(db, id, { details });
  if (!earlier) await move(db, request, movable(request.details.lines, lines), 'shipped');
  return shipments.insert(db, {
    id,
    parentId: request.record.id,
    throughlineKey: request.record.id,
    reference: details.trackingNumber,
    orderId: request.record.orderId,
    status: 'confirmed',
    details,
  });
}

/** What is left of the request. */
const rest = ({ details }: FulfilmentRequest) =>
  details.lines.flatMap((line) =>
    remaining(line) > 0 ? [{ lineNo: line.lineNo, sku: line.sku, quantity: remaining(line) }] : [],
  );

/** A line that was asked for is of the item that was, where nothing else is said. */
const named = ({ details }: FulfilmentRequest, lines: z.infer<typeof linesSchema>) =>
  lines.map((line) => {
    const asked = details.lines.find(({ lineNo }) => lineNo === line.lineNo)?.sku;
    const sku = line.sku ?? asked;
    return { lineNo: line.lineNo, quantity: line.quantity, ...(sku !== undefined && { sku }) };
  });
