/** What starts an order's flow: a channel says that it has sold one. */
import type { Order } from '../canonical/schema/order';
import type { InShadow } from '../moments/order/submission';
import { submitOrder } from '../moments/order/submit-order';
import { settleEvent, type InboxRow } from '../store/inbox/routing';
import { saidAt, unreadable } from './read-event';
import { inShadow } from './hear-event';
import type { RouterSettings } from './router-settings';

/** It is taken, and waits in its own flow for whatever is missing. */
export async function takeOrder(
  { db, fulfilmentDeadlineMs, pagesUrl }: RouterSettings,
  row: InboxRow,
  order: Order,
): Promise<void> {
  const { correlationId, eventNo } = row;
  const outcome = await submitOrder(db, order, {
    correlationId,
    sourceEventNo: eventNo,
    isSold: true,
    isClaim: row.connector === null,
    saidAt: saidAt(row),
    fulfilmentDeadlineMs,
    pagesUrl,
  });
  switch (outcome.outcome) {
    case 'accepted':
    case 'waiting':
      return settleEvent(db, eventNo, 'applied', null, outcome.orderId);
    case 'in-shadow':
      return settleEvent(db, eventNo, 'ignored', noteOf(outcome));
    case 'exists': {
      const note = outcome.isSame
        ? 'that order is here'
        : 'that order is here with other content, which is not taken over';
      return settleEvent(db, eventNo, 'superseded', note, outcome.orderId);
    }
    case 'refused':
      return unreadable(db, row, outcome.problems);
    case 'replayed':
    case 'key-reused':
      return settleEvent(db, eventNo, 'ignored', outcome.outcome);
  }
}

function noteOf({ isNow, finding }: InShadow): string {
  return isNow
    ? inShadow(finding.summary)
    : 'that order was heard while its channel was in shadow: it is not taken over';
}
