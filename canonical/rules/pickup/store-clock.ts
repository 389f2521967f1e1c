/**
 * The clock on a store's wall. A local time is kept as the milliseconds that it would be in UTC: two
 * of them compare, and days are added to them, without a time zone.
 */
import type { Holidays, OpeningHours } from '../../schema/opening-hours';
import { businessDate } from '../posting/business-date';
import { formatByZone } from '../zone-format';

export interface StoreClock {
  /** IANA. */
  readonly timeZone: string;
  /** Null: it has none. */
  readonly openingHours: OpeningHours | null;
  readonly holidays: Holidays;
}

const DAY_MS = 86_400_000;
const SECOND_MS = 1000;
const END_OF_DAY = '24:00';
const WEEKDAYS = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;

const formatOf = formatByZone('en-CA', {
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** What the clock shows at an instant. Throws RangeError on an unknown zone. */
function shownAt(instantMs: number, timeZone: string): number {
  const parts = new Map<string, number>();
  for (const { type, value } of formatOf(timeZone).formatToParts(instantMs)) {
    parts.set(type, Number(value));
  }
  const of = (type: string) => parts.get(type) ?? 0;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
}

/** `YYYY-MM-DD` on the store's calendar. */
export function dateAt(instantMs: number, timeZone: string): string {
  return businessDate(new Date(instantMs).toISOString(), timeZone);
}

export function addDays(date: string, days: number): string {
  const added = new Date(Date.parse(date) + days * DAY_MS);
  return added.toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** Opening hours of a date: of the holiday, else of the weekday. */
export function hoursOn(date: string, { openingHours, holidays }: StoreClock) {
  const weekday = WEEKDAYS[new Date(date).getUTCDay()] ?? 'sunday';
  const holiday = holidays.find((one) => one.date === date);
  return holiday?.hours ?? openingHours?.[weekday] ?? [];
}

/**
 * The instant of a local time: the last at which the clock shows it; where the clock skips it, the
 * instant of the skip. `24:00` is the end of the day, the first instant of the next date, also where
 * the clock shows midnight twice. Null where the store's calendar skips the whole day.
 */
export function instantOf(date: string, time: string, timeZone: string): number | null {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const local = Date.parse(date) + (hours * 60 + minutes) * 60 * SECOND_MS;
  // No zone changes twice within two days: the offsets before and after are all that may apply.
  const [before = 0, after = 0] = [local - DAY_MS, local + DAY_MS].map(
    (instantMs) => local - (shownAt(instantMs, timeZone) - instantMs),
  );
  const shown = [before, after].filter((at) => shownAt(at, timeZone) === local);
  if (shown.length > 0) return time === END_OF_DAY ? Math.min(...shown) : Math.max(...shown);
  const skip = skipBetween(after, before, local, timeZone);
  const isOfDay = [skip - 1, skip].some((at) => dateAt(at, timeZone) === date);
  return isOfDay ? skip : null;
}

/** The second in which the clock goes past a local time that it never shows. */
function skipBetween(from: number, to: number, local: number, timeZone: string): number {
  let [early, late] = [from, to];
  while (late - early > SECOND_MS) {
    const middle = early + Math.floor((late - early) / SECOND_MS / 2) * SECOND_MS;
    if (shownAt(middle, timeZone) < local) early = middle;
    else late = middle;
  }
  return late;
}
