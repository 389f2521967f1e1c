/**
 * What is due for a pickup by the clock: the store did not answer in time, a reminder, the deadline.
 * The flow brings the instant that its timer ended at, so that timer and moment agree on what has
 * passed; what a store pressed in the same second is decided by whoever has the rows first.
 */
import type { OfPickup, PickupAgenda } from '../../canonical/flows/pickup';
import type { Closed } from '../../canonical/flows/moments';
import { pickupAgenda } from '../../canonical/rules/pickup/agenda';
import type { PickupSnapshot } from '../../canonical/rules/pickup/snapshot';
import type { Database, Sql } from '../../store/database';
import { endFlow } from '../../store/flows/flows';
import { lockSubjectAndFlow } from '../../store/flows/subject';
import { messageWrites } from '../../store/outbox/outbox';
import { take } from '../flow/flow-moment';
import { expirePickup } from './expire-pickup';
import { whomToTell } from '../fulfilment/shipment-messages';
import { notPicked } from './not-picked';
import { toTellOf } from './of-pickup';
import { reminderMessages } from './pickup-messages';
import { PICKUP_FRAME, type PickupInHand } from './pickup-moment';

/** Ends the flow too where that leaves nothing to wait for: one moment less in its history. */
export function wakePickup(
  db: Database,
  of: OfPickup & { readonly at: string },
): Promise<Closed<PickupAgenda>> {
  return db.transaction(async (sql) => {
    const { inHand } = await take(PICKUP_FRAME, sql, of, lockSubjectAndFlow);
    const { wake } = pickupAgenda(inHand.pickup);
    const isDue = wake !== null && Date.parse(wake.at) <= Date.parse(of.at);
    if (isDue) await DUE[wake.for](sql, inHand, of.at);
    const pickup = isDue ? await inHand.settle(sql) : inHand.pickup;
    const agenda = pickupAgenda(pickup);
    const isEnded = agenda.isSettled && (await endFlow(sql, pickup.workflowId, pickup.state));
    return { outcome: isEnded ? 'closed' : 'open', agenda };
  });
}

const DUE = {
  pick: (sql: Sql, inHand: PickupInHand) => notPicked(sql, inHand),
  reminder: remind,
  deadline: expirePickup,
} as const;

async function remind(sql: Sql, inHand: PickupInHand, at: string): Promise<void> {
  const { pickup, setup, becomes } = inHand;
  const { remindersAt, remindersSent } = pickup;
  const after: PickupSnapshot = {
    ...pickup,
    // Those that passed while nobody was there to send them are one.
    remindersAt: remindersAt.filter((one) => Date.parse(one) > Date.parse(at)),
    remindersSent: [...remindersSent, at],
  };
  const whom = await whomToTell(sql, pickup.orderId);
  const reminderNo = after.remindersSent.length;
  becomes(
    after,
    messageWrites(reminderMessages({ order: pickup, setup }, whom, toTellOf(pickup), reminderNo)),
  );
}
