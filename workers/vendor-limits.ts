/**
 * What each account's queue may do, from the account's own limits: the server holds the rate over
 * all workers, and workers that give it different values would overwrite each other.
 */
import { accountSetup, type AccountKind } from '../canonical/installation';

export interface VendorLimits {
  /** Activity starts a second, over all workers. */
  readonly startsPerSecond: number;
  /** Activities at a time in one worker process. */
  readonly slots: number;
  readonly polls: number;
  /** Calls at a time within one delivery activity. */
  readonly deliveriesAtOnce: number;
}

/** A shop's calls within its one delivery activity; the other slots are its captures'. */
const SHOP_DELIVERIES = 4;
/** An ERP has two activities: its posting makes two calls at a time, its documents the rest. */
const ERP_POSTINGS = 2;

/** How an account's calls at a time are shared between activities that call once and that loop. */
const SHARES: Readonly<
  Record<AccountKind, (atOnce: number) => Omit<VendorLimits, 'startsPerSecond'>>
> = {
  payment: (atOnce) => ({ slots: atOnce, polls: 2, deliveriesAtOnce: 1 }),
  wms: (atOnce) => ({ slots: atOnce, polls: 2, deliveriesAtOnce: 1 }),
  commerce: (atOnce) => {
    const deliveriesAtOnce = Math.min(SHOP_DELIVERIES, Math.ceil(atOnce / 2));
    return { slots: atOnce - deliveriesAtOnce + 1, polls: 2, deliveriesAtOnce };
  },
  erp: (atOnce) => ({
    slots: Math.min(2, atOnce),
    polls: 1,
    deliveriesAtOnce: Math.max(1, atOnce - ERP_POSTINGS),
  }),
  tax: (atOnce) => ({ slots: 1, polls: 1, deliveriesAtOnce: atOnce }),
  notification: (atOnce) => ({ slots: 1, polls: 1, deliveriesAtOnce: atOnce }),
};

/** `erp.` and an account → its limits. Throws a RangeError where it is not set up. */
export function limitsOf(queue: string): VendorLimits {
  const account = accountSetup(queue.slice(queue.indexOf('.') + 1));
  if (!account) throw new RangeError(`no limits are set for queue ${queue}`);
  const { perSecond, atOnce } = account.limits;
  return { startsPerSecond: perSecond, ...SHARES[account.kind](atOnce) };
}
