/** Held longer than promised: by the customer's wish, the store's or support's; never shorter. */
import { extendedDeadline, StoreNeverOpens } from '../../canonical/rules/pickup/deadline';
import { localText } from '../../canonical/rules/pickup/local-text';
import type { PickupSnapshot } from '../../canonical/rules/pickup/snapshot';
import { extensionWrite } from '../../store/pickups/pickups';
import type { PickupInHand } from './pickup-moment';
import { APPLIED, outOfOrder, refused, type PickupVerdict } from './said';

export interface ExtensionAsked {
  /** A date of the store's calendar. */
  readonly untilDate: string;
  readonly by: string;
  readonly role: string;
  /** RFC 3339: when it was asked for. */
  readonly at: string;
}

export function extendPickup(inHand: PickupInHand, asked: ExtensionAsked): PickupVerdict {
  const { pickup, becomes } = inHand;
  const { deadlineAt } = pickup;
  const refusal = outOfOrder(pickup, 'extend');
  if (refusal || deadlineAt === null)
    return refusal ?? refused('pickup_state', 'it is not held yet');
  const until = extended(inHand, deadlineAt, asked);
  if (typeof until !== 'string') return until;
  const { by, role } = asked;
  const extensionNo = pickup.extensions.length + 1;
  const extension = { extensionNo, by, beforeAt: deadlineAt, untilAt: until };
  const extensions = [...pickup.extensions, extension];
  becomes({ ...pickup, deadlineAt: until, extensions }, [
    extensionWrite(pickup.pickupId, { ...extension, role }),
  ]);
  return APPLIED;
}

/** The new deadline, or why there is none. */
function extended(
  { pickup, setup }: PickupInHand,
  deadlineAt: string,
  { untilDate, at }: ExtensionAsked,
): string | PickupVerdict {
  const { clock, extensions } = pickup;
  try {
    const answer = extendedDeadline({
      ...clock,
      now: at,
      untilDate,
      deadlineAt,
      firstDeadlineAt: extensions[0]?.beforeAt ?? deadlineAt,
      maxExtensionDays: setup.policies.pickupMaxExtensionDays,
    });
    if ('deadlineAt' in answer) return answer.deadlineAt;
    return refused('pickup_extension', REFUSALS[answer.refused](pickup, answer.lastDate));
  } catch (error) {
    if (!(error instanceof StoreNeverOpens)) throw error;
    return refused('no_hours', `${pickup.storeId} has no opening hours any more`);
  }
}

const REFUSALS = {
  'in-the-past': () => 'that day is over in the store',
  'not-later': ({ deadlineAt, clock }: PickupSnapshot) =>
    `it is held until ${localText(deadlineAt ?? '', clock.timeZone)} already, and never shorter`,
  'too-late': (_: PickupSnapshot, lastDate: string) => `${lastDate} is the last day possible`,
} as const;
