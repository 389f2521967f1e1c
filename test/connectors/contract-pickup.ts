/** What a sales channel keeps of orders whose buyers collect them in a store. */
import { expect, test, type TestContext } from 'vitest';
import { z } from 'zod';
import { shopifyClient } from '../../connectors/shopify/client';
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

export function pickupContract(target: () => Target): void {
  const shop = subject(target, ({ baseUrl, token }) =>
    shopifyClient({ baseUrl, accessToken: token, headersTimeoutMs: HEADERS_TIMEOUT_MS }),
  );

  /** Two mugs to be collected at location 77; a pot that is shipped. */
  async function sold(context: TestContext, collected: number[] = [0]) {
    const made = await shop.sandbox(context).post('orders', {
      lines: [
        { sku: 'MUG', quantity: 2, price: '10.00' },
        { sku: 'POT', quantity: 1, price: '20.00' },
      ],
      pickup: { locationId: '77', lines: collected },
    });
    const { order } = Made.parse(made);
    const [mug, pot] = order.line_items;
    return { ref: order.id, mug: mug?.id ?? '', pot: pot?.id ?? '', orderId: newOrderId() };
  }
  type Sold = Awaited<ReturnType<typeof sold>>;

  const of = (from: Sold) => ({ orderId: from.orderId, channelOrderRef: from.ref });
  const readyOf = (from: Sold, readyNo = 1) => ({
    ...of(from),
    key: `ready:${from.orderId}:1:${readyNo}`,
    lines: [{ channelLineRef: from.mug, quantity: 2 }],
  });
  const handoverOf = (from: Sold, handoverNo: number, handedOver: number, quantity = 1) => ({
    ...of(from),
    key: `handover:${from.orderId}:1:${handoverNo}`,
    lines: [{ channelLineRef: from.mug, quantity, handedOver }],
  });
  const moveOf = (from: Sold, quantity: number, there: number) => ({
    ...of(from),
    key: `move:${from.orderId}:${there + 1}`,
    from: '77',
    to: '78',
    lines: [{ channelLineRef: from.mug, quantity, there }],
  });
  const removalOf = (from: Sold, leaves: number) => ({
    ...of(from),
    key: `remove:${from.orderId}:1:expired`,
    reason: 'not collected',
    lines: [{ channelLineRef: from.mug, leaves }],
  });

  test('says where each line is collected, and which are shipped', async (context) => {
    const order = await sold(context);
    const { channel } = shop.client();
    expect(await channel.placesOf(order.ref)).toEqual([
      { channelLineRef: order.mug, quantity: 2, place: '77' },
      { channelLineRef: order.pot, quantity: 1, place: null },
    ]);
    expect(await channel.placesOf('1')).toBeNull();
  });

  test('says how far a collection has come there, by the order or by what was made ready', async (context) => {
    const order = await sold(context);
    const { channel } = shop.client();
    await channel.announceHandover(handoverOf(order, 1, 1));
    const progress = {
      channelOrderRef: order.ref,
      pickedUp: [{ channelLineRef: order.mug, quantity: 1 }],
    };
    const byOrder = await channel.collectionProgress({ channelOrderRef: order.ref });
    expect(byOrder).toEqual({ ...progress, named: [] });
    const made = await channel.announceReady(readyOf(order));
    const channelFulfilmentRef = 'reference' in made ? made.reference : '';
    expect(await channel.collectionProgress({ channelFulfilmentRef })).toEqual({
      ...progress,
      named: [order.mug],
    });
    expect(await channel.collectionProgress({ channelOrderRef: '1' })).toBeNull();
  });

  test('ready is told once, however often it is said', async (context) => {
    const order = await sold(context);
    const { channel } = shop.client();
    const before = await shop.sandbox(context).countOf('preparations');
    expect(await channel.findReady(readyOf(order))).toBeNull();
    const made = await channel.announceReady(readyOf(order));
    expect(made).toMatchObject({ outcome: 'announced' });
    expect(await channel.announceReady(readyOf(order))).toEqual(made);
    expect(await channel.announceReady(readyOf(order, 2))).toEqual(made);
    expect(await shop.sandbox(context).countOf('preparations')).toBe(before + 1);
  });

  test('ready of what was taken off the order before is told to nobody', async (context) => {
    const order = await sold(context);
    const { channel } = shop.client();
    await channel.announceRemoval(removalOf(order, 0));
    const before = await shop.sandbox(context).countOf('preparations');
    expect(await channel.announceReady(readyOf(order))).toEqual({ outcome: 'nothing-to-tell' });
    expect(await channel.findReady(readyOf(order))).toEqual({ outcome: 'nothing-to-tell' });
    expect(await shop.sandbox(context).countOf('preparations')).toBe(before);
  });

  test('ready of what is shipped, and of an order it does not know, is refused', async (context) => {
    const order = await sold(context);
    const { channel } = shop.client();
    const shipped = { ...readyOf(order), lines: [{ channelLineRef: order.pot, quantity: 1 }] };
    expect(await channel.announceReady(shipped)).toMatchObject({ vendorCode: 'no_pickup' });
    const unknown = { ...readyOf(order), channelOrderRef: '1' };
    expect(await channel.announceReady(unknown)).toMatchObject({ vendorCode: 'unknown_order' });
  });

  test('tells a handover in parts, and finds each', async (context) => {
    const order = await sold(context);
    const { channel } = shop.client();
    const [first, second] = [handoverOf(order, 1, 1), handoverOf(order, 2, 2)];
    expect(await channel.findHandover(first)).toBeNull();
    expect(await channel.announceHandover(first)).toMatchObject({ outcome: 'announced' });
    expect(await channel.findHandover(first)).not.toBeNull();
    expect(await channel.findHandover(second)).toBeNull();
    expect(await channel.announceHandover(second)).toMatchObject({ outcome: 'announced' });
    expect(await channel.findHandover(second)).not.toBeNull();
    expect(await channel.findReady(readyOf(order))).not.toBeNull();
  });

  test('what the shop counts as picked up already is not fulfilled again', async (context) => {
    const order = await sold(context);
    const { channel } = shop.client();
    await channel.announceHandover(handoverOf(order, 1, 2, 2));
    const before = await shop.sandbox(context).countOf('fulfillments');
    expect(await channel.announceHandover(handoverOf(order, 1, 2, 2))).toMatchObject({
      outcome: 'announced',
    });
    expect(await shop.sandbox(context).countOf('fulfillments')).toBe(before);
    expect(await channel.announceHandover(handoverOf(order, 2, 3))).toMatchObject({
      vendorCode: 'not_fulfillable',
    });
  });

  test('moves a pickup to another store once, whole or some units of it', async (context) => {
    const order = await sold(context);
    const { channel } = shop.client();
    const before = await shop.sandbox(context).countOf('fulfillment_orders');
    const one = moveOf(order, 1, 1);
    expect(await channel.findMove(one)).toBeNull();
    const made = await channel.announceMove(one);
    expect(made).toMatchObject({ outcome: 'announced' });
    expect(await channel.findMove(one)).toEqual(made);
    expect(await channel.announceMove(one)).toEqual({ outcome: 'nothing-to-tell' });
    expect(await shop.sandbox(context).countOf('fulfillment_orders')).toBe(before + 1);
    const at = async () => {
      const places = (await channel.placesOf(order.ref)) ?? [];
      return places.filter(({ channelLineRef }) => channelLineRef === order.mug);
    };
    const mugs = (place: string, quantity: number) => ({
      channelLineRef: order.mug,
      quantity,
      place,
    });
    expect(await at()).toEqual([mugs('77', 1), mugs('78', 1)]);
    expect(await channel.announceMove(moveOf(order, 1, 2))).toMatchObject({ outcome: 'announced' });
    expect((await at()).filter(({ place }) => place === '77')).toEqual([]);
    expect(await shop.sandbox(context).countOf('fulfillment_orders')).toBe(before + 1);
  });

  test('hands over at both stores what was moved in part, and finds each', async (context) => {
    const order = await sold(context);
    const { channel } = shop.client();
    await channel.announceMove(moveOf(order, 1, 1));
    for (const handover of [handoverOf(order, 1, 1), handoverOf(order, 2, 2)]) {
      expect(await channel.findHandover(handover)).toBeNull();
      expect(await channel.announceHandover(handover)).toMatchObject({ outcome: 'announced' });
      expect(await channel.findHandover(handover)).not.toBeNull();
    }
  });

  test('a move to no location of the shop is refused, and of what was picked up told to nobody', async (context) => {
    const order = await sold(context);
    const { channel } = shop.client();
    const nowhere = { ...moveOf(order, 1, 1), to: null };
    expect(await channel.announceMove(nowhere)).toMatchObject({ vendorCode: 'no_location' });
    expect(await channel.findMove(nowhere)).toBeNull();
    const unknown = { ...moveOf(order, 1, 1), channelOrderRef: '1' };
    expect(await channel.announceMove(unknown)).toMatchObject({ vendorCode: 'unknown_order' });
    await channel.announceHandover(handoverOf(order, 1, 2, 2));
    const gone = moveOf(order, 1, 1);
    expect(await channel.announceMove(gone)).toEqual({ outcome: 'nothing-to-tell' });
  });

  test('takes units off the order once, never those that were picked up', async (context) => {
    const order = await sold(context);
    const { channel } = shop.client();
    await channel.announceHandover(handoverOf(order, 1, 1));
    expect(await channel.findRemoval(removalOf(order, 1))).toBeNull();
    const made = await channel.announceRemoval(removalOf(order, 1));
    expect(made).toMatchObject({ outcome: 'announced' });
    expect(await channel.findRemoval(removalOf(order, 1))).toEqual(made);
    expect(await channel.announceRemoval(removalOf(order, 1))).toEqual(made);
    expect(await channel.announceRemoval(removalOf(order, 0))).toMatchObject({
      outcome: 'refused',
    });
    expect(await channel.announceHandover(handoverOf(order, 2, 2))).toMatchObject({
      vendorCode: 'not_fulfillable',
    });
  });

  const verb = (body: string, kind: string) => ({ kind, path: GRAPHQL, body });
  statusContract(shop, [
    {
      verb: 'tell that it is ready',
      ...verb('fulfillmentOrderLineItemsPreparedForPickup', 'preparations'),
      arrange: async (context) => {
        const ready = readyOf(await sold(context));
        return () => shop.client().channel.announceReady(ready);
      },
    },
    {
      verb: 'tell a handover',
      ...verb('fulfillmentCreate', 'fulfillments'),
      arrange: async (context) => {
        const handover = handoverOf(await sold(context), 1, 1);
        return () => shop.client().channel.announceHandover(handover);
      },
    },
    {
      verb: 'move to another store',
      ...verb('fulfillmentOrderMove', 'fulfillment_orders'),
      arrange: async (context) => {
        const move = moveOf(await sold(context), 1, 1);
        return () => shop.client().channel.announceMove(move);
      },
    },
    {
      verb: 'take units off the order',
      ...verb('orderEditCommit', 'order_edits'),
      status: 'committed',
      arrange: async (context) => {
        const removal = removalOf(await sold(context), 1);
        return () => shop.client().channel.announceRemoval(removal);
      },
    },
  ]);
}
