/**
 * A counter for returns in a browser of the size of a handheld, and support's pages of the same
 * returns: found, scanned, shown, refunded, printed; kept without a network.
 */
import type { BrowserContext, Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DESK, hasBrowser, isWiderThanScreen, openBrowser, PHONE, screens } from '../api/browser';
import { keyOf } from '../api/fixture';
import { until } from '../workflows/flow-bench';
import { ReturnBench, STORE } from './bench';

const WAIT_MS = 20_000;

describe.runIf(hasBrowser)('pages of returns', () => {
  let bench: ReturnBench;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let shot: ReturnType<typeof screens>;
  const problems: string[] = [];

  beforeAll(async () => {
    bench = await ReturnBench.open({ MUG: 1_000, CAP: 1_000 });
    await bench.db.query(`update api_key set store_id = $1 where role = 'store'`, [STORE]);
    await bench.db.query(`update location set name = 'Fifth Avenue' where location_id = $1`, [
      STORE,
    ]);
    await bench.db.query(`update item set description = case sku when 'MUG' then 'Blue mug'
      else 'Wool cap, grey' end`);
    browser = await openBrowser();
    shot = screens();
  });
  afterAll(async () => {
    await browser?.close();
    await bench?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: PHONE, serviceWorkers: 'block' });
    context.setDefaultTimeout(WAIT_MS);
    page = await context.newPage();
    problems.length = 0;
    page.on('pageerror', (error) => problems.push(error.message));
  });
  afterEach(async () => {
    expect(problems).toEqual([]);
    await context.close();
  });

  async function signIn(path: string, role: 'store' | 'support' | 'finance'): Promise<void> {
    await page.goto(`${bench.url}${path}`);
    await page.getByLabel('Key').fill(keyOf(role));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  }

  async function scan(text: string): Promise<void> {
    await page.keyboard.type(text);
    await page.keyboard.press('Enter');
  }

  const counter = `/stores/${STORE}/returns`;
  const sold = (orderNo: string, unitMinor = 1_200) =>
    bench.sold({
      orderNo,
      lines: [
        { sku: 'MUG', quantity: 3, unitMinor },
        { sku: 'CAP', quantity: 1, unitMinor: 2_500 },
      ],
      taxMinor: 427,
    });

  /** Its flow is started and does what is due, as the relay would have it. */
  async function flowOf(orderId: string): Promise<string> {
    let rma = '';
    await until('a return is there', async () => {
      [rma = ''] = await bench.returnsOf(orderId);
      return rma !== '';
    });
    await bench.start(rma);
    await bench.route();
    return rma;
  }

  test('from the order number to the receipt by scanner and keys, and refunded once', async () => {
    const orderId = await sold('C-1001');
    await signIn(counter, 'store');
    await shot(page, 'phone-counter');
    await page.keyboard.press('Escape');
    await scan('C-1001');
    await page.getByRole('heading', { name: 'Order C-1001' }).waitFor();
    await scan('MUG');
    await scan('MUG');
    await scan('CAP');
    await page.getByLabel('Condition').nth(1).selectOption('Opened, complete');
    await page.getByLabel('Why does it come back?').selectOption('Changed their mind');
    const goesBack = page.locator('#preview .total');
    await expect.poll(() => goesBack.innerText(), { timeout: WAIT_MS }).toMatch(/USD/);
    const previewed = await goesBack.innerText();
    await shot(page, 'phone-counter-order');
    await page.setViewportSize(DESK);
    await shot(page, 'desk-counter-order');
    await page.setViewportSize(PHONE);
    await page.getByRole('button', { name: 'Take back and refund' }).click();
    await page.getByRole('heading', { name: 'Return of order C-1001' }).waitFor();
    const rma = await flowOf(orderId);
    await page.getByText(/refunded\./).waitFor();
    const amount = /[\d.,]+ USD/.exec(previewed)?.[0] ?? 'nothing';
    expect(await page.locator('#standing').innerText()).toContain(amount);
    expect(await page.locator('#receipt').innerText()).toContain('2 × Blue mug');
    await shot(page, 'phone-receipt');
    await page.emulateMedia({ media: 'print' });
    await shot(page, 'print-receipt');
    expect(bench.vendors(orderId).verbs()).toEqual(['refund']);
    expect(await bench.returnsOf(orderId)).toEqual([rma]);
  });

  test('by the phone of who bought it: never in an address, and another number finds nothing', async () => {
    const orderId = await sold('C-1002');
    await bench.db.query(
      `update sales_order set content = jsonb_set(content, '{customer,phone}', '"+1 (555) 010-7788"')
        where order_id = $1`,
      [orderId],
    );
    const visited: string[] = [];
    page.on('request', (request) => visited.push(request.url()));
    await signIn(counter, 'store');
    await scan('555 010 7799');
    await page.getByText('No order has this number.').waitFor();
    await page.getByLabel('Order number, receipt').fill('(555) 010-7788');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Order C-1002' }).waitFor();
    expect(visited.filter((url) => /5550?107788|010-7788|010%20/.test(url))).toEqual([]);
  });

  test('what the policy refuses is said by the name of the goods, and nothing is done', async () => {
    const orderId = await sold('C-1003');
    await signIn(`${counter}/orders/${orderId}`, 'store');
    await page.goto(`${bench.url}${counter}/orders/${orderId}`);
    await scan('MUG');
    await page.getByLabel('Why does it come back?').selectOption('It does not work');
    await bench.request(orderId, [{ lineNo: 1, quantity: 3 }]);
    const [announced = ''] = await bench.returnsOf(orderId);
    await bench.receive(announced, [{ lineNo: 1, quantity: 3 }]);
    await page.getByRole('button', { name: 'Take back and refund' }).click();
    await page.getByText(/^Blue mug: .*came back/).waitFor();
    await shot(page, 'phone-counter-refused');
    expect(await bench.returnsOf(orderId)).toEqual([announced]);
  });

  test('a press without a network is kept, and is the same press when it is back', async () => {
    const orderId = await sold('C-1004');
    await signIn(counter, 'store');
    await scan('C-1004');
    await page.getByRole('heading', { name: 'Order C-1004' }).waitFor();
    await context.setOffline(true);
    await scan('CAP');
    await page.getByText('No network: what goes back').waitFor();
    await page.getByLabel('Why does it come back?').selectOption('Wrong item was sent');
    await page.getByRole('button', { name: 'Take back and refund' }).click();
    await page.getByText('It is taken back: kept here').waitFor();
    await shot(page, 'phone-counter-no-network');
    expect(await bench.returnsOf(orderId)).toEqual([]);
    await context.setOffline(false);
    await page.getByRole('heading', { name: 'Return of order C-1004' }).waitFor();
    expect(await bench.returnsOf(orderId)).toHaveLength(1);
  });

  test('support sees who is to act, and finance says yes on the page', async () => {
    const orderId = await sold('C-1005', 400_000);
    await signIn(counter, 'store');
    await scan('C-1005');
    await page.getByRole('heading', { name: 'Order C-1005' }).waitFor();
    await scan('MUG');
    await page.getByLabel('Why does it come back?').selectOption('It does not work');
    await page.getByText('would go back once').waitFor();
    await page.getByRole('button', { name: 'Take back and refund' }).click();
    await page.getByText('of finance must say yes first').waitFor();
    await shot(page, 'phone-counter-to-approve');
    const rma = await flowOf(orderId);
    await page.setViewportSize(DESK);
    await signIn('/returns', 'finance');
    const row = page.getByRole('row').filter({ hasText: 'C-1005' });
    await row.getByText('Waits for a yes').waitFor();
    await shot(page, 'desk-returns');
    await row.getByRole('link', { name: 'C-1005' }).click();
    await page.getByRole('heading', { name: 'Decide' }).waitFor();
    await shot(page, 'desk-return-to-approve');
    await page.setViewportSize(PHONE);
    await shot(page, 'phone-return-to-approve');
    expect(await isWiderThanScreen(page)).toBe(false);
    await page.getByLabel('Reason').first().fill('seen the goods');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Your approval is recorded.').waitFor();
    await bench.read(rma);
    await shot(page, 'phone-return-approved');
  });
});
