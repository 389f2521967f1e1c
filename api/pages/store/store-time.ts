/** Instants as a store reads them: on its own clock, and how far off they are. */
import { businessDate } from '../../../canonical/rules/posting/business-date';
import { formatByZone } from '../../../canonical/rules/zone-format';
import { markup, type Html } from '../html';

const DAY_MS = 86_400_000;

const formatOf = formatByZone('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

const paperFormatOf = formatByZone('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** For what is printed, and read another day: `6 March 2026 at 21:00`. */
export const paperText = (instant: string, timeZone: string): string =>
  paperFormatOf(timeZone).format(new Date(instant));

/** `today at 21:00`, `tomorrow at 09:30`, `Fri 6 Mar at 21:00`. */
export function localText(instant: string, timeZone: string, nowMs = Date.now()): string {
  const [day = '', time = ''] = formatOf(timeZone).format(new Date(instant)).split(', ').slice(-2);
  const dayOf = (ms: number) => businessDate(new Date(ms).toISOString(), timeZone);
  const date = businessDate(instant, timeZone);
  if (date === dayOf(nowMs)) return `today at ${time}`;
  if (date === dayOf(nowMs + DAY_MS)) return `tomorrow at ${time}`;
  return `${day} at ${time}`;
}

/** With the time that is left, which the page's script keeps true while the page stays open. */
export function timeHtml(instant: string, timeZone: string): Html {
  return markup`<time datetime="${instant}">${localText(instant, timeZone)}</time
    ><span class="left" data-until="${instant}"></span>`;
}
