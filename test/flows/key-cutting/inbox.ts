/** Events about keys, stored and routed as the product's router does it, with one more flow. */
import { storeCanonicalEvents } from '../../../store/inbox/inbox';
import { claimEvents } from '../../../store/inbox/routing';
import { only, type Database } from '../../../store/database';
import { resolveExceptions } from '../../../store/exceptions/exceptions';
import type { Resolution } from '../../../canonical/schema/exception';
import { STARTERS } from '../../../workers/flows';
import { createPlaceAsker } from '../../../workers/ask-places';
import { routeEvent } from '../../../workers/route-event';
import { FLOWS_AND_KEYS } from './contract';

const MINUTE_MS = 60_000;
const EVENTS_AT_ONCE = 50;
let eventsMade = 0;

export interface InboxState {
  readonly state: string;
  readonly orderId: string | null;
  readonly workflowId: string | null;
}

export async function inboxStateOf(db: Database, eventNo: number): Promise<InboxState> {
  const { rows } = await db.query<InboxState & Record<string, unknown>>(
    `select state, order_id as "orderId", workflow_id as "workflowId" from inbox
      where event_no = $1`,
    [eventNo],
  );
  return only(rows, `event ${eventNo}`);
}

/** What has come in reaches its flow; `eventWaitMs`: for as long it may wait for one. */
export async function routeAll(db: Database, eventWaitMs = MINUTE_MS): Promise<void> {
  const settings = {
    db,
    flows: FLOWS_AND_KEYS,
    starters: STARTERS,
    places: createPlaceAsker({}),
    fulfilmentDeadlineMs: MINUTE_MS,
    eventWaitMs,
  };
  for (const row of await claimEvents(db, EVENTS_AT_ONCE, MINUTE_MS)) {
    await routeEvent(settings, row);
  }
}

/** A copy of a key was collected; the event's number, routed. */
export async function collectCopy(
  db: Database,
  keyId: string,
  eventWaitMs?: number,
): Promise<number> {
  eventsMade += 1;
  const eventId = `collected-${eventsMade}`;
  const body = { channelInstance: 'shopify-us', orderNo: '1001', requestId: keyId };
  await storeCanonicalEvents(db, [
    {
      source: 'key-counter',
      eventId,
      type: 'fulfilment.accepted.v1',
      body,
      raw: JSON.stringify(body),
      correlationId: 'cor_key',
      occurredAt: null,
    },
  ]);
  await routeAll(db, eventWaitMs);
  const { rows } = await db.query<{ eventNo: number }>(
    `select event_no as "eventNo" from inbox where source = 'key-counter' and event_id = $1`,
    [eventId],
  );
  return only(rows, eventId).eventNo;
}

export async function openCodesOf(db: Database, workflowId: string): Promise<string[]> {
  const { rows } = await db.query<{ code: string }>(
    `select code from exception where workflow_id = $1 and state <> 'resolved' order by opened_at`,
    [workflowId],
  );
  return rows.map((row) => row.code);
}

/** A person resolves what is open of that flow under that code. */
export async function resolveOf(
  db: Database,
  workflowId: string,
  code: string,
  resolution: Resolution,
): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    `select exception_id as id from exception
      where workflow_id = $1 and code = $2 and state <> 'resolved'`,
    [workflowId, code],
  );
  const { id } = only(rows, `${code} of ${workflowId}`);
  await db.transaction((sql) =>
    resolveExceptions(sql, { exceptionIds: [id] }, { resolution, by: 'a person' }),
  );
  return id;
}
