/**
 * Whom a pickup's steps are told: its channel and the customer, each in an outbox row of its own
 * whose key follows from the step. A step that is recorded twice is told once.
 */
import type {
  CancellationAnnouncement,
  HandoverAnnouncement,
  ReadyAnnouncement,
  RemovalAnnouncement,
} from '../../canonical/ports/channel';
import type { MessageTemplate } from '../../canonical/ports/notification';
import { sum } from '../../canonical/rules/money/money';
import { mergedLines } from '../../canonical/rules/order/handover';
import { effectKey } from '../../canonical/rules/order/effect-keys';
import type { Order } from '../../canonical/schema/order';
import type { OutboxMessage } from '../../store/outbox/outbox';
import { toCustomer, type OrderOfCustomer } from '../fulfilment/shipment-messages';
import { byChannelLine, toChannel, type OfChannel } from '../fulfilment/to-channel';
import type { TakenOrder } from '../order/order-moment';

/** What every message of a pickup says. */
export interface PickupToTell {
  readonly groupNo: number;
  readonly storeName: string;
  /** What whoever collects may show. */
  readonly code: string;
  /** In the store's local time, for a person; null before anything is ready. */
  readonly heldUntil: string | null;
}
interface Units {
  readonly lineNo: number;
  readonly quantity: number;
}
type WhomToTell = Pick<Order, 'customer'>;

/** `readyNo` counts how often something of the pickup became ready. */
export function readyMessages(
  taken: TakenOrder,
  whom: WhomToTell,
  pickup: PickupToTell,
  ready: { readonly readyNo: number; readonly lines: readonly Units[] },
): OutboxMessage[] {
  const { orderId } = taken.order;
  const { groupNo } = pickup;
  const key = effectKey.readyAtChannel(orderId, groupNo, ready.readyNo);
  const lines = byChannelLine(taken, ready.lines);
  const body = (of: OfChannel): ReadyAnnouncement => ({ ...of, lines });
  return [
    ...toChannel(taken, 'announceReady', key, body),
    ...told(taken, whom, pickup, 'pickup-ready', ready.readyNo),
  ];
}

/** `reminderNo` counts the reminders of the pickup. */
export const reminderMessages = (
  taken: OrderOfCustomer,
  whom: WhomToTell,
  pickup: PickupToTell,
  reminderNo: number,
): OutboxMessage[] => told(taken, whom, pickup, 'pickup-reminder', reminderNo);

/** `taken` is the order before these units left: what it had given before, anywhere, is counted. */
export function handoverMessages(
  taken: TakenOrder,
  whom: WhomToTell,
  pickup: PickupToTell,
  handover: {
    readonly handoverNo: number;
    readonly lines: readonly Units[];
  },
): OutboxMessage[] {
  const { orderId } = taken.order;
  const key = effectKey.handoverAtChannel(orderId, pickup.groupNo, handover.handoverNo);
  // Of the channel's line: one that was taxed otherwise elsewhere is several of ours.
  const lines = refsOf(taken, handover.lines).map((channelLineRef) => {
    const own = linesOf(taken, channelLineRef);
    const ofRef = handover.lines.filter(({ lineNo }) => own.some((one) => one.lineNo === lineNo));
    const quantity = sum(ofRef.map((one) => one.quantity));
    return { channelLineRef, quantity, handedOver: sum(own.map((one) => one.pickedUp)) + quantity };
  });
  const body = (of: OfChannel): HandoverAnnouncement => ({ ...of, lines });
  return [
    ...toChannel(taken, 'announceHandover', key, body),
    ...told(taken, whom, pickup, 'pickup-handed-over', handover.handoverNo),
  ];
}

/** Nobody came in time. */
export const expiryMessages = (
  taken: TakenOrder,
  whom: WhomToTell,
  pickup: PickupToTell,
  lines: readonly Units[],
): OutboxMessage[] => [
  ...removalMessages(taken, pickup.groupNo, { end: 'expired', reason: 'not collected', lines }),
  ...told(taken, whom, pickup, 'pickup-expired', 'whole'),
];

