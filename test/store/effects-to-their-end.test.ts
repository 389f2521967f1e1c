/** An effect that was begun is followed to its end before its order closes; captures take turns. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaptureDue, OrderAgenda } from '../../canonical/flows/order';
import { agendaOf } from '../../canonical/rules/order/agenda';
import type { Database } from '../../store/database';
import { beginEffect, forgetEffects } from '../../store/effects/effects';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { loadOrder } from '../../store/orders/orders';
import { joinTransaction } from '../../store/join-transaction';
import { prepareAuthorization, recordAuthorization } from '../../moments/money/authorize';
import { prepareCapture, recordCapture } from '../../moments/money/capture';
import { cancelOrder } from '../../moments/order/cancel-order';
import { applyResolution, closeOrder, readAgenda } from '../../moments/order/order-flow';
import { pollUntil } from '../../stack/supervisor/poll';
import { unwanted } from '../../activities/still-due';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, orderOf, stockShop } from './fixture';
import { begin, capture, release, ship, step } from './steps';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 1000 });
});
afterAll(() => test.drop());

const mugs = (quantity: number) =>
  accepted(db, orderOf({ lines: [{ sku: 'MUG', quantity, unitMinor: 1000 }] }));
const one = [{ lineNo: 1, quantity: 1 }];
const cancelOf = (orderId: string) =>
  cancelOrder(db, { decisionId: 'c', orderId, lines: null, eventNo: null, recalled: [] });
const agendaNow = (orderId: string) => readAgenda(db, { orderId });

/** Begun as its flow begins it. */
async function beginOfFlow(due: { readonly key: string; readonly orderId: string }, verb: string) {
  const order = await loadOrder(db, due.orderId);
  const workflowId = order?.workflowId;
  const { key, orderId } = due;
  return beginEffect(db, { key, orderId, workflowId, system: 'test', verb, body: {} });
}

async function authorized(orderId: string, isMulticapture: boolean): Promise<OrderAgenda> {
  const due = step(await agendaNow(orderId), 'authorize');
  const begun = await begin(db, due.key, 'authorize', orderId, prepareAuthorization(due));
  const yes = { outcome: 'authorized', isMulticapture, expiresAt: null } as const;
  const answer = { ...yes, reference: `pi_${due.key}`, amountMinor: due.amountMinor };
  return (await recordAuthorization(db, due, answer, begun)).agenda;
}

const capturesOf = ({ money }: OrderAgenda): Partial<CaptureDue>[] =>
  money.flatMap((due) =>
    due.step === 'capture' ? [{ invoiceNo: due.invoiceNo, isFinal: due.isFinal }] : [],
  );

/** Two parcels on one authorization, neither charged yet. */
async function shippedTwice(): Promise<string> {
  const orderId = await mugs(2);
  await authorized(orderId, true);
  await release(db, orderId);
  await ship(db, orderId, `${orderId}-1`, one);
  await ship(db, orderId, `${orderId}-2`, one);
  return orderId;
}

async function refuse(due: CaptureDue): Promise<OrderAgenda> {
  const no = { outcome: 'refused', vendorCode: 'no', detail: 'no' } as const;
  const begun = await begin(db, due.key, 'capture', due.orderId, prepareCapture(due));
  return (await recordCapture(db, due, no, begun)).agenda;
}

describe('captures of one authorization', () => {
  it('are made one after the other, and only the last one is final', async () => {
    const orderId = await shippedTwice();
    const first = await agendaNow(orderId);
    expect(capturesOf(first)).toEqual([{ invoiceNo: 1, isFinal: false }]);
    await begin(db, step(first, 'capture').key, 'capture', orderId);
    expect(capturesOf(await agendaNow(orderId))).toEqual([{ invoiceNo: 1, isFinal: false }]);
  });

  it('go on behind one that was answered, which leaves the authorization to the last', async () => {
    const orderId = await shippedTwice();
    const second = await capture(db, await agendaNow(orderId));
    expect(capturesOf(second)).toEqual([{ invoiceNo: 2, isFinal: true }]);
    const settled = await capture(db, second);
    expect(settled).toMatchObject({ isSettled: true, money: [] });
    expect(await loadOrder(db, orderId)).toMatchObject({
      tenders: [{ capturedMinor: 2000, authorizations: [{ state: 'consumed' }] }],
    });
  });

  it('are not final while one that failed may be made again, which then is', async () => {
    const orderId = await shippedTwice();
    const second = await refuse(step(await agendaNow(orderId), 'capture'));
    expect(capturesOf(second)).toEqual([{ invoiceNo: 2, isFinal: false }]);
    const [failed] = (await capture(db, second)).blockedBy;
    const exceptionId = failed?.exceptionId ?? '';
    await db.transaction((sql) =>
      resolveExceptions(sql, { exceptionIds: [exceptionId] }, { resolution: 'retry', by: 'p' }),
    );
    await applyResolution(db, { orderId, exceptionId });
    expect(capturesOf(await agendaNow(orderId))).toEqual([{ invoiceNo: 1, isFinal: true }]);
  });

  it('are recorded as what the call said, however the order stands when it is answered', async () => {
    const orderId = await mugs(2);
    await authorized(orderId, true);
    const due = step((await ship(db, orderId, `${orderId}-1`, one)).agenda, 'capture');
    const begun = await begin(db, due.key, 'capture', orderId, prepareCapture(due));
    await cancelOf(orderId);
    const now = step(await agendaNow(orderId), 'capture');
    expect([due.isFinal, now.isFinal]).toEqual([false, true]);
    const yes = { outcome: 'captured', reference: 'ch', amountMinor: due.amountMinor } as const;
    await recordCapture(db, now, yes, begun);
    expect(await loadOrder(db, orderId)).toMatchObject({
      tenders: [{ authorizations: [{ state: 'live', capturedMinor: 1000 }] }],
    });
  });

  it('that a final one leaves nothing to are authorized anew', async () => {
    const orderId = await shippedTwice();
    await db.query('update payment_authorization set is_multicapture = false where order_id = $1', [
      orderId,
    ]);
    const next = await capture(db, await agendaNow(orderId));
    expect(next).toEqual(await agendaNow(orderId));
    expect(next.money).toMatchObject([
      { step: 'authorize', authorizationNo: 2, amountMinor: 1000 },
    ]);
    const settled = await capture(db, await authorized(orderId, false));
    expect(settled).toMatchObject({ isSettled: true });
  });
});

