/** Reports that are fetched: a stand-in's payouts over HTTP, through the door that all reports take. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchAll } from '../../activities/settlement/fetch-reports';
import { SILENT_AFTER_MS_ELSE } from '../../canonical/flows/settlement-reports';
import { VendorFault } from '../../canonical/ports/fault';
import type { SettlementReports } from '../../canonical/ports/settlement-reports';
import { SETTLEMENT_SOURCES } from '../../connectors/settlement-sources';
import { shopifyClient } from '../../connectors/shopify/client';
import { stripeClient } from '../../connectors/stripe/client';
import { at, call, startUnderTest, tokens, type SandboxUnderTest } from '../sandbox/fixture';
import { SettlementWorld } from './world';

const ACCOUNT = 'stripe-us';

let world: SettlementWorld;
let under: SandboxUnderTest;
let stripe: ReturnType<typeof stripeClient>;
beforeAll(async () => {
  world = await SettlementWorld.open();
  under = await startUnderTest();
  stripe = stripeClient({ baseUrl: under.url('payment', ''), secretKey: tokens.stripeSecret });
});
afterAll(async () => {
  await stripe.close();
  await under.stop();
  await world.stop();
});

async function paidOut(amount: number): Promise<string> {
  const form = new URLSearchParams({
    ...{ amount: String(amount), currency: 'usd', capture_method: 'automatic', confirm: 'true' },
    payment_method: 'pm_card_visa',
  });
  await call(under.url('payment', '/v1/payment_intents'), 'POST', form, {
    authorization: `Bearer ${tokens.stripeSecret}`,
    'idempotency-key': randomUUID(),
  });
  const { json } = await call(under.url('payment', '/_sandbox/payouts'), 'POST', {});
  return String(at(json, 'payouts', 0, 'id'));
}

const look = (reports: Readonly<Record<string, SettlementReports>>, nowMs = Date.now()) =>
  fetchAll(
    { db: world.db, log: pino({ level: 'silent' }), sources: SETTLEMENT_SOURCES, reports },
    nowMs,
  );

async function received(): Promise<readonly string[]> {
  const { rows } = await world.db.query<{ reference: string }>(
    'select reference from settlement order by reference',
  );
  return rows.map((row) => row.reference);
}

async function silences(): Promise<readonly object[]> {
  const { rows } = await world.db.query<{ owner: string; state: string; cause_ref: string }>(
    `select owner, state, cause_ref from exception where code = 'settlement.silent'`,
  );
  return rows;
}

test('each payout is fetched once, and a look that finds none does nothing', async () => {
  const payouts = [await paidOut(5_000), await paidOut(7_000)];
  const reports = { [ACCOUNT]: stripe.settlementReports };
  expect(await look(reports)).toEqual({ fetched: { [ACCOUNT]: 2 }, failed: [], silent: [] });
  expect(await received()).toEqual([...payouts].sort());
  expect(await look(reports)).toEqual({ fetched: {}, failed: [], silent: [] });
  const later = await paidOut(9_000);
  expect((await look(reports)).fetched).toEqual({ [ACCOUNT]: 1 });
  expect(await received()).toEqual([...payouts, later].sort());
});

test('one that was kept and not recorded before a crash is the same settlement', async () => {
  await world.db.query('delete from settlement_fetched');
  const before = await received();
  await look({ [ACCOUNT]: stripe.settlementReports });
  expect(await received()).toEqual(before);
});

test('what was fetched is read, and comes to what the payout declares', async () => {
  const { rows } = await world.db.query<{ settlement_id: string }>(
    'select settlement_id from settlement',
  );
  for (const { settlement_id: settlementId } of rows) {
    await world.run(settlementId);
    const { exceptions } = await world.read(settlementId);
    expect(exceptions.map((one) => one.code)).not.toContain('settlement.untied');
  }
});

test('Shopify’s payouts are fetched once, tie, and name the shop’s own transactions', async () => {
  const shop = shopifyClient({
    baseUrl: under.url('commerce', ''),
    accessToken: tokens.shopifyAccess,
  });
  const lines = [{ sku: 'MUG', title: 'Mug', quantity: 1, price: '20.00' }];
  const { json } = await call(under.url('commerce', '/_sandbox/orders'), 'POST', { lines });
  const orderRef = String(at(json, 'order', 'id'));
  const captured = await shop.money.capture({
    ...{ key: 'capture:1', orderId: 'ord_1', channelOrderRef: orderRef, authorizationRef: null },
    ...{ tenderNo: 1, amountMinor: 2_000, currency: 'USD', isFinal: true, knownRefs: [] },
  });
  expect(captured.outcome).toBe('captured');
  const made = await call(under.url('commerce', '/_sandbox/payouts'), 'POST', {});
  const payout = String(at(made.json, 'payouts', 0, 'id'));
  const looked = await look({ 'shopify-us': shop.settlementReports });
  expect(looked).toMatchObject({ fetched: { 'shopify-us': 1 }, failed: [] });
  expect(await received()).toContain(payout);
  expect((await look({ 'shopify-us': shop.settlementReports })).fetched).toEqual({});
  const { rows } = await world.db.query<{ settlement_id: string }>(
    'select settlement_id from settlement where reference = $1',
    [payout],
  );
  const settlementId = rows[0]?.settlement_id ?? '';
  await world.run(settlementId);
  const { declaredNet, status, exceptions } = await world.read(settlementId);
  expect([declaredNet?.minorUnits, status]).toEqual([2_000 - 88, 'paid']);
  // The order was never told here: its charge waits, its fee is posted.
  expect(exceptions.map(({ code }) => code)).toEqual(['settlement.unmatched']);
  const [sale] = await world.lines(settlementId, '?class=sale');
  expect(sale).toMatchObject({
    orderRef,
    paymentRef: captured.outcome === 'captured' ? captured.reference : '',
  });
  await shop.close();
});

test('a source that cannot be asked keeps no other waiting', async () => {
  const away: SettlementReports = {
    source: 'shopify',
    async *listed() {
      yield* [];
      throw new VendorFault('shopify', 'unavailable', 'no connection');
    },
    bytes: () => {
      throw new RangeError('nothing is listed');
    },
  };
  const later = await paidOut(4_000);
  const looked = await look({ 'shopify-us': away, [ACCOUNT]: stripe.settlementReports });
  expect(looked).toMatchObject({ failed: ['shopify-us'], fetched: { [ACCOUNT]: 1 } });
  expect(await received()).toContain(later);
});

test('of two, of which the older cannot be had at first, both come', async () => {
  const day = 86_400_000;
  const madeAt = (days: number) => new Date(Date.now() + days * day).toISOString();
  const listed = [
    { reportId: 'po_newer', madeAt: madeAt(40) },
    { reportId: 'po_older', madeAt: madeAt(30) },
  ];
  let refusals = 1;
  const reports: SettlementReports = {
    source: 'stripe',
    async *listed(since) {
      yield* listed.filter((one) => one.madeAt >= since);
    },
    async *bytes(id) {
      if (id === 'po_older' && refusals > 0) {
        refusals -= 1;
        throw new VendorFault('stripe', 'ambiguous', 'no usable answer');
      }
      const dated = { arrival_date: 1, created: 1 };
      const payout = {
        id,
        object: 'payout',
        amount: 0,
        currency: 'usd',
        automatic: true,
        ...dated,
      };
      yield Buffer.from(`${JSON.stringify(payout)}\n`);
    },
  };
  expect((await look({ [ACCOUNT]: reports })).failed).toEqual([ACCOUNT]);
  expect((await look({ [ACCOUNT]: reports })).fetched).toEqual({ [ACCOUNT]: 2 });
  expect(await received()).toEqual(expect.arrayContaining(['po_newer', 'po_older']));
  await world.db.query('update settlement_feed set last_report_at = now()');
});

test('a source that is silent past its cadence is finance’s, until its next report', async () => {
  const reports = { [ACCOUNT]: stripe.settlementReports };
  const past = Date.now() + SILENT_AFTER_MS_ELSE + 60_000;
  expect((await look(reports, past)).silent).toEqual([ACCOUNT]);
  await look(reports, past);
  expect(await silences()).toEqual([{ owner: 'finance', state: 'open', cause_ref: ACCOUNT }]);
  await paidOut(3_000);
  expect((await look(reports)).silent).toEqual([]);
  expect(await silences()).toMatchObject([{ state: 'resolved' }]);
});
