/** The moments that a return's flow has: those of every flow, its facts, its deadline. */
import type { ReturnAgenda, ReturnApplied } from '../../canonical/flows/return';
import type { Closed } from '../../canonical/flows/moments';
import { unitsOf } from '../../canonical/rules/return/agenda';
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import type { CanonicalEvent } from '../../canonical/schema/event';
import type { ReturnInspected, ReturnReceived } from '../../canonical/schema/return-events';
import type { Database, Sql } from '../../store/database';
import { markEventApplied, type Fact } from '../../store/inbox/facts';
import { dropExpected } from '../../store/returns/expected';
import { setReturnState } from '../../store/returns/returns';
import { everyFlow } from '../flow/every-flow';
import { flowMoment } from '../flow/flow-moment';
import { recordFact } from '../flow/record-fact';
import { takeOrder, type TakenOrder } from '../order/order-moment';
import { tellChannelOfEnd } from './channel-messages';
import { inspect } from './inspect';
import { receive, type Told } from './receive';
import { neverCame } from './never-came';
import { resolveReturn } from './resolutions';
import { exceptionOfReturn, RETURN_FRAME, setupOf, type OfReturn } from './return-moment';

export const returnFlow = everyFlow<OfReturn, ReturnSnapshot, ReturnAgenda>({
  ...RETURN_FRAME,
  exceptionOf: (ret) => exceptionOfReturn(ret),
  resolve: resolveReturn,
  outcomeOf: ({ state }) => (state === 'approved' ? 'closed' : state),
  async ended(sql, ret) {
    if (ret.state === 'approved') await setReturnState(sql, ret.rma, 'closed');
    // What was denied was never told.
    if (ret.state === 'denied' || ret.isGift || setupOf(ret).connector === null) return;
    await tellChannelOfEnd(sql, ret, await takeOrder(sql, ret.orderId));
  },
});

type OfFact = OfReturn & { readonly eventNo: number };

/** Refuses what cannot be: the event is parked under an exception until it can. */
async function settleTold(sql: Sql, { eventNo }: Fact<unknown>, told: Told) {
  if (told.outcome === 'impossible') {
    throw new RangeError(told.problems.map(({ detail }) => detail).join('; '));
  }
  if (told.outcome === 'recorded') {
    await markEventApplied(sql, eventNo);
    return 'applied' as const;
  }
  await markEventApplied(sql, eventNo, 'superseded', 'that was recorded before');
  return 'duplicate' as const;
}

/** The moment that applies such a fact, under the order's lock too. */
function factMoment<Data>(
  type: CanonicalEvent['type'],
  apply: (sql: Sql, ret: ReturnSnapshot, taken: TakenOrder, fact: Fact<Data>) => Promise<Told>,
) {
  return (db: Database, of: OfFact): Promise<ReturnApplied> =>
    recordFact<Data, OfReturn, ReturnSnapshot, ReturnAgenda>(
      RETURN_FRAME,
      db,
      of,
      type,
      async (sql, ret, fact) =>
        settleTold(sql, fact, await apply(sql, ret, await takeOrder(sql, ret.orderId), fact)),
    );
}

export const recordReturnReceived = factMoment<ReturnReceived>(
  'return.received.v1',
  (sql, ret, { order }, fact) => receive(sql, ret, order, fact.data, fact.eventNo),
);

export const recordReturnInspected = factMoment<ReturnInspected>(
  'return.inspected.v1',
  (sql, ret, taken, fact) =>
    inspect(sql, ret, taken, fact.data, { actor: fact.source, role: 'oms', eventNo: fact.eventNo }),
);

/** What has not come in time is not expected any more; nothing came at all: the return has expired. */
export async function giveUpExpected(db: Database, of: OfReturn): Promise<Closed<ReturnAgenda>> {
  const { agenda } = await flowMoment(RETURN_FRAME, db, of, async (sql, ret) => {
    if (ret.state !== 'approved') return;
    if (ret.inspections.some(({ kind, state }) => kind === 'advance' && state === 'accepted')) {
      return neverCame(sql, ret);
    }
    await dropExpected(sql, ret.rma);
    if (unitsOf(ret).received === 0) await setReturnState(sql, ret.rma, 'expired');
  });
  return { outcome: 'open', agenda };
}
