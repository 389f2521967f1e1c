/** What a support person sees of a waiting order, and what nobody may see of its buyer anywhere. */
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { World } from './fixture';
import { BUYER, sellInShop, sellOnWeb, SHOP, WEB, webOrder } from './selling';

const BROWSER = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const hasBrowser = existsSync(BROWSER);
if (!hasBrowser) console.log(`skipped: no browser at ${BROWSER}, pages are not looked at`);
const PAGE_WAIT_MS = 20_000;

/** Of both buyers: ours, and the one that the shop's stand-in makes up. */
const PERSONAL = [
  ...Object.values(BUYER),
  'josephine',
  'Robin Example',
  'robin@example.com',
  '12 Sample Street',
  '555-0100',
];

const SKU = 'UNHEARD-OF';
const METADATA_QUERY = '__temporal_workflow_metadata';

let world: World;
let temporal: Client;
let waiting: { orderId: string; orderNo: string };
beforeAll(async () => {
  world = await World.open();
  await world.item('MUG');
  const connection = await Connection.connect({ address: world.json.temporalAddress });
  temporal = new Client({ connection, namespace: world.json.temporalNamespace });
  waiting = await sellOnWeb(world, { lines: [{ sku: SKU, quantity: 2 }] });
});
afterAll(async () => {
  await temporal?.connection.close();
  await world?.close();
});

async function currentDetails(orderNo: string): Promise<string> {
  const handle = temporal.workflow.getHandle(`order/${WEB}/${orderNo}`);
  const metadata = await handle.query<{ currentDetails?: string }>(METADATA_QUERY);
  return metadata.currentDetails ?? '';
}

test('the details of a waiting order: what it waits for, who must act until when, and how', async () => {
  let details = '';
  await world.until('the flow says what it waits for', async () => {
    details = await currentDetails(waiting.orderNo).catch(() => '');
    return details.includes('mapping.sku');
  });
  const exception = await world.untilException(waiting.orderId, 'mapping.sku');
  expect(details).toContain(SKU);
  const until = exception.deadlineAt.slice(0, 19).replace('T', ' ');
  expect(details).toContain(`**operator** (master-data) must act until **${until} UTC**`);
  expect(details).toContain(`once the sku \`${SKU}\` of \`${WEB}\` is mapped`);
  expect(details).toContain(`(${world.json.apiUrl}/exceptions/${exception.exceptionId})`);
  expect(details).toContain(`(${world.json.apiUrl}/runbooks/mapping.sku)`);
  expect(details).not.toMatch(/POST|PUT|\/v1\//);
});

test('the list of flows: found by channel, number, status and what it waits for', async () => {
  const query = `ThroughlineWaitingFor = 'mapping.sku' and ThroughlineChannel = '${WEB}'`;
  await world.until('the waiting order in the list', async () => {
    for await (const flow of temporal.workflow.list({ query })) {
      if (flow.workflowId === `order/${WEB}/${waiting.orderNo}`) return true;
    }
    return false;
  });
  const handle = temporal.workflow.getHandle(`order/${WEB}/${waiting.orderNo}`);
  const { typedSearchAttributes, staticSummary } = await handle.describe();
  const attributes = JSON.stringify(typedSearchAttributes.getAll());
  for (const value of [WEB, waiting.orderNo, 'received', 'mapping.sku']) {
    expect(attributes).toContain(`"${value}"`);
  }
  expect(await staticSummary()).toBe(`Order ${waiting.orderNo} of ${WEB}`);
});

describe.runIf(hasBrowser)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
  });
  afterAll(() => browser?.close());

  test('the Temporal UI tells what the order waits for and who must act', async () => {
    const { temporalUiUrl, exceptions } = await world.order(waiting.orderId);
    expect(temporalUiUrl).not.toBeNull();
    const page = await browser.newPage({ viewport: { width: 1_400, height: 1_000 } });
    await page.goto(temporalUiUrl ?? '');
    await page.getByText('User Metadata').first().click({ timeout: PAGE_WAIT_MS });
    // The UI renders Markdown in frames of their own.
    const textOf = async () =>
      (await Promise.all(page.frames().map((frame) => frame.locator('body').innerText()))).join(
        '\n',
      );
    await world.until('the details on the page', async () => {
      return (await textOf().catch(() => '')).includes('mapping.sku');
    });
    const seen = await textOf();
    expect(seen).toContain(`Order ${waiting.orderNo} of ${WEB}`);
    expect(seen).toContain(SKU);
    expect(seen).toContain('operator (master-data) must act until');
    const folder = mkdtempSync(path.join(tmpdir(), 'throughline-screens-'));
    await page.screenshot({ path: path.join(folder, 'waiting-order.png'), fullPage: true });
    const links = await Promise.all(
      page
        .frames()
        .map((frame) =>
          frame.locator('a').evaluateAll((all) => all.map((one) => one.getAttribute('href'))),
        ),
    );
    expect(links.flat()).toContain(
      `${world.json.apiUrl}/exceptions/${exceptions[0]?.exceptionId ?? ''}`,
    );
    await page.goto(temporalUiUrl ?? '');
    await page.getByText('acceptOrder').first().waitFor({ timeout: PAGE_WAIT_MS });
    await page.screenshot({ path: path.join(folder, 'timeline.png'), fullPage: true });
    console.log(`screenshots: ${folder}`);
    await page.close();
  });

  test('on the page of an exception a person signs in by a key, decides, and reads it again', async () => {
    const { exceptions } = await world.order(waiting.orderId);
    const page = await browser.newPage({ viewport: { width: 1_200, height: 1_000 } });
    await page.goto(new URL(`/exceptions/${exceptions[0]?.exceptionId}`, world.json.apiUrl).href);
    await page.getByLabel('Key').fill(world.json.keys.operator);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'A channel SKU is not mapped' }).waitFor();
    await page.getByLabel('Team or shift').fill('master data, early shift');
    await page.getByRole('button', { name: 'Assign' }).click();
    await page.getByText('to master data, early shift').waitFor({ timeout: PAGE_WAIT_MS });
    const folder = mkdtempSync(path.join(tmpdir(), 'throughline-screens-'));
    await page.screenshot({ path: path.join(folder, 'exception.png'), fullPage: true });
    console.log(`screenshots: ${folder}`);
    expect(page.url()).not.toContain(world.json.keys.operator);
    await page.close();
  });

  test.each([
    ['/', 'One durable history from the channel event to the ERP journal.'],
    ['/docs', '/v1/orders/{orderId}/cancel'],
  ])('the page %s of the API renders without an error', async (url, text) => {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      // A browser asks for an icon by itself; we have none.
      if (message.type() === 'error' && !message.location().url.endsWith('favicon.ico')) {
        problems.push(message.text());
      }
    });
    await page.goto(new URL(url, world.json.apiUrl).href);
    await page.getByText(text).first().waitFor({ timeout: PAGE_WAIT_MS });
    expect(problems).toEqual([]);
    await page.close();
  });
});

