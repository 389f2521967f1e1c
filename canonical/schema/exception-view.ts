/** Exceptions as the API shows them. */
import { z } from 'zod';
import { ROLES } from './api-key';
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
    isEscalated: z.boolean().optional().meta({ description: 'Its owner was told that it is late' }),
    asked: z
      .strictObject({ resolution: z.enum(RESOLUTIONS), approvalsMissing: z.int() })
      .optional()
      .meta({ description: 'A resolution that waits for the word of another' }),
  })
  .meta({ id: 'ExceptionSummary' });

/** A resolution that somebody asked for, and that others have to approve before it is done. */
export const ResolutionRequest = z
  .strictObject({
    resolution: z.enum(RESOLUTIONS),
    reason: z.string(),
    askedBy: z.string(),
    askedRole: z.enum(ROLES),
    askedAt: Instant,
    needed: z.int().meta({ description: 'Others who have to approve' }),
    approvedBy: z.array(z.string()),
    involved: z.array(z.string()).meta({
      description: 'Who had a hand in it, and so does not approve it either',
    }),
  })
  .meta({ id: 'ResolutionRequest' });
export type ResolutionRequest = z.infer<typeof ResolutionRequest>;

export const Escalation = z
  .strictObject({
    step: z.int().meta({ description: 'How often its deadline has passed and was told of' }),
    at: Instant,
    toldTo: z.string().nullable().meta({ description: 'The team that a message went to' }),
  })
  .meta({ id: 'Escalation' });

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
    escalation: Escalation.nullable(),
    asked: ResolutionRequest.nullable().meta({
      description: 'What waits for the word of another: see `approve` and `deny`',
    }),
    resolution: z.enum(['retried', 'overridden', 'abandoned']).nullable(),
    resolutionReason: z.string().nullable(),
    resolvedBy: z.string().nullable(),
    resolvedAt: Instant.nullable(),
    correlationId: z.string().nullable(),
  })
  .meta({ id: 'Exception' });
export type ExceptionView = z.infer<typeof ExceptionView>;
