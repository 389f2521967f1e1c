/** What every warehouse must keep. */
import { expect, test } from 'vitest';
import type { FulfilmentRequest } from '../../canonical/ports/warehouse';
import { warehouseClient } from '../../connectors/warehouse/client';
import { HEADERS_TIMEOUT_MS, newOrderId, subject } from './contract-subject';
import { statusContract } from './contract-statuses';
import type { Target } from './contract-targets';

function request(): FulfilmentRequest {
  const orderId = newOrderId();
  return {
    key: `release:${orderId}:1:1`,
    orderId,
    channelInstance: 'shopify-us',
    orderNo: orderId.slice(4, 14),
    location: 'dc-east',
    correlationId: 'cor-1',
    lines: [{ lineNo: 1, sku: 'MUG', quantity: 3 }],
    shipTo: null,
  };
}
const recallOf = (from: FulfilmentRequest, decisionNo: number, quantity: number) => ({
  key: `recall:${from.orderId}:1:${decisionNo}`,
  orderId: from.orderId,
  requestRef: from.key,
  lines: [{ lineNo: 1, quantity }],
});

export function warehouseContract(target: () => Target): void {
  const warehouse = subject(target, ({ baseUrl, token }) =>
    warehouseClient({ baseUrl, token, headersTimeoutMs: HEADERS_TIMEOUT_MS }),
  );

  test('takes a request once, and finds it by its key', async (context) => {
    const control = warehouse.sandbox(context);
    await control.post('script', { mode: 'never' });
    const wanted = request();
    expect(await warehouse.client().findRequest(wanted)).toBeNull();
    const taken = await warehouse.client().request(wanted);
    expect(taken).toEqual({ outcome: 'taken', reference: wanted.key });
    expect(await warehouse.client().request(wanted)).toEqual(taken);
    expect(await warehouse.client().findRequest(wanted)).toEqual(taken);
    expect(await control.recordsOf('fulfilment_requests', wanted.key)).toHaveLength(1);
  });

  test('a key that comes with another body is our mistake', async () => {
    const wanted = request();
    await warehouse.client().request(wanted);
    await expect(
      warehouse.client().request({ ...wanted, location: 'dc-west' }),
    ).rejects.toMatchObject({ kind: 'misconfigured' });
  });

  test('gives back what has not left, line by line', async (context) => {
    await warehouse.sandbox(context).post('script', { mode: 'never' });
    const wanted = request();
    await warehouse.client().request(wanted);
    const part = recallOf(wanted, 1, 1);
    expect(await warehouse.client().recall(part)).toEqual({
      outcome: 'recalled',
      lines: [{ lineNo: 1, quantity: 1 }],
    });
    const rest = recallOf(wanted, 2, 3);
    expect(await warehouse.client().recall(rest)).toEqual({
      outcome: 'partly-recalled',
      lines: [{ lineNo: 1, quantity: 2 }],
    });
  });

  test('the same recall again gives the first answer, and no more', async (context) => {
    await warehouse.sandbox(context).post('script', { mode: 'never' });
    const wanted = request();
    await warehouse.client().request(wanted);
    const part = recallOf(wanted, 1, 1);
    const first = await warehouse.client().recall(part);
    expect(await warehouse.client().recall(part)).toEqual(first);
    expect(await warehouse.client().recall(recallOf(wanted, 2, 3))).toEqual({
      outcome: 'partly-recalled',
      lines: [{ lineNo: 1, quantity: 2 }],
    });
  });

  test('a request that it never had cannot be recalled', async () => {
    expect(await warehouse.client().recall(recallOf(request(), 1, 1))).toMatchObject({
      outcome: 'refused',
    });
  });

  test('a rejection is a refusal with the warehouse’s reason', async (context) => {
    const control = warehouse.sandbox(context);
    const script = { mode: 'reject', rejectBy: 'answer', rejectReason: 'no-carrier' };
    await control.post('script', script);
    expect(await warehouse.client().request(request())).toMatchObject({
      outcome: 'refused',
      vendorCode: 'no-carrier',
    });
  });

  statusContract(warehouse, [
    {
      verb: 'request',
      kind: 'fulfilment_requests',
      path: '/v1/fulfilment-requests',
      arrange: () => {
        const wanted = request();
        return Promise.resolve(() => warehouse.client().request(wanted));
      },
    },
    {
      verb: 'recall',
      kind: 'cancellations',
      path: '/v1/fulfilment-requests/*/cancel',
      arrange: async (context) => {
        await warehouse.sandbox(context).post('script', { mode: 'never' });
        const wanted = request();
        await warehouse.client().request(wanted);
        return () => warehouse.client().recall(recallOf(wanted, 1, 1));
      },
    },
  ]);
}