/** Everything readable in a value: strings, and the bytes of payloads as text. */
function textsIn(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(textsIn).join('\n');
}

function personalDataIn(text: string): readonly string[] {
  const lower = text.toLowerCase();
  return PERSONAL.filter((one) => lower.includes(one.toLowerCase()));
}

describe('after orders that went well, were held, cancelled, declined, refused and misread', () => {
  beforeAll(async () => {
    const web = await sellOnWeb(world);
    const shop = await sellInShop(world);
    const declined = await sellOnWeb(world, { card: 'pm_card_chargeDeclined' });
    const held = await sellOnWeb(world, { hold: `ask ${BUYER.name}` });
    const order = webOrder();
    await world.post('/v1/orders', 'oms', {
      ...order,
      customer: { ...order.customer, email: '?' },
    });
    await world.post('/v1/orders', 'oms', { ...order, totals: { ...order.totals, extra: 1 } });
    const raw = JSON.stringify(order);
    await world.call('POST', '/v1/orders', { role: 'oms', raw: raw.slice(0, -9) });
    await world.call('POST', '/v1/webhooks/shopify/shopify-us', { raw });
    await world.call('GET', `/v1/orders?email=${BUYER.email}`, { role: 'auditor' });
    const reason = { reason: `${BUYER.name} called` };
    await world.post(`/v1/orders/${held.orderId}/cancel`, 'support', reason);
    await world.untilException(declined.orderId, 'payment.declined');
    await world.untilOrder(WEB, web.orderNo, 'closed');
    await world.untilOrder(SHOP, shop.orderNo, 'closed');
    await world.untilOrder(WEB, held.orderNo, 'cancelled');
  });

  test('no history and no search attribute holds a word of a buyer', async () => {
    let histories = 0;
    for await (const { workflowId, runId } of temporal.workflow.list()) {
      const handle = temporal.workflow.getHandle(workflowId, runId);
      const history = textsIn(await handle.fetchHistory());
      expect({ workflowId, found: personalDataIn(history + workflowId) }).toEqual({
        workflowId,
        found: [],
      });
      histories += 1;
    }
    // The orders', and what publishes and posts beside them.
    expect(histories).toBeGreaterThan(6);
    expect(personalDataIn(await currentDetails(waiting.orderNo))).toEqual([]);
  });

  test('no log holds a word of a buyer, nor a secret', () => {
    const { home } = world.stack;
    const secrets = textsIn(JSON.parse(readFileSync(path.join(home, 'secrets.json'), 'utf8')))
      .split('\n')
      .filter((secret) => secret !== '');
    expect(secrets.length).toBeGreaterThan(10);
    const files = readdirSync(path.join(home, 'logs'));
    expect(files).toEqual(expect.arrayContaining(['api.log', 'worker.log', 'sandbox.log']));
    for (const file of files) {
      const log = readFileSync(path.join(home, 'logs', file), 'utf8');
      const found = [...personalDataIn(log), ...secrets.filter((secret) => log.includes(secret))];
      expect({ file, found }).toEqual({ file, found: [] });
    }
  });

  test('the audit finds no difference', () => world.expectCleanAudit());
});
