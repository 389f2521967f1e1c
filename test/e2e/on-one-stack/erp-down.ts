/** The ERP is down for the whole flow: nothing waits for it but what is meant for it. */
import { beforeAll, expect, test } from 'vitest';
import type { World } from '../fixture';
import { sellInShop, sellOnWeb, SHOP, WEB } from '../selling';
import { sharedWorld } from '../shared-world';

let world: World;
beforeAll(async () => {
  world = await sharedWorld();
});

test('orders close, the backlog waits under a name, drains, and is posted once', async () => {
  const before = await world.records('erp', 'journal_entries');
  const everything = { path: '/services/rest/record/v1/' };
  await world.fault('erp', { match: everything, fault: { kind: 'status', status: 503 } });
  await world.item('MUG');

  const web = await sellOnWeb(world);
  const shop = await sellInShop(world);
  const orders = [
    await world.untilOrder(WEB, web.orderNo, 'closed'),
    await world.untilOrder(SHOP, shop.orderNo, 'closed'),
  ];
  expect(await world.records('erp', 'journal_entries')).toEqual(before);

  const named = () => world.exceptions({ owner: 'finance-systems', state: 'open' });
  await world.until('the wait for the ERP', async () =>
    (await named()).some(({ code }) => code === 'erp.unavailable'),
  );
  // An answer that is lost on the way back makes no second document.
  await world.clearFaults('erp');
  await world.fault('erp', { match: everything, fault: { kind: 'reset-after' }, times: 2 });

  await world.untilQuiet();
  await world.until('the end of the wait', async () => (await named()).length === 0);

  const documents = await world.records('erp', 'journal_entries');
  const keys = documents.map(({ throughlineKey }) => throughlineKey);
  expect(new Set(keys).size).toBe(documents.length);
  const numbers = documents.map(({ id }) => `JE${id}`);
  for (const { orderId } of orders) {
    const journals = await world.journals(orderId);
    expect(journals.map(({ rule }) => rule).sort()).toEqual(['3', '3c']);
    for (const { documentNo } of journals) expect(numbers).toContain(documentNo);
    expect(await world.records('erp', 'sales_orders', { orderId })).toHaveLength(1);
  }
  await world.expectCleanAudit();
}, 120_000);
