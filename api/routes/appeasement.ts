/** `POST /v1/orders/{orderId}/appeasement`: money back without goods, within limits (rule 8b). */
import { formatMoney } from '../../canonical/rules/money/money';
import { speaksFor } from '../../canonical/schema/api-key';
import { appease } from '../../moments/return/appease';
import { recordDecision } from '../../store/access/decisions';
import { findSold } from '../../store/returns/sold';
import { Problem } from '../http/problem';
import { found, keyedRoute, madeBy } from '../http/route';
import { invalid } from '../http/validation';
import { showReturn } from '../return-shown';
import { MAY } from '../roles';
import { OrderParams } from '../schema/order';
import { AppeasementBody, ReturnView } from '../schema/return';

const UNKNOWN = 'there is no such order';

export const appeaseRoute = keyedRoute(
  {
    path: '/v1/orders/{orderId}/appeasement',
    tag: 'Orders',
    summary: 'Give money back and leave the goods',
    description:
      'A price concession. It is followed as a return without goods: above the limit it waits for ' +
      'other people, and its refunds go to the payments of the order.',
    roles: MAY.appeaseOrders,
    params: OrderParams,
    body: {
      schema: AppeasementBody,
      example: { amount: { currency: 'USD', minorUnits: 500 }, reason: 'goodwill' },
    },
    responses: { 201: { description: 'The return that follows it', schema: ReturnView } },
    errors: ['not_found', 'return_refused'],
    shell: {
      before: [
        '# Answered with 409 while nothing of it is captured.',
        'ORDER_ID=$(sell MUG-BLUE | field orderId)',
      ],
    },
  },
  (call, { db, configuration }, { decisionId, keep }) =>
    db.transaction(async (sql) => {
      const { body, caller, correlationId, params } = call;
      const sold = found(await findSold(sql, params), UNKNOWN);
      if (!speaksFor(caller, sold.channelInstance)) throw new Problem('not_found', UNKNOWN);
      const appeased = await appease(sql, sold, body, {
        requestKey: `decision:${decisionId}`,
        askedBy: caller.label,
        correlationId,
        askedAt: new Date().toISOString(),
        pagesUrl: configuration.PAGES_URL,
      });
      if (appeased.outcome === 'other-currency') {
        const detail = `the order is in ${appeased.currency}`;
        throw invalid({ pointer: '/amount/currency', code: 'currency_mismatch', detail });
      }
      if (appeased.outcome === 'too-much') {
        const { leftMinor, currency } = appeased;
        const detail = `${formatMoney(leftMinor, currency)} of its payments are left to give back`;
        const errors = [{ pointer: '/amount', code: 'too_much', detail }];
        const possible = { currency, minorUnits: leftMinor };
        throw new Problem('return_refused', detail, { errors, members: { possible } });
      }
      const { ret } = appeased;
      await recordDecision(sql, {
        ...madeBy(call),
        decisionId,
        action: 'order.appease',
        subject: ret.rma,
        orderId: sold.orderId,
        reason: body.reason,
        detail: { amount: body.amount },
      });
      const answer = { status: 201, body: showReturn(ret, configuration) };
      await keep(sql, answer);
      return answer;
    }),
);
