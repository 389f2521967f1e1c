/**
 * The accept moment, from an order that nobody here knows: validated, mapped, checked to the cent,
 * sourced to one node, reserved, and the row that starts its flow. Two round trips (one to ask, one
 * to write) where nothing stands in the way; no workflow task runs before the buyer has an answer.
 */
import { judging, valuesToLookUp } from '../../canonical/rules/order/acceptance';
import { missingOf, shortProblems } from '../../canonical/rules/order/verdicts';
import { asClaims } from '../../canonical/rules/order/claims';
import type { ReadTender, Verdict } from '../../canonical/rules/order/judgement';
import type { Missing } from '../../canonical/rules/order/problem';
import { briefOf } from '../../canonical/rules/order/agenda';
import { moneyAccountOf, tenderKind } from '../../canonical/rules/money/tender-kinds';
import { businessDate } from '../../canonical/rules/posting/business-date';
import { postExchanged } from '../../canonical/rules/posting/paid-otherwise';
import { postPrepayment, prepaymentRef } from '../../canonical/rules/posting/posting';
import { channelSetup } from '../../canonical/installation';
import type { ChannelSetup } from '../../canonical/schema/channel';
import type { Order } from '../../canonical/schema/order';
import { orderWorkflowId } from '../../canonical/flows/order';
import { sqlState, type Database, type Sql } from '../../store/database';
import { contentHash, newId } from '../../store/ids';
import { contentHashInSlices, inSlices, turn } from '../../store/slices';
import { findOrderByNumber } from '../../store/orders/order-by-number';
import { postJournal } from '../../store/ledger/ledger';
import { askMasterDataAfresh, recallMasterData } from '../../store/master/master-data-cache';
import { acceptanceOf, isLong, prepaidMoney, type Acceptance } from './accept-document';
import { acceptTogether } from './accept-together';
import type { Acceptation } from './accept-statement';
import { hearInShadow } from './hear-in-shadow';
import { refusedHere } from './refused-here';
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
  const heard = setup && (await hearInShadow(db, order, context, setup));
  if (heard) return heard;
  const refused = await refusedHere(db, order, setup, context);
  if (!setup || refused) {
    // A caller hears what is wrong and mends it; an event has nobody to tell.
    return setup && context.isSold && context.sourceEventNo !== null
      ? waitFor(db, order, context, setup, missingOf(refused, order))
      : refuse(db, refused, context);
  }
  await letOthersGoOn(order);
  const question = valuesToLookUp(order);
  const remembered = recallMasterData(db, question);
  let verdict: Verdict | null = remembered
    ? await inSlices(judging(order, setup, remembered))
    : null;
  for (let attempt = 1; attempt <= SOURCING_ATTEMPTS; attempt += 1) {
    await letOthersGoOn(order);
    if (attempt > 1 || verdict?.outcome !== 'acceptable') {
      const known = await askMasterDataAfresh(db, question);
      verdict = await inSlices(judging(order, setup, known));
    }
    if (verdict.outcome !== 'acceptable') break;
    await letOthersGoOn(order);
    const acceptance = await newAcceptance(order, setup, context, verdict);
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
  return unplaced(db, order, context, setup, verdict);
}

/** Each step of a long order takes tens of milliseconds: whoever waits comes between them. */
async function letOthersGoOn(order: Order): Promise<void> {
  if (isLong(order)) await turn();
}

async function hashOf(order: Order): Promise<string> {
  return isLong(order) ? contentHashInSlices(order) : contentHash(order);
}

async function newAcceptance(
  order: Order,
  setup: ChannelSetup,
  context: SubmitContext,
  verdict: Extract<Verdict, { outcome: 'acceptable' }>,
): Promise<Acceptance> {
  const orderId = newId('ord');
  const written = {
    orderId,
    workflowId: orderWorkflowId(order.channelInstance, order.orderNo),
    correlationId: context.correlationId,
    sourceEventNo: context.sourceEventNo,
    order,
    contentHash: await hashOf(order),
    setup,
    ...(context.paidFrom && { paidFrom: context.paidFrom }),
    saidAt: context.saidAt ?? null,
    holdReason: order.hold?.reason ?? null,
    startFlow: {
      fulfilmentDeadlineMs: context.fulfilmentDeadlineMs,
      pagesUrl: context.pagesUrl,
    },
    idempotency: null,
  };
  const { acceptable } = verdict;
  await letOthersGoOn(order);
  const acceptance = acceptanceOf(
    written,
    context.isClaim === true ? asClaims(acceptable) : acceptable,
  );
  const { idempotency } = context;
  if (!idempotency) return acceptance;
  await letOthersGoOn(order);
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
  of: Pick<
    Acceptance,
    'orderId' | 'order' | 'setup' | 'correlationId' | 'sourceEventNo' | 'paidFrom'
  >,
  tenders: readonly ReadTender[],
  timeZone: string,
): Promise<void> {
  const { orderId, order, setup, correlationId, sourceEventNo } = of;
  for (const [index, tender] of tenders.entries()) {
    if (tender.received !== 'captured' || tender.amountMinor === 0) continue;
    const { tenderNo, amountMinor } = tender;
    const kind = tenderKind(tender.tenderType);
    const paymentRef = prepaymentRef({ ...order, ...tender });
    const owed = of.paidFrom?.[index];
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
      posting:
        owed === undefined
          ? postPrepayment({
              orderId,
              tenderNo,
              kind,
              clearingAccount: moneyAccountOf(setup, tender.gateway),
              paymentRef,
              amountMinor,
            })
          : postExchanged({ orderId, tenderNo, refundItem: owed, amountMinor }),
    });
  }
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

/** No place has it, or its store hands nothing over: a sold order waits for it. */
async function unplaced(
  db: Database,
  order: Order,
  context: SubmitContext,
  setup: ChannelSetup,
  verdict: Verdict | null,
): Promise<SubmitOutcome> {
  const found = await findOrderByNumber(db, order);
  if (found) return (await usedKey(db, context)) ?? existing(db, order, context, setup);
  if (context.isSold) {
    const wanted = verdict?.outcome === 'acceptable' ? verdict.acceptable.wanted : [];
    const missing = verdict && 'missing' in verdict ? verdict.missing : soughtByOthers(wanted);
    return waitFor(db, order, context, setup, missing);
  }
  const before = await usedKey(db, context);
  if (before) return before;
  if (verdict?.outcome === 'no-pickup') {
    const { problems } = verdict;
    return { outcome: 'refused', code: problems[0]?.code ?? 'no_pickup_there', problems };
  }
  const shortages = verdict?.outcome === 'short' ? verdict.shortages : [];
  const problems = shortProblems(shortages);
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

/** The business key is taken: by the same order, by another, or by one that may be corrected. */
async function existing(
  db: Database,
  order: Order,
  context: SubmitContext,
  setup: ChannelSetup,
): Promise<SubmitOutcome> {
  const found = await findOrderByNumber(db, order);
  if (!found) throw new RangeError(`order ${order.orderNo} exists and cannot be found`);
  const isSame = found.contentHash === (await hashOf(order));
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
