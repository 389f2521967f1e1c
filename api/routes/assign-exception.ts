/** `POST /v1/exceptions/{exceptionId}/assign`: who looks after it. */
import { z } from 'zod';
import { assignException } from '../../store/exceptions/exception-queries';
import { answerWith, ExceptionParams, lockedOrMissing, record } from '../exception-decision';
import { Problem } from '../http/problem';
import { keyedRoute } from '../http/route';
import { MAY, mayAssign } from '../roles';
import { ExceptionView } from '../schema/exception';

const Body = z
  .strictObject({ assignee: z.string().trim().min(1).max(120) })
  .meta({ id: 'AssignException' });

export const assignExceptionRoute = keyedRoute(
  {
    path: '/v1/exceptions/{exceptionId}/assign',
    tag: 'Exceptions',
    summary: 'Say who looks after an exception',
    roles: MAY.resolveExceptions,
    params: ExceptionParams,
    body: { schema: Body, example: { assignee: 'payments, early shift' } },
    responses: { 200: { description: 'The exception as it is now', schema: ExceptionView } },
    errors: ['not_found', 'exception_resolved'],
  },
  (call, { db }, key) =>
    db.transaction(async (sql) => {
      const { exceptionId } = call.params;
      const exception = await lockedOrMissing(sql, exceptionId);
      if (!mayAssign(call.caller.role, exception.code)) {
        throw new Problem('forbidden', `${call.caller.role} may not assign ${exception.code}`);
      }
      if (exception.state === 'resolved') {
        throw new Problem('exception_resolved', 'there is nothing left to look after');
      }
      await assignException(sql, exceptionId, call.body.assignee);
      const detail = { assignee: call.body.assignee };
      await record(sql, call, key, exception, { action: 'assign', detail });
      return answerWith(sql, key, exceptionId);
    }),
);
