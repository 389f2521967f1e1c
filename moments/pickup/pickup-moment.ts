/**
 * A pickup in a moment: what is known of it, and what a change amounts to. Its order's row is locked
 * first; the order itself is read only where something of it has to be known or moves.
 */
import { pickupAgenda, isOver, stateOf } from '../../canonical/rules/pickup/agenda';
import type { PickupSnapshot } from '../../canonical/rules/pickup/snapshot';
import type { OfPickup, PickupAgenda } from '../../canonical/flows/pickup';
import { channelSetup } from '../../canonical/installation';
import type { ChannelSetup } from '../../canonical/schema/channel';
import type { Sql } from '../../store/database';
import { lookAgainWrite } from '../../store/flows/flows';
import { loadPickup, pickupRow, standingWrite } from '../../store/pickups/pickups';
import { writeTogether, type Write } from '../../store/writes';
import type { FlowFrame } from '../flow/flow-moment';
import { ORDER_FRAME, type OrderInHand, type TakenOrder } from '../order/order-moment';

export class UnknownPickup extends Error {
  override readonly name = 'UnknownPickup';
}

export interface PickupInHand {
  readonly pickup: PickupSnapshot;
  readonly setup: ChannelSetup;
  /** Its order, for what has to be known of it. */
  readonly readOrder: () => Promise<TakenOrder>;
  /** The same where units or money of it move: what becomes of it is settled with the pickup. */
  readonly moveOrder: () => Promise<OrderInHand>;
  /** The moment's change of the pickup, said once. Without it the pickup is read again. */
  readonly becomes: (after: PickupSnapshot, writes: readonly Write[]) => void;
  /** Exceptions were opened or resolved: they are read again. */
  readonly exceptionsChanged: () => void;
  /** Nothing of it changes: it need not be read again. */
  readonly stays: () => void;
  /** `tellFlow`: the flow is to be told what is due now, with what is written. */
  readonly settle: (sql: Sql, tellFlow?: 'tell-flow') => Promise<PickupSnapshot>;
}

export const PICKUP_FRAME: FlowFrame<OfPickup, PickupInHand, PickupAgenda> = {
  row: ({ pickupId }) => pickupRow(pickupId),
  load: async (sql, { pickupId }) => inHandOf(sql, await knownPickup(sql, pickupId)),
  agendaOf: ({ pickup }) => pickupAgenda(pickup),
  settle: async (sql, inHand) => ({ ...inHand, pickup: await inHand.settle(sql) }),
};

async function knownPickup(sql: Sql, pickupId: string): Promise<PickupSnapshot> {
  const pickup = await loadPickup(sql, pickupId);
  if (!pickup) throw new UnknownPickup(`pickup ${pickupId} is not here`);
  return pickup;
}

function inHandOf(sql: Sql, pickup: PickupSnapshot): PickupInHand {
  const { pickupId, orderId, channelInstance } = pickup;
  const setup = channelSetup(channelInstance);
  if (!setup) throw new UnknownPickup(`the channel of pickup ${pickupId} is not here`);
  const changes: { readonly after: PickupSnapshot; readonly writes: readonly Write[] }[] = [];
  let order: Promise<OrderInHand> | undefined;
  const readOrder = () => (order ??= ORDER_FRAME.load(sql, { orderId }));
  let isOrderMoved = false;
  let isReadAgain = false;
  let isUnchanged = false;
  return {
    pickup,
    setup,
    readOrder,
    moveOrder() {
      isOrderMoved = true;
      return readOrder();
    },
    becomes: (after, writes) => changes.push({ after, writes }),
    exceptionsChanged: () => (isReadAgain = true),
    stays: () => (isUnchanged = true),
    async settle(_sql, tellFlow) {
      const [change] = changes;
      if (!change) return isUnchanged ? pickup : knownPickup(sql, pickupId);
      const after = standingOf(change.after);
      const telling = (is: PickupSnapshot) =>
        tellFlow ? [lookAgainWrite(is.workflowId, pickupAgenda(is))] : [];
      const told = isReadAgain ? [] : telling(after);
      await writeTogether(sql, [...change.writes, standingWrite(after), ...told]);
      if (isOrderMoved && order) await (await order).settle(sql);
      if (!isReadAgain) return after;
      const is = await knownPickup(sql, pickupId);
      await writeTogether(sql, telling(is));
      return is;
    },
  };
}

function standingOf(pickup: PickupSnapshot): PickupSnapshot {
  const state = stateOf(pickup);
  const endedAt = isOver(pickup) ? (pickup.endedAt ?? new Date().toISOString()) : null;
  return { ...pickup, state, endedAt, version: pickup.version + 1 };
}
