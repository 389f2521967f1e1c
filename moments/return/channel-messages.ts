/** What the channel that sold goods is told of their return, unless it told us. */
import { effectKey } from '../../canonical/rules/order/effect-keys';
import { returnMark } from '../../canonical/rules/return/mark';
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import type { ReturnAnnouncement, ReturnClosure } from '../../canonical/ports/channel';
import { RETURN_REASONS } from '../../canonical/schema/return';
import type { Sql } from '../../store/database';
import { enqueue } from '../../store/outbox/outbox';
import { byChannelLine, toChannel, type OfChannel } from '../fulfilment/to-channel';
import type { TakenOrder } from '../order/order-moment';

/** Told as it is expected; what comes unannounced is told by its receipt's number. */
export const EXPECTED = 0;

type Units = readonly { readonly lineNo: number; readonly quantity: number }[];

/** `no`: 0 as it is expected, else the receipt of goods that nobody had asked about. */
export async function tellChannelOfReturn(
  sql: Sql,
  { rma, reason, isOfChannel }: Pick<ReturnSnapshot, 'rma' | 'reason' | 'isOfChannel'>,
  taken: TakenOrder,
  units: Units,
  no: number,
): Promise<void> {
  const lines = byChannelLine(taken, units);
  const why = RETURN_REASONS.find((one) => one === reason) ?? 'unannounced';
  if (isOfChannel || lines.length === 0) return;
  const mark = returnMark(rma, no);
  const body = (of: OfChannel): ReturnAnnouncement => ({ ...of, mark, reason: why, lines });
  const key = effectKey.returnAtChannel(rma, no);
  await enqueue(sql, toChannel(taken, 'announceReturn', key, body));
}

export async function tellChannelOfEnd(
  sql: Sql,
  { rma, channelReturnRef }: ReturnSnapshot,
  taken: TakenOrder,
): Promise<void> {
  const body = (of: OfChannel): ReturnClosure => ({ ...of, rma, channelReturnRef });
  const key = effectKey.closeReturnAtChannel(rma);
  await enqueue(sql, toChannel(taken, 'closeReturn', key, body));
}
