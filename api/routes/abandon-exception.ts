/** `POST /v1/exceptions/{exceptionId}/abandon`. */
import { z } from 'zod';
import { ExceptionParams, resolve } from '../exception-decision';
import { keyedRoute } from '../http/route';
import { MAY } from '../roles';
import { ExceptionView } from '../schema/exception';

const Body = z
  .strictObject({ reason: z.string().trim().min(1).max(300) })
  .meta({ id: 'AbandonException' });

export const abandonExceptionRoute = keyedRoute(
  {
    path: '/v1/exceptions/{exceptionId}/abandon',
    tag: 'Exceptions',
    summary: 'Give the blocked step up',
    description:
      'What it means depends on the step: a line or an order is cancelled, a message is not sent. A reason is needed.',
    roles: MAY.resolveExceptions,
    params: ExceptionParams,
    body: { schema: Body, example: { reason: 'the buyer was called and cancels' } },
    responses: { 200: { description: 'The exception as it is now', schema: ExceptionView } },
    errors: ['not_found', 'resolution_not_allowed', 'exception_resolved'],
  },
  (call, { db }, key) => resolve(db, call, key, 'abandon'),
);
