/** `/v1/exceptions…`: work that waits for people, and what they decide on it. */
import { z } from 'zod';
import { OWNERS } from '../../canonical/schema/error-codes';
import { EXCEPTION_RULES, type Resolution } from '../../canonical/schema/exception';
import { ExceptionState, ExceptionView } from '../../canonical/schema/exception-view';
import { ExceptionId, OrderId } from '../../canonical/schema/ids';
import { recordDecision } from '../../store/access/decisions';
import type { Sql } from '../../store/database';
import {
  assignException,
  listExceptions,
  lockException,
  markPostedByHand,
  readException,
  type ExceptionSeen,
} from '../../store/exceptions/exception-queries';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { EXCEPTION_ID_EXAMPLE } from '../examples';
import { PageQuery, pageOf, readPage } from '../http/cursor';
import { Problem } from '../http/problem';
import {
  found,
  keyedRoute,
  madeBy,
  ok,
  route,
  type BodySpec,
  type Call,
  type KeyedRoute,
  type RouteDescription,
} from '../http/route';
import { invalid } from '../http/validation';
import { MAY, mayAssign, mayResolve } from '../roles';

const PATH = '/v1/exceptions/{exceptionId}';
const UNKNOWN = 'there is no exception with that id';
const Params = z.strictObject({
  exceptionId: ExceptionId.meta({ example: EXCEPTION_ID_EXAMPLE }),
});
const Reason = z.string().trim().min(1).max(300);

/** What the audit trail keeps beside who and when. */
interface Decided {
  readonly reason?: string | undefined;
  readonly detail: object;
}

/**
 * One transaction for the decision, its record, what it wakes, and the answer: the exception as it
 * is now. Nothing is recorded where `decide` gives null: there was nothing left to decide.
 */
function decisionRoute<B extends z.ZodType>(
  action: 'assign' | Resolution,
  described: Pick<RouteDescription, 'summary' | 'description' | 'errors'> & {
    readonly body: BodySpec<B>;
  },
  decide: (sql: Sql, call: Decision<z.infer<B>>, seen: ExceptionSeen) => Promise<Decided | null>,
): KeyedRoute {
  return keyedRoute(
    {
      ...described,
      path: `${PATH}/${action}`,
      tag: 'Exceptions',
      roles: MAY.resolveExceptions,
      params: Params,
      responses: { 200: { description: 'The exception as it is now', schema: ExceptionView } },
    },
    (call, { db }, { decisionId, keep }) =>
      db.transaction(async (sql) => {
        const { exceptionId } = call.params;
        const seen = found(await lockException(sql, exceptionId), UNKNOWN);
        const decided = await decide(sql, call, seen);
        if (decided !== null) {
          await recordDecision(sql, {
            ...madeBy(call),
            decisionId,
            action: `exception.${action}`,
            subject: exceptionId,
            orderId: seen.orderId,
            reason: decided.reason ?? null,
            detail: { code: seen.code, ...decided.detail },
          });
        }
        const answer = ok(await readException(sql, exceptionId));
        await keep(sql, answer);
        return answer;
      }),
  );
}
type Decision<B> = Call<z.infer<typeof Params>, unknown, B>;

interface ResolutionBody {
  readonly reason?: string | undefined;
  /** The ERP's number of what a person posted there by hand. */
  readonly documentNo?: string | undefined;
}

/** @throws Problem forbidden, resolution_not_allowed */
function requireAllowed(
  { caller }: Decision<ResolutionBody>,
  { code }: ExceptionSeen,
  resolution: Resolution,
): void {
  if (!mayResolve(caller.role, code, resolution)) {
    throw new Problem('forbidden', `${caller.role} may not ${resolution} ${code}`);
  }
  const { resolutions } = EXCEPTION_RULES[code];
  if (!resolutions.includes(resolution)) {
    const detail = `${code} is resolved by ${resolutions.join(' or ')}, not by ${resolution}`;
    throw new Problem('resolution_not_allowed', detail, { members: { resolutions } });
  }
}

/** Finance systems go on by hand with the number of what they posted. */
function requireDocument({ code }: ExceptionSeen, { documentNo }: ResolutionBody): void {
  if (!code.startsWith('erp.') || documentNo !== undefined) return;
  const detail = "the ERP's number of the document that was posted by hand";
  throw invalid({ pointer: '/documentNo', code: 'required', detail });
}

