/**
 * Somebody asks to bring goods back: the policy says yes, or every reason why not. One transaction;
 * the order's row is locked, so that two who ask for the same units are not both told yes.
 */
import { RETURN_FLOW, returnWorkflowId } from '../../canonical/flows/return';
import { returnAgendaOf } from '../../canonical/rules/return/agenda';
import {
  isGrantable,
  returnRefusals,
  type ReturnRefusal,
  type ReturnRules,
  type ReturnableLine,
} from '../../canonical/rules/return/policy';
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import type { Policies } from '../../canonical/schema/policies';
import type { RefundedTo, RefundTiming, ReturnReason } from '../../canonical/schema/return';
import type { Sql } from '../../store/database';
import { openFlow } from '../../store/flows/flows';
import { newId } from '../../store/ids';
import { findSold, returnedAndMoved, type SoldOrder } from '../../store/returns/sold';
import { waitUntil } from './wait-until';
import { returnAskedBy } from '../../store/returns/return-queries';
import { keepExchange, type Exchange } from '../../store/returns/exchanges';
import { insertReturn, type NewReturn } from '../../store/returns/returns';
import { takeOrder, type TakenOrder } from '../order/order-moment';
import { payInAdvance } from './advance';
import { askToAllow } from './ask';
import { EXPECTED, tellChannelOfReturn } from './channel-messages';
import { totalsOf } from './exchange';
import { notOfferedOf, type NotOffered } from './not-offered';
import { setupOf } from './return-moment';
import { reviewBuyer } from './review-buyer';

export interface ReturnRequest {
  readonly orderId?: string | undefined;
  readonly channelInstance?: string | undefined;
  readonly orderNo?: string | undefined;
  readonly lines: readonly { readonly lineNo: number; readonly quantity: number }[];
  readonly reason: ReturnReason;
  readonly expectedAt?: string | undefined;
  readonly refundTiming?: RefundTiming | undefined;
  /** Left out: to the payments that it is of. */
  readonly refundTo?: RefundedTo | undefined;
  /** By who was given it: paid back as store credit, and its buyer is told nothing. */
  readonly asGift?: boolean | undefined;
  /** What goes out for what comes back. */
  readonly exchange?: Omit<Exchange, 'orderNo' | 'totalMinor'> | undefined;
  /** Goodwill: asked for although the policy says no; somebody else has to say yes. */
  readonly isException?: boolean | undefined;
}

export interface AskedBy {
  /** Asked twice under it, it is one return. */
  readonly requestKey: string;
  readonly askedBy: string;
  readonly correlationId: string;
  /** RFC 3339. */
  readonly askedAt: string;
  readonly pagesUrl?: string | undefined;
}

export type Requested =
  | {
      readonly outcome: 'opened' | 'known';
      readonly rma: string;
      /** Null where it has to be read. */
      readonly ret: ReturnSnapshot | null;
    }
  | { readonly outcome: 'no-order' }
  | ({ readonly outcome: 'not-offered' } & NotOffered)
  | { readonly outcome: 'refused'; readonly refusals: readonly ReturnRefusal[] };

export async function requestReturn(
  sql: Sql,
  request: ReturnRequest,
  by: AskedBy,
): Promise<Requested> {
  const sold = await findSold(sql, {
    ...(request.orderId !== undefined && { orderId: request.orderId }),
    ...(request.channelInstance !== undefined && { channelInstance: request.channelInstance }),
    ...(request.orderNo !== undefined && { orderNo: request.orderNo }),
  });
  if (!sold) return { outcome: 'no-order' };
  return requestReturnOf(sql, sold, request, by);
}

/** Of an order that was found. */
export async function requestReturnOf(
  sql: Sql,
  sold: SoldOrder,
  request: ReturnRequest,
  by: AskedBy,
): Promise<Exclude<Requested, { outcome: 'no-order' }>> {
  const taken = await takeOrder(sql, sold.orderId);
  const { order } = taken;
  const known = await returnAskedBy(sql, by.requestKey);
  if (known !== null) return { outcome: 'known', rma: known, ret: null };
  const asked = { reason: request.reason, askedAt: by.askedAt };
  const lines = await returnableLines(sql, taken);
  const refusals = returnRefusals(request.lines, lines, rulesOf(taken.setup.policies), asked);
  // Goodwill is about what is granted, never about goods that are not there.
  const isGoodwill = request.isException === true && refusals.every(isGrantable);
  if (refusals.length > 0 && !isGoodwill) return { outcome: 'refused', refusals };
  const isException = refusals.length > 0;
  const isGift = request.asGift === true;
  const notOffered = notOfferedOf(request, taken);
  if (notOffered) return { outcome: 'not-offered', ...notOffered };
  const { ret, isPlain } = await openReturn(sql, {
    ...sold,
    isAnnounced: true,
    reason: request.reason,
    state: isException ? 'requested' : 'approved',
    askedBy: by.askedBy,
    isException,
    expectedAt: request.expectedAt ?? null,
    refundTiming: request.refundTiming ?? 'inspected',
    refundTo: request.refundTo ?? (isGift ? 'store-credit' : 'tender'),
    isGift,
    concededMinor: null,
    correlationId: by.correlationId,
    requestKey: by.requestKey,
    lines: request.lines,
    currency: order.currency,
    pagesUrl: by.pagesUrl,
  });
  const { rma } = ret;
  const { exchange } = request;
  if (exchange) {
    const totalMinor = totalsOf(exchange.lines, order.currency).total.minorUnits;
    await keepExchange(sql, { ...sold, rma }, { ...exchange, totalMinor });
  }
  if (isException) await askToAllow(sql, rma, refusals.map(({ detail }) => detail).join('; '));
  else if (!isGift) await tellChannelOfReturn(sql, ret, taken, request.lines, EXPECTED);
  if (!isPlain) await payInAdvance(sql, rma);
  return { outcome: 'opened', rma, ret: isPlain && !exchange ? ret : null };
}

