/** Until when a store answers: minutes of its opening hours, so that nobody is late by night. */
import { addDays, dateAt, hoursOn, instantOf, type StoreClock } from './store-clock';

/** A year and its holidays, as with a deadline. */
const MAX_DAYS_SEARCHED = 400;
const MS_PER_MINUTE = 60_000;

/**
 * RFC 3339 in UTC: the instant at which the store has been open for so many minutes since `from`. A
 * store without opening hours counts every minute: it was asked all the same, and somebody has to
 * learn that it does not answer.
 */
export function openMinutesAfter(from: string, minutes: number, clock: StoreClock): string {
  const fromMs = Date.parse(from);
  const firstDate = dateAt(fromMs, clock.timeZone);
  let leftMs = minutes * MS_PER_MINUTE;
  for (let days = 0; days < MAX_DAYS_SEARCHED; days += 1) {
    for (const { openMs, closeMs } of spansOn(addDays(firstDate, days), clock)) {
      const startMs = Math.max(openMs, fromMs);
      if (startMs >= closeMs) continue;
      if (closeMs - startMs >= leftMs) return text(startMs + leftMs);
      leftMs -= closeMs - startMs;
    }
  }
  return text(fromMs + minutes * MS_PER_MINUTE);
}

const text = (instantMs: number) => new Date(instantMs).toISOString();

function spansOn(date: string, clock: StoreClock) {
  return hoursOn(date, clock).flatMap(({ from, to }) => {
    const openMs = instantOf(date, from, clock.timeZone);
    const closeMs = instantOf(date, to, clock.timeZone);
    return openMs === null || closeMs === null ? [] : [{ openMs, closeMs }];
  });
}