/** Retry, override or abandon; a retry of what is resolved already changes nothing. */
function resolveBy(resolution: Resolution) {
  return async (sql: Sql, call: Decision<ResolutionBody>, seen: ExceptionSeen) => {
    const { reason, documentNo } = call.body;
    requireAllowed(call, seen, resolution);
    if (seen.state === 'resolved') {
      if (resolution === 'retry') return null;
      throw new Problem('exception_resolved', `it was ${seen.resolution ?? 'resolved'}`);
    }
    if (resolution === 'override') requireDocument(seen, call.body);
    await resolveExceptions(
      sql,
      { exceptionIds: [seen.exceptionId] },
      { resolution, by: call.caller.label, ...(reason !== undefined && { reason }) },
    );
    if (resolution === 'override' && seen.batchId !== null && documentNo !== undefined) {
      await markPostedByHand(sql, seen.batchId, documentNo);
    }
    return { reason, detail: documentNo === undefined ? {} : { documentNo } };
  };
}

export const listExceptionsRoute = route(
  {
    method: 'get',
    path: '/v1/exceptions',
    tag: 'Exceptions',
    summary: 'List exceptions',
    roles: MAY.readExceptions,
    query: z.strictObject({
      owner: z.enum(Object.values(OWNERS)).optional(),
      state: ExceptionState.optional(),
      orderId: OrderId.optional(),
      ...PageQuery,
    }),
    responses: { 200: { description: 'By deadline', schema: pageOf(ExceptionView) } },
  },
  ({ query }, { db }) => {
    const { owner = null, state = null, orderId = null } = query;
    return readPage(query, ['deadlineAt', 'exceptionId'], (after, limit) =>
      listExceptions(db, { owner, states: state && [state], orderId, after, limit }),
    );
  },
);

export const readExceptionRoute = route(
  {
    method: 'get',
    path: PATH,
    tag: 'Exceptions',
    summary: 'Read an exception',
    roles: MAY.readExceptions,
    params: Params,
    responses: { 200: { description: 'The exception', schema: ExceptionView } },
    errors: ['not_found'],
  },
  async ({ params }, { db }) => ok(found(await readException(db, params.exceptionId), UNKNOWN)),
);

export const assignExceptionRoute = decisionRoute(
  'assign',
  {
    summary: 'Say who looks after an exception',
    body: {
      schema: z
        .strictObject({ assignee: z.string().trim().min(1).max(120) })
        .meta({ id: 'AssignException' }),
      example: { assignee: 'payments, early shift' },
    },
    errors: ['not_found', 'exception_resolved'],
  },
  async (sql, { caller, body: { assignee } }, seen) => {
    if (!mayAssign(caller.role, seen.code)) {
      throw new Problem('forbidden', `${caller.role} may not assign ${seen.code}`);
    }
    if (seen.state === 'resolved') {
      throw new Problem('exception_resolved', 'there is nothing left to look after');
    }
    await assignException(sql, seen.exceptionId, assignee);
    return { detail: { assignee } };
  },
);

export const retryExceptionRoute = decisionRoute(
  'retry',
  {
    summary: 'Try the blocked step again',
    description:
      'A retry of what is resolved already changes nothing: 200 with the exception as it is.',
    body: {
      schema: z.strictObject({ reason: Reason.optional() }).meta({ id: 'RetryException' }),
      mayBeEmpty: true,
      example: {},
    },
    errors: ['not_found', 'resolution_not_allowed'],
  },
  resolveBy('retry'),
);

export const overrideExceptionRoute = decisionRoute(
  'override',
  {
    summary: 'Go on without the blocked step',
    description:
      'For what a person settled by hand. A reason is needed; for `erp.*` also the number of the document.',
    body: {
      schema: z
        .strictObject({
          reason: Reason,
          documentNo: z
            .string()
            .trim()
            .min(1)
            .max(60)
            .optional()
            .meta({ description: 'Needed for `erp.*`: the document that was posted by hand' }),
        })
        .meta({ id: 'OverrideException' }),
      example: { reason: 'charged at the counter' },
    },
    errors: ['not_found', 'resolution_not_allowed', 'exception_resolved'],
  },
  resolveBy('override'),
);

export const abandonExceptionRoute = decisionRoute(
  'abandon',
  {
    summary: 'Give the blocked step up',
    description:
      'What it means depends on the step: a line or an order is cancelled, a message is not sent. A reason is needed.',
    body: {
      schema: z.strictObject({ reason: Reason }).meta({ id: 'AbandonException' }),
      example: { reason: 'the buyer was called and cancels' },
    },
    errors: ['not_found', 'resolution_not_allowed', 'exception_resolved'],
  },
  resolveBy('abandon'),
);
