/** Instants, as people read them. */

const MINUTE_MS = 60_000;
const MINUTES = 60;

/** `2026-03-02 15:04 UTC`. */
export function timeText(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}

/** `in 3 h 12 min`, `12 min ago`. */
export function fromNow(instant: string, now = Date.now()): string {
  const minutes = Math.round((Date.parse(instant) - now) / MINUTE_MS);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / MINUTES), Math.abs(minutes) % MINUTES];
  const text = hours > 0 ? `${hours} h ${rest} min` : `${rest} min`;
  return minutes < 0 ? `${text} ago` : `in ${text}`;
}
