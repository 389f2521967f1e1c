/**
 * The accept moment, from an order that nobody here knows: validated, mapped, checked to the cent,
 * sourced to one node, reserved, and the row that starts its flow. Two round trips (one to ask, one
 * to write) where nothing stands in the way; no workflow task runs before the buyer has an answer.
 */
import { judge, refusal, valuesToLookUp } from '../../canonical/rules/order/acceptance';
import { asClaims } from '../../canonical/rules/order/claims';
import type { Missing, Problem, ReadTender, Verdict } from '../../canonical/rules/order/acceptance';
import { briefOf } from '../../canonical/rules/order/agenda';
import { businessDate } from '../../canonical/rules/posting/business-date';
import { postPrepayment, prepaymentRef } from '../../canonical/rules/posting/posting';
import { channelSetup } from '../../canonical/installation';
import { moneyAccountOf, type ChannelSetup } from '../../canonical/schema/channel';
import type { Order } from '../../canonical/schema/order';
import { orderWorkflowId } from '../../canonical/flows/order';
import { sqlState, type Database, type Sql } from '../../store/database';
import { contentHash, newId } from '../../store/ids';
import { postJournal } from '../../store/ledger/ledger';
import { askMasterDataAfresh, recallMasterData } from '../../store/master/master-data-cache';
import { prepaidMoney, acceptanceOf, type Acceptance } from './accept-document';
import { acceptTogether } from './accept-together';
import type { Acceptation } from './accept-statement';
import type { Accepted, SubmitContext, SubmitOutcome } from './submission';
import { Collision, replaceContent, writeOrCollide, writeWaitingOrder } from './waiting-order';

/** Somebody may take the stock between asking and reserving; then it is asked again. */
export const SOURCING_ATTEMPTS = 3;

export async function submitOrder(
  db: Database,
  order: Order,
  context: SubmitContext,
): Promise<SubmitOutcome> {
  const setup = channelSetup(order.channelInstance);
  const refused = refusal(order, setup);
  if (!setup || refused) {
    // A caller hears what is wrong and mends it; an event has nobody to tell.
    return setup && context.isSold && context.sourceEventNo !== null
      ? waitFor(db, order, context, setup, missingOf(refused))
      : refuse(db, refused, context);
  }
  await letOthersGoOn(order);
  const question = valuesToLookUp(order);
  const remembered = recallMasterData(db, question);
  let verdict: Verdict | null = remembered ? judge(order, setup, remembered) : null;
  for (let attempt = 1; attempt <= SOURCING_ATTEMPTS; attempt += 1) {
    await letOthersGoOn(order);
    if (attempt > 1 || verdict?.outcome !== 'acceptable') {
      verdict = judge(order, setup, await askMasterDataAfresh(db, question));
    }
    if (verdict.outcome !== 'acceptable') break;
    await letOthersGoOn(order);
    const acceptance = newAcceptance(order, setup, context, verdict);
    const written = await write(db, acceptance);
    if (written === 'written') return acceptedOf(acceptance);
    if (written === 'key-used') return replayOrReuse(db, context);
    if (written === 'order-exists') {
      return (await usedKey(db, context)) ?? existing(db, order, context, setup);
    }
  }
  if (verdict?.outcome === 'missing') {
    return waitFor(db, order, context, setup, verdict.missing);
  }
  return shortOf(db, order, context, setup, verdict);
}

/** Each step of a long order takes tens of milliseconds: whoever waits comes between them. */
async function letOthersGoOn(order: Order): Promise<void> {
  if (order.lines.length > MANY_LINES) await new Promise((resolve) => setImmediate(resolve));
}
const MANY_LINES = 500;

