/** A browser, where this machine has one; its screenshots are of the size of a handheld or a desk. */
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const PROGRAM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
export const hasBrowser = existsSync(PROGRAM);
if (!hasBrowser) console.log(`skipped: no browser at ${PROGRAM}, pages are not looked at`);

export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1_280, height: 900 };

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: PROGRAM, args: ['--no-sandbox'] });

/** Where a run's screenshots are, and how one is taken. */
export function screens() {
  const folder = mkdtempSync(path.join(tmpdir(), 'throughline-screens-'));
  console.log(`screenshots: ${folder}`);
  return (page: Page, name: string) =>
    page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
}

export const isWiderThanScreen = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  );
