import { afterAll, beforeAll, expect, it } from 'vitest';
import { installation, useInstallation } from '../../canonical/installation';
import type { OrderAgenda } from '../../canonical/flows/order';
import type { Database } from '../../store/database';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { recordRejection } from '../../moments/fulfilment/record-rejection';
import { recordShipment } from '../../moments/fulfilment/record-shipment';
import { prepareRelease, recordRelease } from '../../moments/fulfilment/release';
import { applyResolution, readAgenda } from '../../moments/order/order-flow';
import { cancelOrder, planCancellation } from '../../moments/order/cancel-order';
import { submitOrder } from '../../moments/order/submit-order';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, context, LOCATION, orderOf, routedEvent, stockShop } from './fixture';
import { authorize, begin } from './steps';

const WEST = 'dc-west';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 30, CAP: 30, PEN: 30 });
  await db.query(
    `insert into location (location_id, name, kind, time_zone, entity, ships, active, priority)
     values ($1, 'West', 'dc', 'America/Los_Angeles', 'us-01', true, true, 2)`,
    [WEST],
  );
  for (const sku of ['MUG', 'HAT']) {
    await db.query(
      `insert into item (sku, standard_cost_minor, currency) values ($1, 700, 'USD')
       on conflict do nothing`,
      [sku],
    );
    await db.query(`insert into stock (sku, location_id, on_hand) values ($1, $2, 30)`, [
      sku,
      WEST,
    ]);
  }
  const shipped = installation();
  useInstallation({
    ...shipped,
    channels: shipped.channels.map((one) => ({
      ...one,
      policies: { ...one.policies, splitOverNodes: one.channelInstance === 'web-us' },
    })),
    nodes: [...shipped.nodes, { locationId: WEST, warehouse: 'wms-west' }],
  });
});
afterAll(() => test.drop());

/** Two caps that only the east has, three hats that only the west has. */
async function splitOrder(): Promise<string> {
  const orderId = await accepted(
    db,
    orderOf({
      lines: [
        { sku: 'CAP', quantity: 2, unitMinor: 1000 },
        { sku: 'HAT', quantity: 3, unitMinor: 1000 },
      ],
    }),
  );
  await authorize(db, orderId);
  return orderId;
}

async function releaseAll(orderId: string): Promise<OrderAgenda> {
  for (const due of (await readAgenda(db, { orderId })).releases) {
    await begin(db, due.key, 'release', orderId, prepareRelease(due));
    await recordRelease(db, due, { outcome: 'taken', reference: due.key });
  }
  return readAgenda(db, { orderId });
}

async function reject(
  orderId: string,
  requestId: string,
  lines?: readonly { lineNo: number; quantity: number }[],
): Promise<OrderAgenda> {
  const body = { orderId, requestId, reason: 'out-of-stock', ...(lines ? { lines } : {}) };
  const eventNo = await routedEvent(db, 'fulfilment.rejected.v1', orderId, body);
  return (await recordRejection(db, { orderId, eventNo })).agenda;
}

async function shipFrom(
  orderId: string,
  location: string,
  lines: readonly { lineNo: number; quantity: number }[],
) {
  const shipmentId = `parcel-${orderId}-${location}`;
  const body = { orderId, shipmentId, location, shippedAt: '2026-11-21T02:30:00Z', lines };
  const eventNo = await routedEvent(db, 'shipment.confirmed.v1', orderId, body);
  return recordShipment(db, { orderId, eventNo });
}

async function reservedAt(sku: string, location: string): Promise<number> {
  const { rows } = await db.query<{ reserved: number }>(
    `select reserved from stock where sku = $1 and location_id = $2`,
    [sku, location],
  );
  return rows[0]?.reserved ?? -1;
}

/** Every unit of a line is some group's, in the same place as the line says. */
async function untied(orderId: string) {
  const { rows } = await db.query(
    `select line_no from order_line l where order_id = $1
        and row(reserved, released, shipped, cancelled)::text is distinct from (
          select row(sum(reserved), sum(released), sum(shipped), sum(cancelled))::text
            from allocation x where x.order_id = l.order_id and x.line_no = l.line_no)`,
    [orderId],
  );
  return rows;
}

