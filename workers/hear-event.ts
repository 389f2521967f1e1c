/** Events of channels in shadow: kept with what they would have met, and at their end. */
import { channelInShadow, channelSetup } from '../canonical/installation';
import { heard, unreadableInShadow, type Judged } from '../moments/order/in-shadow';
import type { CanonicalEvent } from '../canonical/schema/event';
import type { FieldProblem } from '../connectors/inbound-contract';
import type { Database } from '../store/database';
import { settleEvent, type InboxRow } from '../store/inbox/routing';
import { findOrderFinding, keepFinding } from '../store/shadow/findings';

export const inShadow = (what: string) => `in shadow: ${what}`;

interface Heard {
  readonly channelInstance: string;
  readonly orderNo: string | null;
  readonly type: string;
}

async function keep(db: Database, row: InboxRow, of: Heard, judged: Judged): Promise<void> {
  const { eventNo, correlationId } = row;
  await db.transaction(async (sql) => {
    await keepFinding(sql, { ...of, ...judged, eventNo, correlationId });
    await settleEvent(sql, eventNo, 'ignored', inShadow(judged.finding.summary));
  });
}

/**
 * An event of an order that is not here: of a channel in shadow, or of an order that was heard while
 * its channel was. False where it is to wait for its order.
 */
export async function hearOfOrder(
  db: Database,
  row: InboxRow,
  { type, data }: CanonicalEvent,
): Promise<boolean> {
  if (!('channelInstance' in data) || !('orderNo' in data)) return false;
  const { channelInstance, orderNo } = data;
  if (channelInstance === undefined || orderNo === undefined) return false;
  const order = await findOrderFinding(db, { channelInstance, orderNo });
  if (!order && channelSetup(channelInstance)?.orderFlow !== 'shadow') return false;
  const met = order ? `an order that ${order.summary}` : 'an order that was not heard of';
  await keep(db, row, { channelInstance, orderNo, type }, heard(`${type} of ${met}`));
  return true;
}

/** Money that others moved at an account that only channels in shadow have. False: it is not that. */
export async function hearOfMoney(
  db: Database,
  row: InboxRow,
  type: string,
  reference: string,
): Promise<boolean> {
  const channelInstance = channelInShadow(row.account ?? '');
  if (channelInstance === null) return false;
  const judged = heard(`${type} of ${reference}, which others moved`);
  await keep(db, row, { channelInstance, orderNo: null, type }, judged);
  return true;
}

/** A collection that others told a channel in shadow of. False: it is not in shadow. */
export async function hearOfCollection(
  db: Database,
  row: InboxRow,
  type: string,
  channelInstance: string,
): Promise<boolean> {
  if (channelSetup(channelInstance)?.orderFlow !== 'shadow') return false;
  const judged = heard(`${type} of an order that is not here`);
  await keep(db, row, { channelInstance, orderNo: null, type }, judged);
  return true;
}

/** What a channel in shadow says and nobody here understands. False: it is nobody's in shadow. */
export async function hearUnreadable(
  db: Database,
  row: InboxRow,
  problems: readonly FieldProblem[],
  summary: string,
): Promise<boolean> {
  const channelInstance = channelInShadow(row.account ?? '');
  if (channelInstance === null) return false;
  const of = { channelInstance, orderNo: null, type: row.topic };
  await keep(db, row, of, unreadableInShadow(summary, problems));
  return true;
}
