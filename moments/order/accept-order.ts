/**
 * The accept moment for an order that waited: the same judgement as at the door, under its row
 * lock, called by its flow whenever something it waited for has changed.
 */
import { judge, refusal, valuesToLookUp } from '../../canonical/rules/order/acceptance';
import type { Missing, Verdict } from '../../canonical/rules/order/acceptance';
import { briefOf } from '../../canonical/rules/order/agenda';
import { ACCEPTANCE } from '../../canonical/flows/order-steps';
import { businessDate } from '../../canonical/rules/posting/business-date';
import { sum } from '../../canonical/rules/money/money';
import { postPrepayment, prepaymentRef } from '../../canonical/rules/posting/posting';
import { acceptStatedTotals } from '../../canonical/rules/order/totals';
import { channelSetup } from '../../canonical/installation';
import { moneyAccountOf } from '../../canonical/schema/channel';
import type { Order } from '../../canonical/schema/order';
import type { AcceptOutcome } from '../../canonical/flows/order';
import { only, type Database, type Sql } from '../../store/database';
import { contentHash } from '../../store/ids';
import { askMasterData } from '../../store/master/master-data';
import { postJournal } from '../../store/ledger/ledger';
import { appendFact, settleStatus } from '../../store/orders/orders';
import { snapshotOf, type Acceptance } from './accept-document';
import { writeAcceptance } from './accept-statement';
import { tellOfCancellation } from './cancellation-messages';
import { takeOrder } from './order-moment';
import { refundPrepaid } from '../money/refund-due';
import { missingOf, postPrepayments, soughtByOthers, SOURCING_ATTEMPTS } from './submit-order';
import { settleExceptions, takeResolutions } from '../../store/exceptions/exceptions';
import { openMissing } from './waiting-order';

interface ReceivedRow {
  order_id: string;
  workflow_id: string;
  correlation_id: string;
  source_event_no: number | null;
  stage: string;
  content: Order;
  reject_reason: string | null;
  hold_reason: string | null;
}

/** Accepted, still waiting (with what for), or given up by a person. Idempotent. */
export async function acceptOrder(
  db: Database,
  input: { readonly orderId: string },
): Promise<AcceptOutcome> {
  let taken: StockTaken | null = null;
  for (let attempt = 1; attempt <= SOURCING_ATTEMPTS; attempt += 1) {
    const outcome = await tryAccept(db, input.orderId);
    if (!(outcome instanceof StockTaken)) return outcome;
    taken = outcome;
  }
  const wanted = taken?.acceptance.acceptable.wanted ?? [];
  return db.transaction(async (sql) =>
    wait(sql, await lockReceived(sql, input.orderId), soughtByOthers(wanted)),
  );
}

/** A throw inside a transaction is how the statement's collision takes back what was done. */
class StockTaken extends Error {
  constructor(readonly acceptance: Acceptance) {
    super('the stock was taken in between');
  }
}

async function tryAccept(db: Database, orderId: string): Promise<AcceptOutcome | StockTaken> {
  try {
    return await db.transaction((sql) => accept(sql, orderId));
  } catch (error) {
    if (error instanceof StockTaken) return error;
    throw error;
  }
}

async function accept(sql: Sql, orderId: string): Promise<AcceptOutcome> {
  const row = await lockReceived(sql, orderId);
  if (row.stage === 'rejected') return { outcome: 'rejected', reason: row.reject_reason ?? '' };
  if (row.stage !== 'received') {
    return { outcome: 'accepted', order: briefOf(await settleStatus(sql, orderId)) };
  }
  const resolution = await resolutions(sql, row);
  if (resolution.abandoned) {
    const rejected = await reject(sql, row, 'given up by a person');
    await tellOfCancellation(sql, await takeOrder(sql, orderId), false);
    return rejected;
  }
  const adjusted = resolution.overridden ? acceptStatedTotals(row.content) : null;
  const order = adjusted ?? row.content;
  const setup = channelSetup(order.channelInstance);
  const refused = refusal(order, setup);
  if (!setup || refused) {
    const cannot = resolution.overridden && adjusted === null;
    return wait(
      sql,
      row,
      missingOf(refused).map((one) => (cannot ? notOverridable(one) : one)),
    );
  }
  const verdict = judge(order, setup, await askMasterData(sql, valuesToLookUp(order)));
  if (verdict.outcome !== 'acceptable') return wait(sql, row, missingIn(verdict));
  const acceptance: Acceptance = {
    orderId,
    workflowId: row.workflow_id,
    correlationId: row.correlation_id,
    sourceEventNo: row.source_event_no,
    order,
    contentHash: contentHash(row.content),
    setup,
    acceptable: verdict.acceptable,
    holdReason: row.hold_reason,
    startFlow: null,
    idempotency: null,
  };
  const written = await writeAcceptance(sql, acceptance);
  if (written === 'stock-taken') throw new StockTaken(acceptance);
  if (written !== 'accepted')
    throw new RangeError(`order ${orderId}: ${written} at its acceptance`);
  await postPrepayments(sql, acceptance);
  return { outcome: 'accepted', order: briefOf(snapshotOf(acceptance)) };
}

/** An override was decided and changes nothing: whoever decided it has to read why. */
const notOverridable = (missing: Missing): Missing => ({
  ...missing,
  detail: `${missing.detail}. An override takes lines that add up to more than the order says, where all else ties; this order has to be corrected or given up`,
});

