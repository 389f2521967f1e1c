/** The buyer says who collects in their place: shown to the store, which compares what is shown to it. */
import { isOver } from '../../canonical/rules/pickup/agenda';
import type { PickupSnapshot } from '../../canonical/rules/pickup/snapshot';
import type { PickupHandedOver } from '../../canonical/schema/pickup-events';
import type { PickupInHand } from './pickup-moment';
import { APPLIED, refused, type PickupVerdict, type Refusal } from './said';

/** Null: nobody but the buyer any more. */
export function nameCollector(
  { pickup, becomes }: PickupInHand,
  collector: string | null,
): PickupVerdict {
  if (isOver(pickup)) {
    return refused('pickup_state', `the pickup is ${pickup.state}; nobody has to collect it`);
  }
  becomes({ ...pickup, collector }, []);
  return APPLIED;
}

/** Where somebody is named, nobody else collects for the buyer, unless they have the pickup's code. */
export function wrongCollector(
  { collector }: PickupSnapshot,
  { kind, isOtherPerson, collectedBy = '' }: PickupHandedOver['proof'],
): Refusal | null {
  if (!isOtherPerson || collector === null || kind === 'code') return null;
  if (kind !== 'none' && plain(collectedBy) === plain(collector)) return null;
  return refused(
    'pickup_collector',
    'the buyer named somebody else, whose name and document are to be checked',
  );
}

/** As two people write the same name. */
const plain = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .join(' ');
