/** What a channel takes back, and why not; and what returns tell others: reviews, claims, quality. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { installation, useInstallation } from '../../canonical/installation';
import type { Policies } from '../../canonical/schema/policies';
import { ReturnBench, STORE } from './bench';
import type { Refused } from './bench-parts';

let bench: ReturnBench;
beforeAll(async () => {
  bench = await ReturnBench.open({ MUG: 10_000, CAP: 10_000, LAST: 10_000 });
  await bench.db.query(
    `update item set final_sale_from = timestamptz '2026-11-01' where sku = 'LAST'`,
  );
});
afterAll(() => bench.close());

const shipped = installation();
const withPolicies = (policies: Partial<Policies>) =>
  useInstallation({
    ...shipped,
    channels: shipped.channels.map((one) => ({
      ...one,
      policies: { ...one.policies, ...policies },
    })),
  });
beforeEach(() => withPolicies({}));

const one = [{ lineNo: 1, quantity: 1 }];
const sold = (sku = 'MUG', quantity = 1) =>
  bench.sold({ lines: [{ sku, quantity, unitMinor: 1_000 }] });
const ask = (orderId: string, reason: string, more: object = {}) =>
  bench.send<Refused>('support', 'POST', '/v1/returns', { orderId, lines: one, reason, ...more });
const leftDaysAgo = (orderId: string, days: number) =>
  bench.db.query(
    `update order_fact set occurred_at = now() - make_interval(days => $2) where order_id = $1`,
    [orderId, days],
  );

describe("a channel's policy", () => {
  test('what was sold for good comes back for what is our doing, and the answer says so', async () => {
    const orderId = await sold('LAST');
    expect(await ask(orderId, 'changed-mind')).toMatchObject({
      status: 409,
      body: {
        code: 'return_refused',
        errors: [{ pointer: '/lines/0', code: 'final_sale' }],
        possible: [{ lineNo: 1, possible: 1, reasons: expect.arrayContaining(['defective']) }],
        isGoodwillPossible: true,
      },
    });
    expect((await ask(orderId, 'defective')).status).toBe(201);
  });

  test('what was ordered before its item was sold for good is no final sale', async () => {
    const orderId = await sold('LAST');
    await bench.db.query(`update sales_order set placed_at = '2026-10-31' where order_id = $1`, [
      orderId,
    ]);
    expect((await ask(orderId, 'changed-mind')).status).toBe(201);
  });

  test('a reason has a window of its own: a defect shows later', async () => {
    withPolicies({ returnWindowDaysFor: { defective: 365 } });
    const orderId = await sold();
    await leftDaysAgo(orderId, 40);
    expect(await ask(orderId, 'changed-mind')).toMatchObject({
      status: 409,
      body: {
        errors: [{ code: 'outside_window' }],
        possible: [{ possible: 1, reasons: ['defective'] }],
      },
    });
    expect((await ask(orderId, 'defective')).status).toBe(201);
  });

  test('every reason why not is named, and goodwill is for all of them', async () => {
    withPolicies({ returnReasons: ['defective'] });
    const orderId = await sold('LAST');
    await leftDaysAgo(orderId, 40);
    const refused = await ask(orderId, 'changed-mind');
    expect(refused.body.errors?.map(({ code }) => code)).toEqual([
      'reason_not_taken',
      'final_sale',
      'outside_window',
    ]);
    expect(refused.body).toMatchObject({ possible: [{ lineNo: 1, possible: 0, reasons: [] }] });
    const granted = await ask(orderId, 'changed-mind', { isException: true });
    expect(granted).toMatchObject({ status: 201, body: { status: 'requested' } });
  });

  test('a gift is paid back as store credit, and in no way that its buyer hears of', async () => {
    const orderId = await sold();
    const toTheCard = { asGift: true, refundTo: 'tender' };
    expect(await ask(orderId, 'changed-mind', toTheCard)).toMatchObject({
      status: 409,
      body: { code: 'return_refused', errors: [{ pointer: '/asGift', code: 'gift_not_taken' }] },
    });
    expect(await bench.returnsOf(orderId)).toEqual([]);
  });

  test("another entity's place in another currency does not take it, and says why", async () => {
    useInstallation({
      ...shipped,
      entities: [...shipped.entities, { entity: 'ca-01', functionalCurrency: 'CAD', erp: 'none' }],
    });
    await bench.db.query(
      `insert into location (location_id, name, kind, time_zone, entity, ships, active, priority)
       values ('store-ca', 'Toronto', 'store', 'America/Toronto', 'ca-01', false, true, 50)`,
    );
    const { rma } = await bench.request(await sold(), one);
    expect(await bench.receive(rma, one, 'store-ca')).toMatchObject({
      status: 409,
      body: { code: 'return_state', errors: [{ pointer: '/location', code: 'other_currency' }] },
    });
    expect((await bench.receive(rma, one)).status).toBe(200);
  });

  test('goodwill is never for goods that are not there', async () => {
    const orderId = await sold('LAST');
    const lines = [{ lineNo: 1, quantity: 2 }];
    const refused = await ask(orderId, 'changed-mind', { lines, isException: true });
    expect(refused).toMatchObject({
      status: 409,
      body: { errors: [{ code: 'not_shipped' }], isGoodwillPossible: false },
    });
  });

  test('a condition that is not paid back unasked waits for a yes; for our doing it does not', async () => {
    withPolicies({ returnConditions: ['new', 'opened'] });
    const inspected = async (reason: string) => {
      const { rma } = await bench.request(await sold(), one, { reason });
      await bench.receive(rma, one);
      await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'used' }]);
      return bench.read(rma);
    };
    expect(await inspected('changed-mind')).toMatchObject({ status: 'awaiting-approval' });
    expect((await inspected('defective')).inspections).toMatchObject([{ state: 'accepted' }]);
  });
});

describe('a buyer who brings back more than most', () => {
  const reviews = async (orderId: string) => {
    const { rows } = await bench.db.query<{ code: string; workflow: string | null }>(
      `select code, workflow_id as workflow from exception
        where order_id = $1 and code = 'return.to-review'`,
      [orderId],
    );
    return rows;
  };

  test('is looked at, and the return goes on to its refund', async () => {
    withPolicies({ returnReviewAbove: 1 });
    await bench.db.query(`update sales_return set buyer_hash = null`);
    const first = await sold();
    await bench.request(first, one);
    expect(await reviews(first)).toEqual([]);
    const second = await sold();
    const { rma, status } = await bench.request(second, one);
    expect(status).toBe('approved');
    expect(await reviews(second)).toEqual([{ code: 'return.to-review', workflow: null }]);
    await bench.receive(rma, one);
    await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'new' }]);
    expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 1_000 });
  });

  test('returns of long ago and of others are not counted', async () => {
    withPolicies({ returnReviewAbove: 1 });
    await bench.db.query(
      `update sales_return set opened_at = now() - interval '91 days' where buyer_hash is not null`,
    );
    const own = await sold();
    await bench.request(own, one);
    const other = await sold();
    await bench.db.query(
      `update sales_order set content = jsonb_set(content, '{customer,email}', '"other@example.test"')
        where order_id = $1`,
      [other],
    );
    await bench.request(other, one);
    expect([...(await reviews(own)), ...(await reviews(other))]).toEqual([]);
  });
});

describe('goods that went back to their vendor', () => {
  test('are a claim with a reference that its journal names; quality counts why they came', async () => {
    const orderId = await sold('CAP', 3);
    const three = [{ lineNo: 1, quantity: 3 }];
    const { rma } = await bench.request(orderId, three, { reason: 'not-as-described' });
    await bench.receive(rma, three);
    await bench.inspect(rma, [
      { lineNo: 1, quantity: 2, condition: 'defective' },
      { lineNo: 1, quantity: 1, condition: 'new' },
    ]);
    await bench.handle(rma).result();
    const reference = `RTV-${rma}-1-1`;
    const claims = await bench.send<{ items: unknown[] }>(
      'finance',
      'GET',
      '/v1/supplier-claims?sku=CAP',
    );
    expect(claims.body.items).toMatchObject([
      {
        ...{ reference, rma, sku: 'CAP', location: STORE, quantity: 2, condition: 'defective' },
        reason: 'not-as-described',
        cost: { currency: 'USD', minorUnits: 1_400 },
      },
    ]);
    const { rows } = await bench.db.query<{ minor: number }>(
      `select amount_minor as minor from journal_line
        where account = 'VENDOR-REC' and dimensions ->> 'claim' = $1`,
      [reference],
    );
    expect(rows).toEqual([{ minor: 1_400 }]);
    const quality = await bench.send<{ items: unknown[] }>(
      'finance',
      'GET',
      '/v1/return-quality?sku=CAP',
    );
    const counted = { sku: 'CAP', reason: 'not-as-described' };
    expect(quality.body.items).toEqual([
      { ...counted, condition: 'defective', disposition: 'return-to-vendor', units: 2 },
      { ...counted, condition: 'new', disposition: 'restock', units: 1 },
    ]);
  });

  test('pages through them, each once', async () => {
    const seen: unknown[] = [];
    for (const path of ['/v1/return-quality?limit=1', '/v1/supplier-claims?limit=1']) {
      let cursor: string | null = '';
      while (cursor !== null) {
        const at = cursor === '' ? path : `${path}&cursor=${cursor}`;
        const page: { items: unknown[]; nextCursor: string | null } = (
          await bench.send<{ items: unknown[]; nextCursor: string | null }>('finance', 'GET', at)
        ).body;
        expect(page.items.length).toBeLessThanOrEqual(1);
        seen.push(...page.items);
        cursor = page.nextCursor;
      }
    }
    const whole = await bench.send<{ items: unknown[] }>('finance', 'GET', '/v1/return-quality');
    const claims = await bench.send<{ items: unknown[] }>('finance', 'GET', '/v1/supplier-claims');
    expect(seen).toEqual([...whole.body.items, ...claims.body.items]);
  });
});
