/**
 * The warehouse took a request and cannot fulfil it after all, or not all of it. What it names comes
 * back to the same place and waits for a person; of a part, as a group of its own: the rest of the
 * request is still the warehouse's.
 */
import { effectKey } from '../../canonical/rules/order/effect-keys';
import { rejectedUnits } from '../../canonical/rules/order/rejection';
import type { OrderSnapshot, SnapshotGroup } from '../../canonical/rules/order/snapshot';
import type { FulfilmentRequest, Taken } from '../../canonical/ports/warehouse';
import type { FulfilmentRejected } from '../../canonical/schema/event';
import type { Applied } from '../../canonical/flows/order';
import type { Database, Sql } from '../../store/database';
import { finishEffectOf } from '../../store/effects/effects';
import { markEventApplied } from '../../store/inbox/facts';
import { orderRow, settleKnown, splitGroup } from '../../store/orders/orders';
import { writeTogether } from '../../store/writes';
import { recordOrderFact } from '../order/order-moment';
import { groupWrite, rejected, released } from './release';

export function recordRejection(
  db: Database,
  input: { readonly orderId: string; readonly eventNo: number },
): Promise<Applied> {
  const { orderId, eventNo } = input;
  return recordOrderFact<FulfilmentRejected>(
    db,
    input,
    'fulfilment.rejected.v1',
    async (sql, inHand, fact) => {
      const { requestId, reason, lines } = fact.data;
      const order = await withAnswer(sql, inHand.order, requestId);
      const group = order.groups.find((one) => one.requestKey === requestId);
      const units = group?.state === 'released' ? rejectedUnits(order, group.groupNo, lines) : null;
      if (!group || !units || units.moves.length === 0) {
        await markEventApplied(sql, eventNo, 'superseded', 'nothing of that request is still open');
        return 'applied';
      }
      const groupNo = units.isPart
        ? await splitGroup(sql, orderId, {
            groupNo: group.groupNo,
            lineNos: units.moves.map((move) => move.lineNo),
          })
        : group.groupNo;
      if (!units.isPart) {
        await writeTogether(sql, [
          groupWrite(orderId, { groupNo, key: requestId, state: 'rejected' }),
        ]);
      }
      const moves = units.moves.map((move) => ({ ...move, toGroupNo: groupNo }));
      const { locationId: location } = group;
      const what = { groupNo, location, moves, ref: requestId, why: reason, eventNo };
      await rejected(sql, { order }, what);
      await markEventApplied(sql, eventNo);
      return 'applied';
    },
  );
}

/**
 * A rejection that overtook the answer to the release itself tells that the request was taken: who
 * rejects it has it. The release's own answer, when it comes, finds its effect finished and changes
 * nothing.
 */
async function withAnswer(
  sql: Sql,
  order: OrderSnapshot,
  requestId: string,
): Promise<OrderSnapshot> {
  const { orderId } = order;
  const asked = (group: SnapshotGroup) =>
    group.isAsked && effectKey.release(orderId, group.groupNo, group.try) === requestId;
  const group = order.groups.find(asked);
  if (!group) return order;
  const { groupNo, locationId: location } = group;
  const answer: Taken = { outcome: 'taken', reference: requestId };
  const end = { state: 'done', reference: requestId, answer } as const;
  const request = await finishEffectOf<FulfilmentRequest>(sql, orderRow(orderId), requestId, end);
  if (!request) return order;
  const { after, writes } = released(order, { groupNo, location, key: requestId }, request);
  return settleKnown(sql, order, after, writes);
}
