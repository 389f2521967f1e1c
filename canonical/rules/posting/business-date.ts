/** The day a moment belongs to, on the calendar of the place where it happened. */
import { formatByZone } from '../zone-format';

const formatOf = formatByZone('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' });

/** `YYYY-MM-DD` of an RFC 3339 instant in an IANA time zone. Throws RangeError on an unknown zone. */
export function businessDate(instant: string, timeZone: string): string {
  return formatOf(timeZone).format(new Date(instant));
}
