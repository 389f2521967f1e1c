/** `/v1/stores/{storeId}/returns`: goods that a customer puts on a store's counter, taken back. */
import { takeAtCounter } from '../../moments/return/at-counter';
import { recordDecision } from '../../store/access/decisions';
import { MAX_RETURNS_LISTED, returnsAtStore } from '../../store/returns/return-story';
import { findSold } from '../../store/returns/sold';
import { RETURN_AT_COUNTER_IN_SHELL } from '../examples';
import { found, keyedRoute, madeBy, ok, route } from '../http/route';
import { requireOwnPlace, returnImpossible, returnRefused } from '../return-problems';
import { showReturn } from '../return-shown';
import { MAY } from '../roles';
import { StoreParams } from '../schema/pickup';
import { CounterBody, ReturnView, StoreReturns } from '../schema/return';

const DAYS_SHOWN = 3;
const DAY_MS = 86_400_000;

export const storeReturnsRoute = route(
  {
    method: 'get',
    path: '/v1/stores/{storeId}/returns',
    tag: 'Returns',
    summary: 'What came back to a store',
    description:
      `What came in the last ${DAYS_SHOWN} days, and what is expected there; the newest first, ` +
      `${MAX_RETURNS_LISTED} of each at the most.`,
    roles: MAY.readPickups,
    params: StoreParams,
    responses: { 200: { description: 'Returns as they stand', schema: StoreReturns } },
  },
  async ({ params: { storeId }, caller }, { db, configuration }) => {
    requireOwnPlace({ caller }, storeId);
    const since = new Date(Date.now() - DAYS_SHOWN * DAY_MS).toISOString();
    const listed = [...(await returnsAtStore(db, storeId, since))].reverse();
    return ok({ storeId, returns: listed.map(({ ret }) => showReturn(ret, configuration)) });
  },
);

export const takeAtCounterRoute = keyedRoute(
  {
    path: '/v1/stores/{storeId}/returns',
    tag: 'Returns',
    summary: 'Take goods back at the counter',
    description:
      'Asked for, received and inspected in one call, of an order of any channel: all of it or ' +
      'nothing. A return that expects them takes them, else the policy of the channel that sold ' +
      'them is asked. It is paid back at once, unless the amount needs approvals.',
    roles: MAY.takeAtCounter,
    sameAs: 'return.received.v1',
    params: StoreParams,
    body: {
      schema: CounterBody,
      example: {
        channelInstance: 'web-us',
        orderNo: '1001',
        reason: 'changed-mind',
        lines: [{ lineNo: 1, quantity: 1, condition: 'new' }],
      },
    },
    shell: { call: RETURN_AT_COUNTER_IN_SHELL },
    responses: { 201: { description: 'Taken back', schema: ReturnView } },
    errors: ['not_found', 'return_refused', 'return_state'],
  },
  (call, { db, configuration }, { decisionId, keep }) =>
    db.transaction(async (sql) => {
      const { body, caller, correlationId } = call;
      const { storeId } = call.params;
      requireOwnPlace(call, storeId);
      const sold = found(await findSold(sql, body), 'there is no such order');
      const { reason, lines, asGift } = body;
      const asked = { storeId, reason, lines, asGift };
      const took = await takeAtCounter(sql, sold, asked, {
        requestKey: `decision:${decisionId}`,
        askedBy: caller.label,
        role: caller.role,
        correlationId,
        askedAt: new Date().toISOString(),
        pagesUrl: configuration.PAGES_URL,
      });
      if (took.outcome === 'refused') throw returnRefused(took.refusals, lines);
      if (took.outcome === 'impossible') throw returnImpossible(took.problems);
      const { ret } = took;
      await recordDecision(sql, {
        ...madeBy(call),
        decisionId,
        action: 'return.counter',
        subject: ret.rma,
        orderId: sold.orderId,
        reason,
        detail: { storeId, lines },
      });
      const answer = { status: 201, body: showReturn(ret, configuration) };
      await keep(sql, answer);
      return answer;
    }),
);
