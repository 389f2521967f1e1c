/** What a channel says of an order that may be here: what is left of it to do for the router. */
import type { OrderWord } from '../canonical/rules/order/later-word';
import type { CanonicalEvent } from '../canonical/schema/event';
import type { IfUnknown } from '../connectors/inbound-contract';
import { heedWord } from '../moments/order/later-word';
import type { Database } from '../store/database';
import type { InboxRow } from '../store/inbox/routing';
import { findOrderByNumber } from '../store/orders/order-by-number';

export interface Settled {
  readonly outcome: 'settled';
  readonly as: 'applied' | 'superseded';
  readonly note: string;
  readonly orderId: string;
}

/** Null: it goes on as the event that it is. */
export async function hearWord(
  db: Database,
  row: InboxRow,
  event: CanonicalEvent,
  said: { readonly word?: OrderWord; readonly ifUnknown?: IfUnknown },
): Promise<IfUnknown | Settled | null> {
  if (!said.word && !said.ifUnknown) return null;
  if (event.type !== 'order.created.v1' && event.type !== 'order.cancel-requested.v1') return null;
  const { channelInstance, orderNo } = event.data;
  if (channelInstance === undefined || orderNo === undefined) return null;
  const known = await findOrderByNumber(db, { channelInstance, orderNo });
  if (!known) return said.ifUnknown ?? null;
  const { orderId, stage } = known;
  if (event.type !== 'order.created.v1' || !said.word) return null;
  const answer = await heedWord(db, {
    orderId,
    eventNo: row.eventNo,
    correlationId: row.correlationId,
    order: event.data,
    word: said.word,
  });
  switch (answer.outcome) {
    case 'other-order':
      return {
        outcome: 'unreadable',
        problems: [{ pointer: '/id', detail: answer.detail }],
      };
    case 'differs':
    case 'followed':
      return { outcome: 'settled', as: 'applied', note: answer.note, orderId };
    case 'nothing-new':
      // One that waits is accepted from what its channel says last.
      if (stage !== 'received') {
        return { outcome: 'settled', as: 'superseded', note: answer.note, orderId };
      }
      return said.ifUnknown ? asProblems(said.ifUnknown) : null;
    case 'older':
      return { outcome: 'settled', as: 'superseded', note: answer.note, orderId };
  }
}

/** Of an order that waits here it cannot be ignored. */
const asProblems = (ifUnknown: IfUnknown): IfUnknown =>
  ifUnknown.outcome === 'unreadable'
    ? ifUnknown
    : { outcome: 'unreadable', problems: [{ pointer: '', detail: ifUnknown.why }] };
