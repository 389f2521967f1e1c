/** Bad input: each kind has its documented answer, names every problem, and stores nothing. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { faultFields } from '../../api/http/logging';
import { toProblem } from '../../api/http/problem';
import { startApi, type Answered, type RunningApi, type Sent } from './fixture';
import { addStock, countOf, orderOf, putMasterData, usd } from './world';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
  await putMasterData(api);
  await addStock(api, 100, 'stock-1');
});
afterAll(() => api.stop());

let keys = 0;
const submit = (sent: Sent) => {
  keys += 1;
  return api.send('POST', '/v1/orders', { role: 'channel', key: `bad-${keys}`, ...sent });
};
const pointersOf = (answer: Answered): string[] =>
  answer.body.errors.map((one: { pointer: string }) => one.pointer);

afterEach(async () => {
  expect(await countOf(api, 'sales_order')).toBe(0);
  expect(await countOf(api, 'dispatch')).toBe(0);
  const { rows } = await api.db.query('select 1 from stock where reserved <> 0');
  expect(rows).toEqual([]);
});

test('invalid JSON is 400 and does not echo the body', async () => {
  const raw = '{"customer": {"email": "ada@example.com"}, oops';
  const answer = await submit({ raw, headers: { 'content-type': 'application/json' } });
  expect([answer.status, answer.body.code]).toEqual([400, 'invalid_json']);
  expect(answer.text).not.toContain('ada@');
  const empty = await submit({ raw: '', headers: { 'content-type': 'application/json' } });
  expect([empty.status, empty.body.code]).toEqual([400, 'invalid_json']);
  const latin = Buffer.from([0x22, 0xe9, 0x22]);
  const bytes = await submit({ raw: latin, headers: { 'content-type': 'application/json' } });
  expect([bytes.status, bytes.body.code]).toEqual([400, 'invalid_json']);
});

test('unknown fields, wrong types, negative and fractional minor units: all at once', async () => {
  const order = orderOf('B-1');
  const line = { ...order.lines[0], color: 'blue', quantity: '2', unitPrice: usd(-1) };
  const json = {
    ...order,
    gift: true,
    lines: [line],
    totals: { ...order.totals, tax: usd(0.5) },
    placedAt: undefined,
  };
  const answer = await submit({ json });
  expect([answer.status, answer.body.code]).toEqual([422, 'invalid_request']);
  expect(pointersOf(answer).sort()).toEqual([
    '/gift',
    '/lines/0/color',
    '/lines/0/quantity',
    '/lines/0/unitPrice/minorUnits',
    '/placedAt',
    '/totals/tax/minorUnits',
  ]);
  const unknown = answer.body.errors.find((one: { pointer: string }) => one.pointer === '/gift');
  expect(unknown.code).toBe('unknown_field');
  expect(answer.body.errorCount).toBe(6);
});

test('lists the first 100 problems, counts those of a small body, and says where it stopped', async () => {
  const order = orderOf('B-2');
  const unknown = Array.from({ length: 150 }, (_, at) => [`unknown${at}`, true]);
  const small = await submit({ json: { ...order, ...Object.fromEntries(unknown) } });
  expect(small.body.errors).toHaveLength(100);
  expect(small.body.errorCount).toBe(150);
  const lines = Array.from({ length: 1_500 }, () => ({ ...order.lines[0], quantity: 0 }));
  const long = await submit({ json: { ...order, lines } });
  expect(long.body.errors).toHaveLength(100);
  expect(long.body.errors[99].pointer).toBe('/lines/99/quantity');
  expect(long.body.detail).toContain('not read to its end');
});

test('a body over its budget of fields, entries or depth is refused before it is parsed', async () => {
  const fields = Array.from({ length: 330_000 }, (_, at) => `"f${at}":1`).join(',');
  const over: [string, string][] = [
    [`{${fields}}`, 'one of its objects has more than 1000 fields'],
    [`{"lines":[${'{},'.repeat(1_350_000)}{}]}`, 'its lists have more than 100000 entries'],
    [`[${'{"a":{"b":1}},'.repeat(90_000)}{}]`, ''],
    [`[${'{"a":1,"b":1,"c":1,"d":1},'.repeat(80_000)}{}]`, 'it has more than 300000 fields'],
    [`${'['.repeat(65)}${']'.repeat(65)}`, 'it is nested deeper than 64 levels'],
    [`{"text":"${'{[:,'.repeat(200_000)}\\""}`, ''],
  ];
  for (const [raw, detail] of over) {
    const answer = await submit({ raw, headers: { 'content-type': 'application/json' } });
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid_request']);
    const [first] = answer.body.errors;
    if (detail === '') expect(first.detail).not.toMatch(/more than \d{6}|nested/);
    else expect(first).toEqual({ pointer: '', code: 'too_big', detail });
  }
});

test('totals that do not add up name both sums', async () => {
  const order = orderOf('B-3');
  const totals = { ...order.totals, subtotal: usd(1_300), total: usd(1_381) };
  const answer = await submit({ json: { ...order, totals } });
  expect([answer.status, answer.body.code]).toEqual([422, 'totals_mismatch']);
  expect(pointersOf(answer)).toContain('/totals/subtotal');
  expect(answer.text).toContain('12.99 USD');
  expect(answer.text).toContain('13.00 USD');
});

test('money in another currency is named where it is', async () => {
  const order = orderOf('B-4');
  const tenders = [{ ...order.tenders?.[0], amount: { currency: 'EUR', minorUnits: 1_380 } }];
  const answer = await submit({ json: { ...order, tenders } });
  expect([answer.status, answer.body.code]).toEqual([422, 'currency_mismatch']);
  expect(pointersOf(answer)).toEqual(['/tenders/0/amount/currency']);
});

test('10,001 lines are too many', async () => {
  const order = orderOf('B-5');
  const lines = Array.from({ length: 10_001 }, () => ({
    sku: 'M',
    quantity: 1,
    unitPrice: usd(1),
  }));
  const answer = await submit({ json: { ...order, lines } });
  expect([answer.status, answer.body.code]).toEqual([422, 'invalid_request']);
  expect(answer.body.errors[0]).toMatchObject({ pointer: '/lines', code: 'too_big' });
});

test('a body over its limit is 413', async () => {
  const huge = JSON.stringify({ filler: 'x'.repeat(4 * 1_048_576) });
  const answer = await submit({ raw: huge, headers: { 'content-type': 'application/json' } });
  expect([answer.status, answer.body.code]).toEqual([413, 'payload_too_large']);
  const item = await api.send('PUT', '/v1/items/BIG', {
    raw: JSON.stringify({ description: 'x'.repeat(1_048_576) }),
    headers: { 'content-type': 'application/json' },
  });
  expect([item.status, item.body.code]).toEqual([413, 'payload_too_large']);
});

test('another content type, charset or compression is 415', async () => {
  const kinds: Record<string, string>[] = [
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/json; charset=latin1' },
    { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  ];
  for (const headers of kinds) {
    const answer = await submit({ raw: '{}', headers });
    expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
  }
});

test('text that no database can hold is refused by name', async () => {
  const json = { ...orderOf('B-6'), customer: { name: 'Ada\u0000' } };
  const answer = await submit({ json });
  expect([answer.status, answer.body.errors]).toEqual([
    422,
    [expect.objectContaining({ pointer: '/customer/name', code: 'invalid_text' })],
  ]);
  const deep = await submit({
    raw: `${'['.repeat(100)}${']'.repeat(100)}`,
    headers: { 'content-type': 'application/json' },
  });
  expect([deep.status, deep.body.code]).toEqual([422, 'invalid_request']);
});

test('an unknown channel and an unusable key are named', async () => {
  const answer = await submit({ json: { ...orderOf('B-7'), channelInstance: 'mars-1' } });
  expect([answer.status, answer.body.code]).toEqual([422, 'unknown_channel']);
  const key = 'k'.repeat(256);
  const long = await submit({ json: orderOf('B-8'), key });
  expect([long.status, long.body.errors[0].pointer]).toEqual([422, 'header:Idempotency-Key']);
});

test('an unknown field hides nothing, and an unknown channel neither', async () => {
  const order = orderOf('B-9');
  const off = { ...order, totals: { ...order.totals, total: usd(1) } };
  const line = { ...order.lines[0], color: 'blue' };
  const extra = { ...off, gift: true, lines: [line], channelInstance: 'mars-1' };
  const invalid = await submit({ json: extra });
  expect([invalid.status, invalid.body.code]).toEqual([422, 'invalid_request']);
  const all = ['/channelInstance', '/tenders', '/totals/total'];
  expect(pointersOf(invalid).sort()).toEqual([
    '/channelInstance',
    '/gift',
    '/lines/0/color',
    '/tenders',
    '/totals/total',
  ]);
  const refused = await submit({ json: { ...off, channelInstance: 'mars-1' } });
  expect([refused.status, refused.body.code]).toEqual([422, 'unknown_channel']);
  expect(pointersOf(refused).sort()).toEqual(all);
});

test('an order placed in another age is refused by name', async () => {
  for (const placedAt of ['0001-01-01T00:00:00Z', '2999-01-01T00:00:00Z']) {
    const answer = await submit({ json: { ...orderOf('B-10'), placedAt } });
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid_request']);
    expect(pointersOf(answer)).toEqual(['/placedAt']);
  }
});

test('unknown query parameters and tampered cursors are named', async () => {
  const query = await api.send('GET', '/v1/exceptions?owners=finance&state=lost');
  expect([query.status, pointersOf(query).sort()]).toEqual([422, ['query:owners', 'query:state']]);
  for (const date of ['now-ish', '2026-03-02T15:04:05+99:99', '999999-01-01T00:00:00Z', '1e400']) {
    const cursor = Buffer.from(JSON.stringify([date, 'x'])).toString('base64url');
    const tampered = await api.send('GET', `/v1/exceptions?cursor=${cursor}`);
    expect([date, tampered.status, tampered.body.code]).toEqual([date, 400, 'invalid_value']);
  }
  expect((await api.send('GET', '/v1/trace/%E0%A4%A')).status).toBe(422);
});

test("what the database cannot read is the caller's, never a fault of ours", () => {
  for (const code of ['22003', '22007', '22008', '22009', '22021', '22P02', '2202E', '22P05']) {
    expect([code, toProblem(Object.assign(new Error('x'), { code })).status]).toEqual([code, 400]);
  }
});

test('an e-mail address reaches no log line, by a path or by an error', async () => {
  for (const address of ['ada@example.com', 'ada%40example.com', 'ada%2540example.com']) {
    expect((await api.send('GET', `/v1/trace/${address}`)).status).toBe(404);
    expect((await api.send('GET', `/v1/orders/x?orderNo=${address}`)).status).toBeGreaterThan(399);
  }
  const fault = new TypeError('cannot read Ada <ada@example.com>');
  expect(JSON.stringify(faultFields(fault))).not.toContain('ada@');
});

test('nothing personal is logged, whatever is wrong', () => {
  for (const line of api.logged) expect(line).not.toMatch(/ada@|Ada|pm_card|test-key/);
});
