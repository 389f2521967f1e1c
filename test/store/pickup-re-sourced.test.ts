/** What a store cannot give goes to another store, or home: reserved, taxed and charged there. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../store/database';
import { putMapping } from '../../store/master/mappings';
import { loadOrder } from '../../store/orders/orders';
import { closeOrder, readAgenda } from '../../moments/order/order-flow';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { LOCATION, stockShop } from './fixture';
import {
  chargeAt,
  differences,
  handOver,
  heldMugs,
  moveTo,
  ready,
  settleMoney,
  SOHO,
  startPickups,
  stockOf,
  stockStore,
  VENICE,
} from './pickup-steps';
import { authorize, balances, release, ship } from './steps';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 1000 });
  await stockStore(db, SOHO, { MUG: 500 });
  await stockStore(db, VENICE, { MUG: 19 });
});
afterAll(() => test.drop());
beforeEach(() => chargeAt('handover'));

const mugs = (quantity: number, groupNo = 1) => ({ groupNo, lines: [{ lineNo: 1, quantity }] });
const taxed = (amountMinor: number) => [
  { lineNo: 1, taxes: [{ taxCode: 'CA-STATE', amountMinor }] },
];

const toldOfMoves = async (orderId: string) => {
  const { rows } = await db.query<{ body: object }>(
    `select body from outbox where order_id = $1 and verb = 'announceMove' order by outbox_no`,
    [orderId],
  );
  return rows.map(({ body }) => body);
};
const mapStore = (value: string, target: string) =>
  putMapping(db, { kind: 'store', source: 'shopify-us', value, target }, 'test');

describe('what its channel is told', () => {
  it('is the place that it knows the new store by, and what is there in all', async () => {
    const orderId = await heldMugs(db, { channelInstance: 'shopify-us' });
    // A store that the channel has no name for is told all the same: its refusal is somebody's.
    await moveTo(db, orderId, mugs(1), VENICE);
    await mapStore('77', SOHO);
    await mapStore('78', VENICE);
    await startPickups(db, orderId);
    await moveTo(db, orderId, mugs(1), VENICE);
    const lines = (there: number) => [{ channelLineRef: '1', quantity: 1, there }];
    expect(await toldOfMoves(orderId)).toMatchObject([
      { key: `move:${orderId}:2`, from: null, to: null, lines: lines(1) },
      { key: `move:${orderId}:3`, from: '77', to: '78', lines: lines(2) },
    ]);
  });

  it('is nothing where it is sent home, or where nobody else has the order', async () => {
    const home = await heldMugs(db, { channelInstance: 'shopify-us' });
    expect(await moveTo(db, home, mugs(2), 'home')).toMatchObject({
      outcome: 'moved',
      locationId: LOCATION,
    });
    const own = await heldMugs(db);
    expect(await moveTo(db, own, mugs(1), VENICE)).toMatchObject({ outcome: 'moved' });
    expect([...(await toldOfMoves(home)), ...(await toldOfMoves(own))]).toEqual([]);
  });
});

describe('to another store', () => {
  it('is reserved there and let go here, and that store is asked', async () => {
    const [soho, venice] = [await stockOf(db, 'MUG', SOHO), await stockOf(db, 'MUG', VENICE)];
    const orderId = await heldMugs(db);
    expect(await moveTo(db, orderId, mugs(3), VENICE)).toEqual({
      outcome: 'moved',
      groupNo: 2,
      locationId: VENICE,
      deltaMinor: 0,
    });
    expect(await stockOf(db, 'MUG', SOHO)).toEqual(soho);
    expect((await stockOf(db, 'MUG', VENICE)).reserved).toBe(venice.reserved + 3);
    const { pickups, releases } = await readAgenda(db, { orderId });
    expect({ pickups, releases }).toEqual({
      pickups: [{ orderId, groupNo: 2, storeId: VENICE, units: 3 }],
      releases: [],
    });
    await startPickups(db, orderId);
    await handOver(db, orderId, mugs(3, 2));
    expect(await settleMoney(db, orderId)).toMatchObject({ isSettled: true });
    expect((await closeOrder(db, { orderId })).outcome).toBe('closed');
    expect(await differences(db)).toEqual([]);
  });

  it('of some units with more tax is a line of its own, and all of it is authorized anew', async () => {
    const orderId = await heldMugs(db);
    await handOver(db, orderId, mugs(1));
    await settleMoney(db, orderId);
    const moved = await moveTo(db, orderId, mugs(1), VENICE, taxed(100));
    expect(moved).toMatchObject({ outcome: 'moved', deltaMinor: 17 });
    const { lines, totalMinor } = (await loadOrder(db, orderId)) ?? { lines: [], totalMinor: 0 };
    expect(totalMinor).toBe(3270);
    expect(lines).toMatchObject([
      { lineNo: 1, ordered: 2, grossMinor: 2002, taxes: [{ amountMinor: 167 }] },
      {
        lineNo: 2,
        ordered: 1,
        grossMinor: 1001,
        taxes: [{ taxCode: 'CA-STATE', amountMinor: 100 }],
      },
    ]);
    expect((await readAgenda(db, { orderId })).money).toMatchObject([
      { step: 'authorize', amountMinor: 2185 },
    ]);
    await settleMoney(db, orderId);
    await startPickups(db, orderId);
    await handOver(db, orderId, { ...mugs(1), handoverNo: 2 });
    await handOver(db, orderId, { groupNo: 2, lines: [{ lineNo: 2, quantity: 1 }] });
    const settled = await settleMoney(db, orderId);
    expect(settled).toMatchObject({ isSettled: true });
    expect(settled.order.tenders).toMatchObject([{ amountMinor: 3270, capturedMinor: 3270 }]);
    expect(await balances(db, orderId)).toMatchObject({ TAX: -267, CLR: 3270 });
    expect((await closeOrder(db, { orderId })).outcome).toBe('closed');
    expect(await differences(db)).toEqual([]);
  });

  it('lets the smaller authorization go once the larger one is there', async () => {
    const orderId = await heldMugs(db);
    await moveTo(db, orderId, mugs(3), VENICE, taxed(400));
    const after = await authorize(db, orderId);
    expect(after.money).toMatchObject([{ step: 'void', authorizationNo: 1, amountMinor: 3253 }]);
    await settleMoney(db, orderId);
    await startPickups(db, orderId);
    await handOver(db, orderId, mugs(3, 2));
    const settled = await settleMoney(db, orderId);
    expect(settled.order.tenders).toMatchObject([{ capturedMinor: 3403 }]);
    expect((await closeOrder(db, { orderId })).outcome).toBe('closed');
    expect(await differences(db)).toEqual([]);
  });

  it('takes along what was charged ahead, and gives back what is less', async () => {
    chargeAt('ready');
    const orderId = await heldMugs(db);
    await ready(db, orderId, mugs(3));
    await settleMoney(db, orderId);
    expect(await moveTo(db, orderId, mugs(3), VENICE, taxed(50))).toMatchObject({
      outcome: 'moved',
      deltaMinor: -200,
    });
    const settled = await settleMoney(db, orderId);
    expect(settled.order.tenders).toMatchObject([{ capturedMinor: 3253, refundedMinor: 200 }]);
    await startPickups(db, orderId);
    await ready(db, orderId, mugs(3, 2));
    await handOver(db, orderId, mugs(3, 2));
    expect(await settleMoney(db, orderId)).toMatchObject({ isSettled: true });
    expect((await closeOrder(db, { orderId })).outcome).toBe('closed');
    expect(await differences(db)).toEqual([]);
  });

  it('is impossible where it has not enough, is the same, or is none: nothing changes', async () => {
    const orderId = await heldMugs(db, {
      lines: [{ sku: 'MUG', quantity: 20, unitMinor: 100, storeId: SOHO }],
    });
    const before = await loadOrder(db, orderId);
    for (const place of [VENICE, SOHO, LOCATION, 'store-nowhere']) {
      expect(await moveTo(db, orderId, mugs(20), place)).toMatchObject({ outcome: 'impossible' });
    }
    expect(await moveTo(db, orderId, mugs(21), VENICE)).toMatchObject({ outcome: 'impossible' });
    expect((await loadOrder(db, orderId))?.lines).toEqual(before?.lines);
    expect(await differences(db)).toEqual([]);
  });

  it('is impossible for more money where the channel authorized, and possible for as much', async () => {
    const orderId = await heldMugs(db, { channelInstance: 'shopify-us', taxMinor: 0 });
    expect(await moveTo(db, orderId, mugs(1), VENICE, taxed(10))).toMatchObject({
      outcome: 'impossible',
    });
    expect(await moveTo(db, orderId, mugs(1), VENICE)).toMatchObject({ outcome: 'moved' });
    expect(await differences(db)).toEqual([]);
  });
});

describe('home', () => {
  it('is sent by a node that ships, never by the store that could not give it', async () => {
    await db.query('update location set ships = true, priority = 0 where location_id = $1', [SOHO]);
    const orderId = await heldMugs(db);
    const moved = await moveTo(db, orderId, mugs(2), 'home');
    expect(moved).toMatchObject({ outcome: 'moved', locationId: LOCATION });
    expect((await readAgenda(db, { orderId })).releases).toMatchObject([
      { groupNo: 2, account: 'wms-main', location: LOCATION, units: 2 },
    ]);
    await release(db, orderId);
    await ship(db, orderId, `${orderId}-1`, mugs(2).lines);
    await handOver(db, orderId, mugs(1));
    expect(await settleMoney(db, orderId)).toMatchObject({ isSettled: true });
    expect((await loadOrder(db, orderId))?.lines).toMatchObject([{ shipped: 2, pickedUp: 1 }]);
    expect((await closeOrder(db, { orderId })).outcome).toBe('closed');
    expect(await differences(db)).toEqual([]);
  });
});
