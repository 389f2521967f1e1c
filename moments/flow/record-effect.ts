/**
 * The moment that records how an effect ended: its row first, under the subject's lock, so that an
 * answer heard twice is recorded once, then what a yes or a no means.
 */
import type { EffectEnded } from '../../canonical/flows/moments';
import type { FlowAgenda } from '../../canonical/flows/step';
import type { Refused } from '../../canonical/ports/fault';
import type { Database, Sql } from '../../store/database';
import { finishEffectOf } from '../../store/effects/effects';
import { lockedMoment, type FlowFrame } from './flow-moment';

/** The other system's yes: what it made has a name there. */
export interface Made {
  readonly outcome: string;
  readonly reference: string;
}

/** What an answer means, under the lock. */
export interface Means<InHand, Yes extends Made, Request> {
  /** `asked`: what the call said, as it was frozen. */
  readonly yes: (sql: Sql, inHand: InHand, answer: Yes, asked: Request) => Promise<void>;
  readonly no: (sql: Sql, inHand: InHand, answer: Refused) => Promise<void>;
}

export async function recordEffect<
  Ref extends object,
  InHand,
  Agenda extends FlowAgenda,
  Yes extends Made,
  Request,
>(
  frame: FlowFrame<Ref, InHand, Agenda>,
  db: Database,
  due: Ref & { readonly key: string },
  answer: Yes | Refused,
  means: Means<InHand, Yes, Request>,
): Promise<EffectEnded<Agenda>> {
  const made = isRefused(answer) ? null : answer;
  const { agenda } = await lockedMoment(
    frame,
    db,
    due,
    (sql, subject) =>
      finishEffectOf<Request>(sql, subject, due.key, {
        state: made ? 'done' : 'refused',
        reference: made?.reference ?? null,
        answer,
      }),
    async (sql, inHand, asked) => {
      if (asked === null) return;
      if (isRefused(answer)) await means.no(sql, inHand, answer);
      else await means.yes(sql, inHand, answer, asked);
    },
  );
  return { outcome: made ? 'done' : 'refused', agenda };
}

export function isRefused(answer: { readonly outcome: string }): answer is Refused {
  return answer.outcome === 'refused';
}
