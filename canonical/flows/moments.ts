/** The moments that every type of flow has; each is one transaction, and idempotent. */
import type { ExceptionCode } from '../schema/error-codes';
import type { Wait } from './step';

/** A moment's answer: what is due after it. */
export interface Told<Agenda> {
  readonly agenda: Agenda;
}
export interface Applied<Agenda> extends Told<Agenda> {
  readonly outcome: 'applied' | 'duplicate';
}
/** The other system's yes or no is recorded, now or before; or it was not asked: nobody wants it any more. */
export interface EffectEnded<Agenda> extends Told<Agenda> {
  readonly outcome: 'done' | 'refused' | 'not-called';
}
export interface Closed<Agenda> extends Told<Agenda> {
  readonly outcome: 'closed' | 'open';
}

/** `Ref` names the flow's subject: `{orderId}`. */
export interface FlowMoments<Ref extends object, Agenda> {
  /** Reads what is due; changes nothing. */
  readAgenda(ref: Ref): Promise<Agenda>;
  /** Applies a person's resolution to what it blocked (skip, give up, try anew). */
  applyResolution(of: Ref & { readonly exceptionId: string }): Promise<Applied<Agenda>>;
  /** Opens (or finds open) the exception of what cannot go on for now. */
  openWait(of: Ref & Wait): Promise<Told<Agenda>>;
  /** It passed by itself: resolves what blocks that, such as `capture:1:2`. */
  closeWait(of: Ref & WaitEnd): Promise<Told<Agenda>>;
  /** Refuses while facts are unapplied or anything is due. */
  closeFlow(ref: Ref): Promise<Closed<Agenda>>;
}

export interface WaitEnd {
  readonly blocks: string;
  /** Left out: the codes of waits. */
  readonly code?: ExceptionCode;
}
