/**
 * An order that no warehouse holds whole, over two of them: each has its account, its node and its
 * records; the second one is a sandbox of its own, with another secret.
 */
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startSandbox, type Sandbox } from '../../sandbox/start';
import { claimPort, type ClaimedPort } from '../../stack/supervisor/ports';
import { sandboxConfiguration, startTestPostgres, tokens } from '../sandbox/fixture';
import { World } from './fixture';
import { newOrderNo, sellOnWeb, WEB, type Sold } from './selling';

const BROWSER = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const PAGE_WAIT_MS = 30_000;
const METADATA_QUERY = '__temporal_workflow_metadata';
const WEST = 'dc-west';
const WEST_PORT = 39_601;
const REASON = { reason: 'a test decided so' };
const Items = z.looseObject({
  items: z.array(z.looseObject({ id: z.string(), status: z.string().nullable() })),
});

let world: World;
let west: Sandbox;
let claim: ClaimedPort;
let stopPostgres: () => Promise<void>;
let temporal: Client;
let sold: Sold;

async function inWest(method: string, route: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${west.ports.wms}/_sandbox/${route}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(answer.ok).toBe(true);
  return answer.json();
}

const westRecords = async (kind: string, orderId: string) =>
  Items.parse(await inWest('GET', `records/${kind}?orderId=${orderId}`)).items;

beforeAll(async () => {
  claim = await claimPort(WEST_PORT);
  world = await World.open({
    env: {
      ...process.env,
      THROUGHLINE_SETUP: path.join(__dirname, 'two-warehouses.yaml'),
      WEST_WMS_URL: `http://127.0.0.1:${claim.port}`,
      WEST_WMS_TOKEN: tokens.wms,
    },
  });
  const postgres = await startTestPostgres();
  stopPostgres = postgres.stop;
  const base = sandboxConfiguration(postgres.url, world.json.apiUrl);
  west = await startSandbox(
    {
      ...base,
      ports: { ...base.ports, wms: claim.port },
      omsKey: world.json.keys.oms,
      accounts: { ...base.accounts, wms: 'wms-west' },
    },
    pino({ level: 'silent' }),
  );
  await world.put(`/v1/locations/${WEST}`, {
    name: 'West distribution centre',
    kind: 'dc',
    timeZone: 'America/Los_Angeles',
  });
  await world.item('CAP');
  for (const sku of ['HAT', 'PIN']) {
    await world.item(sku, 0);
    await world.stock(sku, 100, WEST);
  }
  const connection = await Connection.connect({ address: world.json.temporalAddress });
  temporal = new Client({ connection, namespace: world.json.temporalNamespace });
  sold = await sellOverBoth();
  expect(sold.answer.status).toBe(201);
  await world.untilException(sold.orderId, 'fulfilment.rejected');
  await world.untilOrder(WEB, sold.orderNo, ({ lines }) => lines[0]?.shipped === 2);
});

afterAll(async () => {
  await temporal?.connection.close();
  await world?.close();
  await west?.close();
  await stopPostgres?.();
  claim?.release();
});

async function currentDetails(orderNo: string): Promise<string> {
  const handle = temporal.workflow.getHandle(`order/${WEB}/${orderNo}`);
  const metadata = await handle.query<{ currentDetails?: string }>(METADATA_QUERY);
  return metadata.currentDetails ?? '';
}

/** Two caps that only the east has; three hats, which the west rejects, and two pins, which it keeps. */
async function sellOverBoth(): Promise<Sold> {
  const orderNo = `W${newOrderNo()}`;
  await inWest('POST', 'script', { mode: 'never', rejectLineNos: [2], delayMs: 20 });
  const lines = [
    { sku: 'CAP', quantity: 2 },
    { sku: 'HAT', quantity: 3 },
    { sku: 'PIN', quantity: 2 },
  ];
  return sellOnWeb(world, { orderNo, lines });
}

const PARTS = [
  'dc-west will not fulfil 3 units of group 3',
  'line 3, PIN: 2 ordered, 2 released',
  'group 1, dc-east (wms-main): 2 shipped',
  'group 2, dc-west (wms-west): 2 released',
  'group 3, dc-west (wms-west): rejected, 3 reserved',
];

