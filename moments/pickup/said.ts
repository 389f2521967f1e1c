/** What a store said of a pickup, by whichever door, and why it cannot be. */
import type { PickupPress } from '../../canonical/rules/pickup/state';
import { possiblePresses } from '../../canonical/rules/pickup/state';
import type { PickupSnapshot } from '../../canonical/rules/pickup/snapshot';

export interface Said<Data> {
  readonly data: Data;
  /** The row of the inbox that holds it. */
  readonly eventNo: number;
  /** The label of the key of the store's device, or the source of the event. */
  readonly by: string;
  /** A fact that has happened; a press is refused where it does not fit. */
  readonly isFact: boolean;
}

export type Refusal = {
  readonly outcome: 'refused';
  readonly code:
    | 'pickup_state'
    | 'pickup_units'
    | 'pickup_code'
    | 'pickup_collector'
    | 'pickup_extension'
    | 'no_hours';
  readonly detail: string;
};
export type PickupVerdict = { readonly outcome: 'applied' } | Refusal;

export const APPLIED: PickupVerdict = { outcome: 'applied' };

export const refused = (code: Refusal['code'], detail: string): Refusal => ({
  outcome: 'refused',
  code,
  detail,
});

/** Null where the step is possible now. */
export function outOfOrder({ state, lines }: PickupSnapshot, press: PickupPress): Refusal | null {
  const possible = possiblePresses(state, lines);
  if (possible.includes(press)) return null;
  const instead = possible.length > 0 ? `possible: ${possible.join(', ')}` : 'nothing is possible';
  return refused('pickup_state', `the pickup is ${state}; ${instead}`);
}
