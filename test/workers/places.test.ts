/** Where an order of a shop is collected: asked before the order is kept, never guessed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FLOWS } from '../../canonical/flows/registry';
import type { PlaceOfLine, TenderOfOrder } from '../../canonical/ports/channel';
import { VendorFault } from '../../canonical/ports/fault';
import { collectedAt } from '../../canonical/rules/order/collected-at';
import { claimEvents } from '../../store/inbox/routing';
import { storeVendorEvent } from '../../store/inbox/inbox';
import { putMapping } from '../../store/master/mappings';
import { createPlaceAsker } from '../../workers/ask-places';
import { STARTERS } from '../../workers/flows';
import { routeEvent } from '../../workers/route-event';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { orderOf, stockShop } from '../store/fixture';

const MINUTE_MS = 60_000;
const STORE = 'store-1';

describe('an order as its channel places it', () => {
  const order = orderOf({
    lines: [
      { sku: 'MUG', quantity: 2, unitMinor: 1_000 },
      { sku: 'POT', quantity: 1, unitMinor: 2_000 },
    ],
  });
  const at = (channelLineRef: string, quantity: number, place: string | null): PlaceOfLine => ({
    channelLineRef,
    quantity,
    place,
  });

  test('is collected by line, under the channel’s own name of the place', () => {
    const answer = collectedAt(order, [at('1', 2, '77'), at('2', 1, null)]);
    if (answer.outcome !== 'known') throw new Error(answer.outcome);
    expect(answer.order.lines.map((line) => line.pickup)).toEqual([{ storeId: '77' }, undefined]);
  });

  test('is not read where one line is collected and shipped, or in two places', () => {
    const mixed = collectedAt(order, [at('1', 1, '77'), at('1', 1, null), at('2', 1, null)]);
    expect(mixed).toMatchObject({ outcome: 'unreadable', problems: [{ pointer: '/lines/0' }] });
    expect(collectedAt(order, [at('2', 1, '77'), at('2', 1, '78')]).outcome).toBe('unreadable');
    expect(collectedAt(order, [at('1', 2, '77'), at('1', 0, null)]).outcome).toBe('known');
  });
});

describe('a webhook of an order that may be collected', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
    await stockShop(database.db, { MUG: 100 });
    await database.db.query(
      `insert into location (location_id, name, kind, time_zone, entity, ships, active, priority)
       values ($1, 'Broadway', 'store', 'America/New_York', 'us-01', false, true, 9)`,
      [STORE],
    );
  });
  afterAll(() => database.drop());

  const TWO_WAYS = {
    shipping_address: { country_code: 'US', zip: '40202' },
    shipping_lines: [{ price: '0.00' }, { price: '0.00', delivery_category: 'pickup' }],
  };
  let number = 7_000;
  async function sold(change: object = {}) {
    number += 1;
    const body = {
      id: 900_000 + number,
      order_number: number,
      created_at: '2026-11-20T10:00:00Z',
      currency: 'USD',
      financial_status: 'authorized',
      payment_gateway_names: ['card'],
      subtotal_price: '20.00',
      total_price: '20.00',
      line_items: [{ id: 71, sku: 'MUG', quantity: 2, price: '10.00' }],
      shipping_lines: [{ code: 'Broadway', price: '0.00', delivery_category: null }],
      shipping_address: null,
      ...change,
    };
    await storeVendorEvent(database.db, {
      source: 'shopify/shopify-us/orders/create',
      eventId: `sold-${number}`,
      connector: 'shopify',
      account: 'shopify-us',
      topic: 'orders/create',
      raw: Buffer.from(JSON.stringify(body)),
      headers: {},
      correlationId: 'cor_1',
      occurredAt: null,
    });
    return { eventId: `sold-${number}`, orderNo: String(number), ref: String(900_000 + number) };
  }

  const collectionProgress = () => Promise.resolve(null);
  const noTenders = () => Promise.reject(new Error('tenders are not asked for'));

  /** Routes what is due; what throws stays, as in the loop, which gives it back by its clock. */
  async function route(
    placesOf: (ref: string) => Promise<readonly PlaceOfLine[] | null>,
    tendersOf: (ref: string) => Promise<readonly TenderOfOrder[] | null> = noTenders,
  ) {
    const settings = {
      db: database.db,
      flows: FLOWS,
      starters: STARTERS,
      places: createPlaceAsker({
        'shopify-us': {
          placesOf,
          tendersOf,
          collectionProgress,
          returnedGoods: () => Promise.resolve(null),
        },
      }),
      fulfilmentDeadlineMs: MINUTE_MS,
      eventWaitMs: MINUTE_MS,
    };
    const failed: string[] = [];
    for (const row of await claimEvents(database.db, 50, MINUTE_MS)) {
      await routeEvent(settings, row).catch(() => failed.push(row.eventId));
    }
    return failed;
  }
  const claimAgain = () =>
    database.db.query(`update inbox set next_at = now() where state in ('received', 'waiting')`);

  async function linesOf(orderNo: string) {
    const { rows } = await database.db.query<{ stage: string; pickup: unknown }>(
      `select stage, content -> 'lines' -> 0 -> 'pickup' as pickup from sales_order
        where channel_instance = 'shopify-us' and order_no = $1`,
      [orderNo],
    );
    return rows;
  }
  const exceptionsOf = async (orderNo: string) =>
    (
      await database.db.query<{ code: string; cause_ref: string }>(
        `select e.code, e.cause_ref from exception e join sales_order o using (order_id)
          where o.order_no = $1 and e.state <> 'resolved'`,
        [orderNo],
      )
    ).rows;

  test('asks where it is collected, and waits for the store that the place is mapped to', async () => {
    const { orderNo, ref } = await sold();
    const asked: string[] = [];
    await route(async (of) => {
      asked.push(of);
      return [{ channelLineRef: '71', quantity: 2, place: '77' }];
    });
    expect(asked).toEqual([ref]);
    expect(await linesOf(orderNo)).toEqual([{ stage: 'received', pickup: { storeId: '77' } }]);
    expect(await exceptionsOf(orderNo)).toEqual([
      { code: 'mapping.store', cause_ref: 'store/shopify-us/77' },
    ]);
    const mapping = { kind: 'store', source: 'shopify-us', value: '77', target: STORE } as const;
    const { resumed } = await database.db.transaction((sql) => putMapping(sql, mapping, 'test'));
    expect(resumed).toBe(1);
  });

  test('is kept as shipped only when its shop says so', async () => {
    const { orderNo } = await sold(TWO_WAYS);
    await route(async () => [{ channelLineRef: '71', quantity: 2, place: null }]);
    expect(await linesOf(orderNo)).toEqual([{ stage: 'accepted', pickup: null }]);
  });

  test('waits for a person where its shop says that it is shipped, and nothing says where', async () => {
    const { orderNo } = await sold();
    await route(async () => [{ channelLineRef: '71', quantity: 2, place: null }]);
    expect(await linesOf(orderNo)).toEqual([]);
  });

  describe('paid by a gift card and a card', () => {
    const shipped = {
      shipping_address: { country_code: 'US', zip: '40202' },
      payment_gateway_names: ['gift_card', 'card'],
    };
    const unplaced = () => Promise.reject(new Error('places are not asked for'));
    const paid = (gateway: string, amountMinor: number, state: 'authorized' | 'captured') => ({
      ...{ gateway, amountMinor, currency: 'USD', state },
      reference: `${gateway}-${number}`,
    });
    const tendersIn = async (orderNo: string) => {
      const { rows } = await database.db.query(
        `select t.gateway, t.amount_minor::int as minor, t.prepaid_minor::int as prepaid, a.reference
           from sales_order o join tender t using (order_id)
           join payment_authorization a using (order_id, tender_no)
          where o.order_no = $1 order by t.tender_no`,
        [orderNo],
      );
      return rows;
    };

    test('is two tenders, each with what its shop has of it', async () => {
      const { orderNo } = await sold(shipped);
      await route(unplaced, async () => [
        paid('gift_card', 500, 'captured'),
        paid('card', 1_500, 'authorized'),
      ]);
      const at = `-${number}`;
      expect(await tendersIn(orderNo)).toEqual([
        { gateway: 'gift_card', minor: 500, prepaid: 500, reference: `gift_card${at}` },
        { gateway: 'card', minor: 1_500, prepaid: 0, reference: `card${at}` },
      ]);
    });

    test('is not taken where that does not come to its total: a person reads what the shop has', async () => {
      const { orderNo, eventId } = await sold(shipped);
      await route(unplaced, async () => [paid('gift_card', 500, 'captured')]);
      expect(await tendersIn(orderNo)).toEqual([]);
      const { rows } = await database.db.query(
        `select e.detail from exception e join inbox using (event_no) where event_id = $1`,
        [eventId],
      );
      expect(rows).toMatchObject([
        { detail: expect.stringContaining('5.00 USD by gift_card, of 20.00 USD in all') },
      ]);
    });
  });

  test('is not asked about where it is shipped to an address', async () => {
    const { orderNo } = await sold({ shipping_address: { country_code: 'US', zip: '40202' } });
    await route(() => Promise.reject(new Error('asked')));
    expect(await linesOf(orderNo)).toMatchObject([{ stage: 'accepted' }]);
  });

  test('waits while its shop is silent, which is asked once a while, and is never taken as shipped', async () => {
    const [first, second] = [await sold(TWO_WAYS), await sold(TWO_WAYS)];
    let asked = 0;
    const failed = await route(() => {
      asked += 1;
      return Promise.reject(new VendorFault('shopify', 'unavailable', 'no answer'));
    });
    expect(failed).toEqual([first.eventId, second.eventId]);
    expect(asked).toBe(1);
    expect(await linesOf(first.orderNo)).toEqual([]);
    await claimAgain();
    await route(async () => [{ channelLineRef: '71', quantity: 2, place: null }]);
    expect(await linesOf(second.orderNo)).toMatchObject([{ stage: 'accepted' }]);
  });

  test('is a person’s where its shop never knows it', async () => {
    const { eventId, orderNo } = await sold();
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      await route(() => Promise.resolve(null));
      await claimAgain();
    }
    const { rows } = await database.db.query<{ code: string }>(
      'select e.code from exception e join inbox i using (event_no) where i.event_id = $1',
      [eventId],
    );
    expect(rows).toEqual([{ code: 'event.unmappable' }]);
    expect(await linesOf(orderNo)).toEqual([]);
  });
});
