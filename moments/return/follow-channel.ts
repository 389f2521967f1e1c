/**
 * A return that its channel knows: requested, approved, declined, closed or cancelled there. What
 * began there is decided there, and followed here; what was told by us is known again. Neither is
 * made a second time. One transaction with the event's end.
 */
import { blocksReturn } from '../../canonical/flows/return-steps';
import { isGrantable, returnRefusals } from '../../canonical/rules/return/policy';
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import type { ReturnStatusChanged } from '../../canonical/schema/return-events';
import type { Database, Sql } from '../../store/database';
import { settleExceptions } from '../../store/exceptions/exceptions';
import { lookAgainWrite } from '../../store/flows/flows';
import { markEventApplied } from '../../store/inbox/facts';
import {
  findSoldAtChannel,
  linkChannelReturn,
  returnOfChannel,
} from '../../store/returns/channel-returns';
import { dropExpected, expectUntil } from '../../store/returns/expected';
import { setReturnState } from '../../store/returns/returns';
import type { SoldOrder } from '../../store/returns/sold';
import { writeTogether } from '../../store/writes';
import { takeOrder } from '../order/order-moment';
import { openReturn, ORDINARY_TERMS, returnableLines, rulesOf } from './request';
import { takeReturn } from './return-moment';
import type { ArrivedEvent } from './unannounced';
import { waitUntil } from './wait-until';

export type Followed =
  | { readonly outcome: 'followed' | 'known' }
  | { readonly outcome: 'no-order' }
  | { readonly outcome: 'impossible'; readonly detail: string };

type AtChannel = ArrivedEvent & {
  /** RFC 3339. */
  readonly occurredAt: string;
};

export function followReturn(
  db: Database,
  data: ReturnStatusChanged,
  event: AtChannel,
): Promise<Followed> {
  return db.transaction(async (sql) => {
    const { channelInstance, channelReturnRef, rma = null } = data;
    const known = await returnOfChannel(sql, channelInstance, channelReturnRef, rma);
    const followed =
      known === null ? await openThere(sql, data, event) : await change(sql, known, data);
    if (followed.outcome === 'followed' || followed.outcome === 'known') {
      const state = followed.outcome === 'followed' ? 'applied' : 'superseded';
      await markEventApplied(sql, event.eventNo, state);
    }
    return followed;
  });
}

const isBegun = ({ status }: ReturnStatusChanged) =>
  status === 'requested' || status === 'approved';

/** It began there. One that ended before it was here is nothing to anybody. */
async function openThere(sql: Sql, data: ReturnStatusChanged, event: AtChannel): Promise<Followed> {
  if (!isBegun(data)) return { outcome: 'known' };
  const { channelInstance, channelOrderRef = '' } = data;
  const sold = await findSoldAtChannel(sql, channelInstance, channelOrderRef);
  if (!sold) return { outcome: 'no-order' };
  return openOf(sql, sold, data, event);
}

async function openOf(
  sql: Sql,
  sold: SoldOrder,
  data: ReturnStatusChanged,
  event: AtChannel,
): Promise<Followed> {
  const taken = await takeOrder(sql, sold.orderId);
  const { channelReturnRef, status, reason = 'changed-mind' } = data;
  const asked = (data.lines ?? []).map(({ channelLineRef, quantity }) => {
    const line = taken.order.lines.find((one) => one.channelLineRef === channelLineRef);
    return { lineNo: line?.lineNo ?? 0, quantity };
  });
  const at = { reason, askedAt: event.occurredAt };
  const lines = await returnableLines(sql, taken);
  // Whether it is granted is said there; whether there is anything to bring back is said here.
  const cannot = returnRefusals(asked, lines, rulesOf(taken.setup.policies), at).filter(
    (one) => !isGrantable(one),
  );
  if (cannot.length > 0) {
    return { outcome: 'impossible', detail: cannot.map(({ detail }) => detail).join('; ') };
  }
  await openReturn(sql, {
    ...sold,
    isAnnounced: true,
    reason,
    state: status === 'approved' ? 'approved' : 'requested',
    askedBy: event.source,
    ...ORDINARY_TERMS,
    correlationId: event.correlationId,
    requestKey: `channel:${sold.channelInstance}:${channelReturnRef}`,
    lines: asked,
    currency: taken.order.currency,
    pagesUrl: event.pagesUrl,
    channelReturnRef,
  });
  return { outcome: 'followed' };
}

async function change(sql: Sql, rma: string, data: ReturnStatusChanged): Promise<Followed> {
  const ret = await takeReturn(sql, rma);
  if (isBegun(data)) await linkChannelReturn(sql, rma, data.channelReturnRef);
  if (!(await apply(sql, ret, data))) return { outcome: 'known' };
  await writeTogether(sql, [lookAgainWrite(ret.workflowId)]);
  return { outcome: 'followed' };
}

/** False where it is so here already, or has gone further. */
async function apply(
  sql: Sql,
  ret: ReturnSnapshot,
  { status, channelReturnRef }: ReturnStatusChanged,
): Promise<boolean> {
  const { rma, workflowId, state } = ret;
  const isOpen = state === 'requested' || state === 'approved';
  // Goods that nobody had asked about are told receipt by receipt: the first is what it is called.
  const isIt = ret.channelReturnRef === channelReturnRef;
  if (!isOpen || (!isIt && status !== 'approved')) return false;
  switch (status) {
    case 'requested':
      return false;
    case 'approved':
      if (state !== 'requested' || !ret.isOfChannel) return false;
      await setReturnState(sql, rma, 'approved');
      await expectUntil(sql, rma, waitUntil(ret.channelInstance, new Date().toISOString()));
      break;
    case 'declined':
      if (state !== 'requested') return false;
      await setReturnState(sql, rma, 'denied');
      break;
    case 'closed':
    case 'cancelled':
      if (state === 'requested') await setReturnState(sql, rma, 'denied');
      else await dropExpected(sql, rma);
  }
  const said = { as: 'overridden', reason: `${status} at its channel` } as const;
  await settleExceptions(sql, { workflowId, blocks: blocksReturn().text }, said);
  return true;
}
