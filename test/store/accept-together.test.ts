/** Orders that are accepted by one statement have the answers that they would have had alone. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { channelSetup } from '../../canonical/installation';
import { judge, valuesToLookUp } from '../../canonical/rules/order/acceptance';
import type { Order } from '../../canonical/schema/order';
import { orderWorkflowId } from '../../canonical/flows/order';
import { acceptanceOf, type Acceptance } from '../../moments/order/accept-document';
import { writeOrder } from '../../moments/order/accept-statement';
import { ORDERS_AT_ONCE, writeEach } from '../../moments/order/accept-together';
import { contentHash, newId } from '../../store/ids';
import { askMasterData } from '../../store/master/master-data';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { orderOf, stockShop } from './fixture';

const PLENTY = 1_000;
const ROUNDS = 12;
const TABLES = [
  ...['sales_order', 'order_line', 'fulfilment_group', 'allocation', 'tender', 'order_fact'],
  ...['payment_authorization', 'inventory_event', 'flow', 'dispatch', 'outbox', 'idempotency'],
];

let together: TestDatabase;
let alone: TestDatabase;
beforeAll(async () => {
  together = await cloneDatabase();
  alone = await cloneDatabase();
  for (const { db } of [together, alone]) await stockShop(db, { A: 0, B: 0, C: PLENTY });
});
afterAll(() => Promise.all([together.drop(), alone.drop()]));

/** As it is judged while there is plenty: what stock there really is, its statement finds out. */
async function judged(order: Order, key?: string): Promise<Acceptance> {
  const setup = channelSetup(order.channelInstance);
  if (!setup) throw new Error('a channel of the shipped set-up');
  const known = await askMasterData(together.db, valuesToLookUp(order));
  const stock = known.stock.map((row) => ({ ...row, sellable: PLENTY }));
  const verdict = judge(order, setup, { ...known, stock });
  if (verdict.outcome !== 'acceptable') throw new Error(`not acceptable: ${verdict.outcome}`);
  const written = {
    orderId: newId('ord'),
    workflowId: orderWorkflowId(order.channelInstance, order.orderNo),
    correlationId: 'cor_test',
    sourceEventNo: null,
    order,
    contentHash: contentHash(order),
    setup,
    holdReason: null,
    startFlow: { fulfilmentDeadlineMs: 3_600_000 },
    idempotency: key
      ? { scope: 'test', key, bodyHash: contentHash(order), status: 201, answer: {} }
      : null,
  };
  return acceptanceOf(written, verdict.acceptable);
}

/** Numbers from a seed, each below `below`. */
function drawn(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A few orders of few SKUs; some send a number or a key again. */
async function arrivals(seed: number): Promise<Acceptance[]> {
  const draw = drawn(seed);
  const orders: Acceptance[] = [];
  for (let at = draw(ORDERS_AT_ONCE - 2) + 2; at > 0; at -= 1) {
    const skus = ['A', 'B', 'C'].slice(draw(3)).slice(0, draw(2) + 1);
    const lines = skus.map((sku) => ({ sku, quantity: draw(3) + 1, unitMinor: 100 }));
    const isAgain = draw(12) === 0 && orders.length > 0;
    const again = orders[draw(Math.max(1, orders.length))];
    const orderNo = isAgain && again ? again.order.orderNo : `${seed}-${at}`;
    orders.push(await judged(orderOf({ orderNo, lines }), `${seed}-${draw(60)}`));
  }
  return orders;
}

async function stockedWith(units: { A: number; B: number }): Promise<void> {
  for (const { db } of [together, alone]) {
    for (const [sku, left] of Object.entries(units)) {
      await db.query('update stock set on_hand = reserved + $2 where sku = $1', [sku, left]);
    }
  }
}

async function written({ db }: TestDatabase): Promise<unknown> {
  const counts = TABLES.map((table) => `(select count(*) from ${table}) as ${table}`);
  const { rows } = await db.query(
    `select ${counts.join(', ')},
            (select jsonb_agg(jsonb_build_array(order_no, order_id) order by dispatch_no)
               from dispatch join sales_order using (order_id)) as starts,
            (select jsonb_object_agg(sku, reserved) from stock) as reserved`,
  );
  return rows[0];
}

test(`${ROUNDS} times, orders written together end as if each had been written alone, in turn`, async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= ROUNDS; seed += 1) {
    const orders = await arrivals(seed);
    const draw = drawn(seed + ROUNDS);
    await stockedWith({ A: draw(orders.length * 2), B: draw(orders.length * 2) });
    const answers = await writeEach(together.db, orders);
    for (const [index, order] of orders.entries()) {
      const value = await writeOrder(alone.db, order);
      const answer = answers[index];
      seen.add(value);
      // Whoever hears that the stock is taken asks again, and hears then what else is in the way.
      const isToAsk = answer?.status === 'fulfilled' && answer.value === 'stock-taken';
      if (!isToAsk || value === 'written') expect(answer).toEqual({ status: 'fulfilled', value });
    }
    expect(await written(together)).toEqual(await written(alone));
  }
  expect([...seen].sort()).toEqual(['key-used', 'order-exists', 'stock-taken', 'written']);
});

test('an order that Postgres cannot store fails by itself: those beside it are accepted', async () => {
  await stockedWith({ A: 10, B: 10 });
  const line = { sku: 'A', quantity: 1, unitMinor: 100 };
  const orders = await Promise.all([1, 2, 3].map(() => judged(orderOf({ lines: [line] }))));
  const [, second] = orders;
  if (second) orders[1] = { ...second, correlationId: 'not text: \u0000' };
  const answers = await writeEach(together.db, orders);
  expect(answers.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
