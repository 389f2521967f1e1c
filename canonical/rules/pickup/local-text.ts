/** An instant as the clock in a store shows it, for a person. */
import { formatByZone } from '../zone-format';

const formatOf = formatByZone('en-US', {
  hourCycle: 'h23',
  weekday: 'short',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
});

/** `Sat 2026-03-07 20:00 EST`. Throws RangeError on an unknown zone. */
export function localText(instant: string, timeZone: string): string {
  const parts = new Map<string, string>();
  for (const { type, value } of formatOf(timeZone).formatToParts(Date.parse(instant))) {
    parts.set(type, value);
  }
  const of = (type: string) => parts.get(type) ?? '';
  const date = `${of('year')}-${of('month')}-${of('day')}`;
  return `${of('weekday')} ${date} ${of('hour')}:${of('minute')} ${of('timeZoneName')}`;
}
