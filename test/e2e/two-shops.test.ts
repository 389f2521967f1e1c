/**
 * One installation with a second Shopify shop, a second Stripe account, and a second entity whose
 * books are in a second ERP account; the second ones are a sandbox of their own, with other secrets.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Pool } from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { runAudit } from '../../audit/run';
import { startSandbox, type Sandbox } from '../../sandbox/start';
import { runningInstallation } from '../../stack/commands/env-file';
import { claimPort, type ClaimedPort } from '../../stack/supervisor/ports';
import { openShop } from '../../stack/worked-order/shop';
import { startTestPostgres } from '../sandbox/fixture';
import { World } from './fixture';
import { newOrderNo, SHOP, sellInShop, sellOnWeb, WEB, webOrder } from './selling';

const WEST_PORT = 39_501;
const WEST_SECRETS = {
  WEST_SHOPIFY_ACCESS_TOKEN: 'shpat_of_the_west',
  WEST_SHOPIFY_WEBHOOK_SECRET: 'shpss_of_the_west',
  WEST_STRIPE_SECRET_KEY: 'sk_test_of_the_west',
  WEST_STRIPE_WEBHOOK_SECRET: 'whsec_of_the_west',
  WEST_ERP_TOKEN: 'erp_of_the_west',
};
const Records = z.looseObject({
  items: z.array(
    z.looseObject({
      orderId: z.string().nullable(),
      throughlineKey: z.string().nullable(),
      amountMinor: z.number().nullable(),
      subsidiary: z.looseObject({ id: z.string() }).nullish(),
    }),
  ),
});

let world: World;
let west: Sandbox;
let claims: ClaimedPort[] = [];
let postgres: Pool;
let stopPostgres: () => Promise<void>;

let closing: Promise<void> | undefined;
const closeWest = () => (closing ??= west.close());

const urlOf = (system: keyof Sandbox['ports']) => `http://127.0.0.1:${west.ports[system]}`;

async function westRecords(system: keyof Sandbox['ports'], kind: string) {
  const answer = await fetch(`${urlOf(system)}/_sandbox/records/${kind}?limit=1000`);
  return Records.parse(await answer.json()).items;
}

beforeAll(async () => {
  claims = [await claimPort(WEST_PORT), await claimPort(WEST_PORT), await claimPort(WEST_PORT)];
  const [commerce = 0, payment = 0, erp = 0] = claims.map((claim) => claim.port);
  world = await World.open({
    env: {
      ...process.env,
      ...WEST_SECRETS,
      THROUGHLINE_SETUP: path.join(__dirname, 'two-shops.yaml'),
      WEST_COMMERCE_URL: `http://127.0.0.1:${commerce}`,
      WEST_PAYMENT_URL: `http://127.0.0.1:${payment}`,
      WEST_ERP_URL: `http://127.0.0.1:${erp}`,
    },
  });
  const { url, stop } = await startTestPostgres();
  stopPostgres = stop;
  postgres = new Pool({ connectionString: url });
  const notUsed = 'not-used-in-the-west';
  west = await startSandbox(
    {
      databaseUrl: url,
      host: '127.0.0.1',
      ports: { commerce, payment, erp, tax: 0, wms: 0, notification: 0 },
      apiUrl: world.json.apiUrl,
      omsKey: notUsed,
      accounts: { shopify: 'shopify-west', stripe: 'stripe-west', wms: 'wms-main' },
      tokens: {
        shopifyAccess: WEST_SECRETS.WEST_SHOPIFY_ACCESS_TOKEN,
        shopifyWebhook: WEST_SECRETS.WEST_SHOPIFY_WEBHOOK_SECRET,
        stripeSecret: WEST_SECRETS.WEST_STRIPE_SECRET_KEY,
        stripeWebhook: WEST_SECRETS.WEST_STRIPE_WEBHOOK_SECRET,
        erp: WEST_SECRETS.WEST_ERP_TOKEN,
        tax: notUsed,
        wms: notUsed,
        notification: notUsed,
      },
      logLevel: 'silent',
    },
    pino({ level: 'silent' }),
  );
  await openWest();
  await world.item('MUG');
});

afterAll(async () => {
  await world.close();
  await closeWest();
  await postgres.end();
  await stopPostgres();
  for (const claim of claims) claim.release();
});

/** What `openShop` writes for the first shops, once more under the second ones' names. */
async function openWest(): Promise<void> {
  const names: Readonly<Record<string, string>> = {
    'shopify-us': 'shopify-west',
    'web-us': 'web-west',
    'netsuite-us': 'netsuite-west',
  };
  await openShop({
    get: () => Promise.reject(new Error('nothing is read')),
    post: () => Promise.reject(new Error('nothing is posted')),
    postBytes: () => Promise.reject(new Error('nothing is posted')),
    async put(route: string, body: unknown) {
      const [, before = '', source = ''] = /^(\/v1\/mappings\/[^/]+\/)([^/]+)/.exec(route) ?? [];
      const other = names[source];
      if (!other) return undefined;
      return (await world.put(route.replace(before + source, before + other), body)).body;
    },
  });
}

