/** `POST /v1/exceptions/{exceptionId}/override`. */
import { z } from 'zod';
import { ExceptionParams, resolve } from '../exception-decision';
import { keyedRoute } from '../http/route';
import { MAY } from '../roles';
import { ExceptionView } from '../schema/exception';

const Body = z
  .strictObject({
    reason: z.string().trim().min(1).max(300),
    documentNo: z
      .string()
      .trim()
      .min(1)
      .max(60)
      .optional()
      .meta({ description: 'Needed for `erp.*`: the document that was posted by hand' }),
  })
  .meta({ id: 'OverrideException' });

export const overrideExceptionRoute = keyedRoute(
  {
    path: '/v1/exceptions/{exceptionId}/override',
    tag: 'Exceptions',
    summary: 'Go on without the blocked step',
    description:
      'For what a person settled by hand. A reason is needed; for `erp.*` also the number of the document.',
    roles: MAY.resolveExceptions,
    params: ExceptionParams,
    body: { schema: Body, example: { reason: 'charged at the counter' } },
    responses: { 200: { description: 'The exception as it is now', schema: ExceptionView } },
    errors: ['not_found', 'resolution_not_allowed', 'exception_resolved'],
  },
  (call, { db }, key) => resolve(db, call, key, 'override'),
);
