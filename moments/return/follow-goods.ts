/**
 * Goods came back to the channel, which says what became of them and what it gave back: both are
 * counted here, the money first, so that what was refunded there is never refunded again. Each
 * disposition is a receipt, and one that is restocked an inspection; told twice, it counts once.
 */
import type { ReturnedGoods } from '../../canonical/ports/channel';
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import type { Database, Sql } from '../../store/database';
import { lookAgainWrite } from '../../store/flows/flows';
import { markEventApplied } from '../../store/inbox/facts';
import { findMapping } from '../../store/master/mappings';
import { returnOfChannel } from '../../store/returns/channel-returns';
import { orderOfReturn } from '../../store/returns/return-queries';
import { writeTogether } from '../../store/writes';
import { countRefund } from '../money/outside-refund';
import { takeOrder, type TakenOrder } from '../order/order-moment';
import { inspect } from './inspect';
import { receive, type Told } from './receive';
import { takeReturn } from './return-moment';
import type { ArrivedEvent } from './unannounced';

export type GoodsFollowed =
  | { readonly outcome: 'followed' | 'known' | 'no-return' }
  | { readonly outcome: 'no-place'; readonly place: string }
  | { readonly outcome: 'impossible'; readonly detail: string };

type At = ArrivedEvent & {
  readonly channelInstance: string;
  /** RFC 3339. */
  readonly occurredAt: string;
};
type Disposition = ReturnedGoods['dispositions'][number];

/** What cannot be leaves nothing behind. */
class Impossible extends Error {
  override readonly name = 'Impossible';
}

export async function followGoods(
  db: Database,
  goods: ReturnedGoods,
  at: At,
): Promise<GoodsFollowed> {
  try {
    return await db.transaction((sql) => follow(sql, goods, at));
  } catch (error) {
    if (error instanceof Impossible) return { outcome: 'impossible', detail: error.message };
    throw error;
  }
}

async function follow(sql: Sql, goods: ReturnedGoods, at: At): Promise<GoodsFollowed> {
  const { channelInstance, eventNo } = at;
  const rma = await returnOfChannel(sql, channelInstance, goods.channelReturnRef);
  const orderId = rma === null ? null : await orderOfReturn(sql, rma);
  if (rma === null || orderId === null) return { outcome: 'no-return' };
  const here = goods.dispositions.filter(({ outcome }) => outcome !== 'missing');
  const places = await placesOf(sql, channelInstance, here);
  const unmapped = here.find(({ place }) => place === null || !places.has(place));
  if (unmapped) return { outcome: 'no-place', place: unmapped.place ?? 'none' };
  for (const { reference, paymentRef, amount } of goods.refunds) {
    const { channelReturnRef } = goods;
    await countRefund(sql, {
      ...at,
      from: channelInstance,
      data: { reference, paymentRef, amount, channelReturnRef },
    });
  }
  let isNews = false;
  for (const one of here) {
    const told = await settleOne(sql, rma, await takeOrder(sql, orderId), one, {
      ...at,
      location: places.get(one.place ?? '') ?? '',
    });
    isNews ||= told;
  }
  const ret = await takeReturn(sql, rma);
  await markEventApplied(sql, eventNo, isNews ? 'applied' : 'superseded');
  if (isNews) await writeTogether(sql, [lookAgainWrite(ret.workflowId)]);
  return { outcome: isNews ? 'followed' : 'known' };
}

async function placesOf(
  sql: Sql,
  channelInstance: string,
  here: readonly Disposition[],
): Promise<ReadonlyMap<string, string>> {
  const places = new Map<string, string>();
  for (const place of new Set(here.map((one) => one.place))) {
    if (place === null) continue;
    const mapping = await findMapping(sql, 'store', channelInstance, place);
    if (mapping) places.set(place, mapping.target);
  }
  return places;
}

/** False where it was counted before. */
async function settleOne(
  sql: Sql,
  rma: string,
  taken: TakenOrder,
  { ref, channelLineRef, quantity, outcome, at: receivedAt }: Disposition,
  { location, source, eventNo }: At & { readonly location: string },
): Promise<boolean> {
  const lineNo = taken.order.lines.find((one) => one.channelLineRef === channelLineRef)?.lineNo;
  if (lineNo === undefined) throw new Impossible(`line ${channelLineRef} is not on the order`);
  const received = { receiptId: ref, location, receivedAt, lines: [{ lineNo, quantity }] };
  const ret = await takeReturn(sql, rma);
  const came = isRecorded(await receive(sql, ret, taken.order, received, eventNo));
  if (!came || outcome !== 'restocked') return came;
  const lines = [{ lineNo, quantity, condition: 'new' as const, disposition: 'restock' as const }];
  const inspected = { inspectionId: ref, location, inspectedAt: receivedAt, lines };
  const now: ReturnSnapshot = await takeReturn(sql, rma);
  const by = { actor: source, role: 'oms' as const, eventNo };
  isRecorded(await inspect(sql, now, taken, inspected, by));
  return true;
}

/** @throws Impossible */
function isRecorded(told: Told): boolean {
  if (told.outcome !== 'impossible') return told.outcome === 'recorded';
  throw new Impossible(told.problems.map(({ detail }) => detail).join('; '));
}
