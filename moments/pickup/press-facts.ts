/** Each press as the fact that it is: the event that is kept of it, and what applies it. */
import type { LineUnits, PickupSnapshot } from '../../canonical/rules/pickup/snapshot';
import type { EventType } from '../../canonical/schema/event';
import type {
  PickupHandedOver,
  PickupRejected,
  PickupSubstituted,
} from '../../canonical/schema/pickup-events';
import type { Sql } from '../../store/database';
import { acceptPickup } from './accept-pickup';
import { customerArrived } from './customer-arrived';
import { noShow } from './expire-pickup';
import { handOver } from './hand-over';
import type { PickupInHand } from './pickup-moment';
import { pickupReady } from './pickup-ready';
import { rejectUnits } from './reject-units';
import type { PickupVerdict, Said } from './said';
import { substituteUnits } from './substitute-units';

/** What is said with each press; lines left out: all that it can be about. */
export type Pressed =
  | { readonly press: 'accept' }
  | { readonly press: 'ready'; readonly lines?: readonly LineUnits[] | undefined }
  | {
      readonly press: 'arrived';
      readonly bay?: string | undefined;
      readonly vehicle?: string | undefined;
    }
  | {
      readonly press: 'hand-over';
      readonly lines?: readonly LineUnits[] | undefined;
      readonly proof: PickupHandedOver['proof'];
    }
  | {
      readonly press: 'reject';
      readonly reason: PickupRejected['reason'];
      readonly lines?: readonly LineUnits[] | undefined;
    }
  | ({ readonly press: 'substitute' } & Substitution)
  | {
      readonly press: 'extend';
      /** A date of the store's calendar. */
      readonly untilDate: string;
      readonly reason?: string | undefined;
    }
  | { readonly press: 'no-show' }
  /** The buyer sends somebody; null: comes after all. */
  | { readonly press: 'collector'; readonly name: string | null }
  /** What was not collected is on the shelf again. */
  | { readonly press: 'put-back' };

/** Another item for units of one line, and what the customer said to it. */
type Substitution = Pick<
  PickupSubstituted,
  'lineNo' | 'quantity' | 'sku' | 'unitPriceMinor' | 'taxes' | 'reason' | 'consent'
>;

/** Said of the pickup, and no fact that a channel or an order has to learn. */
export type Decision = Extract<Pressed, { press: 'extend' | 'put-back' | 'collector' }>;

const DECISIONS: readonly Pressed['press'][] = ['extend', 'put-back', 'collector'];

export function isDecision(pressed: Pressed): pressed is Decision {
  return DECISIONS.includes(pressed.press);
}

export interface PressedFact {
  readonly type: EventType;
  /** Kept as the event's; what is personal goes into the pickup's own rows alone. */
  readonly body: object;
  apply(sql: Sql, inHand: PickupInHand, of: Omit<Said<unknown>, 'data'>): Promise<PickupVerdict>;
}

export function factPressed(
  pressed: Exclude<Pressed, Decision>,
  { pickupId, storeId: location }: PickupSnapshot,
  now: string,
): PressedFact {
  const of = { pickupId, location };
  switch (pressed.press) {
    case 'accept':
      return fact('pickup.accepted.v1', { ...of, acceptedAt: now }, {}, acceptPickup);
    case 'ready': {
      const { lines } = pressed;
      return fact('pickup.ready.v1', { ...of, readyAt: now, ...listOf(lines) }, {}, pickupReady);
    }
    case 'arrived': {
      const { bay, vehicle } = pressed;
      const arrived = { ...of, arrivedAt: now };
      return fact('pickup.customer-arrived.v1', arrived, { bay, vehicle }, customerArrived);
    }
    case 'hand-over': {
      const { lines, proof } = pressed;
      const { kind, isOtherPerson } = proof;
      const kept = { ...of, handedOverAt: now, ...listOf(lines), proof: { kind, isOtherPerson } };
      return fact('pickup.handed-over.v1', kept, { proof }, handOver);
    }
    case 'reject': {
      const { lines, reason } = pressed;
      const rejected = { ...of, rejectedAt: now, reason, ...listOf(lines) };
      return fact('pickup.rejected.v1', rejected, {}, rejectUnits);
    }
    case 'substitute': {
      const { lineNo, quantity, sku, unitPriceMinor, taxes, reason, consent } = pressed;
      const other = { lineNo, quantity, sku, unitPriceMinor, reason, consent };
      const substituted = { ...of, substitutedAt: now, ...other, ...(taxes && { taxes }) };
      return fact('pickup.substituted.v1', substituted, {}, substituteUnits);
    }
    case 'no-show':
      return fact('pickup.no-show.v1', { ...of, noShowAt: now }, {}, noShow);
  }
}

const listOf = (lines: readonly LineUnits[] | undefined) =>
  lines === undefined ? {} : { lines: [...lines] };

function fact<Kept extends object, Beside extends object>(
  type: EventType,
  body: Kept,
  beside: Beside,
  apply: (sql: Sql, inHand: PickupInHand, said: Said<Kept & Beside>) => Promise<PickupVerdict>,
): PressedFact {
  const data = { ...body, ...beside };
  return { type, body, apply: (sql, inHand, of) => apply(sql, inHand, { ...of, data }) };
}
