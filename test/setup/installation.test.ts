/** The file that describes an installation: what it is read as, and what is said of a wrong one. */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { warehouseOf } from '../../canonical/installation';
import { refusal } from '../../canonical/rules/order/acceptance';
import { ROLES } from '../../canonical/schema/api-key';
import { moneyAccountOf } from '../../canonical/rules/money/tender-kinds';
import { Order } from '../../canonical/schema/order';
import { CONNECTOR_SETUPS } from '../../connectors/setups';
import { checkSetup, readInstallation } from '../../setup/read-installation';
import { webOrder } from '../e2e/selling';
import { installationIn, SETUP_ENVIRONMENT, SHIPPED_SETUP } from '../installation';

const SHIPPED = readFileSync(SHIPPED_SETUP, 'utf8');
const check = (source: string) => checkSetup(source, SETUP_ENVIRONMENT, CONNECTOR_SETUPS);
const channelIn = (source: string, name: string) => {
  const found = installationIn(source).channels.find((one) => one.channelInstance === name);
  if (!found) throw new Error(`no channel ${name}`);
  return found;
};

describe('a file with nine mistakes', () => {
  const source = readFileSync(path.join(__dirname, 'nine-mistakes.yaml'), 'utf8');
  const { problems, installation } = check(source);

  test('gives nine lines, each with its place', () => {
    expect(installation).toBeUndefined();
    expect(problems.map(({ line, column, text }) => `${line}:${column} ${text}`)).toEqual([
      '3:25 entities.us-01.functionalCurrency: an ISO 4217 code such as USD',
      '7:16 accounts.shopify-us.connector: there is no connector "shopfy"; did you mean "shopify"?',
      '12:14 accounts.stripe-us.baseUrl: has to be an http or https address, or env:NAME where it is',
      '14:18 accounts.stripe-us.secrets.secretKey: has to be env:NAME or file:/path, where the secret is: it never stands in this file',
      '15:22 accounts.stripe-us.secrets.webhookSecret: env:NOT_THERE is not set in the environment',
      '21:18 accounts.netsuite-us.customers.web-uk: there is no channel "web-uk"; did you mean "web-us"?',
      '38:34 channels.web-us.money.account: there is no account "strype-us"; did you mean "stripe-us"?',
      '39:16 channels.web-us.warehouse: "netsuite-us" is an ERP, and has to be a warehouse',
      '41:5 channels.web-us.notifer: "notifer" is not a setting here; did you mean "notifier"?',
    ]);
  });

  test('prints no secret that somebody wrote into it', () => {
    expect(JSON.stringify(problems)).not.toContain('sk_live');
  });
});

describe('a file', () => {
  test('that is no YAML says where', () => {
    const [problem] = check('entities:\n  us-01: [\n').problems;
    expect(problem?.line).toBeGreaterThan(1);
  });

  test('that is empty lacks its parts', () => {
    expect(check('').problems.map((one) => one.text)).toEqual([
      'entities: is missing',
      'accounts: is missing',
      'channels: is missing',
    ]);
  });

  test('that names two things alike says so', () => {
    const { problems } = check(`${SHIPPED}\n  web-us: {}\n`);
    expect(problems.map((one) => one.text).join()).toContain('unique');
  });

  test('lacks a word for an entity whose books go to that ERP', () => {
    const { problems } = check(SHIPPED.replace("      us-01: '1'\n", "      us-02: '1'\n"));
    expect(problems.map((one) => one.text)).toEqual([
      'accounts.netsuite-us.subsidiaries: does not say what entity "us-01" is called there',
      'accounts.netsuite-us.subsidiaries.us-02: there is no entity "us-02"; did you mean "us-01"?',
    ]);
  });

  test('whose shop has no account of its name says so', () => {
    const { problems } = check(
      SHIPPED.replaceAll('  shopify-us: # a', '  shopify-uk: # a')
        .replace("shopify-us: '101'", "shopify-uk: '101'")
        .replace('channels: [shopify-us,', 'channels: [shopify-uk,'),
    );
    expect(problems.map((one) => one.text)).toEqual([
      'channels.shopify-uk.connector: needs an account "shopify-uk" of shopify: a shop\'s is called as its channel; did you mean "shopify-us"?',
    ]);
  });

  test('that cannot be read is one problem, and a wrong one names file, line and column', () => {
    expect(() => readInstallation('/nowhere/setup.yaml', {}, CONNECTOR_SETUPS)).toThrow(
      'THROUGHLINE_SETUP: /nowhere/setup.yaml cannot be read',
    );
    expect(() => readInstallation(SHIPPED_SETUP, {}, CONNECTOR_SETUPS)).toThrow(
      /setup\.yaml:\d+:\d+ accounts\.shopify-us\.baseUrl: env:COMMERCE_URL is not set/,
    );
  });
});

