/** What is due for a pickup by the clock, and what its flow shows; from what Postgres says of it. */
import {
  PICKED_IN_TIME,
  type PickupAgenda,
  type PickupBrief,
  type QuoteDue,
} from '../../flows/pickup';
import { blocksQuote } from '../../flows/pickup-steps';
import type { PickupSnapshot, ReSourcing } from './snapshot';
import { openUnitsOf, pickupState, unitsIn, type PickupPlace, type PickupUnits } from './state';
import { localText } from './local-text';

/** Extensions, reminders and rejections shown of one pickup, the last ones. */
const MAX_SHOWN = 10;

export function pickupAgenda(pickup: PickupSnapshot): PickupAgenda {
  const quotes = quotesOf(pickup);
  return {
    pickup: briefOf(pickup),
    ...(quotes.length > 0 && { quotes }),
    wake: wakeOf(pickup),
    blockedBy: pickup.exceptions,
    isSettled: isOver(pickup) && pickup.exceptions.length === 0,
  };
}

/** Nothing is to be picked or collected, and nobody has to decide about anything. */
export function isOver({ lines }: PickupSnapshot): boolean {
  return openUnitsOf(lines) === 0 && unitsIn(lines, 'rejected') === 0;
}

/** The one that waits for what its units are taxed with elsewhere, while there are any. */
export function openReSourcing({ lines, reSourcings }: PickupSnapshot): ReSourcing | undefined {
  if (unitsIn(lines, 'requested') === 0) return undefined;
  return reSourcings.find(({ state }) => state === 'quoting');
}

function quotesOf(pickup: PickupSnapshot): QuoteDue[] {
  const { pickupId, exceptions } = pickup;
  const open = openReSourcing(pickup);
  if (!open) return [];
  const { reSourcingNo, storeId, lines, account } = open;
  const { text } = blocksQuote(reSourcingNo);
  if (exceptions.some(({ blocks, isWait }) => blocks === text && !isWait)) return [];
  const units = lines.reduce((all, { quantity }) => all + quantity, 0);
  const key = `quote:${pickupId}:${reSourcingNo}`;
  return [{ step: 'quote', key, pickupId, reSourcingNo, account, storeId, units }];
}

/** The next instant at which something has to happen by itself. */
function wakeOf(pickup: PickupSnapshot): PickupAgenda['wake'] {
  const { lines, pickBy, deadlineAt, remindersAt, exceptions } = pickup;
  // Somebody sees to it, or it goes elsewhere.
  const isNamed =
    exceptions.some((one) => one.blocks === PICKED_IN_TIME.text) ||
    openReSourcing(pickup) !== undefined;
  const isReady = unitsIn(lines, 'ready') > 0;
  const due: NonNullable<PickupAgenda['wake']>[] = [];
  if (unitsIn(lines, 'requested') > 0 && !isNamed) due.push({ at: pickBy, for: 'pick' });
  const [reminder] = remindersAt;
  if (isReady && reminder !== undefined) due.push({ at: reminder, for: 'reminder' });
  if (openUnitsOf(lines) > 0 && deadlineAt !== null) due.push({ at: deadlineAt, for: 'deadline' });
  return due.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))[0] ?? null;
}

export function stateOf(pickup: PickupSnapshot): PickupSnapshot['state'] {
  const { lines, acceptedAt, arrivedAt, rejections } = pickup;
  return pickupState({
    lines,
    isAccepted: acceptedAt !== null,
    isArrived: arrivedAt !== null,
    isRejected: rejections.some(({ outcome }) => outcome !== 'asked-again'),
  });
}

function briefOf(pickup: PickupSnapshot): PickupBrief {
  const { timeZone } = pickup.clock;
  const local = (instant: string) => localText(instant, timeZone);
  const { pickupId, orderId, storeId, state, version, lines, deadlineAt } = pickup;
  return {
    pickupId,
    orderId,
    storeId,
    state,
    version,
    units: unitsOf(lines),
    pickByLocal: local(pickup.pickBy),
    deadlineLocal: deadlineAt && local(deadlineAt),
    remindersSentLocal: pickup.remindersSent.slice(-MAX_SHOWN).map(local),
    remindersPlannedLocal: pickup.remindersAt.slice(0, MAX_SHOWN).map(local),
    extensions: pickup.extensions.slice(-MAX_SHOWN).map(({ by, beforeAt, untilAt }) => ({
      by,
      beforeLocal: local(beforeAt),
      untilLocal: local(untilAt),
    })),
    rejections: pickup.rejections.slice(-MAX_SHOWN).map(({ reason, outcome, lines: rejected }) => ({
      reason,
      units: rejected.reduce((units, { quantity }) => units + quantity, 0),
      outcome,
    })),
  };
}

const PLACES = [
  'requested',
  'ready',
  'handedOver',
  'rejected',
  'expired',
  'cancelled',
] as const satisfies readonly PickupPlace[];

function unitsOf(lines: readonly PickupUnits[]): PickupUnits {
  const [requested = 0, ready = 0, handedOver = 0, rejected = 0, expired = 0, cancelled = 0] =
    PLACES.map((place) => unitsIn(lines, place));
  return { requested, ready, handedOver, rejected, expired, cancelled };
}
