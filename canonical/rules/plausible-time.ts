/** Instants that somebody typed or a clock made up: books are kept by them, so they must be possible. */

/** Nothing that is sold here is older. */
export const EARLIEST_INSTANT = '2000-01-01T00:00:00Z';
/** Clocks differ and time zones are mistaken; more than that is no clock. */
export const MAX_AHEAD_MS = 86_400_000;

export interface ImplausibleTime {
  readonly code: 'too_small' | 'too_big';
  readonly detail: string;
}

/** Null where it is possible, or no instant at all (the schema says so). */
export function implausibleTime(instant: string | null, nowMs: number): ImplausibleTime | null {
  const atMs = instant === null ? Number.NaN : Date.parse(instant);
  if (atMs < Date.parse(EARLIEST_INSTANT)) {
    return { code: 'too_small', detail: `before ${EARLIEST_INSTANT}` };
  }
  if (atMs > nowMs + MAX_AHEAD_MS) {
    return { code: 'too_big', detail: 'more than a day in the future' };
  }
  return null;
}
