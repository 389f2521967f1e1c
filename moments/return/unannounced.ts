/** Goods came that nobody had asked about: a return is opened for what is on their order. */
import type { ReturnReceived } from '../../canonical/schema/return-events';
import type { Database, Sql } from '../../store/database';
import { markEventApplied } from '../../store/inbox/facts';
import { lookAgainWrite } from '../../store/flows/flows';
import { findSold } from '../../store/returns/sold';
import { orderOfReturn, openReturnExpecting } from '../../store/returns/return-queries';
import { writeTogether } from '../../store/writes';
import { takeOrder, type TakenOrder } from '../order/order-moment';
import { tellChannelOfReturn } from './channel-messages';
import { receive, type Told } from './receive';
import { openReturn, ORDINARY_TERMS } from './request';
import { takeReturn } from './return-moment';

export interface ArrivedEvent {
  readonly eventNo: number;
  readonly source: string;
  readonly correlationId: string;
  readonly pagesUrl?: string | undefined;
}

export type Arrived = Told | { readonly outcome: 'no-order' };

/**
 * A return of that order that is open and expects them takes them; else they get one of their own.
 * One transaction with the event's end.
 */
export function takeArrived(
  db: Database,
  data: ReturnReceived,
  event: ArrivedEvent,
): Promise<Arrived> {
  return db.transaction(async (sql) => {
    const named = data.rma === undefined ? null : await orderOfReturn(sql, data.rma);
    const { orderId, channelInstance, orderNo } = named ? { ...data, orderId: named } : data;
    const sold = await findSold(sql, {
      ...(orderId !== undefined && { orderId }),
      ...(channelInstance !== undefined && { channelInstance }),
      ...(orderNo !== undefined && { orderNo }),
    });
    if (!sold) return { outcome: 'no-order' };
    const taken = await takeOrder(sql, sold.orderId);
    const { order } = taken;
    const expecting = await openReturnExpecting(sql, sold.orderId);
    const open = async () => {
      const opened = await openReturn(sql, {
        ...sold,
        isAnnounced: false,
        reason: 'unannounced',
        state: 'approved',
        askedBy: event.source,
        ...ORDINARY_TERMS,
        correlationId: event.correlationId,
        requestKey: `event:${event.eventNo}`,
        lines: [],
        currency: order.currency,
        pagesUrl: event.pagesUrl,
      });
      return opened.ret.rma;
    };
    const rma = expecting ?? (await open());
    const ret = await takeReturn(sql, rma);
    const told = await receive(sql, ret, order, data, event.eventNo);
    // What cannot be leaves nothing behind: not even the return that was opened for it.
    if (told.outcome === 'impossible') throw new ImpossibleArrival(told.problems);
    if (told.outcome === 'recorded' && !ret.isAnnounced) await tellOfReceipt(sql, rma, taken);
    await markEventApplied(
      sql,
      event.eventNo,
      told.outcome === 'recorded' ? 'applied' : 'superseded',
    );
    await writeTogether(sql, [lookAgainWrite(ret.workflowId)]);
    return told;
  });
}

/** What nobody had asked about is told to its channel as it came. */
async function tellOfReceipt(sql: Sql, rma: string, taken: TakenOrder): Promise<void> {
  const ret = await takeReturn(sql, rma);
  const receipt = ret.receipts.at(-1);
  if (receipt) await tellChannelOfReturn(sql, ret, taken, receipt.lines, receipt.receiptNo);
}

export class ImpossibleArrival extends Error {
  override readonly name = 'ImpossibleArrival';
  constructor(readonly problems: readonly { readonly detail: string }[]) {
    super(problems.map(({ detail }) => detail).join('; '));
  }
}
