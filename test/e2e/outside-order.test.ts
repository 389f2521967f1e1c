/**
 * An order that nobody here wrote, from its signed bytes to the ERP: the sample order of Shopify's
 * own Python library. Its lines add up to 597.00 and its subtotal says 398.00; less one line it ties.
 */
import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { OrderView } from '../../api/schema/order';
import { NEEDS_OUTSIDE } from '../connectors/fixtures';
import { World } from './fixture';
import { SHOP } from './selling';
import { shopifyWebhook } from './webhooks';

const FOLDER = process.env['FIXTURES_DIR'] ?? path.resolve(__dirname, '../../../shared/data');
const FILE = path.join(FOLDER, 'shopify/rest/order.json');
const isThere = existsSync(FILE);
if (!isThere) console.log('skipped: the outside order is not on this machine (FIXTURES_DIR)');

const OutsideOrder = z.looseObject({ order: z.looseObject({ line_items: z.array(z.unknown()) }) });
const ORDER_NO = '1001';
const SHOP_ID = '450789469';
const GREEN = 'IPOD2008GREEN';
const RED = 'IPOD2008RED';
const NOT_MAPPED = ['mapping.sku', 'mapping.sku', 'mapping.tax-code', 'mapping.tender'];
const TOTAL = { currency: 'USD', minorUnits: 40_994 };
const SAMPLE_COST = { standardCost: { currency: 'USD', minorUnits: 9_000 } };

const hasHledger = (() => {
  try {
    execFileSync('hledger', ['--version']);
    return true;
  } catch {
    console.log('skipped: hledger is not installed, the export is not checked by it');
    return false;
  }
})();

const wholeOrder = () => readFileSync(FILE, 'utf8');
function tyingOrder(): z.infer<typeof OutsideOrder> {
  const body = OutsideOrder.parse(JSON.parse(wholeOrder()));
  body.order.line_items.pop();
  return body;
}

const openCodes = async (world: World, orderId: string) =>
  (await world.exceptions({ orderId, state: 'open' })).map(({ code }) => code).sort();

async function expectBothSumsNamed(world: World): Promise<void> {
  expect((await shopifyWebhook(world, wholeOrder())).status).toBe(200);
  const { orderId, status } = await world.untilOrder(SHOP, ORDER_NO, () => true);
  expect(status).toBe('received');
  const exception = await world.untilException(orderId, 'order.totals-mismatch');
  expect(exception.detail).toContain('597.00');
  expect(exception.detail).toContain('398.00');
  expect(exception.owner).toBe('integration');
}

