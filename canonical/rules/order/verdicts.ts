/** A verdict in the words of whoever is told: what a sold order waits for, why another is refused. */
import type { Shortage, Verdict } from './judgement';
import type { Missing, Problem } from './problem';
import { statedTotalsDifference } from './totals';
import type { Order } from '../../schema/order';

/** A sold order that breaks a rule of ours is not turned away: it waits on an exception. */
export function missingOf(refused: Verdict | null, order?: Order): Missing[] {
  if (refused?.outcome !== 'refused') return [];
  const detail = refused.problems.map((one) => `${one.pointer}: ${one.detail}`).join('; ');
  const cause = { kind: 'order', ref: refused.code } as const;
  const ties = refused.code === 'totals_mismatch' || refused.code === 'currency_mismatch';
  if (!ties) return [{ code: 'order.refused-by-rule', cause, detail }];
  const moneyMinor = order ? statedTotalsDifference(order) : null;
  const mismatch = { code: 'order.totals-mismatch', cause } as const;
  // What an override takes over: what the buyer was charged otherwise than the lines come to.
  if (moneyMinor !== null) return [{ ...mismatch, detail, moneyMinor }];
  return [{ ...mismatch, detail: `${detail}. ${CORRECTED_OR_GIVEN_UP}`, notOffered: ['override'] }];
}

const CORRECTED_OR_GIVEN_UP =
  'It cannot be taken as stated: let the channel send it corrected, or give it up';

/** Of an order that nobody has sold yet. */
export const shortProblems = (shortages: readonly Shortage[]): Problem[] =>
  shortages
    .filter((one) => one.available < one.wanted)
    .map((one) => ({
      pointer: `/lines/${one.lineNo - 1}/quantity`,
      code: 'insufficient_stock',
      detail: `${one.wanted} of ${one.sku} wanted, ${one.available} available`,
    }));