describe('what is read', () => {
  test('is frozen, and shows no secret however it is printed', () => {
    const installation = installationIn(SHIPPED);
    const [account] = installation.accounts;
    expect(account?.secret('accessToken')).toBe(SETUP_ENVIRONMENT.SHOPIFY_ACCESS_TOKEN);
    expect(Object.isFrozen(installation.channels[0]?.policies)).toBe(true);
    for (const shown of [JSON.stringify(installation), inspect(installation, { depth: 9 })]) {
      for (const [name, value] of Object.entries(SETUP_ENVIRONMENT)) {
        if (!name.endsWith('_URL')) expect(shown).not.toContain(value);
      }
    }
  });

  test('a policy is the channel’s, else its region’s, its brand’s, everywhere’s, the product’s', () => {
    const levels = [
      ['everywhere:\n    returnWindowDays: 31', 31],
      ['brands:\n    acme:\n      returnWindowDays: 32', 32],
      ['regions:\n    north:\n      returnWindowDays: 33', 33],
    ] as const;
    const placed = SHIPPED.replace(
      '    ownShop: true\n  web-us',
      '    ownShop: true\n    brand: acme\n    region: north\n  web-us',
    );
    expect(channelIn(placed, 'shopify-us').policies.returnWindowDays).toBe(30);
    let policies = 'policies:';
    for (const [level, days] of levels) {
      policies += `\n  ${level}`;
      const { returnWindowDays, pickupHeldDays } = channelIn(
        `${placed}\n${policies}\n`,
        'shopify-us',
      ).policies;
      expect([returnWindowDays, pickupHeldDays]).toEqual([days, 7]);
    }
    const own = placed.replace(
      '    region: north',
      '    region: north\n    policies: { returnWindowDays: 34 }',
    );
    expect(channelIn(`${own}\n${policies}\n`, 'shopify-us').policies.returnWindowDays).toBe(34);
    expect(channelIn(`${own}\n${policies}\n`, 'web-us').policies.returnWindowDays).toBe(31);
  });

  test('an override for a brand that no channel has is a mistake', () => {
    const { problems } = check(`${SHIPPED}\npolicies:\n  brands:\n    acme: {}\n`);
    expect(problems.map((one) => one.text)).toEqual([
      'policies.brands.acme: no channel is of brand "acme"',
    ]);
  });

  test('a gateway may have an account of its own, and a node a warehouse', () => {
    const source = SHIPPED.replace(
      '  wms-main:\n',
      `  stripe-eu:
    connector: stripe
    baseUrl: https://stripe.example
    secrets: { secretKey: env:STRIPE_SECRET_KEY, webhookSecret: env:STRIPE_WEBHOOK_SECRET }
  wms-main:\n`,
    ).replace(
      '      account: stripe-us\n',
      '      account: stripe-us\n      byGateway: { klarna: stripe-eu }\n',
    );
    const web = channelIn(source, 'web-us');
    expect(moneyAccountOf(web, 'stripe')).toBe('stripe-us');
    expect(moneyAccountOf(web, 'klarna')).toBe('stripe-eu');
    expect(warehouseOf(web, 'dc-east')).toBe('wms-main');
  });

  test('two shops do not share the secret that says whose a webhook is', () => {
    const second = `  shopify-west:
    connector: shopify
    baseUrl: https://west.example
    shopDomain: west.myshopify.com
    secrets: { accessToken: env:WEST_TOKEN, webhookSecret: env:WEST_SECRET }
  stripe-us:
`;
    const source = SHIPPED.replace('  stripe-us:\n', second);
    const textsWith = (secret: string) =>
      checkSetup(
        source,
        { ...SETUP_ENVIRONMENT, WEST_TOKEN: 'token-of-the-west', WEST_SECRET: secret },
        CONNECTOR_SETUPS,
      ).problems.map((one) => one.text);
    expect(textsWith('secret-of-the-west')).toEqual([]);
    expect(textsWith(SETUP_ENVIRONMENT.SHOPIFY_WEBHOOK_SECRET)).toEqual([
      'accounts.shopify-west.secrets.webhookSecret: is the secret of shopify-us too: each account has its own',
    ]);
  });

  test('a limit is the account’s own, else its connector’s', () => {
    const limitsIn = (source: string) =>
      installationIn(source).accounts.find((one) => one.account === 'netsuite-us')?.limits;
    expect(limitsIn(SHIPPED.replace('perSecond: 5', 'perSecond: 9'))).toEqual({
      perSecond: 9,
      atOnce: 5,
    });
    expect(limitsIn(SHIPPED.replace('      perSecond: 5\n', ''))?.perSecond).toBe(5);
  });
});

