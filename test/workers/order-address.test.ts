/** Where an order goes is changed by its shop or a person, while no warehouse was asked to send it. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { prepareRelease } from '../../moments/fulfilment/release';
import { changeAddress } from '../../moments/order/change-address';
import { readAgenda } from '../../moments/order/order-flow';
import { beginEffect, type EffectRow } from '../../store/effects/effects';
import { readShipTo } from '../../store/orders/ship-to';
import { pollUntil } from '../../stack/supervisor/poll';
import { release } from '../store/steps';
import { line, openShop, type Shop } from './shop';

const LIMIT_MS = 10_000;
let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ MUG: 1_000 }, 9_000);
});
afterAll(() => shop.close());
beforeEach(() => {
  shop.next();
});

const says = (topic: string, body: object) => shop.says(topic, body);
const theOrder = () => shop.theOrder();
const openAbout = () => shop.openAbout();

async function taken(): Promise<string> {
  await says('orders/create', shop.order([line(1, 'MUG', 2)]));
  return (await theOrder())?.orderId ?? '';
}
const elsewhere = (address1: string, change: object = {}) =>
  shop.order([line(1, 'MUG', 2)], {
    shipping_address: { address1, country_code: 'US' },
    ...change,
  });
const goesTo = async (orderId: string) => (await readShipTo(shop.db, orderId)).shipTo?.address1;
const decide = (orderId: string, address1: string, record = () => Promise.resolve()) =>
  changeAddress(
    shop.db,
    { orderId, shipTo: { address1, country: 'US' }, decisionId: address1 },
    record,
  );

test('another address of the shop is followed; what a person decided after it stays', async () => {
  const orderId = await taken();
  const first = { updated_at: '2026-03-01T12:00:00Z' };
  const end = await says('orders/updated', elsewhere('2 Other Road', first));
  expect(end).toMatchObject({ state: 'applied', note: 'it goes to the new address' });
  expect([await goesTo(orderId), await openAbout()]).toEqual(['2 Other Road', []]);
  expect((await theOrder())?.holdReason).toBeNull();

  expect(await decide(orderId, '3 Third Street')).toMatchObject({ outcome: 'put' });
  expect(await decide(orderId, '3 Third Street')).toEqual({ outcome: 'same' });
  await says('orders/updated', elsewhere('2 Other Road', { updated_at: '2026-03-01T13:00:00Z' }));
  expect([await goesTo(orderId), await openAbout()]).toEqual(['3 Third Street', []]);
});

test('once a warehouse was asked, another address is named and changes nothing', async () => {
  const orderId = await taken();
  await release(shop.db, orderId);
  await says('orders/updated', elsewhere('2 Other Road'));
  expect(await openAbout()).toMatchObject([{ code: 'order.changed-at-channel' }]);
  expect(await decide(orderId, '3 Third Street')).toEqual({
    outcome: 'refused',
    reason: 'a warehouse was asked to send it',
  });
  expect(await goesTo(orderId)).toBe('1 Sample Road');
});

test('an address in another country is refused by what it was sold to', async () => {
  const orderId = await taken();
  const shipTo = { address1: '1 Rue', country: 'CA' };
  const put = changeAddress(shop.db, { orderId, shipTo, decisionId: 'ca' }, () =>
    Promise.resolve(),
  );
  expect(await put).toMatchObject({
    outcome: 'refused',
    reason: expect.stringContaining('sold to US'),
  });
});

test('a request that read the old address while it changed is found: the old one comes back', async () => {
  const orderId = await taken();
  const [due] = (await readAgenda(shop.db, { orderId })).releases;
  if (!due) throw new Error('no release is due');
  const { workflowId } = (await theOrder()) ?? {};
  let begun: Promise<EffectRow> | undefined;
  const put = await decide(orderId, '2 Other Road', async () => {
    // It has read the order as it was, and waits for this moment's lock of the flow.
    begun = beginEffect(shop.db, {
      ...{ key: due.key, system: 'wms-main', verb: 'release', orderId },
      ...(workflowId !== undefined && { workflowId }),
      body: prepareRelease(due),
    });
    await pollUntil('it waits for the flow', LIMIT_MS, async () => {
      const { rows } = await shop.db.query<{ waits: boolean }>(
        `select exists (select from pg_locks where not granted) as waits`,
      );
      return rows[0]?.waits === true;
    });
  });
  expect((await begun)?.body).toMatchObject({ shipTo: { address1: '1 Sample Road' } });
  expect(put).toEqual({
    outcome: 'refused',
    reason: 'the warehouse was asked to send it meanwhile',
  });
  expect(await goesTo(orderId)).toBe('1 Sample Road');
});
