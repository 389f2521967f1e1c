/** An order paid by a gift card and a card: whose money is used, captured, given back and booked. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useInstallation } from '../../canonical/installation';
import { Order } from '../../canonical/schema/order';
import type { Database } from '../../store/database';
import { acceptOrder } from '../../moments/order/accept-order';
import { cancelOrder } from '../../moments/order/cancel-order';
import { recordRefund, prepareRefund } from '../../moments/money/refund';
import { readAgenda } from '../../moments/order/order-flow';
import { submitOrder } from '../../moments/order/submit-order';
import { installationIn, SHIPPED_SETUP } from '../installation';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, context, orderOf, stockShop } from './fixture';
import { balances, begin, capture, release, ship, step } from './steps';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 1000, TEA: 1000 });
  await map('gift_card', 'gift-card');
});
afterAll(() => test.drop());

const map = (gateway: string, target: string) =>
  db.query(
    `insert into mapping (kind, source, value, target, updated_by)
     values ('tender', 'shopify-us', $1, $2, 'test')
     on conflict (kind, source, value) do update set target = excluded.target`,
    [gateway, target],
  );

const usd = (minorUnits: number) => ({ currency: 'USD', minorUnits });

/** Two lines, 60.00 and 40.00; the gift card is redeemed, the card authorized or captured. */
function order(giftMinor: number, rest: 'authorized' | 'captured' = 'authorized', sku = 'MUG') {
  const whole = orderOf({
    channelInstance: 'shopify-us',
    lines: [
      { sku, quantity: 3, unitMinor: 2_000 },
      { sku: 'TEA', quantity: 1, unitMinor: 4_000 },
    ],
  });
  const of = (gateway: string, minor: number, state: 'authorized' | 'captured') => ({
    gateway,
    amount: usd(minor),
    received: { state, reference: `${gateway}-${whole.orderNo}` },
  });
  const tenders = [of('gift_card', giftMinor, 'captured'), of('card', 10_000 - giftMinor, rest)];
  return Order.parse({ ...whole, tenders });
}

/** Rule and lines, in the order in which they were posted. */
async function journals(orderId: string): Promise<string[]> {
  const { rows } = await db.query<{ told: string }>(
    `select rule || ': ' || string_agg(side || ' ' || account || ' ' || amount_minor, ', '
              order by line_no) as told
       from journal join journal_line using (journal_id)
      where order_id = $1 and account not in ('COGS', 'INV')
      group by journal_id, rule, posted_at order by posted_at, journal_id`,
    [orderId],
  );
  return rows.map(({ told }) => told);
}

async function cancel(orderId: string, lines: { lineNo: number; quantity: number }[] | null) {
  const decisionId = `cancel-${orderId}-${JSON.stringify(lines)}`;
  const decision = { orderId, decisionId, eventNo: null, lines, recalled: [] };
  const result = await cancelOrder(db, decision);
  if (result.outcome !== 'cancelled') throw new Error(JSON.stringify(result));
}

/** Every refund that is due, made; which tender got how much. */
async function giveBack(orderId: string): Promise<[tenderNo: number, minor: number][]> {
  const made: [number, number][] = [];
  for (;;) {
    const { money } = await readAgenda(db, { orderId });
    const due = money.find((one) => one.step === 'refund');
    if (!due) return made;
    const begun = await begin(db, due.key, 'refund', orderId, prepareRefund(due));
    const { amountMinor, tenderNo } = due;
    const reference = `re-${due.key}`;
    await recordRefund(db, due, { outcome: 'refunded', reference, amountMinor }, begun);
    made.push([tenderNo, amountMinor]);
  }
}

