/**
 * What is expected back of a month's sales by now: the pools of that month are set to it, less what
 * came back already (rule 16). One journal a currency; the same decision again fails.
 */
import { cohortName, type Cohort } from '../../canonical/rules/posting/cohort';
import { postTrueUp, trueUpOf, type TrueUp } from '../../canonical/rules/posting/true-up';
import type { Sql } from '../../store/database';
import { postJournal } from '../../store/ledger/ledger';
import { keepTrueUp } from '../../store/ledger/reserve-true-ups';
import { takePool } from '../../store/ledger/return-pools';

export interface TrueUpAsked extends Cohort {
  readonly expectedReturnPermille: number;
  /** `YYYY-MM-DD`: the end of the period whose books it belongs to. */
  readonly asOf: string;
  /** By a person: it holds for these sales from then on. */
  readonly isDecided: boolean;
  readonly decisionId: string;
  readonly correlationId: string;
}

export interface TrueUpMade extends TrueUp {
  readonly currency: string;
  /** Before it. */
  readonly pool: { readonly rflMinor: number; readonly rraMinor: number };
}

/** Nothing where no sale of that month set anything aside. */
export async function trueUpReserves(sql: Sql, asked: TrueUpAsked): Promise<TrueUpMade[]> {
  const { entity, channelInstance, decisionId, correlationId } = asked;
  const cohort = cohortName(asked);
  const pools = await takePool(sql, cohort, asked.expectedReturnPermille);
  const made: TrueUpMade[] = [];
  for (const { currency, ...pool } of pools) {
    const change = trueUpOf(pool);
    await postJournal(sql, {
      momentKey: `true-up:${decisionId}:${currency}`,
      entity,
      channelInstance,
      businessDate: asked.asOf,
      currency,
      orderId: null,
      eventNo: null,
      source: `decision:${decisionId}`,
      correlationId,
      occurredAt: new Date().toISOString(),
      posting: postTrueUp(cohort, change),
    });
    made.push({ ...change, currency, pool });
  }
  const { asOf, isDecided, expectedReturnPermille: expectedPermille } = asked;
  await keepTrueUp(sql, { decisionId, cohort, asOf, expectedPermille, isDecided });
  return made;
}
