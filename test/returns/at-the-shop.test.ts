/** Returns that a shop knows too: what began there is followed, what began here is told there once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReturnedGoods } from '../../canonical/ports/channel';
import { mapShopify } from '../../connectors/shopify/map-order';
import { only } from '../../store/database';
import { ReturnBench, STORE } from './bench';
import { differencesOf } from './audited';

const SHOP = 'shopify-us';
let bench: ReturnBench;
beforeAll(async () => {
  bench = await ReturnBench.open({ MUG: 10_000 });
  await bench.db.query(
    `insert into mapping (kind, source, value, target, updated_by)
     values ('store', $1, '77', $2, 'test')`,
    [SHOP, STORE],
  );
});
afterAll(() => bench.close());

const one = [{ lineNo: 1, quantity: 1 }];
let returnsAtShop = 7_000;

interface AtShop {
  readonly orderId: string;
  readonly number: number;
  readonly ref: string;
  readonly orderRef: string;
}

async function sold(quantity = 1): Promise<AtShop> {
  const orderId = await bench.sold({
    channelInstance: SHOP,
    lines: [{ sku: 'MUG', quantity, unitMinor: 1_000 }],
  });
  const { rows } = await bench.db.query<{ ref: string }>(
    'select channel_order_ref as ref from sales_order where order_id = $1',
    [orderId],
  );
  returnsAtShop += 1;
  const ref = `gid://shopify/Return/${returnsAtShop}`;
  return { orderId, number: returnsAtShop, ref, orderRef: only(rows, orderId).ref };
}

/** As the shop sends it: its topic, and what our mapping makes of it. */
async function webhook(topic: string, body: object) {
  const mapped = mapShopify(topic, body, { account: SHOP });
  if (mapped.outcome !== 'mapped') throw new Error(JSON.stringify(mapped));
  const event = only(mapped.events, topic);
  return bench.tell(event.type, event.data);
}
const whole = ({ number, ref, orderRef }: AtShop, status: string, note = '', quantity = 1) => ({
  id: number,
  admin_graphql_api_id: ref,
  status,
  order: { id: Number(orderRef), admin_graphql_api_id: `gid://shopify/Order/${orderRef}` },
  total_return_line_items: 1,
  name: '#1001-R1',
  return_line_items: [
    {
      id: 1,
      fulfillment_line_item: { id: 2, line_item: { id: 1 } },
      quantity,
      return_reason: 'defective',
      return_reason_note: note,
      customer_note: null,
    },
  ],
});
const ending = ({ number, ref }: AtShop, status: string) => ({
  ...{ id: number, admin_graphql_api_id: ref, order_id: 1, status },
});
const rmaOf = async ({ orderId }: AtShop) => only(await bench.returnsOf(orderId), orderId);

const cameBack = (at: AtShop, more: Partial<ReturnedGoods> = {}): ReturnedGoods => ({
  channelOrderRef: at.orderRef,
  channelReturnRef: at.ref,
  dispositions: [
    {
      ref: `gid://shopify/ReverseFulfillmentOrderDisposition/${at.number}`,
      channelLineRef: '1',
      quantity: 1,
      outcome: 'restocked',
      place: '77',
      at: new Date().toISOString(),
    },
  ],
  refunds: [],
  ...more,
});
const paymentOf = async ({ orderId }: AtShop) => {
  const { rows } = await bench.db.query<{ reference: string }>(
    'select reference from capture where order_id = $1',
    [orderId],
  );
  return only(rows, orderId).reference;
};
function shopSays(goods: ReturnedGoods): void {
  bench.shops[SHOP] = {
    placesOf: () => Promise.resolve(null),
    tendersOf: () => Promise.resolve(null),
    collectionProgress: () => Promise.resolve(null),
    returnedGoods: () => Promise.resolve(goods),
  };
}
const disposed = () =>
  webhook('reverse_fulfillment_orders/dispose', {
    id: 9,
    admin_graphql_api_id: 'gid://shopify/ReverseFulfillmentOrder/9',
    dispositions: [{ type: 'restocked' }],
    total_dispositions: 1,
  });
