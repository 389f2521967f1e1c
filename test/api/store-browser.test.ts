/**
 * A store's page in a browser of the size of a handheld: from pick to hand-over with nothing but keys
 * and a scanner, and with a network that is slow, broken, or loses an answer on its way back.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasBrowser, isWiderThanScreen, openBrowser, PHONE, screens } from './browser';
import { openCable } from './cable';
import { keyOf, startApi, STORE_ID, type RunningApi } from './fixture';
import { openStore, toPick, type Waiting } from './pickup-world';
import { putMasterData } from './world';

const WAIT_MS = 20_000;

describe.runIf(hasBrowser)('the page of a store on a handheld', () => {
  let api: RunningApi;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];
  let shoot: ReturnType<typeof screens>;
  let sold = 0;

  beforeAll(async () => {
    api = await startApi();
    await putMasterData(api);
    await openStore(api, STORE_ID);
    browser = await openBrowser();
    shoot = screens();
  });
  afterAll(async () => {
    await browser?.close();
    await api?.stop();
  });
  beforeEach(async () => {
    problems.length = 0;
    await openPage(api.url, 'block');
  });
  afterEach(async () => {
    expect(problems).toEqual([]);
    await context.close();
  });

  /** Signed in. What a worker of the page answers, a test cannot stand in for: most have none. */
  async function openPage(url: string, serviceWorkers: 'allow' | 'block'): Promise<void> {
    context = await browser.newContext({ viewport: PHONE, serviceWorkers });
    context.setDefaultTimeout(WAIT_MS);
    page = await context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`${url}/stores/${STORE_ID}`);
    await page.getByLabel('Key').fill(keyOf('store'));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Fifth Avenue' }).waitFor();
  }

  function newOrder(quantity = 1): Promise<Waiting> {
    sold += 1;
    return toPick(api, { orderNo: `SB-${sold}`, storeId: STORE_ID, quantity });
  }

  const cardOf = ({ orderNo }: Waiting) =>
    page.getByRole('article', { name: `Order ${orderNo}`, exact: true });
  const button = (of: Waiting, name: string) =>
    cardOf(of).getByRole('button', { name, exact: true });
  const shot = (name: string) => shoot(page, name);

  /** As a scanner does it: the signs, and Enter. */
  async function scan(text: string): Promise<void> {
    await page.keyboard.type(text);
    await page.keyboard.press('Enter');
  }

  async function stateOf({ pickupId }: Waiting): Promise<string> {
    const { rows } = await api.db.query<{ state: string }>(
      'select state from pickup where pickup_id = $1',
      [pickupId],
    );
    return rows[0]?.state ?? '';
  }

  /** Facts that were kept of a pickup, in order. */
  async function toldOf({ orderNo }: Waiting): Promise<string[]> {
    const { rows } = await api.db.query<{ type: string }>(
      'select type from inbox where workflow_id = $1 order by event_no',
      [`pickup/web-us/${orderNo}/1`],
    );
    return rows.map(({ type }) => type);
  }

  const untilState = (of: Waiting, state: string) =>
    expect.poll(() => stateOf(of), { timeout: WAIT_MS }).toBe(state);

  test('from pick to hand-over by scanner and keys alone, on a page that is never loaded again', async () => {
    const loads: string[] = [];
    page.on('framenavigated', (frame) => loads.push(frame.url()));
    const waiting = await newOrder(2);
    await cardOf(waiting).waitFor();
    await shot('phone-to-pick');
    await page.keyboard.press('Escape');
    await scan(waiting.orderNo);
    await page.keyboard.press('Enter');
    await cardOf(waiting).getByText('Being picked since').waitFor();
    await scan(waiting.orderNo);
    await page.keyboard.press('Enter');
    await button(waiting, 'Customer is here').waitFor();
    expect(await stateOf(waiting)).toBe('ready');
    await scan(waiting.code);
    await button(waiting, 'Hand over now').waitFor();
    await expect
      .poll(() => cardOf(waiting).getByLabel('Pickup code', { exact: true }).inputValue())
      .toBe(waiting.code);
    await shot('phone-hand-over');
    await page.keyboard.press('Enter');
    await cardOf(waiting).waitFor({ state: 'detached' });
    expect(await stateOf(waiting)).toBe('handed-over');
    expect(await toldOf(waiting)).toEqual([
      'pickup.accepted.v1',
      'pickup.ready.v1',
      'pickup.handed-over.v1',
    ]);
    expect(loads).toEqual([]);
  });

  test('some units, some later: what is handed over is what was said', async () => {
    const waiting = await newOrder(3);
    await button(waiting, 'All is ready').click();
    await button(waiting, 'Customer is here').click();
    await cardOf(waiting).getByLabel('Blue mug (of 3)').first().fill('1');
    await cardOf(waiting).getByLabel('What did the customer show?').selectOption('Identity card');
    await cardOf(waiting).getByLabel('Somebody else collects it').check();
    await cardOf(waiting).getByLabel('Name of who collects').fill('Bo Neighbour');
    await button(waiting, 'Hand over now').click();
    await untilState(waiting, 'partly-handed-over');
    await cardOf(waiting).getByText('A part was handed over before').waitFor();
    expect(await cardOf(waiting).getByRole('listitem').first().innerText()).toMatch(
      /^2\s+Blue mug/,
    );
  });

  test('a press with a slow network says so, and pressed twice is one press', async () => {
    const waiting = await newOrder();
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/accept', async (route) => {
      await released;
      await route.continue();
    });
    await button(waiting, 'Start picking').dblclick();
    await cardOf(waiting).getByText('Picking starts …').waitFor();
    expect(await button(waiting, 'Start picking').isDisabled()).toBe(true);
    // What a browser sends that does not know it is on its way.
    await page.evaluate(
      `document.querySelector('form[action$="/accept"]')
         .dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }))`,
    );
    release();
    await cardOf(waiting).getByText('Being picked since').waitFor();
    expect(await toldOf(waiting)).toEqual(['pickup.accepted.v1']);
    await page.unrouteAll();
  });

  test('presses without a network are kept, over a reload too, and sent when it is back', async () => {
    const [first, second] = [await newOrder(), await newOrder()];
    await cardOf(second).waitFor();
    await context.setOffline(true);
    await button(first, 'All is ready').click();
    await button(second, 'Start picking').click();
    await page.getByText('2 presses kept here, sent when it is back').waitFor();
    await cardOf(first).getByText('It is ready: kept here').waitFor();
    await shot('phone-no-network');
    expect([await stateOf(first), await stateOf(second)]).toEqual(['requested', 'requested']);
    // The page comes, its presses do not get out.
    await page.route('**/pickups/**', (route) => route.abort());
    await context.setOffline(false);
    await page.reload();
    await cardOf(first).getByText('It is ready: kept here').waitFor();
    await page.unrouteAll();
    await untilState(first, 'ready');
    await untilState(second, 'picking');
    await page.getByText('kept here').waitFor({ state: 'hidden' });
    expect(await toldOf(first)).toEqual(['pickup.ready.v1']);
  });

  test('opens without a network as it was last shown, and sends what was pressed when it is back', async () => {
    await context.close();
    const cable = await openCable(api.url);
    await openPage(cable.url, 'allow');
    const inCache = (path: string) =>
      page.evaluate<string>(
        `caches.match('${path}').then((kept) => kept === undefined ? '' : kept.text())`,
      );
    const own = `/stores/${STORE_ID}`;
    await expect.poll(() => inCache(own), { timeout: WAIT_MS }).toContain('id="board"');
    const [first, second] = [await newOrder(), await newOrder()];
    await cardOf(second).waitFor();
    await expect
      .poll(() => inCache(`${own}/board`), { timeout: WAIT_MS })
      .toContain(second.orderNo);
    await cable.cut();
    await button(first, 'All is ready').click();
    await cardOf(first).getByText('It is ready: kept here').waitFor();
    await page.reload();
    await cardOf(first).getByText('It is ready').waitFor();
    await button(second, 'Start picking').click();
    await page.getByText('2 presses kept here').waitFor();
    await shot('phone-reloaded-without-network');
    await cable.mend();
    await untilState(first, 'ready');
    await untilState(second, 'picking');
    expect(await toldOf(first)).toEqual(['pickup.ready.v1']);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Key').waitFor();
    const left = async () => (await inCache(own)) + (await inCache(`${own}/board`));
    await expect.poll(left, { timeout: WAIT_MS }).toBe('');
    await cable.cut();
  });

  test('a press whose answer was lost is sent again, and was one press', async () => {
    const waiting = await newOrder();
    let sent = 0;
    await page.route('**/ready', async (route) => {
      sent += 1;
      if (sent > 1) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await button(waiting, 'All is ready').click();
    await button(waiting, 'Customer is here').waitFor();
    await expect.poll(() => sent, { timeout: WAIT_MS }).toBe(2);
    await page.getByText('kept here').waitFor({ state: 'hidden' });
    expect(await toldOf(waiting)).toEqual(['pickup.ready.v1']);
    expect(await page.locator('#notes .problem').count()).toBe(0);
    await page.unrouteAll();
  });

  test('what a colleague did meanwhile is told in plain words, and what is typed stays', async () => {
    const [waiting, other] = [await newOrder(), await newOrder()];
    await button(other, 'All is ready').click();
    await button(other, 'Customer is here').click();
    await button(other, 'Hand over now').waitFor();
    await cardOf(other).getByLabel('Pickup code', { exact: true }).fill('HALF');
    await context.setOffline(true);
    await button(waiting, 'All is ready').click();
    const key = `colleague-${waiting.orderNo}`;
    const rejected = await api.send('POST', `/v1/pickups/${waiting.pickupId}/reject`, {
      ...{ role: 'store', key, json: { reason: 'damaged' } },
    });
    expect([rejected.status, rejected.body]).toEqual([200, expect.anything()]);
    await context.setOffline(false);
    const note = page.getByText(`Order ${waiting.orderNo}: This order has changed meanwhile`);
    await note.waitFor();
    await shot('phone-changed-meanwhile');
    expect(await cardOf(other).getByLabel('Pickup code', { exact: true }).inputValue()).toBe(
      'HALF',
    );
    await page.getByRole('button', { name: 'OK', exact: true }).click();
    await note.waitFor({ state: 'detached' });
  });

  test.each([320, 390, 1_400])('fits a screen that is %i wide', async (width) => {
    await page.setViewportSize({ width, height: 844 });
    const waiting = await newOrder();
    await cardOf(waiting).waitFor();
    expect(await isWiderThanScreen(page)).toBe(false);
    await shot(`width-${width}`);
  });
});
