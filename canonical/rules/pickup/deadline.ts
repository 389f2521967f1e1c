/**
 * Until when a pickup is held, on the store's own clock: closing time of a day on which the store is
 * open, over changes of daylight-saving time and over holidays. Flows get instants, never rules.
 */
import { addDays, dateAt, hoursOn, instantOf, type StoreClock } from './store-clock';

export type { StoreClock } from './store-clock';

/** A year and its holidays: a store that is closed for longer is not open again. */
const MAX_DAYS_SEARCHED = 400;
/** On the store's clock: nobody is reminded at night. */
const REMINDED_AT = '10:00';

/** The store has no opening hours, or none in the year to come. */
export class StoreNeverOpens extends Error {
  override readonly name = 'StoreNeverOpens';
}

/**
 * Closing time on the first day from `date` on at which the store is open and whose closing is still
 * to come at `nowMs`. Throws StoreNeverOpens.
 */
function closingFrom(date: string, nowMs: number, clock: StoreClock): number {
  for (let days = 0; days < MAX_DAYS_SEARCHED; days += 1) {
    const day = addDays(date, days);
    const lastSpan = hoursOn(day, clock).at(-1);
    const closing = lastSpan === undefined ? null : instantOf(day, lastSpan.to, clock.timeZone);
    if (closing !== null && closing > nowMs) return closing;
  }
  throw new StoreNeverOpens(`no opening hours from ${date} on`);
}

const text = (instantMs: number) => new Date(instantMs).toISOString();

/**
 * RFC 3339 in UTC: closing time on the day that is `heldDays` after the local date of `readyAt`, or
 * on the next one at which the store is open.
 * @throws StoreNeverOpens
 */
export function closingDeadline({
  readyAt,
  heldDays,
  ...clock
}: StoreClock & { readonly readyAt: string; readonly heldDays: number }): string {
  const readyMs = Date.parse(readyAt);
  const heldUntil = addDays(dateAt(readyMs, clock.timeZone), heldDays);
  return text(closingFrom(heldUntil, readyMs, clock));
}

/** When to remind, earliest first: so many days after ready, and before the deadline only. */
export function remindersAt(pickup: {
  readonly readyAt: string;
  readonly deadlineAt: string;
  readonly reminderDays: readonly number[];
  readonly timeZone: string;
}): string[] {
  const { readyAt, timeZone } = pickup;
  const readyOn = dateAt(Date.parse(readyAt), timeZone);
  const instants = pickup.reminderDays
    .map((days) => instantOf(addDays(readyOn, days), REMINDED_AT, timeZone))
    .filter((at) => at !== null)
    .filter((at) => at > Date.parse(readyAt) && at < Date.parse(pickup.deadlineAt));
  return [...new Set(instants)].sort((a, b) => a - b).map(text);
}

export interface ExtensionAsked extends StoreClock {
  readonly now: string;
  /** A date of the store: held until it closes on that day, or on the next at which it is open. */
  readonly untilDate: string;
  /** As it is now. */
  readonly deadlineAt: string;
  /** As it was before anybody extended it. */
  readonly firstDeadlineAt: string;
  readonly maxExtensionDays: number;
}

/** `lastDate`: the latest that may be asked for. */
export type Extension =
  | { readonly deadlineAt: string }
  | { readonly refused: 'in-the-past' | 'not-later' | 'too-late'; readonly lastDate: string };

/**
 * A deadline is moved later, never earlier, and only so many days past the first one.
 * @throws StoreNeverOpens
 */
export function extendedDeadline(asked: ExtensionAsked): Extension {
  const { untilDate, timeZone, deadlineAt } = asked;
  const nowMs = Date.parse(asked.now);
  const firstDate = dateAt(Date.parse(asked.firstDeadlineAt) - 1, timeZone);
  const lastDate = addDays(firstDate, asked.maxExtensionDays);
  if (untilDate < dateAt(nowMs, timeZone)) return { refused: 'in-the-past', lastDate };
  if (untilDate > lastDate) return { refused: 'too-late', lastDate };
  const extended = closingFrom(untilDate, nowMs, asked);
  if (extended <= Date.parse(deadlineAt)) return { refused: 'not-later', lastDate };
  return { deadlineAt: text(extended) };
}
