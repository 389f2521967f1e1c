/**
 * `/v1/returns`: what a customer's desk, a store or a warehouse does with goods that come back. Each
 * is one transaction in this process, and the return's flow is asked to look at what it left.
 */
import type { z } from 'zod';
import { speaksFor } from '../../canonical/schema/api-key';
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import { approve, deny, type Decided } from '../../moments/return/decide';
import { inspect } from '../../moments/return/inspect';
import { receive } from '../../moments/return/receive';
import { requestReturnOf } from '../../moments/return/request';
import { takeReturn, UnknownReturn } from '../../moments/return/return-moment';
import { takeOrder, type TakenOrder } from '../../moments/order/order-moment';
import { decisionWrite, recordDecision } from '../../store/access/decisions';
import type { Sql } from '../../store/database';
import { lookAgainWrite } from '../../store/flows/flows';
import { findSold } from '../../store/returns/sold';
import { loadReturn } from '../../store/returns/returns';
import { writeTogether } from '../../store/writes';
import type { ApiDependencies } from '../dependencies';
import { RETURN_IN_SHELL } from '../examples';
import type { KeyedCall } from '../http/keyed';
import { Problem } from '../http/problem';
import { found, keyedRoute, madeBy, ok, route, type BodySpec, type Call } from '../http/route';
import { requireOwnPlace, requireTold, returnRefused } from '../return-problems';
import { showReturn } from '../return-shown';
import { MAY } from '../roles';
import {
  DecideBody,
  InspectBody,
  ReceiveBody,
  ReturnBody,
  ReturnParams,
  ReturnView,
} from '../schema/return';

const TAG = 'Returns';
const UNKNOWN = 'there is no return with that id';
const UNKNOWN_ORDER = 'there is no such order';
const LOCATION_EXAMPLE = 'store-001';
const RECEIPT_EXAMPLE = { location: LOCATION_EXAMPLE, lines: [{ lineNo: 1, quantity: 1 }] };

export const requestReturnRoute = keyedRoute(
  {
    path: '/v1/returns',
    tag: TAG,
    summary: 'Ask to bring goods back',
    description:
      'The policy of the channel that sold them says yes, or every reason why not. A store may ' +
      'ask for any order: goods come back anywhere.',
    roles: MAY.requestReturns,
    sameAs: 'return.requested.v1',
    body: {
      schema: ReturnBody,
      example: {
        channelInstance: 'web-us',
        orderNo: '1001',
        lines: [{ lineNo: 1, quantity: 1 }],
        reason: 'changed-mind',
      },
    },
    responses: { 201: { description: 'Approved, or asked for', schema: ReturnView } },
    shell: { call: RETURN_IN_SHELL },
    errors: ['not_found', 'return_refused'],
  },
  (call, { db, configuration }, { decisionId, keep }) =>
    db.transaction(async (sql) => {
      const { body, caller, correlationId } = call;
      requireSupport(call);
      const sold = found(await findSold(sql, body), UNKNOWN_ORDER);
      if (!seesOrder(caller, sold)) throw new Problem('not_found', UNKNOWN_ORDER);
      const { FULFILMENT_DEADLINE_MS: fulfilmentDeadlineMs, PAGES_URL: pagesUrl } = configuration;
      const { exchange, ...request } = body;
      const wanted = exchange && {
        lines: exchange.lines,
        difference: exchange.difference ?? null,
        flow: { fulfilmentDeadlineMs, pagesUrl },
      };
      const of = { ...request, exchange: wanted };
      const asked = await requestReturnOf(sql, sold, of, {
        requestKey: `decision:${decisionId}`,
        askedBy: caller.label,
        correlationId,
        askedAt: new Date().toISOString(),
        pagesUrl,
      });
      if (asked.outcome === 'not-offered') {
        const { pointer, code, detail } = asked;
        throw new Problem('return_refused', detail, { errors: [{ pointer, code, detail }] });
      }
      if (asked.outcome === 'refused') {
        throw returnRefused(asked.refusals, body.lines);
      }
      const { rma } = asked;
      await recordDecision(sql, {
        ...madeBy(call),
        decisionId,
        action: 'return.request',
        subject: rma,
        orderId: sold.orderId,
        reason: body.reason,
        detail: { lines: body.lines },
      });
      const ret = asked.ret ?? found(await loadReturn(sql, rma), UNKNOWN);
      const answer = { status: 201, body: showReturn(ret, configuration) };
      await keep(sql, answer);
      return answer;
    }),
);

