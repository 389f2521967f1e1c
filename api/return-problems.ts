/** What is wrong with what somebody asks or tells of goods that come back, over HTTP. */
import { isGrantable, type ReturnRefusal } from '../canonical/rules/return/policy';
import type { ReturnProblem, Told } from '../moments/return/receive';
import { locationSeen, type Caller } from './http/authenticate';
import { Problem } from './http/problem';

/** Every reason why not, by line; what of each line could come back, and for which reasons. */
export function returnRefused(
  refusals: readonly ReturnRefusal[],
  asked: readonly { readonly lineNo: number }[],
): Problem {
  const errors = refusals.map(({ index, code, detail }) => ({
    pointer: `/lines/${index}`,
    code,
    detail,
  }));
  const perLine = refusals.filter(
    ({ index }, at) => refusals.findIndex((one) => one.index === index) === at,
  );
  const possible = perLine.map(({ index, possible: units, reasons }) => ({
    lineNo: asked[index]?.lineNo,
    possible: units,
    reasons,
  }));
  return new Problem('return_refused', errors.map(({ detail }) => detail).join('; '), {
    errors,
    // As goodwill, which support asks for and somebody else says yes to.
    members: { possible, isGoodwillPossible: refusals.every(isGrantable) },
  });
}

/** @throws Problem return_state naming every line that is wrong; what was told before is no news */
export function requireTold(told: Told): void {
  if (told.outcome === 'impossible') throw returnImpossible(told.problems);
}

export function returnImpossible(problems: readonly ReturnProblem[]): Problem {
  const errors = [...problems];
  const isAbout = (code: string) => errors.some((one) => one.code === code);
  return new Problem(
    isAbout('unknown_location') ? 'unknown_location' : 'return_state',
    errors.map(({ detail }) => detail).join('; '),
    { errors },
  );
}

/** @throws Problem forbidden for another store's counter */
export function requireOwnPlace({ caller }: { readonly caller: Caller }, location: string): void {
  if (locationSeen(caller, location) === location) return;
  throw new Problem('forbidden', 'a store receives and inspects at its own counter');
}
