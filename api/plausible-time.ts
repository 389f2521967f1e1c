/** Instants that somebody typed or a clock made up: books are kept by them, so they must be possible. */
import type { FieldError } from './http/problem';

/** Nothing that is sold here is older. */
export const EARLIEST_INSTANT = '2000-01-01T00:00:00Z';
/** Clocks differ and time zones are mistaken; more than that is no clock. */
export const MAX_AHEAD_MS = 86_400_000;

/** Empty where it is possible, or no instant at all (the schema says so). */
export function timeErrors(pointer: string, instant: string | null): FieldError[] {
  const at = instant === null ? Number.NaN : Date.parse(instant);
  if (at < Date.parse(EARLIEST_INSTANT)) {
    return [{ pointer, code: 'too_small', detail: `before ${EARLIEST_INSTANT}` }];
  }
  if (at > Date.now() + MAX_AHEAD_MS) {
    return [{ pointer, code: 'too_big', detail: 'more than a day in the future' }];
  }
  return [];
}