describe('the README', () => {
  const readme = readFileSync(path.join(__dirname, '..', '..', 'README.md'), 'utf8');
  const examples = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');
  // What its references lead to is the reader's own.
  const here = (text: string) =>
    text
      .replaceAll('file:/run/secrets/acme-shop-webhook', 'env:ACME_SHOP_WEBHOOK')
      .replaceAll(/env:(\w+)/g, (_, name: string) =>
        name.endsWith('_URL') ? 'env:COMMERCE_URL' : 'env:ERP_TOKEN',
      );

  test('shows two complete set-ups, a Shopify shop with NetSuite and an own shop on Stripe', () => {
    const read = examples.map((text) => check(here(text)));
    expect(read.map((one) => one.problems)).toEqual([[], []]);
    expect(read.map(({ installation }) => installation?.channels[0])).toMatchObject([
      { connector: 'shopify', moneyAccount: 'acme-shop', erpInstance: 'netsuite' },
      {
        connector: null,
        moneyAccount: 'stripe-cards',
        policies: { returnWindowDays: 60, pickupHeldDays: 5 },
      },
    ]);
  });
});

test('a channel that is switched off takes no new order', () => {
  const off = SHIPPED.replace(
    '    money:\n      mode: psp',
    '    flows: { order: off }\n    money:\n      mode: psp',
  );
  const order = Order.parse(webOrder());
  expect(refusal(order, channelIn(SHIPPED, 'web-us'))).toBeNull();
  expect(refusal(order, channelIn(off, 'web-us'))).toMatchObject({
    outcome: 'refused',
    code: 'unknown_channel',
    problems: [{ detail: expect.stringContaining('switched off') }],
  });
});

test('a switch is on, off or shadow, and nothing else', () => {
  const switched = (to: string) =>
    SHIPPED.replace('    money:\n', `    flows: { order: ${to} }\n    money:\n`);
  expect(channelIn(switched('shadow'), 'shopify-us').orderFlow).toBe('shadow');
  expect(check(switched('dark')).problems.map((one) => one.text)).toEqual([
    expect.stringContaining('channels.shopify-us.flows.order: Invalid option'),
  ]);
});

describe('keys', () => {
  const withKeys = (keys: string) =>
    SHIPPED.replace(/\nkeys:[\s\S]*?\n\nchannels:/, `\n${keys}\n\nchannels:`);

  test('are bound as the file says, and hold no key themselves', () => {
    const keys = installationIn(SHIPPED).keys;
    expect(keys.map(({ name }) => name).sort()).toEqual([...ROLES].sort());
    expect(keys.filter(({ role }) => ['channel', 'oms', 'store'].includes(role))).toEqual([
      {
        name: 'channel',
        role: 'channel',
        secret: 'env:THROUGHLINE_CHANNEL_KEY',
        channels: ['shopify-us', 'web-us'],
        sources: ['*'],
        types: ['*'],
        storeId: null,
      },
      expect.objectContaining({ name: 'oms', channels: ['*'], sources: ['*', '/wms/wms-main'] }),
      expect.objectContaining({ name: 'store', channels: [], storeId: 'store-001' }),
    ]);
  });

  test('that a file does not name are one a role, for all channels, a store’s for no store', () => {
    const { keys } = installationIn(withKeys(''));
    expect(keys.map(({ role }) => role)).toEqual(ROLES);
    expect(keys.map(({ channels }) => channels)).toEqual(ROLES.map(() => ['*']));
    expect(keys.map(({ storeId }) => storeId)).toEqual(ROLES.map(() => null));
  });

  test('have to say for whom they speak, about channels and types that there are', () => {
    const { problems } = check(
      withKeys(`keys:
  shop: { role: channel, secret: env:K }
  oms: { role: oms, secret: env:K, channels: [web-uk], types: [warehause] }
  till: { role: store, secret: env:K }
  desk: { role: suport, secret: my-own-key }`),
    );
    expect(problems.map((one) => one.text)).toEqual([
      'keys.shop: has to say for which channels it speaks: a list of them, or all',
      'keys.oms.channels.0: there is no channel "web-uk"; did you mean "web-us"?',
      'keys.oms.types: "warehause" is none of event types and systems; did you mean "warehouse"?',
      'keys.till: has to name its store',
      expect.stringContaining('keys.desk.role: Invalid option'),
      expect.stringContaining('keys.desk.secret: has to be env:NAME or file:/path'),
    ]);
  });
});