/** Of one that somebody else decided on: goods first, then money to the payments that it is of. */
export const ORDINARY_TERMS = {
  isException: false,
  expectedAt: null,
  refundTiming: 'inspected',
  refundTo: 'tender',
  isGift: false,
  concededMinor: null,
} as const satisfies Partial<NewReturn>;

export const rulesOf = (policies: Policies): ReturnRules => ({
  windowDays: policies.returnWindowDays,
  windowDaysFor: policies.returnWindowDaysFor,
  reasons: policies.returnReasons,
});

/** What of each line has left, and is not back or expected back. */
export async function returnableLines(
  sql: Sql,
  { order }: TakenOrder,
): Promise<readonly ReturnableLine[]> {
  const known = await returnedAndMoved(sql, order.orderId);
  return order.lines.map((line) => ({
    lineNo: line.lineNo,
    ordered: line.ordered,
    moved: line.shipped + line.pickedUp,
    spokenFor: line.returned + (known.get(line.lineNo)?.spokenFor ?? 0),
    movedAt: known.get(line.lineNo)?.movedAt ?? null,
    isFinalSale: known.get(line.lineNo)?.isFinalSale ?? false,
  }));
}

/** Why none of a line's units that left may come back now, by its number. */
export async function refusalsByLine(
  sql: Sql,
  orderId: string,
  askedAt: string,
): Promise<ReadonlyMap<number, string>> {
  const taken = await takeOrder(sql, orderId);
  const lines = await returnableLines(sql, taken);
  const asked = lines.flatMap(({ lineNo, moved, spokenFor }) =>
    moved > spokenFor ? [{ lineNo, quantity: moved - spokenFor }] : [],
  );
  const request = { reason: 'changed-mind', askedAt } as const;
  const refusals = returnRefusals(asked, lines, rulesOf(taken.setup.policies), request);
  return new Map(
    // For another reason it could come back.
    refusals
      .filter(({ reasons }) => reasons.length === 0)
      .flatMap(({ index, detail }) => {
        const line = asked[index];
        return line === undefined ? [] : [[line.lineNo, detail]];
      }),
  );
}

export type OpenedReturn = Omit<
  NewReturn,
  'rma' | 'workflowId' | 'receiveBy' | 'channelReturnRef' | 'isOfChannel'
> & {
  readonly currency: string;
  /** Of one that began at its channel; left out: it began here. */
  readonly channelReturnRef?: string;
  readonly pagesUrl?: string | undefined;
};

/** The return, its flow, and the row that starts it. `isPlain`: nothing else is done to it now. */
export async function openReturn(
  sql: Sql,
  opened: OpenedReturn,
): Promise<{ readonly ret: ReturnSnapshot; readonly isPlain: boolean }> {
  const rma = newId('rma');
  const { pagesUrl, channelReturnRef = null, ...of } = opened;
  const ret = { ...of, channelReturnRef, isOfChannel: channelReturnRef !== null };
  const workflowId = returnWorkflowId(rma);
  const receiveBy = waitUntil(ret.channelInstance, new Date().toISOString());
  await insertReturn(sql, { ...ret, rma, workflowId, receiveBy });
  const snapshot: ReturnSnapshot = {
    ...ret,
    rma,
    workflowId,
    receiveBy,
    exchange: null,
    exchangeOrderId: null,
    lines: ret.lines.map(({ lineNo, quantity: expected }) => ({
      ...{ lineNo, expected, received: 0, inspected: 0, accepted: 0 },
    })),
    receipts: [],
    inspections: [],
    refunds: [],
    charges: [],
    credits: [],
    exceptions: [],
  };
  const setup = setupOf(snapshot);
  const { channelInstance, orderNo, orderId } = ret;
  const isPlain = ret.isAnnounced && ret.state === 'approved' && ret.refundTiming === 'inspected';
  // What somebody else brings back is no return of the buyer's.
  if (!ret.isGift) await reviewBuyer(sql, snapshot, setup.policies);
  await openFlow(sql, {
    contract: RETURN_FLOW,
    subjectId: rma,
    orderId,
    input: {
      rma,
      channelInstance,
      orderNo,
      moneyMode: setup.moneyMode,
      // What else is done in this transaction is asked.
      opened: isPlain ? returnAgendaOf(snapshot) : null,
      ...(pagesUrl !== undefined && { pagesUrl }),
    },
  });
  return { ret: snapshot, isPlain };
}
