/** The moments that every flow has, over what a type of flow says of its subject. */
import { WAIT_CODES } from '../../canonical/schema/exception';
import type { Applied, Closed, Told, WaitEnd } from '../../canonical/flows/moments';
import { FACT_STEP, type FlowAgenda, type Wait } from '../../canonical/flows/step';
import type { Database, Sql } from '../../store/database';
import {
  openException,
  settleExceptions,
  takeResolutions,
  type NewException,
  type TakenResolution,
} from '../../store/exceptions/exceptions';
import { endFlow } from '../../store/flows/flows';
import { lockSubjectAndFlow } from '../../store/flows/subject';
import { markEventApplied } from '../../store/inbox/facts';
import { flowMoment, lockedMoment, type FlowFrame } from './flow-moment';

/** Whose an exception is, and what a person sees beside it. */
export type ExceptionOf = Pick<
  NewException,
  'subject' | 'orderId' | 'moneyMinor' | 'currency' | 'correlationId'
> & { readonly workflowId: string };

export interface FlowRules<Ref extends object, InHand, Agenda extends FlowAgenda> extends FlowFrame<
  Ref,
  InHand,
  Agenda
> {
  exceptionOf(inHand: InHand): ExceptionOf;
  /** What a resolution means for the step that its exception blocked. */
  resolve(sql: Sql, inHand: InHand, resolved: TakenResolution): Promise<unknown>;
  /** What a flow that is settled ends as: `closed`. */
  outcomeOf(inHand: InHand): string;
  /** Verbs of calls that its agenda does not follow: who asked follows them. */
  readonly leaves?: readonly string[];
  /** It has ended: what else becomes true. */
  ended?(sql: Sql, inHand: InHand): Promise<void>;
}

/** `FlowMoments`, as whoever has the database calls them. */
export interface EveryFlow<Ref extends object, Agenda> {
  readAgenda(db: Sql, ref: Ref): Promise<Agenda>;
  applyResolution(
    db: Database,
    of: Ref & { readonly exceptionId: string },
  ): Promise<Applied<Agenda>>;
  openWait(db: Database, of: Ref & Wait): Promise<Told<Agenda>>;
  closeWait(db: Database, of: Ref & WaitEnd): Promise<Told<Agenda>>;
  closeFlow(db: Database, ref: Ref): Promise<Closed<Agenda>>;
}

export function everyFlow<Ref extends object, InHand, Agenda extends FlowAgenda>(
  rules: FlowRules<Ref, InHand, Agenda>,
): EveryFlow<Ref, Agenda> {
  return {
    readAgenda: async (db, ref) => rules.agendaOf(await rules.load(db, ref)),
    /** A resolution that was applied, or is not there yet, changes nothing. */
    async applyResolution(db, of) {
      const { answer, agenda } = await flowMoment(rules, db, of, async (sql, inHand) => {
        const { workflowId } = rules.exceptionOf(inHand);
        const { exceptionId } = of;
        const [resolved] = await takeResolutions(sql, { workflowId, exceptionId });
        if (!resolved) return 'duplicate' as const;
        await resolve(rules, sql, inHand, resolved);
        return 'applied' as const;
      });
      return { outcome: answer, agenda };
    },
    openWait: (db, of) =>
      flowMoment(rules, db, of, async (sql, inHand) => {
        const { blocks, code, detail, cause } = of;
        await openException(sql, { blocks, code, detail, cause, ...rules.exceptionOf(inHand) });
      }),
    /** In the name of the system; wakes nobody, for its flow is the one that calls. */
    closeWait: (db, of) =>
      flowMoment(rules, db, of, async (sql, inHand) => {
        const { workflowId } = rules.exceptionOf(inHand);
        const { blocks, code } = of;
        const codes = code === undefined ? WAIT_CODES : [code];
        const how = { as: 'retried', reason: 'it passed by itself' } as const;
        await settleExceptions(sql, { workflowId, blocks, codes }, how);
      }),
    async closeFlow(db, ref) {
      const { answer, agenda } = await lockedMoment(
        rules,
        db,
        ref,
        lockSubjectAndFlow,
        async (sql, inHand) => {
          const { workflowId } = rules.exceptionOf(inHand);
          const isEnded =
            rules.agendaOf(inHand).isSettled &&
            (await endFlow(sql, workflowId, rules.outcomeOf(inHand), rules.leaves));
          if (isEnded) await rules.ended?.(sql, inHand);
          return isEnded ? ('closed' as const) : ('open' as const);
        },
      );
      return { outcome: answer, agenda };
    },
  };
}

/** A fact that is given up is not signalled again; anything else is its step's. */
async function resolve<Ref extends object, InHand, Agenda extends FlowAgenda>(
  rules: FlowRules<Ref, InHand, Agenda>,
  sql: Sql,
  inHand: InHand,
  resolved: TakenResolution,
): Promise<void> {
  const { eventNo } = resolved.about;
  if (resolved.step !== FACT_STEP || eventNo === undefined) {
    await rules.resolve(sql, inHand, resolved);
  } else if (resolved.resolution === 'abandon') {
    await markEventApplied(sql, eventNo, 'ignored', 'abandoned by a person');
  }
}
