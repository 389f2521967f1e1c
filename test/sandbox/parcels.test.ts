/** A warehouse that says the wrong thing, or another thing later: what it tells and what it keeps. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  at,
  call,
  recordsOf,
  startUnderTest,
  tokens,
  type Json,
  type SandboxUnderTest,
} from './fixture';

let under: SandboxUnderTest;
beforeAll(async () => {
  under = await startUnderTest();
});
afterAll(() => under.stop());

const requestId = 'release:ord_parcels:1:1';
const request = {
  ...{ requestId, orderId: 'ord_parcels', channelInstance: 'shopify-us', orderNo: '1001' },
  location: 'dc-east',
  lines: [{ lineNo: 1, sku: 'TEE-S', quantity: 3 }],
  shipTo: { city: 'Louisville' },
};

it('tells a parcel of another item, dated otherwise, again, and under another id on request', async () => {
  await call(under.url('wms', '/_sandbox/script'), 'POST', { mode: 'never' });
  const asked = await call(under.url('wms', '/v1/fulfilment-requests'), 'POST', request, {
    authorization: `Bearer ${tokens.wms}`,
  });
  expect(asked.status).toBe(202);
  const tell = async (body: Json) => {
    const url = under.url('wms', '/_sandbox/parcels');
    const { status, json } = await call(url, 'POST', { requestId, ...body });
    expect(status).toBe(201);
    return String(json['shipmentId']);
  };
  const shippedAt = '2026-01-02T03:04:05Z';
  const lines = [{ lineNo: 1, sku: 'MUG', quantity: 5 }];
  const shipmentId = await tell({ lines, shippedAt });
  expect(await tell({ shipmentId, lines: [{ lineNo: 1, quantity: 2 }] })).toBe(shipmentId);
  expect(await tell({ shipmentId, trackingNumber: '1Z-NEW' })).toBe(shipmentId);
  const second = await tell({ shipmentId, asNew: true });
  const got = await under.receiver.until((one) => one.body.includes('shipment.confirmed'), 4);
  const events = got.map((one): unknown => JSON.parse(one.body));
  expect(new Set(events.map((one) => at(one, 'id'))).size).toBe(4);
  const data = events.map((one) => at(one, 'data'));
  expect(data).toContainEqual(expect.objectContaining({ shipmentId, lines, shippedAt }));
  const corrected = [{ lineNo: 1, sku: 'TEE-S', quantity: 2 }];
  const asTold = { lines: corrected, trackingNumber: '1Z-NEW', shippedAt };
  expect(data).toContainEqual(expect.objectContaining({ shipmentId: second, ...asTold }));
  const path = `/_sandbox/records/shipments?parentId=${encodeURIComponent(requestId)}`;
  expect(await recordsOf(under.url('wms', path))).toMatchObject([
    { id: shipmentId, ...asTold },
    { id: second, ...asTold },
  ]);
});
