/**
 * The accept moment for an order that waited: the same judgement as at the door, under its row
 * lock, called by its flow whenever something it waited for has changed.
 */
import { judge, valuesToLookUp } from '../../canonical/rules/order/acceptance';
import { missingOf } from '../../canonical/rules/order/verdicts';
import { asClaims } from '../../canonical/rules/order/claims';
import type { Verdict } from '../../canonical/rules/order/judgement';
import type { Missing } from '../../canonical/rules/order/problem';
import { briefOf } from '../../canonical/rules/order/agenda';
import { ACCEPTANCE } from '../../canonical/flows/order-steps';
import { businessDate } from '../../canonical/rules/posting/business-date';
import { sum } from '../../canonical/rules/money/money';
import { acceptStatedTotals } from '../../canonical/rules/order/totals';
import { channelSetup } from '../../canonical/installation';
import type { AcceptOutcome } from '../../canonical/flows/order';
import type { Database, Sql } from '../../store/database';
import { contentHash } from '../../store/ids';
import { askMasterData } from '../../store/master/master-data';
import { appendFact, settleStatus } from '../../store/orders/orders';
import { acceptanceOf, prepaidMoney } from './accept-document';
import { tellOfCancellation } from './cancellation-messages';
import { takeOrder, type TakenOrder } from './order-moment';
import { refusedHere } from './refused-here';
import { refundPrepaid } from '../money/refund-due';
import { postPrepayments, soughtByOthers, SOURCING_ATTEMPTS } from './submit-order';
import { settleExceptions, takeResolutions } from '../../store/exceptions/exceptions';
import {
  Collision,
  lockReceived,
  openMissing,
  readSubmitted,
  rewriteOrder,
  type ReceivedOrder,
} from './waiting-order';

/** Accepted, still waiting (with what for), or given up by a person. Idempotent. */
export async function acceptOrder(
  db: Database,
  input: { readonly orderId: string },
): Promise<AcceptOutcome> {
  let collision: Collision | null = null;
  for (let attempt = 1; attempt <= SOURCING_ATTEMPTS; attempt += 1) {
    try {
      return await db.transaction((sql) => accept(sql, input.orderId));
    } catch (error) {
      if (!(error instanceof Collision) || error.written !== 'stock-taken') throw error;
      collision = error;
    }
  }
  const wanted = collision && 'acceptable' in collision.of ? collision.of.acceptable.wanted : [];
  return db.transaction(async (sql) =>
    wait(sql, await lockReceived(sql, input.orderId), soughtByOthers(wanted)),
  );
}

async function accept(sql: Sql, orderId: string): Promise<AcceptOutcome> {
  const row = await lockReceived(sql, orderId);
  if (row.stage === 'rejected') return { outcome: 'rejected', reason: row.rejectReason ?? '' };
  if (row.stage !== 'received') {
    return { outcome: 'accepted', order: briefOf(await settleStatus(sql, orderId)) };
  }
  const resolution = await resolutions(sql, row);
  if (resolution.abandoned) {
    const taken = await takeOrder(sql, orderId);
    const rejected = await rejectReceived(sql, taken, 'given up by a person');
    await settleStatus(sql, orderId);
    await tellOfCancellation(sql, taken, false);
    return rejected;
  }
  const adjusted = resolution.overridden ? acceptStatedTotals(row.content) : null;
  const order = adjusted ?? row.content;
  const setup = channelSetup(order.channelInstance);
  const refused = await refusedHere(sql, order, setup, row);
  if (!setup || refused) {
    return wait(sql, row, missingOf(refused, order));
  }
  const verdict = judge(order, setup, await askMasterData(sql, valuesToLookUp(order)));
  if (verdict.outcome !== 'acceptable') return wait(sql, row, missingIn(verdict));
  const acceptable = row.isClaim ? asClaims(verdict.acceptable) : verdict.acceptable;
  const hash = contentHash(row.content);
  const written = { ...row, order, contentHash: hash, setup, startFlow: null, idempotency: null };
  const acceptance = acceptanceOf(written, acceptable);
  await rewriteOrder(sql, acceptance);
  await closeOthers(sql, row.workflowId, []);
  await postPrepayments(sql, acceptance, acceptable.tenders, acceptable.location.timeZone);
  return { outcome: 'accepted', order: briefOf(acceptance.snapshot) };
}

