/** `GET /v1/exceptions/{exceptionId}`. */
import { readException } from '../../store/exceptions/exception-queries';
import { ExceptionParams } from '../exception-decision';
import { Problem } from '../http/problem';
import { readRoute } from '../http/route';
import { MAY } from '../roles';
import { ExceptionView } from '../schema/exception';

export const readExceptionRoute = readRoute(
  {
    path: '/v1/exceptions/{exceptionId}',
    tag: 'Exceptions',
    summary: 'Read an exception',
    roles: MAY.readExceptions,
    params: ExceptionParams,
    responses: { 200: { description: 'The exception', schema: ExceptionView } },
    errors: ['not_found'],
  },
  async ({ params }, { db }) => {
    const exception = await readException(db, params.exceptionId);
    if (exception === null) throw new Problem('not_found', 'there is no exception with that id');
    return { status: 200, body: exception };
  },
);
