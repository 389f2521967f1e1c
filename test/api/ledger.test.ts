/** The subledger as others read it, and the trace that leads through it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type RunningApi } from './fixture';
import { addStock, DC, orderOf, putMasterData, SKU, usd } from './world';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
  await putMasterData(api);
  await addStock(api, 10, 'stock-1');
  await addStock(api, 5, 'stock-2');
});
afterAll(() => api.stop());

function hasHledger(): boolean {
  try {
    execFileSync('hledger', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('an adjustment is posted once, and shows in stock and availability', async () => {
  const lines = [{ sku: SKU, quantityDelta: -2 }];
  const sent = { json: { location: DC, reason: 'count', lines }, key: 'adjust-1' };
  const first = await api.send('POST', '/v1/inventory/adjustments', sent);
  expect([first.status, first.body.lines]).toEqual([
    201,
    [{ sku: SKU, quantityDelta: -2, onHand: 13, sellable: 13 }],
  ]);
  const again = await api.send('POST', '/v1/inventory/adjustments', sent);
  expect([again.status, again.body]).toEqual([201, first.body]);
  const stock = await api.send('GET', `/v1/inventory/${SKU}`, { role: 'channel' });
  expect(stock.body.positions).toEqual([
    expect.objectContaining({ location: DC, onHand: 13, reserved: 0, sellable: 13 }),
  ]);
  const { rows } = await api.db.query(
    `select actor, reason from decision where action = 'inventory.adjust' and decision_id = $1`,
    [first.body.adjustmentId],
  );
  expect(rows).toEqual([{ actor: 'test operator', reason: 'count' }]);
});

test('an adjustment of unknown items at an unknown location names all of them', async () => {
  const lines = [
    { sku: SKU, quantityDelta: 1 },
    { sku: 'GHOST', quantityDelta: 1 },
  ];
  const json = { location: 'dc-moon', reason: 'count', lines };
  const answer = await api.send('POST', '/v1/inventory/adjustments', { json, key: 'adjust-2' });
  expect(answer.status).toBe(422);
  expect(answer.body.errors.map((one: { pointer: string }) => one.pointer)).toEqual([
    '/location',
    '/lines/1/sku',
  ]);
  expect((await api.send('GET', '/v1/inventory/GHOST')).status).toBe(404);
  expect((await api.send('GET', '/v1/availability?sku=GHOST')).body.sellable).toBe(0);
});

test('journals are paged and filtered, and the trial balance is zero', async () => {
  const first = await api.send('GET', '/v1/journals?account=INV&limit=1', { role: 'finance' });
  expect(first.body.items).toHaveLength(1);
  const cursor = `cursor=${first.body.nextCursor}`;
  const second = await api.send('GET', `/v1/journals?account=INV&limit=5&${cursor}`, {
    role: 'auditor',
  });
  expect(second.body.items.length).toBeGreaterThan(0);
  const { journalId } = first.body.items[0];
  const one = await api.send('GET', `/v1/journals/${journalId}`, { role: 'finance' });
  expect(one.body).toEqual(first.body.items[0]);
  const balance = await api.send('GET', '/v1/trial-balance', { role: 'finance' });
  expect(balance.body.totals).toEqual([
    {
      entity: 'us-01',
      currency: 'USD',
      debit: usd(7_650),
      credit: usd(7_650),
      isBalanced: true,
    },
  ]);
  const rows = new Map(balance.body.rows.map((row: { account: string }) => [row.account, row]));
  expect(rows.get('INV')).toMatchObject({
    debit: usd(6_750),
    credit: usd(900),
    balance: usd(5_850),
    side: 'debit',
  });
  expect(rows.get('SHRINK')).toMatchObject({ balance: usd(5_850), side: 'credit' });
  expect(one.body.lines[0].functional).toEqual(one.body.lines[0].amount);
  expect((await api.send('GET', '/v1/journals?account=GOLD')).status).toBe(422);
  const none = await api.send('GET', '/v1/journals?from=1999-01-01&to=1999-12-31');
  expect(none.body).toEqual({ items: [], nextCursor: null });
});

test('what others named stays a name in the export: no date, no tag, no line of its own', async () => {
  const hostile =
    'US-TAX, date:1999-01-01 [1999-01-01]\\n2026-01-01 * evil\\n    assets:INV  1 USD';
  const copied = `(select min(journal_id) from journal)`;
  // Two statements, one transaction: a journal takes lines in the one that made it.
  await api.db.query(
    `insert into journal
     select (jsonb_populate_record(null::journal, to_jsonb(journal) || jsonb_build_object(
              'journal_id', 'jrn_zz', 'moment_key', 'hostile',
              'created_txid', pg_current_xact_id()::text::bigint))).*
       from journal where journal_id = ${copied};
     insert into journal_line
     select (jsonb_populate_record(null::journal_line, to_jsonb(line) ||
              '{"journal_id": "jrn_zz", "dimensions": {"taxCode": "${hostile}"}}')).*
       from journal_line line where journal_id = ${copied}`,
  );
  const { text } = await api.send('GET', '/v1/journals/export?format=hledger', { role: 'finance' });
  expect(text).toContain('; taxCode: US-TAX date:1999-01-01 1999-01-01 2026-01-01 * evil');
  expect(text).not.toMatch(/^2026-01-01 \* evil|\[1999/m);
});

test('hledger accepts the export, strictly', async (context) => {
  if (!hasHledger()) return context.skip('hledger is not on PATH');
  const path = '/v1/journals/export?format=hledger';
  const answer = await api.send('GET', path, { role: 'finance' });
  expect(answer.status).toBe(200);
  expect(answer.text).toMatch(/^\d{4}-\d\d-\d\d \* \(jrn_/m);
  expect(answer.text).toContain('account assets:CLR');
  expect(answer.text).toContain('commodity 1000.00 USD');
  const folder = mkdtempSync(join(tmpdir(), 'throughline-hledger-'));
  const file = join(folder, 'throughline.journal');
  writeFileSync(file, answer.text);
  const run = (...args: string[]) =>
    execFileSync('hledger', ['-f', file, ...args], { encoding: 'utf8' });
  run('check', '--strict');
  // With the one above, as it was copied: 58.50 and 45.00.
  expect(run('balance', 'assets:INV')).toContain('103.50 USD');
  rmSync(folder, { recursive: true });
  expect((await api.send('GET', '/v1/journals/export?format=xls')).status).toBe(422);
});

test('a trace tells an order by any of its names, without personal data', async () => {
  const json = { ...orderOf('T-1'), channelOrderRef: '450789469' };
  const sent = { json, key: 't-1', role: 'channel' } as const;
  const headers = { 'x-correlation-id': 'shop-trace-1' };
  const { body } = await api.send('POST', '/v1/orders', { ...sent, headers });
  const { orderId, workflowId } = body;
  for (const id of [
    'T-1',
    '#T-1',
    '450789469',
    'web-us/T-1',
    orderId,
    workflowId,
    'shop-trace-1',
  ]) {
    const trace = await api.send('GET', `/v1/trace/${encodeURIComponent(id)}`, {
      role: 'support',
    });
    expect([id, trace.status]).toEqual([id, 200]);
    const kinds = trace.body.entries.map((one: { kind: string }) => one.kind);
    expect(kinds).toEqual(
      expect.arrayContaining(['order-received', 'order-accepted', 'flow-start']),
    );
    expect(trace.text).not.toMatch(/Ada|ada@/);
    const times = trace.body.entries.map((one: { at: string }) => one.at);
    expect(times).toEqual([...times].sort());
  }
  expect((await api.send('GET', '/v1/trace/nothing-like-it')).status).toBe(404);
  expect((await api.send('GET', '/v1/trace/T-1', { role: 'channel' })).status).toBe(403);
});

test('mappings, items and locations are read as they were written', async () => {
  const list = await api.send('GET', '/v1/mappings/tax-code', { role: 'auditor' });
  expect(list.body.items).toEqual([
    expect.objectContaining({ source: 'web-us', value: 'State Tax', target: 'US-STATE' }),
  ]);
  const path = '/v1/mappings/account/netsuite-us/INV%2Fdc%2Feast';
  const bad = await api.send('PUT', path, { json: { target: 'not-a-number' } });
  expect([bad.status, bad.body.errors[0].pointer]).toEqual([422, '/target']);
  expect((await api.send('PUT', path, { json: { target: '120' } })).status).toBe(200);
  expect((await api.send('GET', path)).body).toMatchObject({ value: 'INV/dc/east', target: '120' });
  expect((await api.send('GET', '/v1/mappings/colour')).status).toBe(404);
  expect((await api.send('PUT', path, { json: { target: '1' }, role: 'finance' })).status).toBe(
    403,
  );
  const item = await api.send('GET', `/v1/items/${SKU}`);
  expect(item.body.standardCost).toEqual({ currency: 'USD', minorUnits: 450 });
  const place = await api.send('GET', `/v1/locations/${DC}`);
  expect(place.body).toMatchObject({ entity: 'us-01', ships: true, timeZone: 'America/New_York' });
  const nowhere = { name: 'X', kind: 'dc', timeZone: 'Mars/Olympus' };
  const refused = await api.send('PUT', '/v1/locations/dc-mars', { json: nowhere });
  expect(refused.body.errors[0].pointer).toBe('/timeZone');
});