describe.runIf(isThere).each(['alone', 'after the one that does not tie'])(
  'the outside order that ties, %s',
  NEEDS_OUTSIDE,
  (when) => {
    let world: World;
    let orderId = '';
    beforeAll(async () => {
      world = await World.open({ isOpen: false });
    });
    afterAll(() => world?.close());

    if (when !== 'alone') {
      test('the one that does not tie waits and names both sums', () => expectBothSumsNamed(world));
    }

    test('the same bytes five times at once: one order, waiting for all that is not mapped', async () => {
      await world.sandbox('commerce', 'POST', 'orders', tyingOrder());
      const raw = JSON.stringify(tyingOrder());
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => shopifyWebhook(world, raw)),
      );
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
      // The shop tells it once more, as another event.
      expect((await shopifyWebhook(world, raw, { eventId: randomUUID() })).status).toBe(200);

      const hasAll = ({ exceptions }: OrderView) =>
        isDeepStrictEqual(exceptions.map(({ code }) => code).sort(), NOT_MAPPED);
      await world.untilQuiet();
      const order = await world.untilOrder(SHOP, ORDER_NO, hasAll);
      orderId = order.orderId;
      const said = order.exceptions.map(({ detail }) => detail).join('\n');
      for (const name of [GREEN, RED, 'State Tax', 'authorize_net']) expect(said).toContain(name);
      const { rows } = await world.db.query('select from sales_order');
      expect(rows).toHaveLength(1);
    });

    test('what is put in over the API wakes it where it stood, up to the stock', async () => {
      await world.openShop();
      await world.put('/v1/items/NANO-GREEN', SAMPLE_COST);
      await world.put(`/v1/mappings/sku/${SHOP}/${GREEN}`, { target: 'NANO-GREEN' });
      // Our own shop: an item of the channel's own name is mapping enough.
      await world.put(`/v1/items/${RED}`, SAMPLE_COST);
      await world.put(`/v1/mappings/tender/${SHOP}/authorize_net`, { target: 'card' });
      await world.untilException(orderId, 'inventory.insufficient');
      expect(new Set(await openCodes(world, orderId))).toEqual(new Set(['inventory.insufficient']));
    });

    test('stock lets it go on: one reservation, the authorization taken over, one capture', async () => {
      await world.script('wms', { mode: 'never' });
      await world.stock('NANO-GREEN', 5);
      await world.stock(RED, 5);
      const released = await world.untilOrder(SHOP, ORDER_NO, 'released');
      expect(released.exceptions).toEqual([]);
      expect(released.tenders).toMatchObject([{ state: 'authorized', authorized: TOTAL }]);
      const reservations = await world.db.query(
        `select sku, reserved_delta from inventory_event
          where order_id = $1 and kind = 'reservation' order by sku`,
        [orderId],
      );
      expect(reservations.rows).toEqual([
        { sku: RED, reserved_delta: 1 },
        { sku: 'NANO-GREEN', reserved_delta: 1 },
      ]);
      expect(await world.records('payment', 'payment_intents')).toEqual([]);
      expect(await world.shopTransactions(SHOP_ID, 'CAPTURE')).toEqual([]);

      const requests = await world.records('wms', 'fulfilment_requests', { orderId });
      expect(requests).toHaveLength(1);
      await world.sandbox('wms', 'POST', 'ship', { requestId: requests[0]?.id });
      const closed = await world.untilOrder(SHOP, ORDER_NO, 'closed');
      expect(closed.tenders).toMatchObject([{ state: 'captured', captured: TOTAL }]);
      const captures = await world.shopTransactions(SHOP_ID, 'CAPTURE');
      expect(captures).toMatchObject([{ amountMinor: TOTAL.minorUnits, status: 'SUCCESS' }]);
    });

    test('a balanced journal each for shipment and capture, in the ERP with the way back', async () => {
      await world.untilQuiet();
      const journals = await world.journals(orderId);
      expect(journals.map(({ rule }) => rule).sort()).toEqual(['3', '3c']);
      for (const { lines } of journals) {
        const signed = lines.map(({ side, amount }) =>
          side === 'debit' ? amount.minorUnits : -amount.minorUnits,
        );
        expect(signed.reduce((sum, amount) => sum + amount, 0)).toBe(0);
      }
      const documents = await world.records('erp', 'journal_entries');
      for (const { batchId, documentNo, journalId } of journals) {
        expect(documents.filter(({ id }) => documentNo === `JE${id}`)).toMatchObject([
          { throughlineKey: `journal:${batchId}` },
        ]);
        // From the ERP's number back to the journal and its order.
        const trace = await world.get(`/v1/trace/${documentNo}`);
        expect(JSON.stringify(trace.body)).toContain(journalId);
        expect(JSON.stringify(trace.body)).toContain(orderId);
      }
      await world.expectCleanAudit();
    });

    test.runIf(hasHledger)('hledger check --strict accepts the export', async () => {
      const { body } = await world.get('/v1/journals/export?format=hledger');
      const folder = mkdtempSync(path.join(tmpdir(), 'throughline-export-'));
      try {
        const file = path.join(folder, 'throughline.journal');
        writeFileSync(file, String(body));
        await promisify(execFile)('hledger', ['-f', file, 'check', '--strict']);
        const { stdout } = await promisify(execFile)('hledger', ['-f', file, 'balance', '-N']);
        expect(stdout).toContain('409.94 USD  assets:CLR');
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  },
);