/** Units go to where the customer agreed beforehand; `groupNo`: that has them now. */
export const movedMessages = (
  taken: TakenOrder,
  whom: WhomToTell,
  from: Pick<PickupToTell, 'storeName'>,
  moved: { readonly groupNo: number; readonly storeName: string | null },
): OutboxMessage[] => {
  const { groupNo, storeName } = moved;
  const template = storeName === null ? 'pickup-sent-home' : 'pickup-moved';
  if (taken.setup.tellsBuyerOf.includes(template)) return [];
  return toCustomer(taken, whom, template, groupNo, {
    orderNo: taken.order.orderNo,
    storeName: storeName ?? from.storeName,
  });
};

/** The store cannot give units, and nobody else is asked for them. */
export const unavailableMessages = (
  taken: TakenOrder,
  whom: WhomToTell,
  pickup: PickupToTell,
  given: { readonly end: string; readonly reason: string; readonly lines: readonly Units[] },
): OutboxMessage[] => [
  ...removalMessages(taken, pickup.groupNo, given),
  ...told(taken, whom, pickup, 'pickup-unavailable', given.end),
];

/**
 * The channel hears that units are not wanted any more: the end of the whole order where that is
 * all it had, else the lines. `taken` is the order before they were given back.
 */
export function removalMessages(
  taken: TakenOrder,
  groupNo: number,
  given: { readonly end: string; readonly reason: string; readonly lines: readonly Units[] },
): OutboxMessage[] {
  const { order } = taken;
  const removed = new Map(
    mergedLines(given.lines).map(({ lineNo, quantity }) => [lineNo, quantity]),
  );
  const left = order.lines.map((line) => ({
    ...line,
    leaves: line.ordered - line.cancelled - (removed.get(line.lineNo) ?? 0),
  }));
  const { reason } = given;
  if (left.every((line) => line.leaves === 0)) {
    const key = effectKey.cancelAtChannel(order.orderId);
    const body = (of: OfChannel): CancellationAnnouncement => ({ ...of, reason });
    return toChannel(taken, 'announceCancellation', key, body);
  }
  const key = effectKey.removeAtChannel(order.orderId, groupNo, given.end);
  const lines = refsOf(taken, given.lines).map((channelLineRef) => {
    const own = left.filter((line) => line.channelLineRef === channelLineRef);
    return { channelLineRef, leaves: sum(own.map((line) => line.leaves)) };
  });
  if (lines.length === 0) return [];
  const body = (of: OfChannel): RemovalAnnouncement => ({ ...of, reason, lines });
  return toChannel(taken, 'announceRemoval', key, body);
}

function told(
  taken: OrderOfCustomer,
  whom: WhomToTell,
  { groupNo, storeName, code, heldUntil }: PickupToTell,
  template: MessageTemplate,
  no: string | number,
): OutboxMessage[] {
  if (taken.setup.tellsBuyerOf.includes(template)) return [];
  return toCustomer(taken, whom, template, `${groupNo}-${no}`, {
    orderNo: taken.order.orderNo,
    storeName,
    code,
    ...(heldUntil !== null && { heldUntil }),
  });
}

/** The channel's own lines that these are of, each once. */
const refsOf = (taken: TakenOrder, lines: readonly Units[]): string[] => [
  ...new Set(lines.flatMap(({ lineNo }) => refOf(taken, lineNo) ?? [])),
];

const linesOf = ({ order }: TakenOrder, channelLineRef: string) =>
  order.lines.filter((line) => line.channelLineRef === channelLineRef);

const refOf = ({ order }: TakenOrder, lineNo: number): string | null =>
  order.lines.find((line) => line.lineNo === lineNo)?.channelLineRef ?? null;
