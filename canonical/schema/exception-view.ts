/** Exceptions as the API shows them. */
import { z } from 'zod';
import { RESOLUTIONS } from './exception';
import { Instant } from './ids';

/** What an order waits for. */
export const ExceptionSummary = z
  .strictObject({
    exceptionId: z.string(),
    code: z.string(),
    owner: z.string(),
    deadlineAt: Instant,
    detail: z.string(),
    resolutions: z.array(z.enum(RESOLUTIONS)),
    blocks: z.string().meta({ description: 'The step that waits, such as `release:1`' }),
    isWait: z.boolean().meta({ description: 'It passes by itself: the work is tried again' }),
  })
  .meta({ id: 'ExceptionSummary' });

export const ExceptionState = z.enum(['open', 'assigned', 'escalated', 'resolved']);

export const ExceptionView = z
  .strictObject({
    exceptionId: z.string(),
    code: z.string(),
    title: z.string(),
    state: ExceptionState,
    owner: z.string(),
    severity: z.enum(['low', 'medium', 'high']),
    detail: z.string(),
    cause: z.strictObject({ kind: z.string(), ref: z.string() }),
    blocks: z.string(),
    resolutions: z.array(z.enum(RESOLUTIONS)),
    orderId: z.string().nullable(),
    workflowId: z.string().nullable(),
    eventNo: z.int().nullable(),
    batchId: z.string().nullable(),
    money: z.strictObject({ currency: z.string(), minorUnits: z.int() }).nullable(),
    assignee: z.string().nullable(),
    openings: z.int(),
    openedAt: Instant,
    deadlineAt: Instant,
    isOverdue: z.boolean(),
    resolution: z.enum(['retried', 'overridden', 'abandoned']).nullable(),
    resolutionReason: z.string().nullable(),
    resolvedBy: z.string().nullable(),
    resolvedAt: Instant.nullable(),
    correlationId: z.string().nullable(),
  })
  .meta({ id: 'Exception' });
export type ExceptionView = z.infer<typeof ExceptionView>;