/** Money without goods, and goodwill, are for support to ask for. */
function requireSupport({ caller, body }: Call<unknown, unknown, ReturnBody>): void {
  const isPlain = body.isException !== true && (body.refundTiming ?? 'inspected') === 'inspected';
  if (isPlain || caller.role === 'support') return;
  throw new Problem('forbidden', 'isException and refundTiming are for support');
}

/** A store sees what comes to its counter, whoever sold it. */
function seesOrder(
  caller: Call<unknown, unknown, unknown>['caller'],
  { channelInstance }: { readonly channelInstance: string },
): boolean {
  return caller.role === 'store' || speaksFor(caller, channelInstance);
}

export const readReturnRoute = route(
  {
    method: 'get',
    path: '/v1/returns/{rma}',
    tag: TAG,
    summary: 'Read a return',
    roles: MAY.readReturns,
    params: ReturnParams,
    responses: { 200: { description: 'The return as it stands', schema: ReturnView } },
    errors: ['not_found'],
  },
  async ({ params, caller }, { db, configuration }) => {
    const any = await loadReturn(db, params.rma);
    const own = any && seesOrder(caller, any) ? any : null;
    return ok(showReturn(found(own, UNKNOWN), configuration));
  },
);

type Deciding<B> = Call<{ rma: string }, unknown, B>;

/** Locked; null where there is none, or it is another's. */
async function takeOwn(sql: Sql, { caller }: Deciding<unknown>, rma: string) {
  try {
    const ret = await takeReturn(sql, rma);
    return seesOrder(caller, ret) ? ret : null;
  } catch (error) {
    if (error instanceof UnknownReturn) return null;
    throw error;
  }
}

/** One transaction: the return and its order are taken, decided on, shown. */
function decisionOnReturn<B extends z.ZodType>(
  name: 'receive' | 'inspect' | 'approve' | 'deny',
  described: {
    readonly summary: string;
    readonly description?: string;
    readonly body: BodySpec<B>;
    readonly sameAs?: 'return.received.v1' | 'return.inspected.v1';
    readonly shell?: { readonly before: readonly string[] };
    readonly roles: (typeof MAY)['receiveReturns'] | (typeof MAY)['approveReturns'];
  },
  work: (
    sql: Sql,
    call: Deciding<z.infer<B>>,
    of: { readonly ret: ReturnSnapshot; readonly taken: TakenOrder; readonly decisionId: string },
  ) => Promise<void>,
) {
  return keyedRoute(
    {
      path: `/v1/returns/{rma}/${name}`,
      tag: TAG,
      params: ReturnParams,
      responses: { 200: { description: 'The return as it stands', schema: ReturnView } },
      errors: ['not_found', 'return_state'] as const,
      ...described,
    },
    (call: Deciding<z.infer<B>>, { db, configuration }: ApiDependencies, key: KeyedCall) =>
      db.transaction(async (sql) => {
        const { rma } = call.params;
        const ret = found(await takeOwn(sql, call, rma), UNKNOWN);
        const taken = await takeOrder(sql, ret.orderId);
        const { decisionId } = key;
        await work(sql, call, { ret, taken, decisionId });
        const { orderId } = ret;
        const of = { action: `return.${name}`, subject: rma, orderId };
        const decision = { ...madeBy(call), decisionId, ...of };
        await writeTogether(sql, [decisionWrite(decision), lookAgainWrite(ret.workflowId)]);
        const after = found(await loadReturn(sql, rma), UNKNOWN);
        const answer = ok(showReturn(after, configuration));
        await key.keep(sql, answer);
        return answer;
      }),
  );
}