test('each warehouse is asked for its own lines, and the flow says what became of each group', async () => {
  const { orderId, orderNo } = sold;
  const [east] = await world.records('wms', 'fulfilment_requests', { orderId });
  expect(east).toMatchObject({ status: 'shipped', lines: [{ lineNo: 1, quantity: 2 }] });
  expect(await westRecords('fulfilment_requests', orderId)).toMatchObject([
    { lines: [{ lineNo: 2, rejected: 3 }, { lineNo: 3 }] },
  ]);
  await world.until('the flow knows of both', async () => {
    const details = (await currentDetails(orderNo)).replaceAll(/[`*]/g, '');
    return PARTS.every((part) => details.includes(part));
  });
});

test.runIf(existsSync(BROWSER))('its page in the Temporal UI shows each group’s part', async () => {
  const { temporalUiUrl } = await world.order(sold.orderId);
  const browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1_400, height: 1_200 } });
    await page.goto(temporalUiUrl ?? '');
    await page.getByText('User Metadata').first().click({ timeout: PAGE_WAIT_MS });
    const textOf = async () =>
      (await Promise.all(page.frames().map((frame) => frame.locator('body').innerText()))).join();
    await world.until('the groups on the page', async () => {
      const text = await textOf().catch(() => '');
      return PARTS.every((part) => text.includes(part));
    });
    const folder = mkdtempSync(path.join(tmpdir(), 'throughline-screens-'));
    await page.screenshot({ path: path.join(folder, 'groups.png'), fullPage: true });
    console.log(`screenshot: ${folder}`);
  } finally {
    await browser.close();
  }
});

test('a cancel and the end of a rejection concern their own units; each group that ships has its invoice', async () => {
  const { orderId, orderNo } = sold;
  // A cancel of a pin is asked of the west alone.
  const cancel = { ...REASON, lines: [{ lineNo: 3, quantity: 1 }] };
  expect(await world.post(`/v1/orders/${orderId}/cancel`, 'support', cancel)).toMatchObject({
    status: 200,
    body: { outcome: 'cancelled', cancelled: [{ lineNo: 3, quantity: 1 }] },
  });
  expect(await westRecords('cancellations', orderId)).toMatchObject([{ status: 'cancelled' }]);
  expect(await world.records('wms', 'cancellations', { orderId })).toEqual([]);

  // Nobody will find the hats: they are cancelled, the pin that is left still goes out.
  const rejection = await world.untilException(orderId, 'fulfilment.rejected');
  const given = await world.post(
    `/v1/exceptions/${rejection.exceptionId}/abandon`,
    'support',
    REASON,
  );
  expect(given.status).toBe(200);
  const left = await world.untilOrder(WEB, orderNo, ({ lines }) => lines[1]?.cancelled === 3);
  expect(left.lines[2]).toMatchObject({ released: 1, cancelled: 1 });
  const [request] = await westRecords('fulfilment_requests', orderId);
  await inWest('POST', 'ship', { requestId: request?.id });
  const closed = await world.untilOrder(WEB, orderNo, 'closed');
  expect(closed.lines).toMatchObject([{ shipped: 2 }, { cancelled: 3 }, { shipped: 1 }]);

  // An invoice for each group that shipped, and its own capture.
  expect(closed.shipments).toMatchObject([
    { invoiceNo: 1, groupNo: 1, location: 'dc-east', captures: [{ state: 'captured' }] },
    { invoiceNo: 2, groupNo: 2, location: WEST, captures: [{ state: 'captured' }] },
  ]);
  const invoiced = closed.shipments.map(({ invoice }) => invoice.minorUnits);
  expect(invoiced).toEqual([4_240, 2_120]);
  const captures = await world.records('payment', 'captures', { orderId });
  expect(captures.map((one) => one.amountMinor).sort()).toEqual([2_120, 4_240]);
  expect(await world.exceptions({ orderId, state: 'open' })).toEqual([]);
  const stock = await world.db.query(
    `select sku, reserved from stock where sku in ('HAT', 'PIN') order by sku`,
  );
  expect(stock.rows).toEqual([
    { sku: 'HAT', reserved: 0 },
    { sku: 'PIN', reserved: 0 },
  ]);
  await world.expectCleanAudit();
});
