/** Instants of a body that cannot be, as its errors. */
import { implausibleTime } from '../canonical/rules/plausible-time';
import type { FieldError } from './http/problem';

export function timeErrors(pointer: string, instant: string | null): FieldError[] {
  const problem = implausibleTime(instant, Date.now());
  return problem === null ? [] : [{ pointer, ...problem }];
}
