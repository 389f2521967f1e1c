/**
 * The frame of every moment of a flow: the row lock of its subject first, then what is known, then
 * the change, and what is due next. One transaction.
 */
import type { FlowAgenda } from '../../canonical/flows/step';
import type { Told } from '../../canonical/flows/moments';
import type { Database, Sql } from '../../store/database';
import { lockSubject, type SubjectRow } from '../../store/flows/subject';

/** What a type of flow says of its subject; `Ref` names one of them: `{orderId}`. */
export interface FlowFrame<Ref extends object, InHand, Agenda extends FlowAgenda> {
  row(ref: Ref): SubjectRow;
  /** What is known of it; throws where it is not here. */
  load(sql: Sql, ref: Ref): Promise<InHand>;
  agendaOf(inHand: InHand): Agenda;
  /** Writes what the moment's change amounts to. Left out: what is known is read again. */
  settle?(sql: Sql, inHand: InHand): Promise<InHand>;
}

/** A statement that locks the subject's row, and may do more: it is the moment's first one. */
export type Lock<L> = (sql: Sql, subject: SubjectRow) => Promise<L>;

export interface Moment<T, Agenda> extends Told<Agenda> {
  readonly answer: T;
}

/** Sent together, run in this order: what is read is what the lock protects. */
export async function take<Ref extends object, InHand, Agenda extends FlowAgenda, L>(
  frame: FlowFrame<Ref, InHand, Agenda>,
  sql: Sql,
  ref: Ref,
  lock: Lock<L>,
): Promise<{ readonly locked: L; readonly inHand: InHand }> {
  // Two statements, for one that waited for its lock still reads the rows as they were before.
  const [locked, inHand] = await Promise.all([lock(sql, frame.row(ref)), frame.load(sql, ref)]);
  return { locked, inHand };
}

/** Runs one moment; `work` has what the lock's statement gave, and gives back its own answer. */
export function lockedMoment<Ref extends object, InHand, Agenda extends FlowAgenda, L, T>(
  frame: FlowFrame<Ref, InHand, Agenda>,
  db: Database,
  ref: Ref,
  lock: Lock<L>,
  work: (sql: Sql, inHand: InHand, locked: L) => Promise<T>,
): Promise<Moment<T, Agenda>> {
  return db.transaction(async (sql) => {
    const { locked, inHand } = await take(frame, sql, ref, lock);
    const answer = await work(sql, inHand, locked);
    const after = await (frame.settle?.(sql, inHand) ?? frame.load(sql, ref));
    return { answer, agenda: frame.agendaOf(after) };
  });
}

/** One that only locks. */
export function flowMoment<Ref extends object, InHand, Agenda extends FlowAgenda, T>(
  frame: FlowFrame<Ref, InHand, Agenda>,
  db: Database,
  ref: Ref,
  work: (sql: Sql, inHand: InHand) => Promise<T>,
): Promise<Moment<T, Agenda>> {
  return lockedMoment(frame, db, ref, lockSubject, work);
}
