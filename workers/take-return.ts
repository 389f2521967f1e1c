/** What starts a return: somebody asks for one, or goods come that nobody had asked about. */
import { backOffMs } from '../activities/pace';
import type { ReturnReceived, ReturnRequested } from '../canonical/schema/return-events';
import { requestReturn } from '../moments/return/request';
import { ImpossibleArrival, takeArrived } from '../moments/return/unannounced';
import { letWait, setAside, settleEvent, type InboxRow } from '../store/inbox/routing';
import type { RouterSettings } from './router-settings';

const FIRST_RECHECK_MS = 1_000;
const LONGEST_RECHECK_MS = 60_000;

export async function takeReturnRequest(
  settings: RouterSettings,
  row: InboxRow,
  data: ReturnRequested,
): Promise<void> {
  const { db, pagesUrl } = settings;
  const asked = await db.transaction((sql) =>
    requestReturn(sql, data, {
      requestKey: `event:${row.source}#${row.eventId}`,
      askedBy: row.source,
      correlationId: row.correlationId,
      askedAt: row.occurredAt,
      pagesUrl,
    }),
  );
  switch (asked.outcome) {
    case 'opened':
    case 'known':
      return settleEvent(db, row.eventNo, 'applied', `return ${asked.rma}`);
    case 'no-order':
      return waitForOrder(settings, row, data);
    case 'not-offered':
      return settleEvent(db, row.eventNo, 'superseded', `refused: ${asked.detail}`);
    case 'refused':
      return settleEvent(
        db,
        row.eventNo,
        'superseded',
        `refused: ${asked.refusals.map(({ detail }) => detail).join('; ')}`,
      );
  }
}

export async function takeUnannounced(
  settings: RouterSettings,
  row: InboxRow,
  data: ReturnReceived,
): Promise<void> {
  const { eventNo, source, correlationId } = row;
  const { db, pagesUrl } = settings;
  try {
    const arrived = await takeArrived(db, data, { eventNo, source, correlationId, pagesUrl });
    if (arrived.outcome === 'no-order') await waitForOrder(settings, row, data);
  } catch (error) {
    if (!(error instanceof ImpossibleArrival)) throw error;
    await setAside(db, row, {
      code: 'event.no-rule',
      cause: { kind: 'event', ref: String(eventNo) },
      detail: `goods that came back were not recorded: ${error.message}`,
    });
  }
}

interface OfOrder {
  readonly rma?: string | undefined;
  readonly orderId?: string | undefined;
  readonly channelInstance?: string | undefined;
  readonly orderNo?: string | undefined;
}

/** Its order is not here yet: it goes on by itself when that comes. */
export async function waitForOrder(
  { db, eventWaitMs }: RouterSettings,
  row: InboxRow,
  { rma, orderId, channelInstance, orderNo }: OfOrder,
): Promise<void> {
  const order = channelInstance === undefined ? undefined : `${channelInstance}/${orderNo ?? ''}`;
  const name = orderId ?? order ?? rma ?? '';
  if (row.waitedMs < eventWaitMs) {
    const delayMs = backOffMs(row.attempts - 1, FIRST_RECHECK_MS, LONGEST_RECHECK_MS);
    return letWait(db, row.eventNo, `waits for ${name}`, delayMs);
  }
  await setAside(db, row, {
    code: 'event.no-order',
    cause: { kind: 'order', ref: name },
    detail: `${row.type ?? row.topic}: order ${name} never arrived`,
  });
}
