/** `/v1/exceptions…`: work that waits for people, and what they decide on it. */
import { z } from 'zod';
import { OWNERS } from '../../canonical/schema/error-codes';
import { offered, type Resolution } from '../../canonical/schema/exception';
import { ExceptionState, ExceptionView } from '../../canonical/schema/exception-view';
import { OrderId } from '../../canonical/schema/ids';
import { limitsOf } from '../../moments/exceptions/limits';
import type { Sql } from '../../store/database';
import { askForResolution } from '../../store/exceptions/approvals';
import {
  assignException,
  listExceptions,
  markPostedByHand,
  readException,
  type ExceptionSeen,
} from '../../store/exceptions/exception-queries';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { sayClasses, type ManualClass } from '../../store/settlement/manual-classes';
import { MISMATCHED_ORDER_IN_SHELL } from '../examples';
import { PageQuery, pageOf, readPage } from '../http/cursor';
import { Problem } from '../http/problem';
import { found, ok, route } from '../http/route';
import { invalid } from '../http/validation';
import { MAY, mayAssign, mayResolve } from '../roles';
import {
  decisionRoute,
  EXCEPTION_PATH,
  ExceptionParams,
  UNKNOWN_EXCEPTION,
  type Decided,
  type Decision,
} from './exception-decision';
import { ManualClasses } from '../schema/manual-classes';
import { Reason } from '../schema/reason';

interface ResolutionBody {
  readonly reason?: string | undefined;
  /** The ERP's number of what a person posted there by hand. */
  readonly documentNo?: string | undefined;
  /** What lines are that no rule names. */
  readonly classes?: readonly ManualClass[] | undefined;
}