function newAcceptance(
  order: Order,
  setup: ChannelSetup,
  context: SubmitContext,
  verdict: Extract<Verdict, { outcome: 'acceptable' }>,
): Acceptance {
  const orderId = newId('ord');
  const written = {
    orderId,
    workflowId: orderWorkflowId(order.channelInstance, order.orderNo),
    correlationId: context.correlationId,
    sourceEventNo: context.sourceEventNo,
    order,
    contentHash: contentHash(order),
    setup,
    holdReason: order.hold?.reason ?? null,
    startFlow: {
      fulfilmentDeadlineMs: context.fulfilmentDeadlineMs,
      pagesUrl: context.pagesUrl,
    },
    idempotency: null,
  };
  const { acceptable } = verdict;
  const acceptance = acceptanceOf(
    written,
    context.isClaim === true ? asClaims(acceptable) : acceptable,
  );
  const { idempotency } = context;
  if (!idempotency) return acceptance;
  const { status, body } = idempotency.answer(acceptedOf(acceptance));
  const { scope, key, bodyHash } = idempotency;
  return { ...acceptance, idempotency: { scope, key, bodyHash, status, answer: body } };
}

function acceptedOf({ orderId, workflowId, snapshot }: Acceptance): Accepted {
  return { outcome: 'accepted', orderId, workflowId, order: briefOf(snapshot) };
}

/** One statement, or with its journal where the channel has captured already (rule 2). */
async function write(db: Database, acceptance: Acceptance): Promise<Acceptation> {
  const { acceptable } = acceptance;
  if (prepaidMoney(acceptable).length === 0) return acceptTogether(db, acceptance);
  try {
    return await db.transaction(async (sql) => {
      await writeOrCollide(sql, acceptance);
      await postPrepayments(sql, acceptance, acceptable.tenders, acceptable.location.timeZone);
      return 'written' as const;
    });
  } catch (error) {
    if (error instanceof Collision) return error.written;
    throw error;
  }
}

export async function postPrepayments(
  sql: Sql,
  of: Pick<Acceptance, 'orderId' | 'order' | 'setup' | 'correlationId' | 'sourceEventNo'>,
  tenders: readonly ReadTender[],
  timeZone: string,
): Promise<void> {
  const { orderId, order, setup, correlationId, sourceEventNo } = of;
  for (const tender of tenders) {
    if (tender.received !== 'captured' || tender.amountMinor === 0) continue;
    const { tenderNo, amountMinor } = tender;
    const paymentRef = prepaymentRef({ ...order, ...tender });
    await postJournal(sql, {
      momentKey: `prepaid:${orderId}:${tenderNo}`,
      entity: setup.entity,
      channelInstance: order.channelInstance,
      businessDate: businessDate(order.placedAt, timeZone),
      currency: order.currency,
      orderId,
      eventNo: sourceEventNo,
      source: `order:${orderId}`,
      correlationId,
      occurredAt: order.placedAt,
      posting: postPrepayment({
        orderId,
        tenderNo,
        clearingAccount: moneyAccountOf(setup, tender.gateway),
        paymentRef,
        amountMinor,
      }),
    });
  }
}

/** A sold order that breaks a rule of ours is not turned away: it waits on an exception. */
export function missingOf(refused: Verdict | null): Missing[] {
  if (refused?.outcome !== 'refused') return [];
  const ties = refused.code === 'totals_mismatch' || refused.code === 'currency_mismatch';
  return [
    {
      code: ties ? 'order.totals-mismatch' : 'order.refused-by-rule',
      cause: { kind: 'order', ref: refused.code },
      detail: refused.problems.map((one) => `${one.pointer}: ${one.detail}`).join('; '),
    },
  ];
}

async function refuse(
  db: Database,
  refused: Verdict | null,
  context: SubmitContext,
): Promise<SubmitOutcome> {
  const before = await usedKey(db, context);
  if (before) return before;
  if (refused?.outcome !== 'refused') throw new RangeError('an order refused without a reason');
  return { outcome: 'refused', code: refused.code, problems: refused.problems };
}

