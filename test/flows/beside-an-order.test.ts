/** An order's id on what belongs to another flow is drill-back: neither of the two sees the other. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCEPTANCE } from '../../canonical/flows/order-steps';
import { blocked, type Blocked } from '../../canonical/flows/step';
import type { ExceptionCause } from '../../canonical/schema/exception';
import type { Mapping } from '../../canonical/schema/mapping';
import type { Order } from '../../canonical/schema/order';
import { acceptOrder } from '../../moments/order/accept-order';
import { closeOrder, closeWait, openWait, readAgenda } from '../../moments/order/order-flow';
import { orderMoment } from '../../moments/order/order-moment';
import { recordRejection } from '../../moments/fulfilment/record-rejection';
import { cancelOrder } from '../../moments/order/cancel-order';
import { submitOrder } from '../../moments/order/submit-order';
import { dueDispatch, markDelivered } from '../../store/flows/dispatch-delivery';
import { only, type Database } from '../../store/database';
import { wakeWaiting } from '../../store/inbox/waiting-events';
import { putMapping } from '../../store/master/mappings';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, context, orderOf, routedEvent, stockShop } from '../store/fixture';
import { authorize, capture, release, ship } from '../store/steps';
import { collectCopy, inboxStateOf, openCodesOf, resolveOf, routeAll } from './key-cutting/inbox';
import { createKeyTable, keyFlow, openKey } from './key-cutting/moments';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await cloneDatabase();
  db = database.db;
  await stockShop(db, { MUG: 1_000, 'SOLD-OUT': 0 });
  await createKeyTable(db);
});
afterAll(() => database.drop());

const SIGNALS_AT_MOST = 1_000;
const RELEASE = blocked('release', { groupNo: 1 });
let keysMade = 0;

const lines = (sku: string) => [{ sku, quantity: 1, unitMinor: 1_000 }];
const mugs = () => orderOf({ lines: lines('MUG') });
/** Sold elsewhere already: it waits for what is missing here. */
const sold = { ...context, isSold: true };
const soldOrder = (sku: string, orderNo?: string) =>
  orderOf({ channelInstance: 'shopify-us', orderNo, lines: lines(sku) });

/** A key that belongs to an order, its flow running. */
async function keyOf(orderId: string) {
  keysMade += 1;
  const keyId = `key-${keysMade}`;
  const input = { keyId, copies: 1, collectWithinMs: 60_000 };
  const workflowId = await openKey(db, input, { orderId });
  await startsDelivered();
  return { keyId, workflowId };
}

/** As the relay leaves it when every flow so far runs. */
async function startsDelivered(): Promise<void> {
  await db.query(`update dispatch set state = 'delivered' where kind = 'start'`);
}

/** The key's flow waits for a person, under the same words as a step of the order would. */
async function keyWaits(
  keyId: string,
  blocks: Blocked,
  cause: ExceptionCause = { kind: 'effect', ref: keyId },
): Promise<void> {
  await keyFlow.openWait(db, { keyId, blocks, code: 'fulfilment.rejected', detail: keyId, cause });
}

/** Its id; it names an item that is not to be had yet. */
async function waitingOrder(order: Order): Promise<string> {
  const outcome = await submitOrder(db, order, sold);
  if (outcome.outcome !== 'waiting') throw new Error(JSON.stringify(outcome));
  return outcome.orderId;
}

async function mapTo(names: Omit<Mapping, 'target'>, target: string): Promise<void> {
  await db.transaction((sql) => putMapping(sql, { ...names, target }, 'a person'));
}

/** Shipped and paid for: all that is left is to be closed. */
async function settledOrder(): Promise<string> {
  const orderId = await accepted(db, mugs());
  await authorize(db, orderId);
  await release(db, orderId);
  const parcel = [{ lineNo: 1, quantity: 1 }];
  await capture(db, (await ship(db, orderId, `parcel-${orderId}`, parcel)).agenda);
  return orderId;
}

async function workflowOf(orderId: string): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    'select workflow_id as id from sales_order where order_id = $1',
    [orderId],
  );
  return only(rows, orderId).id;
}

/** Whom the relay would signal now; what it brings is gone from the queue. */
async function woken(): Promise<string[]> {
  const { signals } = await dueDispatch(db, { starts: 0, signals: SIGNALS_AT_MOST });
  const dispatchNos = signals.map((one) => one.dispatchNo);
  if (dispatchNos.length > 0) await markDelivered(db, dispatchNos);
  return signals.map((one) => one.workflowId);
}

