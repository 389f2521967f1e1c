/** A moment as an activity: thin over the store, errors without what they may quote. */
import { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import type { Database } from '../../store/database';
import { describe, ownFailure } from '../failure';

export interface MomentSettings {
  readonly db: Database;
  readonly log: Logger;
}

export type Guard = <Input extends object, Answer>(
  moment: (db: Database, input: Input) => Promise<Answer>,
  /** `retry-what-may-pass`: where the flow can park what the moment will never take. */
  retries?: 'retry-all' | 'retry-what-may-pass',
) => (input: Input) => Promise<Answer>;

export function momentGuard({ db, log }: MomentSettings): Guard {
  return (moment, retries = 'retry-all') =>
    async (input) => {
      try {
        return await moment(db, input);
      } catch (error) {
        const { activityType, workflowExecution } = Context.current().info;
        const workflowId = workflowExecution?.workflowId;
        log.warn({ workflowId, moment: activityType, reason: describe(error) }, 'a moment failed');
        throw ownFailure(error, activityType, retries);
      }
    };
}