async function sellInWestShop(): Promise<string> {
  const orderNo = newOrderNo();
  const answer = await fetch(`${urlOf('commerce')}/_sandbox/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      orderNumber: Number(orderNo),
      lines: [{ sku: 'MUG', quantity: 1, price: '20.00' }],
      financialStatus: 'authorized',
      sendWebhook: true,
    }),
  });
  expect(answer.status).toBe(201);
  return orderNo;
}

test('both shops sell, and each journal lands in the records of its own entity’s ERP', async () => {
  const order = { ...webOrder(), channelInstance: 'web-west' };
  expect((await world.post('/v1/orders', 'oms', order)).status).toBe(201);
  const sold: [string, string][] = [
    ['web-west', order.orderNo],
    ['shopify-west', await sellInWestShop()],
    [WEB, (await sellOnWeb(world)).orderNo],
    [SHOP, (await sellInShop(world)).orderNo],
  ];
  for (const [channel, orderNo] of sold) await world.untilOrder(channel, orderNo, 'closed');
  await world.untilQuiet();

  const { rows } = await world.db.query<{ entity: string; keys: string[] }>(
    `select b.entity, array_agg(e.effect_key order by e.effect_key collate "C") as keys
       from posting_batch b join effect e using (batch_id) group by b.entity`,
  );
  const keysOf = (entity: string) => rows.find((row) => row.entity === entity)?.keys ?? [];
  const inWest = await westRecords('erp', 'journal_entries');
  const inEast = await world.records('erp', 'journal_entries');
  expect(keysOf('us-02').length).toBeGreaterThan(0);
  expect(inWest.map((one) => one.throughlineKey).sort()).toEqual(keysOf('us-02'));
  expect(inEast.map((one) => one.throughlineKey).sort()).toEqual(keysOf('us-01'));
  expect(new Set(inWest.map((one) => one.subsidiary?.id))).toEqual(new Set(['2']));

  const intents = await westRecords('payment', 'payment_intents');
  expect(intents).toHaveLength(1);
  expect(await world.records('payment', 'payment_intents')).toHaveLength(1);
  const { rows: tenders } = await world.db.query<{ channel: string; account: string }>(
    `select o.channel_instance as channel, t.money_account as account
       from tender t join sales_order o using (order_id) order by 1`,
  );
  expect(tenders).toEqual([
    { channel: 'shopify-us', account: 'shopify-us' },
    { channel: 'shopify-west', account: 'shopify-west' },
    { channel: 'web-us', account: 'stripe-us' },
    { channel: 'web-west', account: 'stripe-west' },
  ]);
});

test('the audit reads every account of the set-up, and finds nothing', async () => {
  await world.expectCleanAudit();
});

test('a capture that the second processor account lost is named with the account', async () => {
  const { rows } = await postgres.query<{ key: string }>(
    `delete from payment.captures returning throughline_key as key`,
  );
  const lost = await runAudit({ databaseUrl: world.json.databaseUrl, graceMs: 0, isWhole: true });
  expect(lost.differences).toMatchObject([{ code: 'capture-missing', subject: rows[0]?.key }]);
  expect(lost.differences[0]?.detail).toContain("stripe-west's records have no such capture");
});

test('another process finds the accounts by the home of the stack, without their secrets', () => {
  const found = runningInstallation(world.stack.home, process.env);
  expect(found.accounts.map(({ account }) => account)).toContain('stripe-west');
});

test('an account whose records cannot be read is named, and the others are compared', async () => {
  await closeWest();
  const { differences } = await runAudit({
    databaseUrl: world.json.databaseUrl,
    graceMs: 0,
    isWhole: true,
  });
  expect(differences.map(({ code, subject }) => `${code} ${subject}`).sort()).toEqual([
    'account-unreadable netsuite-west',
    'account-unreadable shopify-west',
    'account-unreadable stripe-west',
  ]);
});

test('no secret of any account is in what the processes printed', () => {
  const logs = path.join(world.stack.home, 'logs');
  const printed = readdirSync(logs).map((file) => readFileSync(path.join(logs, file), 'utf8'));
  const { webhooks } = world.json;
  const secrets = [
    ...Object.values(WEST_SECRETS),
    ...Object.values(webhooks).map((one) => one.secret),
  ];
  for (const secret of secrets) expect(printed.join('\n')).not.toContain(secret);
});
