/** A shop whose every word is routed, on a database of its own: what the moments make of it. */
import { FLOWS } from '../../canonical/flows/registry';
import { checkOpenItems } from '../../audit/check-open-items';
import { checkProjections } from '../../audit/invariants/projections';
import { loadOrders } from '../../audit/load-orders';
import { ACCOUNTS } from '../../canonical/rules/posting/posting';
import { cancelOrder } from '../../moments/order/cancel-order';
import { giveAccess } from '../../moments/fulfilment/give-access';
import { recordShipment } from '../../moments/fulfilment/record-shipment';
import { agendaOf } from '../../canonical/rules/order/agenda';
import { loadOrder } from '../../store/orders/orders';
import { storeVendorEvent } from '../../store/inbox/inbox';
import { addFact, claimEvents } from '../../store/inbox/routing';
import { putMapping } from '../../store/master/mappings';
import { createPlaceAsker } from '../../workers/ask-places';
import { STARTERS } from '../../workers/flows';
import { routeEvent } from '../../workers/route-event';
import { cloneDatabase } from '../postgres/database';
import { LOCATION, stockShop } from '../store/fixture';

export const SHOP = 'shopify-us';
const MINUTE_MS = 60_000;

export interface ShopLine {
  readonly id: number;
  readonly sku: string;
  readonly quantity: number;
  readonly price: string;
  readonly [field: string]: unknown;
}
export const line = (id: number, sku: string, quantity: number, change: object = {}): ShopLine => ({
  id,
  sku,
  quantity,
  price: '10.00',
  ...change,
});

