/** The state of a pickup is computed from its units; which press is possible follows from both. */

export const PICKUP_STATES = [
  'requested',
  'picking',
  'ready',
  'customer-arrived',
  'handed-over',
  'partly-handed-over',
  'rejected',
  'expired',
  'cancelled',
] as const;
export type PickupState = (typeof PICKUP_STATES)[number];

/**
 * Each unit of a line is in exactly one of these. `rejected`: the store cannot give it and nobody has
 * decided yet; what was moved to another store or to shipping is `cancelled` here.
 */
export interface PickupUnits {
  readonly requested: number;
  readonly ready: number;
  readonly handedOver: number;
  readonly rejected: number;
  readonly expired: number;
  readonly cancelled: number;
}
export type PickupPlace = keyof PickupUnits;

export const PICKUP_PRESSES = [
  'accept',
  'ready',
  'arrived',
  'hand-over',
  'reject',
  'substitute',
  'extend',
  'no-show',
] as const;
export type PickupPress = (typeof PICKUP_PRESSES)[number];

export interface PickupFacts {
  readonly lines: readonly PickupUnits[];
  readonly isAccepted: boolean;
  readonly isArrived: boolean;
  /** The store could not give units, and was not asked for them again. */
  readonly isRejected: boolean;
}

export function unitsIn(lines: readonly PickupUnits[], place: PickupPlace): number {
  return lines.reduce((units, line) => units + line[place], 0);
}

/** Units that still have to be picked or collected. */
export function openUnitsOf(lines: readonly PickupUnits[]): number {
  return unitsIn(lines, 'requested') + unitsIn(lines, 'ready');
}

export function pickupState({
  lines,
  isAccepted,
  isArrived,
  isRejected,
}: PickupFacts): PickupState {
  const isOut = unitsIn(lines, 'handedOver') > 0;
  if (openUnitsOf(lines) === 0) {
    const isUndecided = unitsIn(lines, 'rejected') > 0;
    if (isOut) return isUndecided ? 'partly-handed-over' : 'handed-over';
    if (isUndecided) return 'rejected';
    if (unitsIn(lines, 'expired') > 0) return 'expired';
    return isRejected ? 'rejected' : 'cancelled';
  }
  if (isOut) return 'partly-handed-over';
  if (unitsIn(lines, 'ready') > 0) return isArrived ? 'customer-arrived' : 'ready';
  return isAccepted ? 'picking' : 'requested';
}

const NOTHING: readonly PickupPress[] = [];
const OF_OPEN: readonly PickupPress[] = [
  'ready',
  'arrived',
  'hand-over',
  'reject',
  'substitute',
  'extend',
  'no-show',
];
/** What a state allows; units that are not there narrow it down. */
const ALLOWED: Readonly<Record<PickupState, readonly PickupPress[]>> = {
  requested: ['accept', 'ready', 'reject', 'substitute'],
  picking: ['ready', 'reject', 'substitute'],
  ready: OF_OPEN,
  'customer-arrived': OF_OPEN,
  'partly-handed-over': OF_OPEN,
  'handed-over': NOTHING,
  // Nobody has decided yet, and the customer takes something else.
  rejected: ['substitute'],
  // Late, and the goods are still there: the sale is revived.
  expired: ['hand-over'],
  cancelled: NOTHING,
};
/** Presses about what lies ready, and the one about what is still to be picked. */
const OF_READY: readonly PickupPress[] = ['arrived', 'hand-over', 'extend', 'no-show'];

export function possiblePresses(
  state: PickupState,
  lines: readonly PickupUnits[],
): readonly PickupPress[] {
  const isReady = unitsIn(lines, state === 'expired' ? 'expired' : 'ready') > 0;
  const isToPick = unitsIn(lines, 'requested') > 0;
  return ALLOWED[state].filter((press) => {
    if (press === 'ready') return isToPick;
    if (press === 'reject') return isToPick || isReady;
    if (press === 'substitute') return isToPick || isReady || unitsIn(lines, 'rejected') > 0;
    return isReady || !OF_READY.includes(press);
  });
}
