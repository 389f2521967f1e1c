import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../store/database';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { acceptOrder } from '../../moments/order/accept-order';
import { applyResolution, closeOrder, readAgenda } from '../../moments/order/order-flow';
import { recordAuthorization, takeLatePromise } from '../../moments/money/authorize';
import { prepareCapture, recordCapture } from '../../moments/money/capture';
import type { OrderAgenda } from '../../canonical/flows/order';
import type { CaptureRequest } from '../../canonical/ports/payment';
import { cancelOrder } from '../../moments/order/cancel-order';
import { placeHold } from '../../moments/order/hold-order';
import { recordShipment } from '../../moments/fulfilment/record-shipment';
import { submitOrder } from '../../moments/order/submit-order';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, context, LOCATION, orderOf, routedEvent, stockShop } from './fixture';
import { authorize, balances, begin, capture, release, ship, step } from './steps';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 1000 });
});
afterAll(() => test.drop());

/** Shipped in two parts; the authorization for the second part is declined. */
async function declinedRemainder() {
  const orderId = await accepted(
    db,
    orderOf({ lines: [{ sku: 'MUG', quantity: 2, unitMinor: 1000 }] }),
  );
  await authorize(db, orderId);
  await release(db, orderId);
  await capture(db, (await ship(db, orderId, 'p-1', [{ lineNo: 1, quantity: 1 }])).agenda);
  const second = await ship(db, orderId, 'p-2', [{ lineNo: 1, quantity: 1 }]);
  const due = step(second.agenda, 'authorize');
  await begin(db, due.key, 'authorize', orderId);
  const declined = await recordAuthorization(db, due, {
    outcome: 'refused',
    vendorCode: 'card_declined',
    declineCode: 'insufficient_funds',
    detail: 'declined',
  });
  const [exception] = declined.agenda.blockedBy;
  expect(exception?.detail).toContain('was declined: card_declined (insufficient_funds)');
  if (!exception) throw new Error('no exception');
  return { orderId, exceptionId: exception.exceptionId };
}

async function resolve(orderId: string, exceptionId: string, resolution: 'retry' | 'abandon') {
  await db.transaction((sql) =>
    resolveExceptions(sql, { exceptionIds: [exceptionId] }, { resolution, by: 'payments' }),
  );
  return (await applyResolution(db, { orderId, exceptionId })).agenda;
}

describe('goods that left and whose authorization was declined', () => {
  it('are charged on the new authorization after a retry', async () => {
    const { orderId, exceptionId } = await declinedRemainder();
    await resolve(orderId, exceptionId, 'retry');
    const settled = await capture(db, await authorize(db, orderId));
    expect(settled).toMatchObject({ isSettled: true, money: [] });
    expect((await balances(db, orderId))['AR']).toBeUndefined();
  });

  it('keep the order open under an exception when a person gives up', async () => {
    const { orderId, exceptionId } = await declinedRemainder();
    const agenda = await resolve(orderId, exceptionId, 'abandon');
    expect(agenda).toMatchObject({
      isSettled: false,
      blockedBy: [{ code: 'payment.capture-failed' }],
    });
    expect((await closeOrder(db, { orderId })).outcome).toBe('open');
    expect(await balances(db, orderId)).toMatchObject({ AR: 1000 });
  });
});