it('an order that no node holds whole is two requests, each to its own warehouse account', async () => {
  const orderId = await splitOrder();
  expect((await readAgenda(db, { orderId })).releases).toMatchObject([
    { groupNo: 1, account: 'wms-main', location: LOCATION, units: 2 },
    { groupNo: 2, account: 'wms-west', location: WEST, units: 3 },
  ]);
  const [first] = (await readAgenda(db, { orderId })).releases;
  if (!first) throw new Error('no release is due');
  const { body } = await begin(db, first.key, 'release', orderId, prepareRelease(first));
  expect(body).toMatchObject({
    location: LOCATION,
    lines: [{ lineNo: 1, sku: 'CAP', quantity: 2 }],
    shipTo: { name: null, region: 'KY', country: 'US' },
  });
});

it('where one group is rejected the other ships, and a cancel takes the units that are back', async () => {
  const before = [await reservedAt('CAP', LOCATION), await reservedAt('HAT', WEST)];
  const orderId = await splitOrder();
  const released = await releaseAll(orderId);
  expect(released.order.groups).toMatchObject([{ state: 'released' }, { state: 'released' }]);
  const rejected = await reject(orderId, `release:${orderId}:2:1`);
  expect(rejected.order.groups).toMatchObject([
    { state: 'released', released: 2 },
    { state: 'rejected', reserved: 3, released: 0 },
  ]);
  const detail = 'dc-west will not fulfil 3 units of group 2: out-of-stock';
  expect(rejected.blockedBy).toMatchObject([{ code: 'fulfilment.rejected', detail }]);
  const shipped = await shipFrom(orderId, LOCATION, [{ lineNo: 1, quantity: 2 }]);
  expect(shipped.agenda.order.groups).toMatchObject([{ shipped: 2 }, { reserved: 3 }]);
  const lines = [{ lineNo: 2, quantity: 3 }];
  const decision = { decisionId: 'd', orderId, lines, eventNo: null };
  expect(await planCancellation(db, decision)).toEqual({ outcome: 'planned', recalls: [] });
  const cancelled = await cancelOrder(db, { ...decision, recalled: [] });
  expect(cancelled).toMatchObject({ outcome: 'cancelled', cancelled: lines });
  expect([await reservedAt('CAP', LOCATION), await reservedAt('HAT', WEST)]).toEqual(before);
  expect(await untied(orderId)).toEqual([]);
});

it('a rejection of some lines takes back those; the rest of the request ships', async () => {
  const orderId = await splitOrder();
  await releaseAll(orderId);
  const after = await reject(orderId, `release:${orderId}:2:1`, [{ lineNo: 2, quantity: 1 }]);
  expect(after.order.groups).toMatchObject([
    { groupNo: 1, state: 'released', released: 2 },
    { groupNo: 2, state: 'released', released: 2 },
    { groupNo: 3, state: 'rejected', location: WEST, reserved: 1 },
  ]);
  const detail = 'dc-west will not fulfil 1 unit of group 3: out-of-stock';
  expect(after.blockedBy).toMatchObject([{ code: 'fulfilment.rejected', detail }]);
  const { agenda } = await shipFrom(orderId, WEST, [{ lineNo: 2, quantity: 2 }]);
  expect(agenda.order.groups).toMatchObject([{ released: 2 }, { shipped: 2 }, { reserved: 1 }]);
  expect(await untied(orderId)).toEqual([]);
});

it('abandoning a rejection cancels what it took back; what the others have goes its way', async () => {
  const before = await reservedAt('HAT', WEST);
  const orderId = await splitOrder();
  await releaseAll(orderId);
  const named = [{ lineNo: 2, quantity: 1 }];
  const rejected = await reject(orderId, `release:${orderId}:2:1`, named);
  const exceptionId = rejected.blockedBy[0]?.exceptionId ?? '';
  const choice = { resolution: 'abandon', by: 'support', reason: 'nobody has it' } as const;
  await db.transaction((sql) => resolveExceptions(sql, { exceptionIds: [exceptionId] }, choice));
  const { agenda } = await applyResolution(db, { orderId, exceptionId });
  expect(agenda.order.groups).toMatchObject([
    { groupNo: 1, released: 2, cancelled: 0 },
    { groupNo: 2, released: 2, cancelled: 0 },
    { groupNo: 3, state: 'rejected', reserved: 0, cancelled: 1 },
  ]);
  expect(agenda.releases).toEqual([]);
  await shipFrom(orderId, LOCATION, [{ lineNo: 1, quantity: 2 }]);
  const last = await shipFrom(orderId, WEST, [{ lineNo: 2, quantity: 2 }]);
  expect(last.agenda.order.status).toBe('fulfilled');
  expect(await reservedAt('HAT', WEST)).toBe(before);
  expect(await untied(orderId)).toEqual([]);
});