describe('an effect that was begun', () => {
  it('keeps its flow from ending until its answer is known', async () => {
    const orderId = await mugs(1);
    await cancelOf(orderId);
    await beginOfFlow({ key: `late:${orderId}`, orderId }, 'authorize');
    expect(await closeOrder(db, { orderId })).toMatchObject({ outcome: 'open' });
    await forgetEffects(db, [`late:${orderId}`]);
    expect(await closeOrder(db, { orderId })).toMatchObject({ outcome: 'closed' });
  });

  it('to authorize an order that is cancelled meanwhile is asked to its end, and let go', async () => {
    const orderId = await mugs(1);
    const due = step(await agendaNow(orderId), 'authorize');
    const begun = await beginOfFlow(due, 'authorize');
    await cancelOf(orderId);
    expect((await agendaNow(orderId)).money).toMatchObject([{ step: 'authorize', key: due.key }]);
    const yes = { outcome: 'authorized', isMulticapture: true, expiresAt: null } as const;
    const answer = { ...yes, reference: `pi_${due.key}`, amountMinor: due.amountMinor };
    const { agenda } = await recordAuthorization(db, due, answer, begun);
    expect(agenda.money).toMatchObject([{ step: 'void', authorizationNo: 1 }]);
  });

  it('to let an authorization go is asked to its end, and nothing is captured on it meanwhile', async () => {
    const orderId = await mugs(1);
    const agenda = await authorized(orderId, true);
    expect(agenda.money).toEqual([]);
    await cancelOf(orderId);
    const due = step(await agendaNow(orderId), 'void');
    await beginOfFlow(due, 'void');
    // A parcel that left all the same is charged on another authorization.
    const { agenda: shipped } = await ship(db, orderId, `${orderId}-1`, one);
    expect(shipped.money.map((one) => one.step).sort()).toEqual(['authorize', 'void']);
  });
});

describe('an attempt that comes late', () => {
  it('begins nothing for a flow that has ended', async () => {
    const orderId = await mugs(1);
    const due = step(await agendaNow(orderId), 'authorize');
    await cancelOf(orderId);
    await closeOrder(db, { orderId });
    expect(await beginOfFlow(due, 'authorize')).toMatchObject({ state: 'leased', body: null });
    const { rows } = await db.query('select 1 from effect where order_id = $1', [orderId]);
    expect(rows).toEqual([]);
  });

  it('and finds its flow ending waits for that, and begins nothing', async () => {
    const orderId = await mugs(1);
    const due = step(await agendaNow(orderId), 'authorize');
    await cancelOf(orderId);
    const { late } = await db.transaction(async (sql) => {
      await closeOrder(joinTransaction(db, sql), { orderId });
      const beginning = beginOfFlow(due, 'authorize');
      await pollUntil('it waits for the flow', 5_000, async () => {
        const { rows } = await db.query<{ waiting: number }>(
          `select count(*)::int as waiting from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return rows[0]?.waiting === 1;
      });
      return { late: beginning };
    });
    expect(await late).toMatchObject({ state: 'leased', body: null });
  });

  it('and whose step is no longer due is told what is due instead', async () => {
    const orderId = await mugs(1);
    const due = step(await agendaNow(orderId), 'authorize');
    const order = await loadOrder(db, orderId);
    if (!order) throw new Error('no order');
    expect(unwanted(due.key)(order)).toBeNull();
    await cancelOf(orderId);
    const { order: cancelled } = await beginOfFlow(due, 'authorize');
    if (!cancelled) throw new Error('no order');
    expect(unwanted(due.key)(cancelled)).toEqual({
      outcome: 'not-called',
      agenda: agendaOf(cancelled),
    });
  });
});
