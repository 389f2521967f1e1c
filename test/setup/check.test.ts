/** `npm run setup -- --check FILE`: who answered, by account, and no secret on the way. */
import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startUnderTest, tokens, type SandboxUnderTest } from '../sandbox/fixture';
import { SETUP_ENVIRONMENT, SHIPPED_SETUP } from '../installation';

const ROOT = path.join(__dirname, '..', '..');
let under: SandboxUnderTest;
beforeAll(async () => {
  under = await startUnderTest();
});
afterAll(() => under.stop());

function environment(): Record<string, string> {
  const at = (system: Parameters<SandboxUnderTest['url']>[0]) => under.url(system, '');
  return {
    ...SETUP_ENVIRONMENT,
    COMMERCE_URL: at('commerce'),
    PAYMENT_URL: at('payment'),
    TAX_URL: at('tax'),
    WMS_URL: at('wms'),
    ERP_URL: at('erp'),
    NOTIFICATION_URL: at('notification'),
    SHOPIFY_ACCESS_TOKEN: tokens.shopifyAccess,
    STRIPE_SECRET_KEY: tokens.stripeSecret,
    TAX_TOKEN: tokens.tax,
    WMS_TOKEN: tokens.wms,
    ERP_TOKEN: tokens.erp,
    NOTIFICATION_TOKEN: tokens.notification,
  };
}

async function check(env: Record<string, string>) {
  const child = spawn(
    process.execPath,
    ['--require', 'tsx/cjs', 'stack/commands/setup.ts', '--check', SHIPPED_SETUP],
    { cwd: ROOT, env: { ...process.env, THROUGHLINE_HOME: os.devNull, ...env } },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { exitCode, printed };
}

test('each account says by which name it knows us, and no secret is printed', async () => {
  const env = environment();
  const { exitCode, printed } = await check(env);
  expect(printed).toContain('shopify-us       shopify at ');
  expect(printed).toContain(': shopify-us (shopify-us.myshopify.com) answers');
  expect(printed).toContain(': stripe-us answers');
  for (const who of ['the warehouse', 'the record service', 'sandbox', 'the provider']) {
    expect(printed).toContain(`: ${who} answers`);
  }
  expect(printed).toContain('Accounts: 6, all answer.');
  expect(exitCode).toBe(0);
  for (const [name, value] of Object.entries(env)) {
    if (!name.endsWith('_URL')) expect(printed).not.toContain(value);
  }
});

test('a token that is not known there, and a system that is down, are named', async () => {
  const { exitCode, printed } = await check({
    ...environment(),
    ERP_TOKEN: 'another-token',
    WMS_URL: 'http://127.0.0.1:9',
  });
  expect(printed).toMatch(/netsuite-us +netsuite at \S+: .*401/);
  expect(printed).toMatch(/wms-main +warehouse at \S+: .*no connection/);
  expect(printed).toContain('Accounts: 6, 2 without an answer.');
  expect(exitCode).toBe(1);
});
