/** When a shipment is booked, where the date it bears cannot be. */

/** Two clocks that agree as well as clocks do. */
const CLOCKS_DIFFER_MS = 300_000;

export interface KnownTimes {
  /** RFC 3339: when the order was sold, and when the shipment was told. */
  readonly placedAt: string;
  readonly receivedAt: string;
}

/** It is said to have left before its order was there; one too far ahead is refused at the door. */
export function isMisdated(shippedAt: string, { placedAt }: KnownTimes): boolean {
  return Date.parse(shippedAt) < Date.parse(placedAt) - CLOCKS_DIFFER_MS;
}

/** As it is told, or as it was heard of. */
export function bookedAt(shippedAt: string, times: KnownTimes): string {
  return isMisdated(shippedAt, times) ? times.receivedAt : shippedAt;
}
