/**
 * An order of a channel in shadow is heard and understood, and nothing is done: no row of an order,
 * no reservation, no flow, no exception, no message. One transaction writes its event, where it came
 * without one, and what would have become of it. An order that is here already goes on as ever: it
 * came while its channel was on. One that was heard in shadow stays the other system's when the
 * channel is on: it is never taken over.
 *
 * Two round trips to ask, one transaction to write; none at all for a channel that never was in
 * shadow (asked once a minute).
 */
import { judge, valuesToLookUp } from '../../canonical/rules/order/acceptance';
import type { Verdict } from '../../canonical/rules/order/judgement';
import { judgedInShadow } from './in-shadow';
import type { ChannelSetup } from '../../canonical/schema/channel';
import type { Order } from '../../canonical/schema/order';
import type { Database, Sql } from '../../store/database';
import { contentHash } from '../../store/ids';
import { storeHeardOrder } from '../../store/inbox/inbox';
import { askMasterData } from '../../store/master/master-data';
import { findOrderByNumber } from '../../store/orders/order-by-number';
import {
  findOrderFinding,
  keepFinding,
  readFinding,
  wasEverInShadow,
} from '../../store/shadow/findings';
import { refusedHere } from './refused-here';
import type { InShadow, SubmitContext } from './submission';

/** Null where the order is to be taken, or is here. */
export async function hearInShadow(
  db: Database,
  order: Order,
  context: SubmitContext,
  setup: ChannelSetup,
): Promise<InShadow | null> {
  const { channelInstance } = order;
  if (setup.orderFlow !== 'shadow') {
    if (!(await wasEverInShadow(db, channelInstance))) return null;
    const finding = await findOrderFinding(db, order);
    return finding && { outcome: 'in-shadow', isNow: false, finding };
  }
  if (await findOrderByNumber(db, order)) return null;
  const verdict =
    (await refusedHere(db, order, setup, context)) ?? (await judgedToday(db, order, setup));
  return db.transaction(async (sql) => {
    const judged = judgedInShadow({ order, setup, isSold: context.isSold }, verdict);
    const eventNo = await eventOf(sql, order, context, judged.finding.summary);
    const { correlationId } = context;
    const { orderNo } = order;
    await keepFinding(sql, {
      ...judged,
      eventNo,
      channelInstance,
      orderNo,
      correlationId,
      type: 'order.created.v1',
    });
    return { outcome: 'in-shadow', isNow: true, finding: await readFinding(sql, eventNo) };
  });
}

const judgedToday = async (sql: Sql, order: Order, setup: ChannelSetup): Promise<Verdict> =>
  judge(order, setup, await askMasterData(sql, valuesToLookUp(order)));

/** The event that brought it; one that a caller submitted becomes an event of the inbox too. */
function eventOf(
  sql: Sql,
  order: Order,
  { sourceEventNo, correlationId }: SubmitContext,
  note: string,
): Promise<number> {
  if (sourceEventNo !== null) return Promise.resolve(sourceEventNo);
  const { channelInstance, orderNo } = order;
  const eventId = `${channelInstance}/${orderNo}/${contentHash(order)}`;
  return storeHeardOrder(sql, { eventId, body: order, correlationId, note });
}