export const receiveReturnRoute = decisionOnReturn(
  'receive',
  {
    summary: 'Goods of a return are here',
    description: 'At any location, all of them or a part. They are not to be sold until inspected.',
    roles: MAY.receiveReturns,
    sameAs: 'return.received.v1',
    body: {
      schema: ReceiveBody,
      example: RECEIPT_EXAMPLE,
    },
  },
  async (sql, call, { ret, taken, decisionId }) => {
    const { receiptId = decisionId, receivedAt = now(), location, lines } = call.body;
    requireOwnPlace(call, location);
    const received = { receiptId, receivedAt, location, lines };
    requireTold(await receive(sql, ret, taken.order, received, null));
  },
);

export const inspectReturnRoute = decisionOnReturn(
  'inspect',
  {
    summary: 'Say how goods came back',
    description:
      'Condition by line, and what becomes of them. They are accepted and paid back at once, ' +
      'unless the amount needs approvals: then the status is `awaiting-approval`.',
    roles: MAY.receiveReturns,
    sameAs: 'return.inspected.v1',
    shell: {
      before: [
        'RMA=$(bring_back)',
        'curl -s "$API/v1/returns/$RMA/receive" -H "Authorization: Bearer $(key oms)" \\',
        '  -H "Content-Type: application/json" -H "Idempotency-Key: $(date +%s%N)" \\',
        `  -d '${JSON.stringify(RECEIPT_EXAMPLE)}'`,
      ],
    },
    body: {
      schema: InspectBody,
      example: {
        location: LOCATION_EXAMPLE,
        lines: [{ lineNo: 1, quantity: 1, condition: 'new' }],
      },
    },
  },
  async (sql, call, { ret, taken, decisionId }) => {
    const { inspectionId = decisionId, inspectedAt = now(), location, lines } = call.body;
    requireOwnPlace(call, location);
    const inspected = { inspectionId, inspectedAt, location, lines };
    const by = { actor: call.caller.label, role: call.caller.role, eventNo: null };
    requireTold(await inspect(sql, ret, taken, inspected, by));
  },
);

const WHY_NOT: Readonly<Record<Exclude<Decided['outcome'], 'decided' | 'said'>, string>> = {
  'nothing-to-decide': 'nothing of this return waits for a decision',
  'own-request':
    'who asked for it, or looked at the goods, does not approve it: somebody else does',
  'said-before': 'this key has said yes already: somebody else has to as well',
  'beyond-role': 'above the limit it takes finance to say yes',
};

function requireDecided({ outcome }: Decided): void {
  if (outcome === 'decided' || outcome === 'said') return;
  throw new Problem(outcome === 'beyond-role' ? 'forbidden' : 'return_state', WHY_NOT[outcome]);
}

/** What was asked for within the policy, and is small, nobody has to say yes to. */
const NOTHING_TO_DECIDE = {
  before: ['# Answered with 409: nothing of it waits for a decision.', 'RMA=$(bring_back)'],
};
const decideBody = { schema: DecideBody, example: { reason: 'a customer of many years' } };

export const approveReturnRoute = decisionOnReturn(
  'approve',
  {
    summary: 'Say yes to a return, or to what is paid back',
    description: 'Never by who asked for it or looked at the goods; above the limit by finance.',
    roles: MAY.approveReturns,
    body: decideBody,
    shell: NOTHING_TO_DECIDE,
  },
  async (sql, { caller }, { ret }) =>
    requireDecided(await approve(sql, ret, { actor: caller.label, role: caller.role })),
);

export const denyReturnRoute = decisionOnReturn(
  'deny',
  {
    summary: 'Say no',
    description: 'Goods that are here and are not taken back have to be sent back.',
    roles: MAY.approveReturns,
    body: decideBody,
    shell: NOTHING_TO_DECIDE,
  },
  async (sql, { caller, body: { reason } }, { ret }) =>
    requireDecided(await deny(sql, ret, { actor: caller.label, reason })),
);

const now = () => new Date().toISOString();
