/** What a sales channel keeps of returns: told by us once, or begun there, and what came back. */
import { expect, test, type TestContext } from 'vitest';
import { z } from 'zod';
import { shopifyClient } from '../../connectors/shopify/client';
import { newId } from '../../store/ids';
import { HEADERS_TIMEOUT_MS, newOrderId, subject } from './contract-subject';
import { statusContract } from './contract-statuses';
import type { Target } from './contract-targets';

const GRAPHQL = '/admin/api/2026-07/graphql.json';
const Made = z.looseObject({
  order: z.looseObject({
    id: z.union([z.string(), z.number()]).transform(String),
    line_items: z.array(z.looseObject({ id: z.union([z.string(), z.number()]).transform(String) })),
  }),
});
const Asked = z.looseObject({ id: z.string() });
const numberOf = (gid: string) => gid.split('/').at(-1) ?? '';

export function returnContract(target: () => Target): void {
  const shop = subject(target, ({ baseUrl, token }) =>
    shopifyClient({ baseUrl, accessToken: token, headersTimeoutMs: HEADERS_TIMEOUT_MS }),
  );

  /** Two mugs, paid and sent. */
  async function sent(context: TestContext) {
    const made = await shop.sandbox(context).post('orders', {
      lines: [{ sku: 'MUG', quantity: 2, price: '10.00' }],
      shipping: '0.00',
      taxRate: 0,
    });
    const { order } = Made.parse(made);
    const of = { orderId: newOrderId(), channelOrderRef: order.id };
    const mug = order.line_items[0]?.id ?? '';
    const { money, channel } = shop.client();
    const captured = await money.capture({
      ...of,
      key: `capture:${of.orderId}:1:1:1`,
      tenderNo: 1,
      amountMinor: 2_000,
      currency: 'USD',
      authorizationRef: null,
      isFinal: true,
      knownRefs: [],
    });
    const shipment = { ...of, shipmentNo: 1, carrier: 'UPS', trackingNumber: '1Z' };
    const lines = [{ channelLineRef: mug, quantity: 2 }];
    await channel.announceShipment({ ...shipment, key: `fulfil:${of.orderId}:1`, lines });
    const paymentRef = captured.outcome === 'captured' ? captured.reference : '';
    return { of, mug, paymentRef };
  }
  type Sent = Awaited<ReturnType<typeof sent>>;

  const returnOf = ({ of, mug }: Sent, quantity: number, rma: string) => ({
    ...of,
    key: `return-at-channel:${rma}:0`,
    mark: rma,
    reason: 'defective' as const,
    lines: [{ channelLineRef: mug, quantity }],
  });
  const closureOf = ({ of }: Sent, rma: string, channelReturnRef: string | null = null) => ({
    ...of,
    key: `close-return-at-channel:${rma}`,
    ...{ rma, channelReturnRef },
  });

  test('tells a return once, however often it is said, and finds it', async (context) => {
    const order = await sent(context);
    const { channel } = shop.client();
    const request = returnOf(order, 1, newId('rma'));
    expect(await channel.findReturn(request)).toBeNull();
    const before = await shop.sandbox(context).countOf('returns');
    const made = await channel.announceReturn(request);
    expect(made).toMatchObject({ outcome: 'announced' });
    expect(await channel.findReturn(request)).toEqual(made);
    expect(await channel.announceReturn(request)).toEqual(made);
    expect(await shop.sandbox(context).countOf('returns')).toBe(before + 1);
  });

  test('a return whose answer is lost is ambiguous, was made once, and is found', async (context) => {
    const order = await sent(context);
    const { channel } = shop.client();
    const request = returnOf(order, 1, newId('rma'));
    const match = { method: 'POST', path: GRAPHQL, body: 'returnCreate' };
    await shop.sandbox(context).failOnce(match, { kind: 'reset-after' });
    await expect(channel.announceReturn(request)).rejects.toMatchObject({ kind: 'ambiguous' });
    expect(await channel.findReturn(request)).toMatchObject({ outcome: 'announced' });
  });

  test('more units than were sent, or are not back, are refused', async (context) => {
    const order = await sent(context);
    const { channel } = shop.client();
    await channel.announceReturn(returnOf(order, 1, newId('rma')));
    const more = await channel.announceReturn(returnOf(order, 2, newId('rma')));
    expect(more).toMatchObject({ vendorCode: 'not_returnable' });
    const unknown = { ...returnOf(order, 1, newId('rma')), channelOrderRef: '1' };
    expect(await channel.announceReturn(unknown)).toMatchObject({ vendorCode: 'unknown_order' });
  });

  test('closes what it was told of, once, and nothing else', async (context) => {
    const order = await sent(context);
    const { channel } = shop.client();
    const [rma, other] = [newId('rma'), newId('rma')];
    await channel.announceReturn(returnOf(order, 1, rma));
    await channel.announceReturn(returnOf(order, 1, other));
    expect(await channel.findReturnClosed(closureOf(order, rma))).toBeNull();
    const closed = await channel.closeReturn(closureOf(order, rma));
    expect(closed).toMatchObject({ outcome: 'announced' });
    expect(await channel.closeReturn(closureOf(order, rma))).toEqual(closed);
    expect(await channel.findReturnClosed(closureOf(order, rma))).toEqual(closed);
    expect(await channel.findReturnClosed(closureOf(order, other))).toBeNull();
  });

  test('says what came back to the shop, and what the shop gave back for it', async (context) => {
    const order = await sent(context);
    const { channel } = shop.client();
    const number = order.of.channelOrderRef;
    const asked = Asked.parse(
      await shop.sandbox(context).post(`orders/${number}/returns`, { lines: [{ line: 0 }] }),
    );
    const process = { type: 'RESTOCKED', locationId: '77', refund: '10.00' };
    await shop.sandbox(context).post(`returns/${numberOf(asked.id)}/process`, process);
    const made = await shop.sandbox(context).recordOf('returns', asked.id);
    const goods = await channel.returnedGoods(
      z.looseObject({ parentId: z.string() }).parse(made).parentId,
    );
    expect(goods).toMatchObject({
      channelOrderRef: number,
      channelReturnRef: asked.id,
      dispositions: [{ channelLineRef: order.mug, quantity: 1, outcome: 'restocked', place: '77' }],
      refunds: [{ paymentRef: order.paymentRef, amount: { currency: 'USD', minorUnits: 1_000 } }],
    });
    const none = 'gid://shopify/ReverseFulfillmentOrder/1';
    expect(await channel.returnedGoods(none)).toBeNull();
    const closed = await channel.closeReturn(closureOf(order, newId('rma'), asked.id));
    expect(closed).toMatchObject({ reference: asked.id });
  });

  statusContract(shop, [
    {
      verb: 'tell a return',
      ...{ kind: 'returns', path: GRAPHQL, body: 'returnCreate' },
      arrange: async (context) => {
        const request = returnOf(await sent(context), 1, newId('rma'));
        return () => shop.client().channel.announceReturn(request);
      },
    },
  ]);
}
