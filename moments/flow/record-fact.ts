/** The moment that applies a fact: its row first, under the subject's lock, so that it counts once. */
import type { Applied } from '../../canonical/flows/moments';
import type { FlowAgenda } from '../../canonical/flows/step';
import type { Database, Sql } from '../../store/database';
import { takeFact, type Fact } from '../../store/inbox/facts';
import { lockedMoment, type FlowFrame } from './flow-moment';

/**
 * `apply` marks the fact's event as what it became; `duplicate` where a moment did so before, or where
 * the flow has no such event of that type.
 */
export async function recordFact<Data, Ref extends object, InHand, Agenda extends FlowAgenda>(
  frame: FlowFrame<Ref, InHand, Agenda>,
  db: Database,
  of: Ref & { readonly eventNo: number },
  type: string,
  apply: (sql: Sql, inHand: InHand, fact: Fact<Data>) => Promise<'applied' | 'duplicate'>,
): Promise<Applied<Agenda>> {
  const { answer, agenda } = await lockedMoment(
    frame,
    db,
    of,
    (sql, subject) => takeFact<Data>(sql, subject, { eventNo: of.eventNo, type }),
    async (sql, inHand, fact) => (fact === null ? 'duplicate' : apply(sql, inHand, fact)),
  );
  return { outcome: answer, agenda };
}