/** As `refunds/create` of a return is mapped. */
const refunded = (at: AtShop, paymentRef: string, amount: object) =>
  bench.tell('payment.refunded.v1', {
    reference: `gid://shopify/OrderTransaction/${at.number}`,
    ...{ paymentRef, amount, channelReturnRef: at.ref },
  });
const told = async ({ orderId }: AtShop) => {
  const { rows } = await bench.db.query<{ verb: string; body: Record<string, unknown> }>(
    `select verb, body from outbox
      where order_id = $1 and verb in ('announceReturn', 'closeReturn') order by outbox_no`,
    [orderId],
  );
  return rows;
};

describe('a return that began at the shop', () => {
  test('asked for, approved, restocked and refunded there: followed to its end, nothing made again', async () => {
    const at = await sold();
    await webhook('returns/request', whole(at, 'requested'));
    const rma = await rmaOf(at);
    await bench.start(rma);
    expect(await bench.read(rma)).toMatchObject({ status: 'requested', reason: 'defective' });
    await webhook('returns/approve', whole(at, 'open'));
    await bench.untilStatus(rma, 'approved');
    const paymentRef = await paymentOf(at);
    const amount = { currency: 'USD', minorUnits: 1_000 };
    const refunds = [
      { reference: `gid://shopify/OrderTransaction/${at.number}`, paymentRef, amount },
    ];
    shopSays(cameBack(at, { refunds }));
    await disposed();
    const again = await refunded(at, paymentRef, amount);
    expect((await again()).state).toBe('superseded');
    expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 1_000 });
    expect(bench.vendors(at.orderId).verbs()).toEqual([]);
    expect(await bench.stockOf('MUG', STORE)).toMatchObject({ unsellable: 0 });
    expect(await bench.balancesOf(at.orderId)).toMatchObject({ CLR: 0, REFP: 0, RET: 1_000 });
    expect(await differencesOf(bench.db, at.orderId)).toEqual([]);
    expect((await told(at)).map(({ verb }) => verb)).toEqual(['closeReturn']);
  });

  test('refunded there before anything came: the refund waits for its goods under the return', async () => {
    const at = await sold();
    await webhook('returns/approve', whole(at, 'open'));
    const rma = await rmaOf(at);
    await bench.start(rma);
    await refunded(at, await paymentOf(at), { currency: 'USD', minorUnits: 1_000 });
    expect(await bench.read(rma)).toMatchObject({ status: 'approved', refunds: [{}] });
    shopSays(cameBack(at));
    await disposed();
    expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 1_000 });
    expect(bench.vendors(at.orderId).verbs()).toEqual([]);
    expect(await differencesOf(bench.db, at.orderId)).toEqual([]);
  });

  test('restocked there and not refunded: it is refunded here, once, however often it is told', async () => {
    const at = await sold();
    await webhook('returns/approve', whole(at, 'open'));
    const rma = await rmaOf(at);
    await bench.start(rma);
    shopSays(cameBack(at));
    await disposed();
    expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 1_000 });
    expect(await (await disposed())()).toMatchObject({ state: 'superseded' });
    expect(bench.vendors(at.orderId).verbs()).toEqual(['refund']);
    expect((await bench.read(rma)).receipts).toHaveLength(1);
  });

  test('what the shop did not restock is here to be looked at, and not paid back yet', async () => {
    const at = await sold();
    await webhook('returns/approve', whole(at, 'open'));
    const rma = await rmaOf(at);
    await bench.start(rma);
    const [restocked] = cameBack(at).dispositions;
    if (!restocked) throw new Error('nothing came back');
    shopSays(cameBack(at, { dispositions: [{ ...restocked, outcome: 'unsettled' }] }));
    await disposed();
    expect(await bench.read(rma)).toMatchObject({ status: 'received', inspections: [] });
    expect(bench.vendors(at.orderId).verbs()).toEqual([]);
  });

  test('goods at a location that nobody has mapped wait for the mapping', async () => {
    const at = await sold();
    await webhook('returns/approve', whole(at, 'open'));
    const [restocked] = cameBack(at).dispositions;
    if (!restocked) throw new Error('nothing came back');
    shopSays(cameBack(at, { dispositions: [{ ...restocked, place: '78' }] }));
    const event = await disposed();
    expect((await event()).state).toBe('dead');
    const { rows } = await bench.db.query(
      `select code, cause_ref from exception where code = 'mapping.store' and state = 'open'`,
    );
    expect(rows).toEqual([{ code: 'mapping.store', cause_ref: 'store/shopify-us/78' }]);
  });

  test.each([
    ['returns/decline', 'declined', 'requested', 'denied'],
    ['returns/cancel', 'canceled', 'requested', 'denied'],
    ['returns/cancel', 'canceled', 'open', 'closed'],
    ['returns/close', 'closed', 'open', 'closed'],
  ])('%s (%s) of one that is %s ends it as %s', async (topic, status, before, end) => {
    const at = await sold();
    const begun = before === 'open' ? 'returns/approve' : 'returns/request';
    await webhook(begun, whole(at, before));
    const rma = await rmaOf(at);
    await bench.start(rma);
    await webhook(topic, ending(at, status));
    expect(await bench.handle(rma).result()).toEqual({ status: end, refundedMinor: 0 });
    expect((await bench.request(at.orderId, one)).status).toBe('approved');
  });

  test('of more units than were sent is for a person, and nothing is opened', async () => {
    const at = await sold();
    const event = await webhook('returns/approve', whole(at, 'open', '', 2));
    expect((await event()).state).toBe('dead');
    expect(await bench.returnsOf(at.orderId)).toEqual([]);
  });

  test('told twice, and told late that it was asked for, is one return', async () => {
    const at = await sold();
    await webhook('returns/approve', whole(at, 'open'));
    await webhook('returns/approve', whole(at, 'open'));
    const late = await webhook('returns/request', whole(at, 'requested'));
    expect((await late()).state).toBe('superseded');
    expect(await bench.read(await rmaOf(at))).toMatchObject({ status: 'approved' });
  });
});