export async function openShop(stock: Readonly<Record<string, number>>, firstOrderNo: number) {
  const database = await cloneDatabase();
  const { db } = database;
  await stockShop(db, stock);
  const card = { kind: 'tender', source: SHOP, value: 'shopify_payments', target: 'card' } as const;
  await db.transaction((sql) => putMapping(sql, card, 'test'));
  let orderNo = firstOrderNo;
  let said = 0;

  /** Everything that can be routed now. */
  async function route(): Promise<void> {
    const settings = {
      db,
      flows: FLOWS,
      starters: STARTERS,
      places: createPlaceAsker({}),
      fulfilmentDeadlineMs: MINUTE_MS,
      eventWaitMs: MINUTE_MS,
    };
    for (;;) {
      const rows = await claimEvents(db, 50, MINUTE_MS);
      for (const row of rows) await routeEvent(settings, row);
      if (rows.length === 0) return;
    }
  }
  /** What its flow does of cancellations, where no warehouse has anything of it yet. */
  async function cancels(orderId: string): Promise<void> {
    const { rows } = await db.query<{ eventNo: number }>(
      `select event_no as "eventNo" from inbox
        where order_id = $1 and state = 'routed' and type = 'order.cancel-requested.v1'
        order by event_no`,
      [orderId],
    );
    for (const { eventNo } of rows) {
      const decision = { decisionId: `event:${eventNo}`, orderId, lines: null, eventNo };
      await cancelOrder(db, { ...decision, recalled: [] });
    }
  }
  async function theOrder(no = orderNo) {
    const { rows } = await db.query<{ id: string }>(
      'select order_id as id from sales_order where channel_instance = $1 and order_no = $2',
      [SHOP, String(no)],
    );
    const [row] = rows;
    return row ? loadOrder(db, row.id) : null;
  }
  return {
    db,
    close: () => database.drop(),
    /** The next order's number. */
    next: () => (orderNo += 1),
    lastEventId: () => `said-${said}`,
    route,
    theOrder,
    /** An order of the shop; without tax and shipping. */
    order(lines: readonly ShopLine[], change: object = {}) {
      const total = `${lines.reduce((units, one) => units + one.quantity, 0) * 10}.00`;
      return {
        id: orderNo * 10,
        order_number: orderNo,
        created_at: '2026-03-01T10:00:00Z',
        updated_at: '2026-03-01T10:00:00Z',
        currency: 'USD',
        financial_status: 'authorized',
        payment_gateway_names: ['shopify_payments'],
        subtotal_price: total,
        total_price: total,
        shipping_address: { address1: '1 Sample Road', city: 'Springfield', country_code: 'US' },
        line_items: lines,
        ...change,
      };
    },
    /** The shop says it under a topic, and it is routed. Gives the row's end. */
    async says(topic: string, body: object) {
      said += 1;
      const eventId = `said-${said}`;
      await storeVendorEvent(db, {
        connector: 'shopify',
        account: SHOP,
        source: `shopify/${SHOP}/${topic}`,
        eventId,
        topic,
        headers: {},
        raw: Buffer.from(JSON.stringify(body)),
        correlationId: `cor_${said}`,
        occurredAt: null,
      });
      await route();
      const { rows } = await db.query<{ state: string; note: string | null; type: string | null }>(
        'select state, note, type from inbox where event_id = $1',
        [eventId],
      );
      return rows[0];
    },
    /** What its flow would do of shipments that were told, and of what is never sent. */
    async goesOn(): Promise<void> {
      const order = await theOrder();
      if (!order) throw new Error(`order ${orderNo} is not here`);
      const { orderId } = order;
      if (agendaOf(order).access) await giveAccess(db, { orderId });
      const { rows } = await db.query<{ eventNo: number }>(
        `select event_no as "eventNo" from inbox
          where order_id = $1 and state = 'routed' and type = 'shipment.confirmed.v1'
          order by event_no`,
        [orderId],
      );
      for (const { eventNo } of rows) await recordShipment(db, { orderId, eventNo });
      await cancels(orderId);
    },
    /** An event asks for a cancellation of these units, and its flow decides it. */
    async isAskedToCancel(lines: readonly { lineNo: number; quantity: number }[]): Promise<void> {
      const { orderId = '' } = (await theOrder()) ?? {};
      said += 1;
      const at = new Date().toISOString();
      await addFact(
        db,
        { correlationId: `cor_${said}` },
        {
          ...{ source: 'oms', eventId: `said-${said}`, occurredAt: at },
          ...{ type: 'order.cancel-requested.v1', data: { orderId, reason: 'not wanted', lines } },
        },
      );
      await route();
      await cancels(orderId);
    },
    /** What the shop calls a place is our warehouse. */
    async mapPlace(value: string): Promise<void> {
      const place = { kind: 'store', source: SHOP, value, target: LOCATION } as const;
      await db.transaction((sql) => putMapping(sql, place, 'test'));
      await route();
    },
    /** Account → debits less credits, of the order's journals. */
    async books(): Promise<Record<string, number>> {
      const { rows } = await db.query<{ account: string; net: number }>(
        `select account, sum(case side when 'debit' then amount_minor else -amount_minor end)::int
                  as net
           from journal_line join journal j using (journal_id) join sales_order o using (order_id)
          where o.channel_instance = $1 and o.order_no = $2 group by account order by account`,
        [SHOP, String(orderNo)],
      );
      return Object.fromEntries(rows.map(({ account, net }) => [account, net]));
    },
    /** What the audit finds in our own records of it. */
    async audited(): Promise<string[]> {
      const order = await theOrder();
      const accounts = Object.entries(ACCOUNTS).flatMap(([name, { openItem }]) =>
        openItem ? [name] : [],
      );
      const orders = await loadOrders(db, order ? [order.orderId] : [], accounts);
      return orders
        .flatMap((one) => [...checkOpenItems(one), ...checkProjections(one)])
        .map(({ detail }) => detail);
    },
    async openAbout(): Promise<{ code: string; detail: string }[]> {
      const { rows } = await db.query<{ code: string; detail: string }>(
        `select x.code, x.detail from exception x left join inbox i using (event_no)
          where x.state <> 'resolved' and (x.order_id in (select order_id from sales_order
             where channel_instance = $1 and order_no = $2) or i.event_id = $3)
          order by x.exception_id`,
        [SHOP, String(orderNo), `said-${said}`],
      );
      return rows;
    },
  };
}
export type Shop = Awaited<ReturnType<typeof openShop>>;
