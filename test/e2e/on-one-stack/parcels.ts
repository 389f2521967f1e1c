/** A warehouse that says the wrong thing, and records that somebody changed behind our back. */
import { Client } from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { runAudit } from '../../../audit/run';
import type { World } from '../fixture';
import { sellInShop, SHOP } from '../selling';
import { sharedWorld } from '../shared-world';

let world: World;
beforeAll(async () => {
  world = await sharedWorld();
  await world.item('MUG');
  await world.item('POT');
  await world.script('wms', { mode: 'never' });
});

const REASON = { reason: 'a test decided so' };
const resolve = (exceptionId: string, how: 'override' | 'abandon') =>
  world.post(`/v1/exceptions/${exceptionId}/${how}`, 'support', REASON);

/** Two mugs of the shop, at the warehouse; and how a parcel of them is told. */
async function released() {
  const { orderNo, shopId } = await sellInShop(world, { lines: [{ sku: 'MUG', quantity: 2 }] });
  const { orderId } = await world.untilOrder(SHOP, orderNo, 'released');
  const [request] = await world.records('wms', 'fulfilment_requests', { orderId });
  const tell = async (parcel: object) => {
    const told = await world.sandbox('wms', 'POST', 'parcels', {
      requestId: request?.id,
      ...parcel,
    });
    return (told as { shipmentId: string }).shipmentId;
  };
  return { orderId, orderNo, shopId, tell };
}

test('another item waits, a correction ships, more is invoiced, a second id is asked about', async () => {
  const { orderId, orderNo, tell } = await released();
  const shipmentId = await tell({ lines: [{ lineNo: 1, sku: 'POT', quantity: 1 }] });
  await world.untilException(orderId, 'fulfilment.wrong-item');
  await world.expectCleanAudit();
  await tell({ shipmentId, lines: [{ lineNo: 1, quantity: 1 }] });
  await world.untilOrder(SHOP, orderNo, 'partly-fulfilled');
  await tell({ shipmentId, lines: [{ lineNo: 1, quantity: 2 }] });
  const closed = await world.untilOrder(SHOP, orderNo, 'closed');
  expect(closed.shipments).toHaveLength(2);
  expect(await world.exceptions({ orderId, state: 'open' })).toEqual([]);
  await world.expectCleanAudit();
  // The order has ended: what a person says left once more is off the stock, and no invoice.
  await tell({ shipmentId, asNew: true });
  const same = await world.untilException(orderId, 'fulfilment.same-parcel');
  expect((await resolve(same.exceptionId, 'override')).status).toBe(200);
  const over = await world.untilException(orderId, 'fulfilment.over-shipped');
  expect((await world.order(orderId)).shipments).toHaveLength(2);
  expect((await resolve(over.exceptionId, 'override')).status).toBe(200);
  await world.expectCleanAudit();
});

/** What somebody changes in a peer's record of the order, and what the audit calls that. */
const CHANGES: readonly (readonly [table: string, path: string, to: string, code: string])[] = [
  ['wms.fulfilment_requests', '{shipTo,city}', '"Elsewhere"', 'fulfilment-request-address'],
  ['wms.shipments', '{lines,0,sku}', '"POT"', 'shipment-lines'],
  ['erp.sales_orders', '{lines,0,quantity}', '7', 'sales-order-lines'],
  ['tax.transactions', '{model,lines,0,itemCode}', '"POT"', 'tax-invoice-lines'],
  ['commerce.orders', '{lines,0,quantity}', '9', 'shop-order-lines'],
];

test('what is changed in the records of warehouse, ERP, tax service and shop is named', async () => {
  const { orderId, orderNo, shopId, tell } = await released();
  await tell({});
  await world.untilOrder(SHOP, orderNo, 'closed');
  await world.expectCleanAudit();
  const ids = [orderId, `gid://shopify/Order/${shopId}`];
  const client = new Client({ connectionString: world.json.sandboxDatabaseUrl });
  await client.connect();
  const before: { table: string; id: string; details: object }[] = [];
  for (const [table, place, to] of CHANGES) {
    const { rows } = await client.query<{ id: string; details: object }>(
      `select id, details from ${table} where order_id = any($1)`,
      [ids],
    );
    before.push(...rows.map((row) => ({ table, ...row })));
    await client.query(
      `update ${table} set details = jsonb_set(details, $2, $3::jsonb) where order_id = any($1)`,
      [ids, place, to],
    );
  }
  const { databaseUrl } = world.json;
  const { differences } = await runAudit({ databaseUrl, graceMs: 0, isWhole: true });
  // Others use this world: their records are as they were.
  for (const { table, id, details } of before) {
    await client.query(`update ${table} set details = $2 where id = $1`, [id, details]);
  }
  await client.end();
  const codes = CHANGES.map(([, , , code]) => code).sort();
  expect(differences.map(({ code }) => code).sort()).toEqual(codes);
  expect(JSON.stringify(differences)).not.toContain('Elsewhere');
  await world.expectCleanAudit();
});