/** @throws Problem forbidden, resolution_not_allowed */
function requireAllowed(
  { caller }: Decision<ResolutionBody>,
  seen: ExceptionSeen,
  resolution: Resolution,
): void {
  const { code, state } = seen;
  if (!mayResolve(caller.role, code, resolution)) {
    const roles = MAY.resolveExceptions.filter((role) => mayResolve(role, code, resolution));
    const detail = `${caller.role} may not ${resolution} ${code}: ${roles.join(' or ')} may`;
    throw new Problem('forbidden', detail, { members: { roles } });
  }
  const resolutions = state === 'resolved' ? offered(code, []) : seen.resolutions;
  if (!resolutions.includes(resolution)) {
    const detail = `this ${code} is resolved by ${resolutions.join(' or ')}, not by ${resolution}`;
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
  return async (
    sql: Sql,
    call: Decision<ResolutionBody>,
    seen: ExceptionSeen,
    decisionId: string,
  ): Promise<Decided | null> => {
    const { reason = '', documentNo } = call.body;
    requireAllowed(call, seen, resolution);
    if (seen.state === 'resolved') {
      if (resolution === 'retry') return null;
      throw new Problem('exception_resolved', `it was ${seen.resolution ?? 'resolved'}`);
    }
    if (resolution === 'override') requireDocument(seen, call.body);
    if (resolution === 'override') await keepClasses(sql, call, seen);
    const needed = (await limitsOf(sql, seen)).needed(resolution, call.caller.role);
    if (needed > 0 && reason === '') {
      const detail = 'for whoever has to approve it';
      throw invalid({ pointer: '/reason', code: 'required', detail });
    }
    if (needed > 0) return ask(sql, call, seen, { resolution, reason, needed, decisionId });
    await resolveExceptions(
      sql,
      { exceptionIds: [seen.exceptionId] },
      { resolution, by: call.caller.label, ...(reason !== '' && { reason }) },
    );
    if (resolution === 'override' && seen.batchId !== null && documentNo !== undefined) {
      await markPostedByHand(sql, seen.batchId, documentNo);
    }
    return { reason: call.body.reason, detail: documentNo === undefined ? {} : { documentNo } };
  };
}

/** Said with its override, in its transaction: posted when that is. */
async function keepClasses(
  sql: Sql,
  { caller, body: { classes, reason = '' } }: Decision<ResolutionBody>,
  { code, cause }: ExceptionSeen,
): Promise<void> {
  const refuse = (detail: string) => invalid({ pointer: '/classes', code: 'not_possible', detail });
  if (code !== 'settlement.unknown') {
    if (classes !== undefined) throw refuse('only lines of settlement.unknown are given a class');
    return;
  }
  const said = { actor: caller.label, reason };
  const lines = await sayClasses(sql, cause.ref, classes ?? [], said);
  if (classes !== undefined && lines === 0) throw refuse('no line that waits for a class is meant');
}

/** Kept until others have given their word. @throws Problem approval_pending */
async function ask(
  sql: Sql,
  { caller }: Decision<ResolutionBody>,
  { exceptionId, asked }: ExceptionSeen,
  wanted: {
    readonly resolution: Resolution;
    readonly reason: string;
    readonly needed: number;
    readonly decisionId: string;
  },
): Promise<Decided> {
  if (asked !== null) {
    throw new Problem('approval_pending', `${asked.resolution} was asked for, and waits`);
  }
  const { decisionId: requestId, ...request } = wanted;
  const { resolution, reason, needed } = request;
  await askForResolution(sql, {
    ...request,
    requestId,
    exceptionId,
    askedBy: caller.label,
    askedRole: caller.role,
  });
  return { instead: 'ask', reason, detail: { resolution, needed } };
}

export const listExceptionsRoute = route(
  {
    method: 'get',
    path: '/v1/exceptions',
    tag: 'Exceptions',
    summary: 'List exceptions',
    roles: MAY.readExceptions,
    query: z.strictObject({
      owner: z
        .enum(Object.values(OWNERS))
        .optional()
        .meta({ description: 'Those that this team must act on; left out: all' }),
      state: ExceptionState.optional().meta({ description: 'Left out: in any' }),
      orderId: OrderId.optional().meta({ description: 'Those of one order' }),
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
    path: EXCEPTION_PATH,
    tag: 'Exceptions',
    summary: 'Read an exception',
    roles: MAY.readExceptions,
    params: ExceptionParams,
    responses: { 200: { description: 'The exception', schema: ExceptionView } },
    errors: ['not_found'],
  },
  async ({ params }, { db }) =>
    ok(found(await readException(db, params.exceptionId), UNKNOWN_EXCEPTION)),
);

export const assignExceptionRoute = decisionRoute(
  'assign',
  {
    roles: MAY.resolveExceptions,
    summary: 'Say who looks after an exception',
    body: {
      schema: z
        .strictObject({
          assignee: z
            .string()
            .trim()
            .min(1)
            .max(120)
            .meta({ description: 'Who looks after it: a team or a shift, not a person’s name' }),
        })
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
    roles: MAY.resolveExceptions,
    mayWait: true,
    summary: 'Try the blocked step again',
    description:
      'A retry of what is resolved already changes nothing: 200 with the exception as it is. One that parts with money above the limits of the channel needs a reason, and waits for the word of another (202).',
    body: {
      schema: z.strictObject({ reason: Reason.optional() }).meta({ id: 'RetryException' }),
      mayBeEmpty: true,
      example: {},
    },
    errors: ['not_found', 'resolution_not_allowed', 'approval_pending'],
  },
  resolveBy('retry'),
);

export const overrideExceptionRoute = decisionRoute(
  'override',
  {
    roles: MAY.resolveExceptions,
    mayWait: true,
    summary: 'Go on without the blocked step',
    description:
      'For what a person settled by hand. A reason is needed; for `erp.*` also the number of the document. Above the limits of the channel it waits for the word of another (202).',
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
          classes: ManualClasses.optional().meta({
            description:
              'For `settlement.unknown`: what lines are. Each is posted by its class, the others ' +
              'wait on; without it all are written off',
          }),
        })
        .meta({ id: 'OverrideException' }),
      example: { reason: 'the shop gave the difference away' },
    },
    shell: { before: MISMATCHED_ORDER_IN_SHELL },
    errors: ['not_found', 'resolution_not_allowed', 'exception_resolved', 'approval_pending'],
  },
  resolveBy('override'),
);

export const abandonExceptionRoute = decisionRoute(
  'abandon',
  {
    roles: MAY.resolveExceptions,
    mayWait: true,
    summary: 'Give the blocked step up',
    description:
      'What it means depends on the step: a line or an order is cancelled, a message is not sent. A reason is needed. Above the limits of the channel it waits for the word of another (202).',
    body: {
      schema: z.strictObject({ reason: Reason }).meta({ id: 'AbandonException' }),
      example: { reason: 'the buyer was called and cancels' },
    },
    errors: ['not_found', 'resolution_not_allowed', 'exception_resolved', 'approval_pending'],
  },
  resolveBy('abandon'),
);
