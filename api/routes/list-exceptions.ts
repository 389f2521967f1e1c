/** `GET /v1/exceptions`: work that waits for people, what is due first comes first. */
import { z } from 'zod';
import { OWNERS } from '../../canonical/schema/error-codes';
import { OrderId } from '../../canonical/schema/ids';
import { listExceptions } from '../../store/exceptions/exception-queries';
import { PageQuery, pageOf, readCursor, toPage } from '../http/cursor';
import { readRoute } from '../http/route';
import { MAY } from '../roles';
import { ExceptionView } from '../schema/exception';

export const listExceptionsRoute = readRoute(
  {
    path: '/v1/exceptions',
    tag: 'Exceptions',
    summary: 'List exceptions',
    roles: MAY.readExceptions,
    query: z.strictObject({
      owner: z.enum(Object.values(OWNERS)).optional(),
      state: z.enum(['open', 'assigned', 'escalated', 'resolved']).optional(),
      orderId: OrderId.optional(),
      ...PageQuery,
    }),
    responses: { 200: { description: 'By deadline', schema: pageOf(ExceptionView) } },
    errors: [],
  },
  async ({ query }, { db }) => {
    const { owner = null, state = null, orderId = null, limit, cursor } = query;
    const [deadlineAt, exceptionId] = readCursor(cursor, 2) ?? [];
    const after =
      deadlineAt === undefined || exceptionId === undefined ? null : { deadlineAt, exceptionId };
    const rows = await listExceptions(db, { owner, state, orderId, after, limit: limit + 1 });
    const page = toPage(
      rows,
      limit,
      (row) => [row.deadlineAt, row.exceptionId],
      (row) => row,
    );
    return { status: 200, body: page };
  },
);