/** What people decided on the exceptions that kept it from being accepted; now applied. */
async function resolutions(sql: Sql, { workflowId }: ReceivedOrder) {
  await takeResolutions(sql, { workflowId, blocks: ACCEPTANCE.text });
  const { rows } = await sql.query<{ code: string; resolution: string }>(
    `select code, resolution from exception
      where workflow_id = $1 and blocks = $2 and state = 'resolved'`,
    [workflowId, ACCEPTANCE.text],
  );
  return {
    abandoned: rows.some((row) => row.resolution === 'abandoned'),
    overridden: rows.some(
      (row) => row.code === 'order.totals-mismatch' && row.resolution === 'overridden',
    ),
  };
}

async function wait(
  sql: Sql,
  row: ReceivedOrder,
  missing: readonly Missing[],
): Promise<AcceptOutcome> {
  const exceptions = await openMissing(sql, { ...row, order: row.content, missing });
  await closeOthers(
    sql,
    row.workflowId,
    exceptions.map((one) => one.exceptionId),
  );
  return { outcome: 'waiting', exceptions };
}

/** What it no longer lacks is no longer anybody's work. */
async function closeOthers(sql: Sql, workflowId: string, stillOpen: readonly string[]) {
  await settleExceptions(
    sql,
    { workflowId, blocks: ACCEPTANCE.text, except: stillOpen },
    { as: 'retried', reason: 'the cause is gone' },
  );
}

function missingIn(verdict: Verdict): readonly Missing[] {
  return 'missing' in verdict ? verdict.missing : missingOf(verdict);
}

/**
 * Given up before it was accepted: nothing was reserved. An authorization that came with it is
 * voided by the agenda; money that the channel has captured is booked as it came (rule 2) and owed
 * back at once (rule 7).
 */
export async function rejectReceived(
  sql: Sql,
  taken: TakenOrder,
  reason: string,
): Promise<AcceptOutcome> {
  const { order, setup } = taken;
  const { orderId, workflowId } = order;
  const row = await lockReceived(sql, orderId);
  await sql.query(
    `with l as (update order_line set unallocated = 0, cancelled = ordered where order_id = $1)
     update sales_order set stage = 'rejected', reject_reason = $2 where order_id = $1`,
    [orderId, reason],
  );
  await closeOthers(sql, workflowId, []);
  const submitted = readSubmitted(row.content, row);
  const kinds = await nameKinds(sql, order);
  const read = {
    ...submitted,
    tenders: submitted.tenders.map((one) => ({
      ...one,
      tenderType: kinds.get(one.tenderNo) ?? null,
    })),
  };
  await postPrepayments(sql, { ...row, order: row.content, setup }, read.tenders, 'UTC');
  const occurredAt = new Date().toISOString();
  await refundPrepaid(sql, taken, {
    worthMinor: sum(order.tenders.map((tender) => tender.prepaidMinor)),
    stillToGoMinor: 0,
    occurredAt,
    onDate: businessDate(occurredAt, 'UTC'),
    reason: 'given up before it was accepted',
    rule: '7',
  });
  await appendFact(sql, orderId, {
    kind: 'rejected',
    occurredAt,
    moves: order.lines.map(({ lineNo, ordered }) => ({
      lineNo,
      groupNo: null,
      from: null,
      to: 'cancelled',
      quantity: ordered,
    })),
    money: prepaidMoney(read),
    about: { reason },
  });
  return { outcome: 'rejected', reason };
}

/** What its gateways are mapped to by now: on which account its money stands. By tender. */
async function nameKinds(
  sql: Sql,
  { orderId, channelInstance }: TakenOrder['order'],
): Promise<ReadonlyMap<number, string>> {
  const { rows } = await sql.query<{ tenderNo: number; kind: string }>(
    `update tender t set tender_type = m.target from mapping m
      where t.order_id = $1 and m.kind = 'tender' and m.source = $2 and m.value = t.gateway
     returning t.tender_no as "tenderNo", t.kind`,
    [orderId, channelInstance],
  );
  return new Map(rows.map(({ tenderNo, kind }) => [tenderNo, kind]));
}
