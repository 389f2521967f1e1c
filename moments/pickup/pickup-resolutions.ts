/** What a person's decision on an exception of a pickup does to it. */
import type { PickupAction } from '../../canonical/flows/pickup-steps';
import type { About } from '../../canonical/flows/step';
import { openMinutesAfter } from '../../canonical/rules/pickup/pick-by';
import type { LineUnits, PickupRejection } from '../../canonical/rules/pickup/snapshot';
import {
  afterUnits,
  movesOf,
  movesUpTo,
  unitsMoved,
  type PickupMove,
} from '../../canonical/rules/pickup/units';
import { only, type Sql } from '../../store/database';
import { decidedWrite, unitWrites } from '../../store/pickups/pickups';
import { enqueue } from '../../store/outbox/outbox';
import { whomToTell } from '../fulfilment/shipment-messages';
import { toTellOf } from './of-pickup';
import { unavailableMessages } from './pickup-messages';
import { giveBackUnits } from './order-side/give-back-units';
import type { PickupInHand } from './pickup-moment';
import { correctStock } from './correct-stock';
import { giveUpReSourcing } from './quote-tax';

type Resolve = (sql: Sql, inHand: PickupInHand, about: About) => Promise<void>;

export const PICKUP_ACTIONS: Readonly<Record<PickupAction, Resolve>> = {
  async giveStoreTime(_sql, inHand) {
    const { pickup, becomes } = inHand;
    becomes({ ...pickup, pickBy: pickByFromNow(inHand) }, []);
  },
  // What it is taxed with elsewhere will not be known: a person decides where it goes.
  async askPerson(sql, inHand, { reSourcingNo }) {
    const found = inHand.pickup.reSourcings.find((one) => one.reSourcingNo === reSourcingNo);
    const open = only(found ? [found] : [], `re-sourcing ${reSourcingNo}`);
    await giveUpReSourcing(sql, inHand, open, 'what it is taxed with there is not known');
  },
  async cancelUnpicked(sql, inHand) {
    const { pickup, becomes } = inHand;
    const unpicked = movesOf(pickup.lines, undefined, ['requested'], 'cancelled');
    if (unpicked.outcome === 'impossible') return;
    const { moves } = unpicked;
    becomes(
      { ...pickup, lines: afterUnits(pickup.lines, moves) },
      unitWrites(pickup.pickupId, moves),
    );
    await giveBack(sql, inHand, 'not-picked', unitsMoved(moves));
  },
  async askStoreAgain(_sql, inHand, about) {
    const { pickup } = inHand;
    const rejection = rejectionOf(inHand, about);
    const moves = movesUpTo(pickup.lines, rejection.lines, 'rejected', 'requested');
    decide(inHand, rejection, moves, 'asked-again');
  },
  async cancelRejected(sql, inHand, about) {
    const { pickup } = inHand;
    const rejection = rejectionOf(inHand, about);
    const moves = movesUpTo(pickup.lines, rejection.lines, 'rejected', 'cancelled');
    decide(inHand, rejection, moves, 'cancelled');
    const lines = unitsMoved(moves);
    await giveBack(sql, inHand, `rejected-${rejection.rejectionNo}`, lines);
    await correctStock(sql, inHand, rejection, lines);
  },
};

function rejectionOf({ pickup }: PickupInHand, { rejectionNo }: About): PickupRejection {
  const found = pickup.rejections.filter(
    (one) => one.rejectionNo === rejectionNo && one.outcome === null,
  );
  return only(found, `rejection ${rejectionNo} of ${pickup.pickupId}`);
}

function decide(
  inHand: PickupInHand,
  { rejectionNo }: PickupRejection,
  moves: readonly PickupMove[],
  outcome: 'asked-again' | 'cancelled',
): void {
  const { pickup, becomes } = inHand;
  const isAskedAgain = outcome === 'asked-again';
  becomes(
    {
      ...pickup,
      lines: afterUnits(pickup.lines, moves),
      rejections: pickup.rejections.map((one) =>
        one.rejectionNo === rejectionNo ? { ...one, outcome } : one,
      ),
      ...(isAskedAgain && { acceptedAt: null, pickBy: pickByFromNow(inHand) }),
    },
    [...unitWrites(pickup.pickupId, moves), decidedWrite(pickup.pickupId, rejectionNo, outcome)],
  );
}

function pickByFromNow({ pickup, setup }: PickupInHand): string {
  const now = new Date().toISOString();
  return openMinutesAfter(now, setup.policies.pickupPickMinutes, pickup.clock);
}

/** Channel and customer are told of what is not there for them any more; `end` tells one from another. */
async function giveBack(sql: Sql, inHand: PickupInHand, end: string, lines: readonly LineUnits[]) {
  if (lines.length === 0) return;
  const { pickup } = inHand;
  const { groupNo, orderId } = pickup;
  const order = await inHand.moveOrder();
  const whom = await whomToTell(sql, orderId);
  const given = { end, reason: 'the store cannot give it', lines };
  await enqueue(sql, unavailableMessages(order, whom, toTellOf(pickup), given));
  await giveBackUnits(sql, order, { groupNo, lines, reason: 'rejected' });
}