describe('a return that began here', () => {
  test('is told to the shop with its units and our mark, is known again by it, and is closed there', async () => {
    const at = await sold(2);
    const { rma } = await bench.request(at.orderId, one, { reason: 'wrong-item' });
    expect(await told(at)).toMatchObject([
      {
        verb: 'announceReturn',
        body: {
          ...{ mark: rma, reason: 'wrong-item', channelOrderRef: at.orderRef },
          lines: [{ channelLineRef: '1', quantity: 1 }],
        },
      },
    ]);
    const echo = await webhook('returns/approve', whole(at, 'open', rma));
    expect((await echo()).state).toBe('superseded');
    expect(await bench.returnsOf(at.orderId)).toEqual([rma]);
    await bench.receive(rma, one);
    await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'new' }]);
    await bench.handle(rma).result();
    const [, closed] = await told(at);
    expect(closed).toMatchObject({
      verb: 'closeReturn',
      body: { rma, channelReturnRef: at.ref },
    });
  });

  test('that expired is closed there too', async () => {
    const at = await sold();
    const { rma } = await bench.request(at.orderId, one);
    await bench.letPass(rma);
    expect(await bench.handle(rma).result()).toMatchObject({ status: 'expired' });
    expect((await told(at)).map(({ verb }) => verb)).toEqual(['announceReturn', 'closeReturn']);
  });

  test('that came unannounced is told with what came', async () => {
    const at = await sold();
    await bench.tell('return.received.v1', {
      ...{ orderId: at.orderId, receiptId: `door-${at.number}`, location: STORE },
      receivedAt: new Date().toISOString(),
      lines: [{ sku: 'MUG', quantity: 1 }],
    });
    const rma = await rmaOf(at);
    expect(await told(at)).toMatchObject([
      { verb: 'announceReturn', body: { mark: `${rma} 1`, reason: 'unannounced' } },
    ]);
  });

  test('of a channel that is no shop of a vendor is told to nobody', async () => {
    const orderId = await bench.sold({ lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }] });
    await bench.request(orderId, one);
    expect(await told({ orderId, number: 0, ref: '', orderRef: '' })).toEqual([]);
  });
});