describe('30.00 on a gift card, 70.00 on a card', () => {
  it('are redeemed when the order comes, used first, and the rest is captured (9a, 3, 3c)', async () => {
    const orderId = await accepted(db, order(3_000));
    await release(db, orderId);
    const first = await ship(db, orderId, 'p-1', [{ lineNo: 2, quantity: 1 }]);
    expect(first.agenda.money).toMatchObject([
      { step: 'capture', tenderNo: 2, amountMinor: 1_000 },
    ]);
    await capture(db, first.agenda);
    const { agenda } = await ship(db, orderId, 'p-2', [{ lineNo: 1, quantity: 3 }]);
    const end = await capture(db, agenda);
    expect(await journals(orderId)).toEqual([
      '9a: debit GC 3000, credit CL 3000',
      '3: debit CL 3000, debit AR 1000, credit REV 4000',
      '3c: debit CLR 1000, credit AR 1000',
      '3: debit AR 6000, credit REV 6000',
      '3c: debit CLR 6000, credit AR 6000',
    ]);
    const { COGS, INV, ...books } = await balances(db, orderId);
    expect(COGS).toBe(-(INV ?? 0));
    expect(books).toEqual({ GC: 3_000, CLR: 7_000, REV: -10_000 });
    expect(end.isSettled).toBe(true);
  });

  it('S25 a cancel is taken off the card that is only promised; the gift card gets the rest (7, 8)', async () => {
    const orderId = await accepted(db, order(3_000));
    await cancel(orderId, [{ lineNo: 1, quantity: 3 }]);
    expect(await giveBack(orderId)).toEqual([]);
    await cancel(orderId, null);
    expect(await giveBack(orderId)).toEqual([[1, 3_000]]);
    expect(await journals(orderId)).toEqual([
      '9a: debit GC 3000, credit CL 3000',
      '7: debit CL 3000, credit REFP 3000',
      '8: debit REFP 3000, credit GC 3000',
    ]);
    const { money } = await readAgenda(db, { orderId });
    expect(money).toMatchObject([{ step: 'void', tenderNo: 2, amountMinor: 7_000 }]);
  });

  it('a card that was captured too is given back first, as the policy says (2, 7, 8)', async () => {
    const orderId = await accepted(db, order(3_000, 'captured'));
    await cancel(orderId, [{ lineNo: 1, quantity: 3 }]);
    expect(await giveBack(orderId)).toEqual([[2, 6_000]]);
    await cancel(orderId, null);
    expect(await giveBack(orderId)).toEqual([
      [1, 3_000],
      [2, 1_000],
    ]);
    expect(await balances(db, orderId)).toEqual({});
  });

  it('a gift card alone pays for what is left, and the card’s promise is let go', async () => {
    const orderId = await accepted(db, order(6_000));
    await cancel(orderId, [{ lineNo: 2, quantity: 1 }]);
    expect(await giveBack(orderId)).toEqual([]);
    await release(db, orderId);
    const { agenda } = await ship(db, orderId, 'p-3', [{ lineNo: 1, quantity: 3 }]);
    expect(agenda.money).toMatchObject([{ step: 'void', tenderNo: 2, amountMinor: 4_000 }]);
    const { COGS, INV, ...books } = await balances(db, orderId);
    expect([COGS, books]).toEqual([-(INV ?? 0), { GC: 6_000, REV: -6_000 }]);
  });
});

it('given up before it was accepted, the gift card is booked as one all the same', async () => {
  const waiting = await submitOrder(db, order(3_000, 'captured', 'UNKNOWN'), {
    ...context,
    isSold: true,
  });
  if (waiting.outcome !== 'waiting') throw new Error(waiting.outcome);
  const { orderId } = waiting;
  await cancel(orderId, null);
  expect(await giveBack(orderId)).toEqual([
    [1, 3_000],
    [2, 7_000],
  ]);
  expect((await journals(orderId)).filter((one) => one.includes('GC'))).toEqual([
    '9a: debit GC 3000, credit CL 3000',
    '8: debit REFP 3000, credit GC 3000',
  ]);
  expect(await balances(db, orderId)).toEqual({});
});

it('an order whose gateway is mapped to what its account does not move waits, and says why', async () => {
  const { tenders, ...whole } = order(3_000);
  const [first, ...others] = tenders;
  const onTerms = Order.parse({ ...whole, tenders: [{ ...first, gateway: 'terms' }, ...others] });
  await map('terms', 'account');
  const outcome = await submitOrder(db, onTerms, { ...context, isSold: true });
  if (outcome.outcome !== 'waiting') throw new Error(outcome.outcome);
  const { orderId, exceptions } = outcome;
  expect(exceptions).toMatchObject([{ code: 'mapping.tender' }]);
  const { rows } = await db.query<{ detail: string }>(
    'select detail from exception where order_id = $1',
    [orderId],
  );
  expect(rows[0]?.detail).toContain('an invoice on terms is paid later');
  await map('terms', 'gift-card');
  expect(await acceptOrder(db, { orderId })).toMatchObject({ outcome: 'accepted' });
});

it('a policy may give the gift card back first', async () => {
  const shipped = readFileSync(SHIPPED_SETUP, 'utf8');
  const first = '\npolicies:\n  everywhere: { refundOrder: [gift-card, card] }\n';
  useInstallation(installationIn(shipped + first));
  const orderId = await accepted(db, order(3_000));
  await cancel(orderId, [{ lineNo: 2, quantity: 1 }]);
  useInstallation(installationIn(shipped));
  expect(await giveBack(orderId)).toEqual([[1, 3_000]]);
  expect(step(await releaseAll(orderId), 'capture')).toMatchObject({
    tenderNo: 2,
    amountMinor: 6_000,
  });
});

async function releaseAll(orderId: string) {
  await release(db, orderId);
  return (await ship(db, orderId, `p-${orderId}`, [{ lineNo: 1, quantity: 3 }])).agenda;
}
