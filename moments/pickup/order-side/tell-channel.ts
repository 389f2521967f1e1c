/** The channel hears which store holds units now, by its own names of the stores and the lines. */
import type { MoveAnnouncement } from '../../../canonical/ports/channel';
import { sum } from '../../../canonical/rules/money/money';
import type { LineQuantity } from '../../../canonical/rules/order/cancellation';
import { effectKey } from '../../../canonical/rules/order/effect-keys';
import type { OrderSnapshot } from '../../../canonical/rules/order/snapshot';
import type { Sql } from '../../../store/database';
import { valuesOfTargets } from '../../../store/master/mappings';
import { enqueue } from '../../../store/outbox/outbox';
import { toChannel, type OfChannel } from '../../fulfilment/to-channel';
import type { TakenOrder } from '../../order/order-moment';

interface MovedUnits {
  /** The group that has them now. */
  readonly groupNo: number;
  readonly stores: { readonly from: string; readonly to: string };
  readonly lines: readonly LineQuantity[];
}

/** `taken` is the order before they moved. */
export async function tellChannel(
  sql: Sql,
  taken: TakenOrder,
  { groupNo, stores: { from, to }, lines }: MovedUnits,
): Promise<void> {
  const { orderId, channelInstance: source } = taken.order;
  if (taken.setup.connector === null || taken.order.channelOrderRef === null) return;
  const told = toldOf(taken.order, to, lines);
  if (told.length === 0) return;
  const targets = [from, to];
  const named = await valuesOfTargets(sql, { kind: 'store', source, targets });
  const names = { from: named.get(from) ?? null, to: named.get(to) ?? null };
  const body = (of: OfChannel): MoveAnnouncement => ({ ...of, ...names, lines: told });
  await enqueue(
    sql,
    toChannel(taken, 'announceMove', effectKey.moveAtChannel(orderId, groupNo), body),
  );
}

/** By the channel's line: one that was taxed otherwise elsewhere is several of ours. */
function toldOf(order: OrderSnapshot, storeId: string, lines: readonly LineQuantity[]) {
  const refOf = (lineNo: number) =>
    order.lines.find((line) => line.lineNo === lineNo)?.channelLineRef ?? null;
  const refs = new Set(lines.flatMap(({ lineNo }) => refOf(lineNo) ?? []));
  const groupNos = order.groups
    .filter((one) => one.kind === 'pickup' && one.locationId === storeId)
    .map((one) => one.groupNo);
  return [...refs].map((channelLineRef) => {
    const quantity = sum(
      lines.filter(({ lineNo }) => refOf(lineNo) === channelLineRef).map((one) => one.quantity),
    );
    const before = order.lines
      .filter((line) => line.channelLineRef === channelLineRef)
      .flatMap(({ allocations }) => allocations.filter((one) => groupNos.includes(one.groupNo)))
      .map(({ reserved, released, pickedUp }) => reserved + released + pickedUp);
    return { channelLineRef, quantity, there: sum(before) + quantity };
  });
}
