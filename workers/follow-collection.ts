/** What others told a channel of a fulfilment: what left by it, and what was collected. */
import type { FulfilmentChanged } from '../canonical/schema/channel-events';
import { followChannel, type FollowedChannel } from '../moments/pickup/follow-channel';
import { letWait, setAside, settleEvent, type InboxRow } from '../store/inbox/routing';
import { pickupsOfChannelOrder } from '../store/pickups/pickup-queries';
import { hearOfCollection } from './hear-event';
import { followDeparture } from './follow-departure';
import type { RouterSettings } from './router-settings';

const TYPE = 'fulfilment.changed-at-channel.v1';

/** What was told to the channel by others is followed; what we told it is nothing new. */
export async function followCollection(
  settings: RouterSettings,
  row: InboxRow,
  changed: FulfilmentChanged,
  recheckMs: number,
): Promise<void> {
  const { db } = settings;
  const { eventNo } = row;
  const { channelInstance } = changed;
  const departed = changed.left && (await depart(settings, row, changed, changed.left));
  if (departed === 'aside') return;
  const followed = departed ?? (await follow(settings, row, changed));
  if (followed.outcome === 'followed') {
    return settleEvent(db, eventNo, 'applied', null, followed.orderId);
  }
  const cause = { kind: 'event', ref: String(eventNo) } as const;
  if (followed.outcome === 'too-many') {
    const { orderId } = followed;
    const detail = `${channelInstance} counts as picked up: ${followed.detail}`;
    return setAside(db, row, { code: 'event.no-rule', cause, detail, orderId });
  }
  const isHere = followed.outcome === 'not-yet';
  if (!isHere && (await hearOfCollection(db, row, TYPE, channelInstance))) return;
  const name = changed.channelOrderRef ?? changed.channelFulfilmentRef ?? '';
  if (row.waitedMs < settings.eventWaitMs) {
    return letWait(db, eventNo, `waits for ${name} of ${channelInstance}`, recheckMs);
  }
  const code = isHere ? 'event.no-flow' : 'event.no-order';
  const missing = isHere ? 'a pickup of ' : '';
  const detail = `${TYPE}: ${missing}${name} of ${channelInstance} never arrived`;
  return setAside(db, row, { code, cause, detail });
}

/** Undefined: it has gone its way, and a collection may be in question too. */
async function depart(
  { db }: RouterSettings,
  row: InboxRow,
  changed: FulfilmentChanged,
  left: NonNullable<FulfilmentChanged['left']>,
): Promise<FollowedChannel | 'aside' | undefined> {
  const { channelInstance } = changed;
  const departed = await followDeparture(db, row, changed, left);
  switch (departed.outcome) {
    case 'followed':
      return undefined;
    case 'no-order':
    case 'not-yet':
      return departed;
    case 'no-place': {
      const { orderId, place } = departed;
      const cause = { kind: 'mapping', ref: `store/${channelInstance}/${place}` } as const;
      const detail = `goods left ${place} of ${channelInstance}, which is mapped to no location`;
      await setAside(db, row, { code: 'mapping.store', cause, detail, orderId });
      return 'aside';
    }
    case 'undone': {
      const { orderId } = departed;
      const cause = { kind: 'event', ref: String(row.eventNo) } as const;
      const detail = `the fulfilment ${left.ref} was cancelled at ${channelInstance}, and its units count as shipped here: if they came back, take them back by a return`;
      await setAside(db, row, { code: 'event.no-rule', cause, detail, orderId });
      return 'aside';
    }
  }
}

/** A parcel's fulfilment is told as well: the channel is asked only where something is collected. */
async function follow(
  { db, places }: RouterSettings,
  { eventNo, occurredAt: at }: InboxRow,
  changed: FulfilmentChanged,
): Promise<FollowedChannel> {
  const { channelInstance, channelOrderRef } = changed;
  if (channelOrderRef !== undefined) {
    const known = await pickupsOfChannelOrder(db, channelInstance, channelOrderRef);
    if (!known) return { outcome: 'no-order' };
    if (known.pickupIds.length === 0 && known.isAwaited) return { outcome: 'not-yet' };
    if (known.pickupIds.length === 0) return { outcome: 'followed', orderId: known.orderId };
  }
  const progress = await places.progress(channelInstance, changed);
  if (!progress) return { outcome: 'no-order' };
  return followChannel(db, { channelInstance, progress, eventNo, at });
}