async function lockReceived(sql: Sql, orderId: string): Promise<ReceivedRow> {
  const { rows } = await sql.query<ReceivedRow>(
    `select order_id, workflow_id, correlation_id, source_event_no, stage, content, reject_reason,
            hold_reason
       from sales_order where order_id = $1 for no key update`,
    [orderId],
  );
  return only(rows, `order ${orderId}`);
}

/** What people decided on the exceptions that kept it from being accepted; now applied. */
async function resolutions(sql: Sql, { workflow_id: workflowId }: ReceivedRow) {
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
  row: ReceivedRow,
  missing: readonly Missing[],
): Promise<AcceptOutcome> {
  const exceptions = await openMissing(sql, {
    orderId: row.order_id,
    workflowId: row.workflow_id,
    order: row.content,
    correlationId: row.correlation_id,
    missing,
  });
  await closeOthers(
    sql,
    row.workflow_id,
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
  if (verdict.outcome === 'missing' || verdict.outcome === 'short') return verdict.missing;
  return missingOf(verdict);
}

/** A cancel of an order that still waits. */
export async function rejectReceived(sql: Sql, orderId: string, reason: string): Promise<void> {
  await reject(sql, await lockReceived(sql, orderId), reason);
}

/** Given up before it was accepted: nothing was reserved; what the buyer authorized is let go. */
async function reject(sql: Sql, row: ReceivedRow, reason: string): Promise<AcceptOutcome> {
  await sql.query(
    `update sales_order set stage = 'rejected', reject_reason = $2 where order_id = $1`,
    [row.order_id, reason],
  );
  await closeOthers(sql, row.workflow_id, []);
  await takeOverMoney(sql, row);
  await appendFact(sql, row.order_id, {
    kind: 'rejected',
    occurredAt: new Date().toISOString(),
    money: row.content.tenders.flatMap(({ received, amount }, index) =>
      received?.state === 'captured'
        ? [{ tenderNo: index + 1, kind: 'prepaid' as const, amountMinor: amount.minorUnits }]
        : [],
    ),
    about: { reason },
  });
  await settleStatus(sql, row.order_id);
  return { outcome: 'rejected', reason };
}

/**
 * Tenders of an order that never was: an authorization is voided by the agenda; money that the
 * channel has captured is booked as it came (rule 2) and owed back at once (rule 7).
 */
async function takeOverMoney(sql: Sql, row: ReceivedRow): Promise<void> {
  const { order_id: orderId, content } = row;
  const setup = channelSetup(content.channelInstance);
  for (const [index, tender] of content.tenders.entries()) {
    const { received, amount } = tender;
    if (!received || amount.minorUnits === 0) continue;
    const isCaptured = received.state === 'captured';
    const captured = isCaptured ? amount.minorUnits : 0;
    const tenderNo = index + 1;
    const moneyAccount = setup ? moneyAccountOf(setup, tender.gateway) : '';
    await sql.query(
      `insert into tender (order_id, tender_no, gateway, tender_type, amount_minor,
         captured_minor, prepaid_minor, money_account)
       values ($1, $2, $3, '', $4, $5, $5, $6)`,
      [orderId, tenderNo, tender.gateway, amount.minorUnits, captured, moneyAccount],
    );
    await sql.query(
      `insert into payment_authorization (order_id, tender_no, authorization_no, state, reference,
         amount_minor, captured_minor, is_multicapture, is_taken_over)
       values ($1, $2, 1, $3, $4, $5, $6, true, true)`,
      [
        orderId,
        tenderNo,
        isCaptured ? 'consumed' : 'live',
        received.reference ?? null,
        amount.minorUnits,
        captured,
      ],
    );
    if (isCaptured) await bookPrepayment(sql, row, tenderNo);
  }
  const inHand = await takeOrder(sql, orderId);
  const worthMinor = sum(inHand.order.tenders.map((tender) => tender.prepaidMinor));
  const occurredAt = new Date().toISOString();
  const onDate = businessDate(occurredAt, 'UTC');
  const reason = 'given up before it was accepted';
  await refundPrepaid(sql, inHand, { worthMinor, occurredAt, onDate, reason });
}

async function bookPrepayment(sql: Sql, row: ReceivedRow, tenderNo: number): Promise<void> {
  const { content, order_id: orderId } = row;
  const tender = content.tenders[tenderNo - 1];
  const setup = channelSetup(content.channelInstance);
  if (!tender || !setup) return;
  await postJournal(sql, {
    momentKey: `prepaid:${orderId}:${tenderNo}`,
    entity: setup.entity,
    channelInstance: content.channelInstance,
    businessDate: businessDate(content.placedAt, 'UTC'),
    currency: content.currency,
    orderId,
    eventNo: row.source_event_no,
    source: `order:${orderId}`,
    correlationId: row.correlation_id,
    occurredAt: content.placedAt,
    posting: postPrepayment({
      orderId,
      tenderNo,
      clearingAccount: moneyAccountOf(setup, tender.gateway),
      paymentRef: prepaymentRef({
        ...content,
        tenderNo,
        reference: tender.received?.reference ?? null,
      }),
      amountMinor: tender.amount.minorUnits,
    }),
  });
}