it('abandoning a rejection leaves a group alone that is not asked for yet', async () => {
  const orderId = await splitOrder();
  const [, west] = (await readAgenda(db, { orderId })).releases;
  if (!west) throw new Error('no release is due');
  await begin(db, west.key, 'release', orderId, prepareRelease(west));
  const no = { outcome: 'refused', vendorCode: 'closed', detail: 'closed' } as const;
  const { agenda: refused } = await recordRelease(db, west, no);
  const exceptionId = refused.blockedBy[0]?.exceptionId ?? '';
  const choice = { resolution: 'abandon', by: 'support', reason: 'closed' } as const;
  await db.transaction((sql) => resolveExceptions(sql, { exceptionIds: [exceptionId] }, choice));
  const { agenda } = await applyResolution(db, { orderId, exceptionId });
  expect(agenda.order.groups).toMatchObject([{ reserved: 2 }, { reserved: 0, cancelled: 3 }]);
  expect(agenda.releases).toMatchObject([{ groupNo: 1, units: 2 }]);
});

it('a cancel is refused only where a release that is unanswered may hold its line', async () => {
  const orderId = await splitOrder();
  const [east] = (await readAgenda(db, { orderId })).releases;
  if (!east) throw new Error('no release is due');
  await begin(db, east.key, 'release', orderId, prepareRelease(east));
  const of = (lineNo: number | null) => ({
    decisionId: `line-${lineNo}`,
    orderId,
    lines: lineNo === null ? null : [{ lineNo, quantity: 1 }],
    eventNo: null,
  });
  for (const lineNo of [1, null]) {
    const reason = 'the warehouse has not answered the release yet: ask again shortly';
    expect(await planCancellation(db, of(lineNo))).toEqual({ outcome: 'refused', reason });
    expect(await cancelOrder(db, { ...of(lineNo), recalled: [] })).toMatchObject({
      outcome: 'refused',
      reason,
    });
  }
  expect(await planCancellation(db, of(2))).toEqual({ outcome: 'planned', recalls: [] });
  expect(await cancelOrder(db, { ...of(2), recalled: [] })).toMatchObject({
    outcome: 'cancelled',
    cancelled: [{ lineNo: 2, quantity: 1 }],
  });
});

it('a cancel asks each warehouse for what its own request holds', async () => {
  const orderId = await splitOrder();
  await releaseAll(orderId);
  const decision = { decisionId: 'all', orderId, lines: null, eventNo: null };
  expect(await planCancellation(db, decision)).toMatchObject({
    recalls: [
      { groupNo: 1, account: 'wms-main', lines: [{ lineNo: 1, quantity: 2 }] },
      { groupNo: 2, account: 'wms-west', lines: [{ lineNo: 2, quantity: 3 }] },
    ],
  });
  const recalled = [{ groupNo: 2, lines: [{ lineNo: 2, quantity: 3 }] }];
  const result = await cancelOrder(db, { ...decision, recalled });
  expect(result).toMatchObject({
    outcome: 'partly-cancelled',
    cancelled: [{ lineNo: 2, quantity: 3 }],
  });
  expect(await untied(orderId)).toEqual([]);
});

it('a line that no node holds alone is sent from two, and stays whole in its quantities', async () => {
  const shape = { lines: [{ sku: 'MUG', quantity: 40, unitMinor: 100 }] };
  const orderId = await accepted(db, orderOf(shape));
  expect((await authorize(db, orderId)).releases).toMatchObject([{ units: 30 }, { units: 10 }]);
  expect(await untied(orderId)).toEqual([]);
});

it('a channel that wants one parcel has its order wait for one node', async () => {
  const outcome = await submitOrder(
    db,
    orderOf({
      channelInstance: 'shopify-us',
      lines: [
        { sku: 'PEN', quantity: 1, unitMinor: 100 },
        { sku: 'HAT', quantity: 1, unitMinor: 100 },
      ],
    }),
    { ...context, isSold: true },
  );
  expect(outcome.outcome).toBe('waiting');
});