describe('a flow that names an order as drill-back', () => {
  test('with an exception, a fact and a signal of its own lets the order settle and close', async () => {
    const orderId = await settledOrder();
    const key = await keyOf(orderId);
    await keyWaits(key.keyId, RELEASE);
    const eventNo = await collectCopy(db, key.keyId);
    const ofKey = { state: 'routed', orderId, workflowId: key.workflowId };
    expect(await inboxStateOf(db, eventNo)).toEqual(ofKey);
    expect(await readAgenda(db, { orderId })).toMatchObject({ blockedBy: [], isSettled: true });
    expect(await closeOrder(db, { orderId })).toMatchObject({ outcome: 'closed' });
    expect(await inboxStateOf(db, eventNo)).toEqual(ofKey);
    expect(await openCodesOf(db, key.workflowId)).toEqual(['fulfilment.rejected']);
  });

  test('leaves every step of the order due, whatever blocks its own step of the same name', async () => {
    const orderId = await accepted(db, mugs());
    const key = await keyOf(orderId);
    const before = await readAgenda(db, { orderId });
    await keyWaits(key.keyId, RELEASE);
    await keyWaits(key.keyId, blocked('authorize', { tenderNo: 1 }));
    expect(await readAgenda(db, { orderId })).toEqual(before);
  });

  test('is woken by its resolutions and its facts, and the order is not', async () => {
    const orderId = await accepted(db, mugs());
    const key = await keyOf(orderId);
    await woken();
    await keyWaits(key.keyId, RELEASE);
    await resolveOf(db, key.workflowId, 'fulfilment.rejected', 'retry');
    await collectCopy(db, key.keyId);
    expect(await woken()).toEqual([key.workflowId, key.workflowId]);
  });

  test('that has not started holds up no signal of the order', async () => {
    const orderId = await accepted(db, mugs());
    await startsDelivered();
    await woken();
    await openKey(db, { keyId: 'late', copies: 1, collectWithinMs: 60_000 }, { orderId });
    const orderFlow = await workflowOf(orderId);
    await openOrderWait(orderId);
    await resolveOf(db, orderFlow, 'fulfilment.unavailable', 'retry');
    expect(await woken()).toEqual([orderFlow]);
  });

  test('keeps its exceptions when the order is cancelled, or ends a wait of that name', async () => {
    const orderId = await accepted(db, mugs());
    const key = await keyOf(orderId);
    await openOverlappingWait(key.keyId);
    await openOrderWait(orderId);
    await closeWait(db, { orderId, blocks: RELEASE.text });
    await cancelOrder(db, {
      decisionId: `cancel-${orderId}`,
      orderId,
      lines: null,
      eventNo: null,
      recalled: [],
    });
    expect(await openCodesOf(db, key.workflowId)).toEqual(['fulfilment.unavailable']);
    expect(await openCodesOf(db, await workflowOf(orderId))).toEqual([]);
  });

  test('whose work is given up leaves an order that waits to be accepted waiting', async () => {
    const orderId = await waitingOrder(soldOrder('UNHEARD-OF'));
    const key = await keyOf(orderId);
    await keyWaits(key.keyId, ACCEPTANCE);
    await resolveOf(db, key.workflowId, 'fulfilment.rejected', 'abandon');
    expect(await acceptOrder(db, { orderId })).toMatchObject({ outcome: 'waiting' });
  });

  test('goes on waiting when the channel corrects an order that waits to be accepted', async () => {
    const order = soldOrder('MISSPELT');
    const orderId = await waitingOrder(order);
    const key = await keyOf(orderId);
    await keyWaits(key.keyId, ACCEPTANCE);
    await submitOrder(db, soldOrder('MUG', order.orderNo), sold);
    expect(await openCodesOf(db, key.workflowId)).toEqual(['fulfilment.rejected']);
    expect(await openCodesOf(db, await workflowOf(orderId))).toEqual([]);
  });

  test('goes on waiting for stock when what the order calls an item is mapped to another one', async () => {
    const names = { kind: 'sku', source: 'shopify-us', value: 'CUP' } as const;
    await mapTo(names, 'SOLD-OUT');
    const orderId = await waitingOrder(soldOrder(names.value));
    const key = await keyOf(orderId);
    const cause = { kind: 'stock', ref: 'SOLD-OUT' } as const;
    await keyWaits(key.keyId, RELEASE, cause);
    await mapTo(names, 'MUG');
    expect(await openCodesOf(db, key.workflowId)).toEqual(['fulfilment.rejected']);
    expect(await openCodesOf(db, await workflowOf(orderId))).toEqual([]);
  });
});

