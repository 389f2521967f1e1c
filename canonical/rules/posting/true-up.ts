/** Rule 16: what is set aside for returns of a month's sales is set to what is expected of them now. */
import { credit, debit, posting, type Posting } from './posting';

/** Of one pool, in one currency. */
export interface PoolState {
  /** On the books now: refund liability (credit), right to recover (debit). */
  readonly rflMinor: number;
  readonly rraMinor: number;
  /** What its sales set aside, and what earlier true-ups added; what is missing was drained. */
  readonly rflSetAsideMinor: number;
  readonly rraSetAsideMinor: number;
  /** What its sales would set aside at the rate that is expected now. */
  readonly rflAtRateMinor: number;
  readonly rraAtRateMinor: number;
}

export interface TrueUp {
  /** Added; below zero: released. */
  readonly rflMinor: number;
  readonly rraMinor: number;
}

/** What came back already has drained its part: the rest of what is expected stays. */
export function trueUpOf(pool: PoolState): TrueUp {
  const target = (atRate: number, setAside: number, balance: number) =>
    Math.max(0, atRate - (setAside - balance));
  return {
    rflMinor: target(pool.rflAtRateMinor, pool.rflSetAsideMinor, pool.rflMinor) - pool.rflMinor,
    rraMinor: target(pool.rraAtRateMinor, pool.rraSetAsideMinor, pool.rraMinor) - pool.rraMinor,
  };
}

/** Null where nothing changes. */
export function postTrueUp(cohort: string, { rflMinor, rraMinor }: TrueUp): Posting | null {
  const of = { cohort };
  return posting('16', [
    debit('RET', Math.max(0, rflMinor), {}),
    credit('RFL', Math.max(0, rflMinor), of),
    debit('RFL', Math.max(0, -rflMinor), of),
    credit('RET', Math.max(0, -rflMinor), {}),
    debit('RRA', Math.max(0, rraMinor), of),
    credit('COGS', Math.max(0, rraMinor), {}),
    debit('COGS', Math.max(0, -rraMinor), {}),
    credit('RRA', Math.max(0, -rraMinor), of),
  ]);
}
