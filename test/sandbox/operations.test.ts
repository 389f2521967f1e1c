/** Warehouse, ERP and tax: what they take, what they refuse, what they tell. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../sandbox/start';
import {
  at,
  call,
  OMS_KEY,
  recordsOf,
  sandboxConfiguration,
  startUnderTest,
  tokens,
  type Json,
  type Received,
  type SandboxUnderTest,
} from './fixture';

let under: SandboxUnderTest;
beforeAll(async () => {
  under = await startUnderTest();
});
afterAll(() => under.stop());
beforeEach(async () => {
  await call(under.url('wms', '/_sandbox/script'), 'DELETE');
  await call(under.url('erp', '/_sandbox/script'), 'DELETE');
  under.receiver.answerWith(200);
});

function fulfilment(extra: Json = {}): Json {
  const requestId = `release:ord_${randomUUID()}:1:1`;
  return {
    requestId,
    orderId: requestId.split(':')[1],
    channelInstance: 'shopify-us',
    orderNo: '1001',
    location: 'dc-east',
    lines: [
      { lineNo: 1, sku: 'TEE-S', quantity: 3 },
      { lineNo: 2, sku: 'MUG', quantity: 1 },
    ],
    shipTo: { name: 'Robin Example', city: 'Louisville' },
    correlationId: 'corr-1',
    ...extra,
  };
}

function wms(path: string, body?: Json, extra: Record<string, string> = {}) {
  const headers = { authorization: `Bearer ${tokens.wms}`, ...extra };
  const url = under.url('wms', `/v1/fulfilment-requests${path}`);
  return call(url, body === undefined ? 'GET' : 'POST', body, headers);
}

const script = (body: Json) => call(under.url('wms', '/_sandbox/script'), 'POST', body);
const about = (request: Json, type: string) => (one: Received) =>
  one.body.includes(`"${type}"`) && one.body.includes(String(request['requestId']));
const eventOf = (one: Received | undefined): unknown => JSON.parse(one?.body ?? '{}');
const pathOf = (request: Json): string => `/${encodeURIComponent(String(request['requestId']))}`;

describe('warehouse', () => {
  it('accepts once, acknowledges, ships, and tells it as a CloudEvent', async () => {
    await script({ delayMs: 10 });
    const request = fulfilment();
    const first = await wms('', request);
    expect(first).toMatchObject({ status: 202, json: { state: 'accepted' } });
    expect(await wms('', request)).toMatchObject({ status: 202 });
    expect(await wms('', { ...request, location: 'dc-west' })).toMatchObject({ status: 409 });
    await under.receiver.until(about(request, 'fulfilment.accepted.v1'));
    const [shipped] = await under.receiver.until(about(request, 'shipment.confirmed.v1'));
    expect(shipped?.path).toBe('/v1/events');
    expect(shipped?.headers).toMatchObject({ authorization: `Bearer ${OMS_KEY}` });
    expect(shipped?.headers['content-type']).toContain('application/cloudevents+json');
    expect(eventOf(shipped)).toMatchObject({
      specversion: '1.0',
      source: '/wms/wms-main',
      type: 'shipment.confirmed.v1',
      subject: request['orderId'],
      data: {
        orderId: request['orderId'],
        channelInstance: 'shopify-us',
        orderNo: '1001',
        requestId: request['requestId'],
        location: 'dc-east',
        lines: request['lines'],
      },
    });
    expect((await wms(pathOf(request))).json['state']).toBe('shipped');
  });

  it('ships in parts that add up, with copies, and out of order when told to', async () => {
    const parts = { mode: 'ship-in-parts', parts: 2, delayMs: 10, duplicateEvents: 1 };
    await script({ ...parts, reorder: true });
    const request = fulfilment();
    await wms('', request);
    const got = await under.receiver.until(about(request, 'shipment.confirmed.v1'), 4);
    const order = [...new Set(got.map((one) => String(at(eventOf(one), 'id'))))];
    expect(order).toHaveLength(2);
    const path = `/_sandbox/records/shipments?parentId=${encodeURIComponent(String(request['requestId']))}`;
    const shipments = await recordsOf(under.url('wms', path));
    expect(shipments.map((one) => one['id'])).toEqual([...order].reverse());
    const quantities = shipments.map((one) => [
      at(one, 'lines', 0, 'quantity'),
      at(one, 'lines', 1, 'quantity'),
    ]);
    expect(quantities.flat().reduce((sum: number, one) => sum + Number(one ?? 0), 0)).toBe(4);
  });

  it('cancels what has not left, answers the same again, and is too late afterwards', async () => {
    await script({ mode: 'never' });
    const request = fulfilment();
    await wms('', request);
    const lines = [{ lineNo: 1, quantity: 2 }];
    const keyed = { 'idempotency-key': `recall:${String(request['orderId'])}:1:1` };
    const some = await wms(`${pathOf(request)}/cancel`, { lines }, keyed);
    expect(some.json).toEqual({ outcome: 'cancelled', lines });
    const by = { requestId: request['requestId'] };
    expect((await call(under.url('wms', '/_sandbox/ship'), 'POST', by)).status).toBe(201);
    const [shipped] = await under.receiver.until(about(request, 'shipment.confirmed.v1'));
    expect(at(eventOf(shipped), 'data', 'lines', 0, 'quantity')).toBe(1);
    const late = await wms(`${pathOf(request)}/cancel`, { lines: [{ lineNo: 2, quantity: 1 }] });
    expect(late.json).toEqual({ outcome: 'too-late', lines: [] });
    const again = await wms(`${pathOf(request)}/cancel`, { lines }, keyed);
    expect(again.json).toEqual({ outcome: 'cancelled', lines });
    expect((await wms(`${pathOf(request)}/cancel`, {}, keyed)).status).toBe(409);
  });

  it('rejects at once or by event, for one order only when told so', async () => {
    const match = { orderNo: 'R-1' };
    await script({ mode: 'reject', rejectReason: 'address-unserved', match });
    const rejected = await wms('', fulfilment({ orderNo: 'R-1' }));
    expect(rejected).toMatchObject({ status: 422, json: { code: 'address-unserved' } });
    expect((await wms('', fulfilment())).status).toBe(202);
    await script({ mode: 'reject', rejectBy: 'event', delayMs: 5, match });
    const request = fulfilment({ orderNo: 'R-1' });
    expect((await wms('', request)).status).toBe(202);
    const [event] = await under.receiver.until(about(request, 'fulfilment.rejected.v1'));
    expect(at(eventOf(event), 'data', 'requestId')).toBe(request['requestId']);
    expect((await wms(pathOf(request))).json['state']).toBe('rejected');
  });

  it('names the lines that it rejects of a request, and ships the rest', async () => {
    const match = { orderNo: 'R-2' };
    await script({ rejectLineNos: [2], delayMs: 5, match });
    const request = fulfilment({ orderNo: 'R-2' });
    await wms('', request);
    const [event] = await under.receiver.until(about(request, 'fulfilment.rejected.v1'));
    expect(at(eventOf(event), 'data', 'lines')).toEqual([{ lineNo: 2, quantity: 1 }]);
    const [shipped] = await under.receiver.until(about(request, 'shipment.confirmed.v1'));
    expect(at(eventOf(shipped), 'data', 'lines')).toMatchObject([{ lineNo: 1, quantity: 3 }]);
  });

  it('names what is wrong with a request, and refuses a wrong token', async () => {
    const bad = await wms('', fulfilment({ lines: [{ lineNo: 1, sku: 'A', quantity: 0 }] }));
    expect(bad.status).toBe(422);
    expect(at(bad.json, 'errors', 0, 'pointer')).toBe('/lines/0/quantity');
    const url = under.url('wms', '/v1/fulfilment-requests');
    expect((await call(url, 'POST', {}, { authorization: 'Bearer no' })).status).toBe(401);
  });

  it('ships and tells after a restart what was planned before it', async () => {
    await script({ delayMs: 3_600_000 });
    const request = fulfilment();
    await wms('', request);
    await under.pool.query('UPDATE wms.planned_work SET due_at = now() WHERE request_id = $1', [
      request['requestId'],
    ]);
    const configuration = sandboxConfiguration(under.databaseUrl, under.receiver.url);
    const second = await startSandbox(configuration, pino({ level: 'silent' }));
    await under.receiver.until(about(request, 'shipment.confirmed.v1'));
    await second.close();
  });
});

const RECORD = '/services/rest/record/v1';

function erp(path: string, body?: Json) {
  const headers = { authorization: `Bearer ${tokens.erp}` };
  const url = under.url('erp', `${RECORD}${path}`);
  return call(url, body === undefined ? 'GET' : 'POST', body, headers);
}

function journal(extra: Json = {}, credit = 12.34): Json {
  return {
    externalId: `journal:${randomUUID()}`,
    subsidiary: { id: '1' },
    currency: { refName: 'USD' },
    tranDate: '2026-07-14',
    memo: 'batch',
    line: {
      items: [
        { account: { id: '1200' }, debit: 12.34, memo: 'CLR' },
        { account: { id: '4000' }, credit, memo: 'REV' },
      ],
    },
    ...extra,
  };
}

describe('ERP', () => {
  it('posts a journal, answers with its place, and reads it back by external id', async () => {
    const body = journal();
    const posted = await erp('/journalEntry', body);
    expect(posted.status).toBe(204);
    const location = posted.headers.get('location') ?? '';
    expect(location).toMatch(/\/journalEntry\/\d+$/);
    const byExternal = await erp(`/journalEntry/eid:${String(body['externalId'])}`);
    expect(byExternal.json).toMatchObject({ id: location.split('/').pop(), memo: 'batch' });
    const absent = await erp('/journalEntry/eid:nothing');
    expect(absent.status).toBe(404);
    const [kept] = await recordsOf(
      under.url('erp', `/_sandbox/records/journal-entries?reference=${String(body['externalId'])}`),
    );
    expect(kept).toMatchObject({ throughlineKey: body['externalId'], amountMinor: 1234 });
  });

  it('refuses a second record of one external id', async () => {
    const body = journal();
    await erp('/journalEntry', body);
    const again = await erp('/journalEntry', body);
    expect(again.status).toBe(400);
    expect(at(again.json, 'o:errorDetails', 0, 'o:errorCode')).toBe('DUP_RCRD');
  });

  it('refuses what does not balance and accounts that it does not know, all named', async () => {
    const unbalanced = journal({}, 12.33);
    const reply = await erp('/journalEntry', {
      ...unbalanced,
      line: {
        items: [
          { account: { id: '1200' }, debit: 1 },
          { account: { id: '7777' }, credit: 2 },
        ],
      },
    });
    expect(reply.status).toBe(400);
    expect(at(reply.json, 'o:errorDetails')).toMatchObject([
      { 'o:errorPath': 'line' },
      { 'o:errorPath': 'line.items[1].account' },
    ]);
    expect(at(reply.json, 'o:errorDetails')).toHaveLength(2);
  });

  it('limits how many calls run at once, and refuses by script', async () => {
    await call(under.url('erp', '/_sandbox/script'), 'POST', { latencyMs: 200 });
    const replies = await Promise.all(Array.from({ length: 6 }, () => erp('/journalEntry/1')));
    expect(replies.map(({ status }) => status).filter((status) => status === 429)).toHaveLength(1);
    const refuse = { record: 'salesOrder', message: 'The period is closed.' };
    await call(under.url('erp', '/_sandbox/script'), 'POST', { latencyMs: 0, refuse });
    const order = {
      externalId: `sales-order:ord_${randomUUID()}`,
      entity: { id: '7' },
      item: { items: [{ item: { refName: 'TEE-S' }, quantity: 2, rate: 10.5 }] },
    };
    const refused = await erp('/salesOrder', order);
    expect(at(refused.json, 'o:errorDetails', 0, 'detail')).toBe('The period is closed.');
    await call(under.url('erp', '/_sandbox/script'), 'DELETE');
    expect((await erp('/salesOrder', order)).status).toBe(204);
    const wrong = await call(under.url('erp', `${RECORD}/salesOrder/1`));
    expect(wrong.status).toBe(401);
  });
});

describe('tax', () => {
  const headers = { authorization: `Bearer ${tokens.tax}` };
  const invoice = (code: string): Json => ({
    type: 'SalesInvoice',
    code,
    companyCode: 'us-01',
    date: '2026-07-14',
    customerCode: 'guest',
    referenceCode: `tax-invoice:ord_9:1`,
    commit: true,
    lines: [
      {
        number: '1',
        quantity: 2,
        amount: 40,
        taxOverride: { type: 'TaxAmount', taxAmount: 2.4, reason: 'charged by the channel' },
      },
    ],
  });

  it('records an invoice once, with the tax that was charged', async () => {
    const code = `INV-${randomUUID().slice(0, 8)}`;
    const create = under.url('tax', '/api/v2/transactions/create');
    const first = await call(create, 'POST', invoice(code), headers);
    expect(first).toMatchObject({
      status: 201,
      json: { code, status: 'Committed', totalTax: 2.4 },
    });
    const again = await call(create, 'POST', invoice(code), headers);
    expect(at(again.json, 'error', 'code')).toBe('DuplicateEntry');
    const path = `/api/v2/companies/us-01/transactions/${code}`;
    const read = await call(under.url('tax', path), 'GET', undefined, headers);
    expect(read.json).toMatchObject({ code, totalAmount: 40 });
    const absent = await call(under.url('tax', `${path}x`), 'GET', undefined, headers);
    expect(absent.status).toBe(404);
    const [kept] = await recordsOf(
      under.url('tax', `/_sandbox/records/transactions?reference=${code}`),
    );
    expect(kept).toMatchObject({ amountMinor: 4000, taxMinor: 240, orderId: 'ord_9' });
  });

  it('names what is missing', async () => {
    const create = under.url('tax', '/api/v2/transactions/create');
    const reply = await call(create, 'POST', { type: 'SalesInvoice', lines: [] }, headers);
    expect(reply.status).toBe(400);
    expect(Number(at(reply.json, 'error', 'details', 'length') ?? 0)).toBe(0);
    expect(at(reply.json, 'error', 'details', 3, 'code')).toBeDefined();
  });
});
