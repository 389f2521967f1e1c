/** Finance's pages: from an exception to its line to its order and back, figures as files, the board. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DESK, hasBrowser, isWiderThanScreen, openBrowser, PHONE, screens } from '../api/browser';
import { keyOf } from '../api/fixture';
import { visitorOf } from '../api/visitor';
import { SettlementWorld, stripeReport } from '../settlement/world';
import { hireSecond, monthOf, sendToErp, sold } from './close-world';

const FORMULA = '=cmd|/c calc,"x"';
let world: SettlementWorld;
let second: { readonly key: string };
let settlementId: string;
let order: { readonly orderId: string; readonly charge: string };
beforeAll(async () => {
  world = await SettlementWorld.open();
  second = await hireSecond(world.db);
  await sold(world.db, '2026-03-01', 5_000, 'ch_march');
  order = await world.charged(9_000);
  // A vendor's words may be anything: a spreadsheet must not calculate them.
  const report = stripeReport([
    { category: 'charge', gross: 5_000, fee: 175, charge: 'ch_march' },
    { category: 'charge', gross: 8_900, fee: 290, charge: order.charge },
    { category: 'charge', gross: 20, charge: `"${FORMULA.replaceAll('"', '""')}"` },
  ]);
  settlementId = await world.settled(report.text);
  await world.bank({ bankRef: 'march', amountMinor: report.netMinor, text: report.payout });
  await sendToErp(world.db);
});
afterAll(() => world.stop());

describe('figures', () => {
  const { visit, signIn } = visitorOf(() => world.url, '/finance');
  let cookie = '';
  beforeAll(async () => {
    ({ cookie } = await signIn('auditor', {}));
  });
  const page = async (path: string) => {
    const { status, text } = await visit(path, { cookie });
    expect([path, status]).toEqual([path, 200]);
    return text;
  };

  test('are shown to whoever may read the books, and to nobody else', async () => {
    expect((await visit('/finance')).status).toBe(401);
    expect((await signIn('store', {})).status).toBe(403);
    for (const path of [
      '/finance',
      '/finance/exceptions',
      '/finance/clearing?month=2026-03',
      '/finance/trial-balance?month=2026-03',
      '/finance/gross-to-net?month=2026-03',
      '/finance/accounts/CLR?month=2026-03',
      '/finance/periods',
      '/finance/periods/us-01/2026-03',
      `/finance/orders/${order.orderId}`,
    ]) {
      expect(await page(path)).toContain('<h1>');
    }
    expect((await visit('/finance/periods/us-01/2026-13', { cookie })).status).toBe(404);
    expect((await visit('/finance/orders/ord_none', { cookie })).status).toBe(404);
  });

  test('say of a payout what is declared, explained and not explained', async () => {
    const text = (await page('/finance')).replaceAll(/\s+/g, ' ');
    const row = text.slice(text.indexOf(`/finance/settlements/${settlementId}`));
    const cells = row.match(/<td class="amount">[^<]*/g)?.map((cell) => cell.split('>')[1]);
    // Declared, explained, not explained, at the bank.
    expect(cells?.slice(0, 4)).toEqual(['134.55', '134.35', '0.20', '134.55']);
  });

  test('are a file for a spreadsheet, in which the words of others are no formula', async () => {
    const at = `/finance/settlements/${settlementId}`;
    const { headers, text } = await visit(`${at}?format=csv&table=lines`, { cookie });
    expect([headers.get('content-type'), headers.get('content-disposition')]).toEqual([
      'text/csv; charset=utf-8',
      'attachment; filename="lines.csv"',
    ]);
    expect(text.split('\r\n')[0]).toBe(
      'Line,What the vendor says,Class,State,Currency,Amount,Matched,Order,Payment,Journal',
    );
    expect(text).toContain(`"'=cmd|/c calc,""x"""`);
    expect(text).toContain(',-1.75,');
    const trial = await visit(
      '/finance/trial-balance?month=2026-03&format=csv&table=trial-balance-2026-03',
      { cookie },
    );
    expect(trial.text).toContain('\r\nREV,Product revenue,USD,0.00,0.00,50.00,-50.00\r\n');
    expect((await visit(`${at}?format=csv&table=none`, { cookie })).status).toBe(404);
  });

  test('lead from an account to its journal and to what it is of', async () => {
    const account = await page('/finance/accounts/CLR?month=2026-03');
    const journal = /\/finance\/journals\/jrn_\w+/.exec(account)?.[0] ?? '';
    expect(await page(journal)).toContain('href="/finance/accounts/');
    expect(account).toContain(`/finance/settlements/${settlementId}`);
    expect(await page(`/finance/orders/${order.orderId}`)).toContain(settlementId);
  });

  test('cannot be signed by whoever only reads them, nor by a form of another page', async () => {
    const board = await page('/finance/periods/us-01/2026-03');
    expect(board).toContain('Signed with a key of finance');
    const pressed = { cookie, form: { token: 'made up' } };
    const answer = await visit('/finance/periods/us-01/2026-03/close', pressed);
    expect(answer.status).toBe(403);
  });
});

