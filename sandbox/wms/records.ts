/** The warehouse's records: requests, shipments, and the work that is still planned. */
import { z } from 'zod';
import type { Queryable } from '../database';
import { recordTable, type SandboxRecord } from '../records';

export const fulfilmentRequests = recordTable('wms', 'fulfilment_requests');
export const shipments = recordTable('wms', 'shipments');
export const cancellations = recordTable('wms', 'cancellations');

export const wmsDdl = [
  `CREATE TABLE IF NOT EXISTS wms.planned_work (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     request_id text NOT NULL,
     kind text NOT NULL,
     lines jsonb NOT NULL,
     telling jsonb NOT NULL,
     due_at timestamptz NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS planned_work_due ON wms.planned_work (due_at)',
] as const;

export const LINES_MAX = 10_000;

const quantity = z.int().min(1).max(1_000_000);
export const quantitiesSchema = z
  .array(z.object({ lineNo: z.int().min(1), quantity }))
  .min(1)
  .max(LINES_MAX)
  .refine((lines) => new Set(lines.map(({ lineNo }) => lineNo)).size === lines.length, {
    message: 'a line may be named once',
  });
export type Quantities = z.infer<typeof quantitiesSchema>;

/** `POST /v1/fulfilment-requests` */
export const requestSchema = z.object({
  requestId: z.string().min(1).max(255),
  orderId: z.string().min(1).max(255),
  channelInstance: z.string().min(1).max(100),
  orderNo: z.string().min(1).max(100),
  location: z.string().min(1).max(100),
  lines: z
    .array(z.object({ lineNo: z.int().min(1), sku: z.string().min(1).max(255), quantity }))
    .min(1)
    .max(LINES_MAX)
    .refine((lines) => new Set(lines.map(({ lineNo }) => lineNo)).size === lines.length, {
      message: 'a line may be named once',
    }),
  shipTo: z.record(z.string(), z.unknown()),
  correlationId: z.string().max(255).optional(),
});

/** What the warehouse knows of a line; remaining = quantity − shipped − cancelled − rejected. */
const lineSchema = z.object({
  lineNo: z.number(),
  sku: z.string(),
  quantity: z.number(),
  shipped: z.number(),
  cancelled: z.number(),
  rejected: z.number(),
});
export type RequestLine = z.infer<typeof lineSchema>;

export const requestDetails = z.object({
  channelInstance: z.string(),
  orderNo: z.string(),
  location: z.string(),
  correlationId: z.string().nullable(),
  bodyHash: z.string(),
  shipTo: z.record(z.string(), z.unknown()),
  lines: z.array(lineSchema),
});

export interface FulfilmentRequest {
  record: SandboxRecord;
  details: z.infer<typeof requestDetails>;
}

export function asRequest(record: SandboxRecord): FulfilmentRequest {
  return { record, details: requestDetails.parse(record.details) };
}

export function remaining(line: RequestLine): number {
  return line.quantity - line.shipped - line.cancelled - line.rejected;
}

/** The state follows from the lines. */
export function stateOf(lines: readonly RequestLine[]): string {
  const left = lines.some((line) => remaining(line) > 0);
  const shipped = lines.some((line) => line.shipped > 0);
  if (left) return shipped ? 'partly-shipped' : 'accepted';
  if (shipped) return 'shipped';
  return lines.some((line) => line.rejected > 0) ? 'rejected' : 'cancelled';
}

/** The answer to a cancel: the lines are those that were actually cancelled. */
export const cancelOutcomeSchema = z.object({
  outcome: z.enum(['cancelled', 'partly-cancelled', 'too-late']),
  lines: z.array(z.object({ lineNo: z.number(), quantity: z.number() })),
});
export type CancelOutcome = z.infer<typeof cancelOutcomeSchema>;

/** How many times, and how much later, an event of this work is told. */
const tellingSchema = z.object({ copies: z.number(), delayMs: z.number() });
export type TellingPlan = z.infer<typeof tellingSchema>;

export interface PlannedWork {
  id: string;
  requestId: string;
  kind: 'ship' | 'reject';
  lines: Quantities;
  telling: TellingPlan;
}

const workRow = z.object({
  id: z.string(),
  request_id: z.string(),
  kind: z.enum(['ship', 'reject']),
  lines: z.array(z.object({ lineNo: z.number(), quantity: z.number() })),
  telling: tellingSchema,
});

export async function planWork(
  db: Queryable,
  work: Omit<PlannedWork, 'id'>,
  inMs: number,
): Promise<void> {
  await db.query(
    `INSERT INTO wms.planned_work (request_id, kind, lines, telling, due_at)
     VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5::float8 / 1000))`,
    [work.requestId, work.kind, JSON.stringify(work.lines), JSON.stringify(work.telling), inMs],
  );
}

export async function takeDueWork(
  db: Queryable,
  except: readonly string[],
  limit: number,
): Promise<PlannedWork[]> {
  const { rows } = await db.query(
    `SELECT id::text, request_id, kind, lines, telling FROM wms.planned_work
     WHERE due_at <= clock_timestamp() AND NOT (id = ANY($1::bigint[]))
     ORDER BY due_at, id LIMIT $2`,
    [except, limit],
  );
  return rows.map((row) => {
    const { request_id: requestId, ...rest } = workRow.parse(row);
    return { ...rest, requestId };
  });
}

export async function nextWorkInMs(
  db: Queryable,
  except: readonly string[],
): Promise<number | undefined> {
  const { rows } = await db.query(
    `SELECT extract(epoch FROM min(due_at) - clock_timestamp())::float8 * 1000 AS ms
     FROM wms.planned_work WHERE NOT (id = ANY($1::bigint[]))`,
    [except],
  );
  return z.object({ ms: z.number().nullable() }).parse(rows[0]).ms ?? undefined;
}

export async function dropWork(db: Queryable, id: string): Promise<void> {
  await db.query('DELETE FROM wms.planned_work WHERE id = $1', [id]);
}
