/** `POST /v1/exceptions/{exceptionId}/retry`. */
import { z } from 'zod';
import { ExceptionParams, resolve } from '../exception-decision';
import { keyedRoute } from '../http/route';
import { MAY } from '../roles';
import { ExceptionView } from '../schema/exception';

const Body = z
  .strictObject({ reason: z.string().trim().min(1).max(300).optional() })
  .meta({ id: 'RetryException' });

export const retryExceptionRoute = keyedRoute(
  {
    path: '/v1/exceptions/{exceptionId}/retry',
    tag: 'Exceptions',
    summary: 'Try the blocked step again',
    description:
      'A retry of what is resolved already changes nothing: 200 with the exception as it is.',
    roles: MAY.resolveExceptions,
    params: ExceptionParams,
    body: { schema: Body, mayBeEmpty: true, example: {} },
    responses: { 200: { description: 'The exception as it is now', schema: ExceptionView } },
    errors: ['not_found', 'resolution_not_allowed'],
  },
  (call, { db }, key) => resolve(db, call, key, 'retry'),
);
