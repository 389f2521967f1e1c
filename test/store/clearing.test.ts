/** Clearing nets by payment: a capture opens an item, and what gives it back settles that one. */
import { z } from 'zod';
import { beginEffect } from '../../store/effects/effects';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planRefunds } from '../../canonical/rules/money/refund';
import type { Database } from '../../store/database';
import { loadOrder } from '../../store/orders/orders';
import { readAgenda } from '../../moments/order/order-flow';
import { planRefund } from '../../moments/money/refund-due';
import { prepareRefund, recordRefund } from '../../moments/money/refund';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, orderOf, stockShop } from './fixture';
import { authorize, capture, release, ship, step } from './steps';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 1000 });
});
afterAll(() => test.drop());

async function clearing(orderId: string) {
  const { rows } = await db.query<{ item: string; account: string; net: number }>(
    `select dimensions ->> 'item' as item, dimensions ->> 'clearingAccount' as account,
            sum(case side when 'debit' then amount_minor else -amount_minor end) as net
       from journal_line join journal using (journal_id)
      where order_id = $1 and account = 'CLR' group by 1, 2 order by 1`,
    [orderId],
  );
  return rows;
}

async function giveBack(orderId: string, amountMinor: number) {
  await db.transaction(async (sql) => {
    const order = await loadOrder(sql, orderId);
    if (!order) throw new Error('no order');
    await planRefund(sql, order, 1, amountMinor, 'a return');
  });
  for (;;) {
    const agenda = await readAgenda(db, { orderId });
    if (!agenda.money.some((one) => one.step === 'refund')) return;
    const due = step(agenda, 'refund');
    const { key } = due;
    const row = await beginEffect(db, {
      key,
      system: 'test',
      verb: 'refund',
      orderId,
      body: prepareRefund(due),
    });
    requests.push(RefundRefs.parse(row.body));
    const reference = `re_${due.refundNo}`;
    await recordRefund(db, due, { outcome: 'refunded', reference, amountMinor: due.amountMinor });
  }
}
const RefundRefs = z.object({
  authorizationRef: z.string().nullable(),
  captureRef: z.string().nullable(),
});
const requests: z.infer<typeof RefundRefs>[] = [];

describe("a processor's two references, pi_ of the authorization and ch_ of the capture", () => {
  it('meet in one item: a refund settles what the capture opened', async () => {
    const lines = [{ sku: 'MUG', quantity: 2, unitMinor: 1000 }];
    const orderId = await accepted(db, orderOf({ lines }));
    await authorize(db, orderId);
    await release(db, orderId);
    const { agenda } = await ship(db, orderId, 'p', [{ lineNo: 1, quantity: 2 }]);
    await capture(db, agenda);
    const item = `payment:ch_${step(agenda, 'capture').key}`;
    expect(await clearing(orderId)).toEqual([{ item, account: 'stripe-us', net: 2000 }]);
    await giveBack(orderId, 500);
    expect(await clearing(orderId)).toEqual([{ item, account: 'stripe-us', net: 1500 }]);
    await giveBack(orderId, 1500);
    expect(await clearing(orderId)).toEqual([{ item, account: 'stripe-us', net: 0 }]);
  });

  it('of two captures: each is given back by a refund of its own, asked of its own charge', async () => {
    const lines = [{ sku: 'MUG', quantity: 2, unitMinor: 1000 }];
    const orderId = await accepted(db, orderOf({ lines }));
    await authorize(db, orderId);
    await release(db, orderId);
    const one = await ship(db, orderId, 'p-1', [{ lineNo: 1, quantity: 1 }]);
    await capture(db, one.agenda);
    await ship(db, orderId, 'p-2', [{ lineNo: 1, quantity: 1 }]);
    const again = await authorize(db, orderId);
    await db.query(
      `update payment_authorization set reference = 'pi_2' where order_id = $1
          and authorization_no = 2`,
      [orderId],
    );
    await capture(db, again);
    requests.length = 0;
    await giveBack(orderId, 1200);
    expect((await clearing(orderId)).map((open) => open.net)).toEqual([0, 800]);
    expect(requests).toMatchObject([
      { authorizationRef: `pi_${orderId}`, captureRef: `ch_${step(one.agenda, 'capture').key}` },
      { authorizationRef: 'pi_2', captureRef: `ch_${step(again, 'capture').key}` },
    ]);
  });

  it('give back no more than was captured', () => {
    const payments = [{ paymentRef: 'ch_1', leftMinor: 5 }];
    expect(planRefunds(5, payments)).toEqual([{ paymentRef: 'ch_1', amountMinor: 5 }]);
    expect(() => planRefunds(6, payments)).toThrow(RangeError);
  });
});