describe.runIf(hasBrowser)('in a browser', () => {
  let browser: Browser;
  let shot: ReturnType<typeof screens>;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    browser = await openBrowser();
    shot = screens();
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function signedIn(path: string, key: string): Promise<Page> {
    const context = await browser.newContext({ viewport: DESK });
    context.setDefaultTimeout(15_000);
    contexts.push(context);
    const page = await context.newPage();
    await page.goto(`${world.url}${path}`);
    await page.getByLabel('Key').fill(key);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    return page;
  }

  test('from an exception to its line to its order and back', async () => {
    const { exceptions } = await world.read(settlementId);
    const short = exceptions.find(({ code }) => code === 'settlement.paid-short');
    const page = await signedIn(`/exceptions/${short?.exceptionId ?? ''}`, keyOf('finance'));
    await page.getByRole('link', { name: settlementId }).click();
    await page.getByRole('heading', { name: 'Gross to net' }).waitFor();
    await shot(page, 'desk-settlement');
    await page.getByRole('link', { name: 'matched', exact: true }).click();
    await page.getByRole('link', { name: order.orderId }).click();
    await page.getByRole('heading', { name: 'Settled by' }).waitFor();
    await shot(page, 'desk-order');
    await page.getByRole('region', { name: 'Settled by' }).getByRole('link').first().click();
    await page.getByRole('link', { name: 'Less was paid out than was taken' }).click();
    expect(page.url()).toBe(`${world.url}/exceptions/${short?.exceptionId ?? ''}`);
    for (const [path, name] of [
      ['/finance', 'settlements'],
      ['/finance/clearing?month=2026-12', 'clearing'],
      ['/finance/trial-balance?month=2026-03', 'trial-balance'],
      ['/finance/gross-to-net?month=2026-03', 'gross-to-net'],
    ] as const) {
      await page.goto(`${world.url}${path}`);
      await shot(page, `desk-${name}`);
      await page.setViewportSize(PHONE);
      expect([path, await isWiderThanScreen(page)]).toEqual([path, false]);
      await shot(page, `phone-${name}`);
      await page.setViewportSize(DESK);
    }
  });

  test('a close is signed by two people, and refused to one', async () => {
    const path = '/finance/periods/us-01/2026-03';
    const one = await signedIn(path, keyOf('finance'));
    await one.getByRole('button', { name: 'Begin to close it' }).click();
    await one.getByText('Its close has begun.').waitFor();
    // What fails is not signed away without a word.
    await one.getByRole('button', { name: 'Sign as prepared' }).click();
    await one.locator('.note.problem').waitFor();
    for (const field of await one.getByRole('textbox').all()) await field.fill('known to finance');
    await shot(one, 'desk-board-prepare');
    await one.getByRole('button', { name: 'Sign as prepared' }).press('Enter');
    await one.getByText('You did the one half').waitFor();
    expect(await one.getByRole('button', { name: /Approve/ }).count()).toBe(0);

    const other = await signedIn(path, second.key);
    await other.setViewportSize(PHONE);
    expect(await isWiderThanScreen(other)).toBe(false);
    await shot(other, 'phone-board-approve');
    await other.getByRole('button', { name: 'Approve, and lock its books' }).click();
    await other.getByText('Both have signed. Its books are locked').waitFor();
    await monthOf(world, '2026-03').lock();
    await other.reload();
    await other.getByText('closed', { exact: true }).waitFor();
    await shot(other, 'phone-board-closed');
  });
});
