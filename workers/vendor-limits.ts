/**
 * What each account's queue may do, in one place: the server holds the rate over all workers, and
 * workers that give it different values would overwrite each other.
 */
export interface VendorLimits {
  /** Activity starts a second, over all workers. */
  readonly startsPerSecond: number;
  /** Activities at a time in one worker process. */
  readonly slots: number;
  readonly polls: number;
}

const LIMITS: Readonly<Record<string, VendorLimits>> = {
  // Stripe: 100 reads and 100 writes a second in live mode; a capture may look up first.
  payment: { startsPerSecond: 80, slots: 20, polls: 2 },
  // Shopify counts cost points, which its client reads off each answer; this bounds the calls.
  commerce: { startsPerSecond: 80, slots: 20, polls: 2 },
  wms: { startsPerSecond: 80, slots: 20, polls: 2 },
  // NetSuite refuses a sixth concurrent call: one activity makes three, the other two at a time.
  erp: { startsPerSecond: 5, slots: 2, polls: 1 },
  tax: { startsPerSecond: 5, slots: 1, polls: 1 },
  notification: { startsPerSecond: 5, slots: 1, polls: 1 },
};

/** Calls at a time within one delivery activity. */
export const DELIVERIES_AT_ONCE: Readonly<Record<string, number>> = {
  commerce: 4,
  erp: 3,
  tax: 4,
  notification: 4,
};

/** `payment.stripe-us` → the limits of payment accounts. Throws a RangeError for another kind. */
export function limitsOf(queue: string): VendorLimits {
  const limits = LIMITS[kindOf(queue)];
  if (!limits) throw new RangeError(`no limits are set for queue ${queue}`);
  return limits;
}

export function deliveriesAtOnce(queue: string): number {
  return DELIVERIES_AT_ONCE[kindOf(queue)] ?? 1;
}

function kindOf(queue: string): string {
  return queue.split('.', 1)[0] ?? '';
}
