/** What is charged as it lies ready in a store, whatever becomes of it then. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../store/database';
import { readAgenda } from '../../moments/order/order-flow';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, orderOf, stockShop } from './fixture';
import {
  chargeAt,
  differences,
  giveBack,
  handOver,
  heldMugs,
  ready,
  rulesOf,
  settleMoney,
  SOHO,
  startPickups,
  stockStore,
} from './pickup-steps';
import { authorize, balances, begin, capture, release, ship, step } from './steps';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 1000, CAP: 1000 });
  await stockStore(db, SOHO, { MUG: 500, CAP: 500 });
});
afterAll(() => test.drop());
beforeEach(() => chargeAt('handover'));

const mugs = (quantity: number) => ({ groupNo: 1, lines: [{ lineNo: 1, quantity }] });

describe('what is charged as it lies ready', () => {
  beforeEach(() => chargeAt('ready'));

  it('is consumed at handover: no second capture, nothing receivable', async () => {
    const orderId = await heldMugs(db);
    await ready(db, orderId, mugs(3));
    await ready(db, orderId, mugs(3));
    await settleMoney(db, orderId);
    await handOver(db, orderId, mugs(1));
    await handOver(db, orderId, { ...mugs(2), handoverNo: 2 });
    const settled = await settleMoney(db, orderId);
    expect(settled).toMatchObject({ isSettled: true });
    expect(settled.order.tenders).toMatchObject([{ capturedMinor: 3253, refundedMinor: 0 }]);
    expect(await rulesOf(db, orderId)).toEqual(['2', '5a', '5a']);
    expect(await differences(db)).toEqual([]);
  });

  it('is receivable where the goods left before its answer, and then is not', async () => {
    const orderId = await heldMugs(db);
    await ready(db, orderId, mugs(3));
    const agenda = await readAgenda(db, { orderId });
    await handOver(db, orderId, mugs(2));
    expect((await balances(db, orderId)).AR).toBe(2169);
    await capture(db, agenda);
    expect(await balances(db, orderId)).toMatchObject({ CL: -1084 });
    expect(await differences(db)).toEqual([]);
    await giveBack(db, orderId, mugs(1));
    const settled = await settleMoney(db, orderId);
    expect(settled.order.tenders).toMatchObject([{ capturedMinor: 3253, refundedMinor: 1084 }]);
    expect(settled).toMatchObject({ isSettled: true });
    expect(await differences(db)).toEqual([]);
  });

  it('is not charged where it was given up before the call', async () => {
    const orderId = await heldMugs(db);
    await ready(db, orderId, mugs(3));
    await giveBack(db, orderId, mugs(3));
    const { money } = await readAgenda(db, { orderId });
    expect(money).toMatchObject([{ step: 'void' }]);
    expect(await settleMoney(db, orderId)).toMatchObject({ isSettled: true });
    expect(await rulesOf(db, orderId)).toEqual([]);
    expect(await differences(db)).toEqual([]);
  });

  it('is followed to its end and given back where the call was on its way', async () => {
    const orderId = await heldMugs(db);
    await ready(db, orderId, mugs(3));
    const due = step(await readAgenda(db, { orderId }), 'capture');
    await begin(db, due.key, 'capture', orderId, { isFinal: due.isFinal, amountMinor: 3253 });
    await giveBack(db, orderId, mugs(3));
    await capture(db, await readAgenda(db, { orderId }));
    expect(await settleMoney(db, orderId)).toMatchObject({ isSettled: true });
    expect(await balances(db, orderId)).toEqual({});
    expect(await differences(db)).toEqual([]);
  });

  it('is not spent on what another group ships', async () => {
    const lines = [
      { sku: 'CAP', quantity: 1, unitMinor: 5000 },
      { sku: 'MUG', quantity: 1, unitMinor: 3000, storeId: SOHO },
    ];
    const orderId = await accepted(db, orderOf({ lines, shippingMinor: 700 }));
    await authorize(db, orderId);
    await startPickups(db, orderId);
    await ready(db, orderId, { groupNo: 2, lines: [{ lineNo: 2, quantity: 1 }] });
    await settleMoney(db, orderId);
    await release(db, orderId);
    await ship(db, orderId, `${orderId}-1`, [{ lineNo: 1, quantity: 1 }]);
    await settleMoney(db, orderId);
    await giveBack(db, orderId, { groupNo: 2, lines: [{ lineNo: 2, quantity: 1 }] });
    const settled = await settleMoney(db, orderId);
    expect(settled.order.tenders).toMatchObject([{ capturedMinor: 8700, refundedMinor: 3000 }]);
    expect(settled).toMatchObject({ isSettled: true });
    expect(await differences(db)).toEqual([]);
  });
});
