/** The day a moment belongs to, on the calendar of the place where it happened. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** `YYYY-MM-DD` of an RFC 3339 instant in an IANA time zone. Throws RangeError on an unknown zone. */
export function businessDate(instant: string, timeZone: string): string {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    formats.set(timeZone, format);
  }
  return format.format(new Date(instant));
}