describe('an order beside it', () => {
  test('with an exception, a fact and a signal of its own lets the flow close', async () => {
    const orderId = await accepted(db, mugs());
    const key = await keyOf(orderId);
    await db.query(`update key_job set state = 'given-up' where key_id = $1`, [key.keyId]);
    await openOrderWait(orderId);
    const body = { orderId, requestId: 'none', reason: 'no-capacity' };
    const eventNo = await routedEvent(db, 'fulfilment.rejected.v1', orderId, body);
    expect(await keyFlow.readAgenda(db, key)).toMatchObject({ blockedBy: [], isSettled: true });
    expect(await keyFlow.closeFlow(db, key)).toMatchObject({ outcome: 'closed' });
    expect(await inboxStateOf(db, eventNo)).toMatchObject({ state: 'routed', orderId });
  });

  test('that is resolved wakes the order’s flow alone', async () => {
    const orderId = await accepted(db, mugs());
    await keyOf(orderId);
    await woken();
    await openOrderWait(orderId);
    const orderFlow = await workflowOf(orderId);
    await resolveOf(db, orderFlow, 'fulfilment.unavailable', 'retry');
    expect(await woken()).toEqual([orderFlow]);
  });
});

describe('a fact of a flow that is not here', () => {
  test('waits under the name of what it is about, and goes on when that comes', async () => {
    const eventNo = await collectCopy(db, 'not-yet', -1);
    expect(await codesOfEvent(eventNo)).toEqual(['event.no-flow']);
    const input = { keyId: 'not-yet', copies: 1, collectWithinMs: 60_000 };
    const workflowId = await openKey(db, input);
    await wakeWaiting(db);
    expect(await codesOfEvent(eventNo)).toEqual([]);
    await routeAll(db);
    expect(await inboxStateOf(db, eventNo)).toMatchObject({ state: 'routed', workflowId });
  });
});

async function codesOfEvent(eventNo: number): Promise<string[]> {
  const { rows } = await db.query<{ code: string }>(
    `select code from exception where event_no = $1 and state <> 'resolved'`,
    [eventNo],
  );
  return rows.map((row) => row.code);
}

describe('a flow that an order began', () => {
  test('is there with the order’s moment, and its end is a fact of the order', async () => {
    const orderId = await accepted(db, mugs());
    await authorize(db, orderId);
    await release(db, orderId);
    const { answer: key } = await orderMoment(db, orderId, async (sql, { order }) => {
      const requestId = order.groups[0]?.requestKey ?? '';
      const whose = { orderId, parentWorkflowId: order.workflowId };
      const input = { keyId: `of-${orderId}`, copies: 1, collectWithinMs: 60_000 };
      await openKey(sql, input, { ...whose, requestId });
      return input;
    });
    await db.query(`update key_job set state = 'given-up' where key_id = $1`, [key.keyId]);
    expect(await keyFlow.closeFlow(db, key)).toMatchObject({ outcome: 'closed' });
    expect(await keyFlow.closeFlow(db, key)).toMatchObject({ outcome: 'closed' });
    await startsDelivered();
    await woken();
    await routeAll(db);
    const orderFlow = await workflowOf(orderId);
    expect(await woken()).toEqual([orderFlow]);
    const [eventNo = 0, ...more] = await eventsFor(orderFlow);
    expect(more).toEqual([]);
    const { agenda } = await recordRejection(db, { orderId, eventNo });
    expect(agenda.order.groups).toMatchObject([{ state: 'rejected' }]);
  });

  test('is found by its facts though it has a parent', async () => {
    const orderId = await accepted(db, mugs());
    const input = { keyId: 'child', copies: 1, collectWithinMs: 60_000 };
    const parentWorkflowId = await workflowOf(orderId);
    const workflowId = await openKey(db, input, { orderId, parentWorkflowId });
    const eventNo = await collectCopy(db, 'child');
    expect(await inboxStateOf(db, eventNo)).toMatchObject({ state: 'routed', workflowId });
  });
});

/** Events that were routed to it. */
async function eventsFor(workflowId: string): Promise<number[]> {
  const { rows } = await db.query<{ eventNo: number }>(
    `select event_no as "eventNo" from inbox where workflow_id = $1`,
    [workflowId],
  );
  return rows.map((row) => row.eventNo);
}

const UNAVAILABLE = {
  blocks: RELEASE,
  code: 'fulfilment.unavailable',
  detail: 'no answer',
  cause: { kind: 'system', ref: 'wms-main' },
} as const;

/** A step of the order whose account does not answer. */
async function openOrderWait(orderId: string): Promise<void> {
  await openWait(db, { orderId, ...UNAVAILABLE });
}

async function openOverlappingWait(keyId: string): Promise<void> {
  await keyFlow.openWait(db, { keyId, ...UNAVAILABLE });
}