async function shortOf(
  db: Database,
  order: Order,
  context: SubmitContext,
  setup: ChannelSetup,
  verdict: Verdict | null,
): Promise<SubmitOutcome> {
  const shortages = verdict?.outcome === 'short' ? verdict.shortages : [];
  const found = await findByNumber(db, order);
  if (found) return (await usedKey(db, context)) ?? existing(db, order, context, setup);
  if (context.isSold) {
    const wanted = verdict?.outcome === 'acceptable' ? verdict.acceptable.wanted : [];
    const missing = verdict?.outcome === 'short' ? verdict.missing : soughtByOthers(wanted);
    return waitFor(db, order, context, setup, missing);
  }
  const before = await usedKey(db, context);
  if (before) return before;
  const problems = shortages
    .filter((one) => one.available < one.wanted)
    .map((one): Problem => ({
      pointer: `/lines/${one.lineNo - 1}/quantity`,
      code: 'insufficient_stock',
      detail: `${one.wanted} of ${one.sku} wanted, ${one.available} available`,
    }));
  return { outcome: 'refused', code: 'insufficient_stock', problems, available: shortages };
}

/** Taken by other orders as often as it was tried: the next receipt tries again. */
export function soughtByOthers(wanted: readonly { readonly sku: string }[]): Missing[] {
  return wanted.map(({ sku }) => ({
    code: 'inventory.insufficient',
    cause: { kind: 'stock', ref: sku },
    detail: `${sku} is sought by more orders than there is stock`,
  }));
}

async function waitFor(
  db: Database,
  order: Order,
  context: SubmitContext,
  setup: ChannelSetup,
  missing: readonly Missing[],
): Promise<SubmitOutcome> {
  try {
    return await db.transaction((sql) => writeWaitingOrder(sql, order, context, setup, missing));
  } catch (error) {
    if (!(error instanceof Collision) && sqlState(error) !== UNIQUE_VIOLATION) throw error;
    return (await usedKey(db, context)) ?? existing(db, order, context, setup);
  }
}
const UNIQUE_VIOLATION = '23505';

async function findByNumber(db: Database, order: Order) {
  const { rows } = await db.query<{ orderId: string; contentHash: string; stage: string }>({
    name: 'order-by-number',
    text: `select order_id as "orderId", content_hash as "contentHash", stage
             from sales_order where channel_instance = $1 and order_no = $2`,
    values: [order.channelInstance, order.orderNo],
  });
  return rows[0];
}

/** The business key is taken: by the same order, by another, or by one that may be corrected. */
async function existing(
  db: Database,
  order: Order,
  context: SubmitContext,
  setup: ChannelSetup,
): Promise<SubmitOutcome> {
  const found = await findByNumber(db, order);
  if (!found) throw new RangeError(`order ${order.orderNo} exists and cannot be found`);
  const isSame = found.contentHash === contentHash(order);
  if (!isSame && context.isSold && found.stage === 'received') {
    const corrected = await db.transaction((sql) =>
      replaceContent(sql, found.orderId, order, setup, context),
    );
    if (corrected) return corrected;
  }
  return { outcome: 'exists', orderId: found.orderId, isSame };
}

async function usedKey(db: Database, context: SubmitContext): Promise<SubmitOutcome | null> {
  const { idempotency } = context;
  if (!idempotency) return null;
  const { rows } = await db.query<{ body_hash: string; status: number; answer: unknown }>({
    name: 'used-key',
    text: `select body_hash, status, answer from idempotency
            where scope = $1 and idempotency_key = $2`,
    values: [idempotency.scope, idempotency.key],
  });
  const [row] = rows;
  if (!row) return null;
  return row.body_hash === idempotency.bodyHash
    ? { outcome: 'replayed', status: row.status, body: row.answer }
    : { outcome: 'key-reused' };
}

async function replayOrReuse(db: Database, context: SubmitContext): Promise<SubmitOutcome> {
  const used = await usedKey(db, context);
  if (!used) throw new RangeError('an idempotency key is used and cannot be found');
  return used;
}
