/** Processes killed under load: every order that was acknowledged ends, once. */
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { World } from '../fixture';
import { sellInShop, sellOnWeb, SHOP, WEB, webOrder } from '../selling';
import { sharedWorld } from '../shared-world';

const IN_FLIGHT = 50;
/** Calls that were under way are noticed after 10 to 30 s; then everything has to be done. */
const ALL_END_MS = 110_000;

let world: World;
beforeAll(async () => {
  world = await sharedWorld();
  await world.item('MUG');
});

async function count(sql: string): Promise<number> {
  const { rows } = await world.db.query<{ count: string }>(`select count(*) ${sql}`);
  return Number(rows[0]?.count);
}

const Submitted = z.looseObject({ orderId: z.string() });

/** A client that retries a call it has no answer to, with the same key and body. */
async function submitUntilAnswered(order: ReturnType<typeof webOrder>, key: string) {
  let answers = 0;
  let orderId = '';
  let status = 0;
  await world.until('an answer to a submitted order', async () => {
    const answer = await world.post('/v1/orders', 'oms', order, key).catch(() => null);
    if (answer === null || answer.status >= 500) return false;
    answers += 1;
    status = answer.status;
    orderId = Submitted.parse(answer.body).orderId;
    return true;
  });
  return { orderId, status, answers };
}

test('kill -9 of the API while clients submit: each retries and has one order', async () => {
  const before = await count('from sales_order');
  const orders = Array.from({ length: 20 }, () => webOrder());
  const submitting = orders.map((order) => submitUntilAnswered(order, `key-${order.orderNo}`));
  await world.until('the first orders', async () => (await count('from sales_order')) > before);
  await world.killed('api');
  const answers = await Promise.all(submitting);
  expect(answers.map(({ status }) => status)).toEqual(orders.map(() => 201));

  // The first answer again, for who asks again.
  const [first] = orders;
  if (!first) throw new RangeError('no orders');
  const again = await world.post('/v1/orders', 'oms', first, `key-${first.orderNo}`);
  expect(again.status).toBe(201);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.body).toMatchObject({ orderId: answers[0]?.orderId });

  expect(await count('from sales_order')).toBe(before + orders.length);
  for (const { orderNo } of orders) await world.untilOrder(WEB, orderNo, 'closed');
  await world.expectCleanAudit();
});

test('kill -9 of the worker while 50 orders are in flight: all end', async () => {
  const isOpen = `from sales_order where stage <> 'closed'`;
  const before = await count('from sales_order');
  // Some are in the middle of a capture, the others wait for their warehouse or come in still.
  await world.script('wms', { delayMs: 2_000 });
  for (const [system, match] of [
    ['payment', { path: '/v1/payment_intents/*/capture' }],
    ['commerce', { path: '/admin/api/', body: 'orderCapture' }],
  ] as const) {
    await world.fault(system, { match, fault: { kind: 'hang-after' }, times: 5 });
  }
  const selling = Array.from({ length: IN_FLIGHT }, (_unused, index) =>
    index % 2 === 0 ? sellOnWeb(world) : sellInShop(world),
  );
  const sold = await Promise.all(selling);
  const isSoldOut = async () => (await count('from sales_order')) === before + IN_FLIGHT;
  await Promise.all([world.untilHeld('payment', 1), world.until('every order here', isSoldOut)]);
  expect(await count(isOpen)).toBeGreaterThan(IN_FLIGHT / 2);
  await world.killed('worker');
  await Promise.all([world.clearFaults('payment'), world.clearFaults('commerce')]);

  await world.until(
    'the end of every order',
    async () => (await count(isOpen)) === 0 && (await isSoldOut()),
    ALL_END_MS,
  );
  for (const [index, { orderNo }] of sold.entries()) {
    const order = await world.findOrder(index % 2 === 0 ? WEB : SHOP, orderNo);
    expect(order).toMatchObject({ status: 'closed', exceptions: [] });
    expect(order?.tenders).toMatchObject([{ state: 'captured', captured: order?.total }]);
  }
  await world.expectCleanAudit();
}, 180_000);
