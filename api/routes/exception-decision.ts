/** What every decision on an exception is: one transaction under its row's lock, and a record. */
import { z } from 'zod';
import type { Role } from '../../canonical/schema/api-key';
import { ExceptionView } from '../../canonical/schema/exception-view';
import { ExceptionId } from '../../canonical/schema/ids';
import { recordDecision } from '../../store/access/decisions';
import type { Sql } from '../../store/database';
import {
  lockException,
  readException,
  type ExceptionSeen,
} from '../../store/exceptions/exception-queries';
import { EXCEPTION_ID_EXAMPLE } from '../examples';
import {
  found,
  keyedRoute,
  madeBy,
  type BodySpec,
  type Call,
  type KeyedRoute,
  type RouteDescription,
} from '../http/route';

export const EXCEPTION_PATH = '/v1/exceptions/{exceptionId}';
export const UNKNOWN_EXCEPTION = 'there is no exception with that id';
export const ExceptionParams = z.strictObject({
  exceptionId: ExceptionId.meta({ example: EXCEPTION_ID_EXAMPLE }),
});

export type Decision<B> = Call<z.infer<typeof ExceptionParams>, unknown, B>;

/** What the audit trail keeps beside who and when. */
export interface Decided {
  /** What was done, where that is not what was called for. */
  readonly instead?: 'ask';
  readonly reason?: string | undefined;
  readonly detail: object;
}

const DONE: Responses = {
  200: { description: 'The exception as it is now', schema: ExceptionView },
};
const WAITS: Responses = {
  202: { description: 'It waits for the word of another: see `asked`', schema: ExceptionView },
};
type Responses = RouteDescription['responses'];

type Verb = 'assign' | 'retry' | 'override' | 'abandon' | 'approve' | 'deny';

/**
 * One transaction for the decision, its record, what it wakes, and the answer: the exception as it
 * is now. Nothing is recorded where `decide` gives null: there was nothing left to decide. 202:
 * what was called for waits for the word of another.
 */
export function decisionRoute<B extends z.ZodType>(
  verb: Verb,
  described: Pick<RouteDescription, 'summary' | 'description' | 'errors' | 'shell'> & {
    readonly roles: readonly Role[];
    readonly body: BodySpec<B>;
    readonly mayWait?: boolean;
  },
  decide: (
    sql: Sql,
    call: Decision<z.infer<B>>,
    seen: ExceptionSeen,
    decisionId: string,
  ) => Promise<Decided | null>,
): KeyedRoute {
  const { mayWait = false, ...route } = described;
  return keyedRoute(
    {
      ...route,
      path: `${EXCEPTION_PATH}/${verb}`,
      tag: 'Exceptions',
      params: ExceptionParams,
      responses: mayWait ? { ...DONE, ...WAITS } : DONE,
    },
    (call, { db }, { decisionId, keep }) =>
      db.transaction(async (sql) => {
        const { exceptionId } = call.params;
        const seen = found(await lockException(sql, exceptionId), UNKNOWN_EXCEPTION);
        const decided = await decide(sql, call, seen, decisionId);
        if (decided !== null) {
          await recordDecision(sql, {
            ...madeBy(call),
            decisionId,
            action: `exception.${decided.instead ?? verb}`,
            subject: exceptionId,
            orderId: seen.orderId,
            reason: decided.reason ?? null,
            detail: { code: seen.code, ...decided.detail },
          });
        }
        const body = await readException(sql, exceptionId);
        const answer = { status: decided?.instead === undefined ? 200 : 202, body };
        await keep(sql, answer);
        return answer;
      }),
  );
}