describe('money that only the buyer can promise', () => {
  async function refused(needsBuyer: 'confirm' | 'another-means') {
    const lines = [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }];
    const orderId = await accepted(db, orderOf({ lines }));
    const due = step(await readAgenda(db, { orderId }), 'authorize');
    await begin(db, due.key, 'authorize', orderId);
    const no = { outcome: 'refused', vendorCode: 'no', detail: 'no', reference: 'pi_1' } as const;
    const { agenda } = await recordAuthorization(db, due, { ...no, needsBuyer });
    return { orderId, due, agenda };
  }
  const told = (orderId: string, effectKey: string, amountMinor = 1_000) =>
    routedEvent(db, 'payment.authorized.v1', orderId, {}).then((eventNo) =>
      takeLatePromise(db, { eventNo, effectKey, reference: 'pi_1', amountMinor }),
    );

  it.each(['confirm', 'another-means'] as const)(
    'is asked of them (%s), and waits under its own name',
    async (what) => {
      const { orderId, agenda } = await refused(what);
      expect(agenda).toMatchObject({
        ...{ money: [], releases: [], isSettled: false },
        blockedBy: [{ code: 'payment.needs-buyer', resolutions: ['retry', 'abandon'] }],
      });
      const { rows } = await db.query(
        `select body ->> 'template' as template, body #>> '{variables,what}' as what
           from outbox where order_id = $1 and verb = 'sendMessage'`,
        [orderId],
      );
      expect(rows).toEqual([{ template: 'payment-needed', what }]);
    },
  );

  it('is held once they have confirmed: the goods go out, and nobody has to look', async () => {
    const { orderId, due } = await refused('confirm');
    expect(await told(orderId, due.key, 999)).toBe(false);
    expect(await told(orderId, due.key)).toBe(true);
    expect(await readAgenda(db, { orderId })).toMatchObject({
      ...{ money: [], releases: [{ groupNo: 1 }], blockedBy: [] },
    });
    expect(await told(orderId, due.key)).toBe(false);
  });

  it('is let go where the order was given up meanwhile', async () => {
    const { orderId, due, agenda } = await refused('confirm');
    await resolve(orderId, agenda.blockedBy[0]?.exceptionId ?? '', 'abandon');
    expect(await told(orderId, due.key)).toBe(true);
    expect((await readAgenda(db, { orderId })).money).toMatchObject([{ step: 'void' }]);
  });
});

describe('a channel whose authorization could be captured once', () => {
  const sold = async () => {
    const orderId = await accepted(
      db,
      orderOf({
        channelInstance: 'shopify-us',
        lines: [{ sku: 'MUG', quantity: 3, unitMinor: 1_000 }],
      }),
    );
    await release(db, orderId);
    return orderId;
  };
  const parcel = (orderId: string, no: number) =>
    ship(db, orderId, `${orderId}-${no}`, [{ lineNo: 1, quantity: 1 }]);
  async function captured(agenda: OrderAgenda) {
    const due = step(agenda, 'capture');
    const begun = await begin<CaptureRequest>(
      db,
      due.key,
      'capture',
      due.orderId,
      prepareCapture(due),
    );
    const made = { outcome: 'captured', amountMinor: due.amountMinor, isSpent: true } as const;
    return recordCapture(db, due, { ...made, reference: `ch_${due.key}` }, begun);
  }

  it('has later parcels receivable, under an exception that is not a retry', async () => {
    const orderId = await sold();
    await captured((await parcel(orderId, 1)).agenda);
    const { agenda } = await parcel(orderId, 2);
    expect(agenda.money).toEqual([]);
    expect(agenda.blockedBy).toMatchObject([
      { code: 'payment.capture-failed', resolutions: ['override', 'abandon'] },
    ]);
    expect(await balances(db, orderId)).toMatchObject({ AR: 1_000, CLR: 1_000 });
  });

  it('asks for what was due on it already, and is told no: nothing waits without a name', async () => {
    const orderId = await sold();
    await parcel(orderId, 1);
    const { agenda } = await captured((await parcel(orderId, 2)).agenda);
    const due = step(agenda, 'capture');
    expect(due.invoiceNo).toBe(2);
    await begin(db, due.key, 'capture', orderId, prepareCapture(due));
    const no = { outcome: 'refused', vendorCode: 'authorization_spent', detail: 'once' } as const;
    const failed = await recordCapture(db, due, { ...no, isAuthorizationGone: true });
    expect(failed.agenda).toMatchObject({
      money: [],
      blockedBy: [{ code: 'payment.capture-failed' }],
    });
    expect(await balances(db, orderId)).toMatchObject({ AR: 1_000, CLR: 1_000 });
  });
});

it('an order held while it waits is accepted on hold, once what it waits for is there', async () => {
  const order = orderOf({
    channelInstance: 'shopify-us',
    lines: [{ sku: 'LATER', quantity: 1, unitMinor: 1000 }],
  });
  const waiting = await submitOrder(db, order, { ...context, isSold: true });
  if (waiting.outcome !== 'waiting') throw new Error(waiting.outcome);
  const { orderId } = waiting;
  await placeHold(db, { decisionId: 'h', orderId });
  await stockShop(db, { LATER: 5 });
  expect(await acceptOrder(db, { orderId })).toMatchObject({
    outcome: 'accepted',
    order: { status: 'on-hold', isOnHold: true },
  });
  expect(await readAgenda(db, { orderId })).toMatchObject({ releases: [] });
});

it('an authorization whose answer is unknown is asked for to its end after a cancel, then voided', async () => {
  const orderId = await accepted(
    db,
    orderOf({ lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1000 }] }),
  );
  const due = step(await readAgenda(db, { orderId }), 'authorize');
  await begin(db, due.key, 'authorize', orderId);
  const cancelled = { decisionId: 'c', orderId, lines: null, eventNo: null, recalled: [] };
  const { agenda } = await cancelOrder(db, cancelled);
  expect(agenda).toMatchObject({ isSettled: false, money: [{ step: 'authorize', key: due.key }] });
  const answered = await recordAuthorization(db, due, {
    outcome: 'authorized',
    reference: 'pi_late',
    amountMinor: 1000,
    isMulticapture: false,
    expiresAt: null,
  });
  expect(answered.agenda.money).toMatchObject([{ step: 'void' }]);
});

it('an order of nothing to pay has no money step', async () => {
  const free = orderOf({ lines: [{ sku: 'MUG', quantity: 1, unitMinor: 0 }] });
  const orderId = await accepted(db, free);
  const started = await db.query<{ input: { accepted: { money: unknown[] } } }>(
    `select input from flow where order_id = $1`,
    [orderId],
  );
  expect(started.rows[0]?.input.accepted.money).toEqual([]);
  expect(await readAgenda(db, { orderId })).toMatchObject({ money: [], releases: [{ units: 1 }] });
});

describe('a shipment', () => {
  const shipped = { shipmentId: 'x', shippedAt: '2026-11-21T02:30:00Z' };
  const lines = [{ lineNo: 1, quantity: 1 }];

  it('from a place that nobody knows moves no stock and is somebody’s work', async () => {
    const orderId = await accepted(
      db,
      orderOf({ lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1000 }] }),
    );
    const body = { ...shipped, orderId, location: 'mars', lines };
    const eventNo = await routedEvent(db, 'shipment.confirmed.v1', orderId, body);
    await recordShipment(db, { orderId, eventNo });
    const { rows } = await db.query<{ detail: string }>(
      `select detail from exception where order_id = $1 and code = 'event.no-rule'`,
      [orderId],
    );
    expect(rows[0]?.detail).toContain('mars is not in the location master');
    const stock = await db.query(`select 1 from stock where location_id = 'mars'`);
    expect(stock.rows).toHaveLength(0);
  });

  it('with freight in another currency books the goods, and not the freight', async () => {
    const orderId = await accepted(
      db,
      orderOf({ lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1000 }] }),
    );
    await authorize(db, orderId);
    await release(db, orderId);
    const carrierCost = { currency: 'JPY', minorUnits: 900 };
    const body = { ...shipped, orderId, location: LOCATION, lines, carrierCost };
    const eventNo = await routedEvent(db, 'shipment.confirmed.v1', orderId, body);
    await recordShipment(db, { orderId, eventNo });
    expect(await balances(db, orderId)).toMatchObject({ AR: 1000, REV: -1000 });
    expect((await balances(db, orderId))['FEE-FREIGHT']).toBeUndefined();
  });
});

it('a transaction that is rolled back takes no statement after its end', async () => {
  const late = db.transaction(async (sql) => {
    await Promise.all([
      Promise.reject(new RangeError('ours')),
      sql
        .query('select pg_sleep(0.05)')
        .then(() => sql.query(`insert into lease values ('late', 'x', now())`)),
    ]);
  });
  await expect(late).rejects.toThrow('ours');
  const { rows } = await db.query(`select 1 from lease where name = 'late'`);
  expect(rows).toHaveLength(0);
});
