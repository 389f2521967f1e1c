/** A small shop: one warehouse, a few items, stock; and orders that tie. */
import type { Order } from '../../canonical/schema/order';
import { Order as OrderSchema } from '../../canonical/schema/order';
import type { Database } from '../../store/database';
import type { SubmitContext } from '../../moments/order/submission';
import { submitOrder } from '../../moments/order/submit-order';

export const LOCATION = 'dc-east';
const COST_MINOR = 700;

/** Units of items at a place, and the items where they are not there yet. */
export async function putStock(
  db: Database,
  locationId: string,
  stock: Readonly<Record<string, number>>,
): Promise<void> {
  for (const [sku, onHand] of Object.entries(stock)) {
    await db.query(
      `insert into item (sku, standard_cost_minor, currency) values ($1, $2, 'USD')
       on conflict do nothing`,
      [sku, COST_MINOR],
    );
    await db.query(`insert into stock (sku, location_id, on_hand) values ($1, $2, $3)`, [
      sku,
      locationId,
      onHand,
    ]);
    await db.query(
      `insert into inventory_event (kind, sku, location_id, on_hand_delta, reserved_delta,
         occurred_at, business_date) values ('receipt', $1, $2, $3, 0, now(), current_date)`,
      [sku, locationId, onHand],
    );
  }
}

export async function stockShop(db: Database, stock: Readonly<Record<string, number>>) {
  await db.query(
    `insert into location (location_id, name, kind, time_zone, entity, ships, active, priority)
     values ($1, 'East', 'dc', 'America/New_York', 'us-01', true, true, 1)
     on conflict do nothing`,
    [LOCATION],
  );
  await putStock(db, LOCATION, stock);
  for (const channel of ['web-us', 'shopify-us']) {
    await db.query(
      `insert into mapping (kind, source, value, target, updated_by) values
        ('tax-code', $1, 'State Tax', 'US-STATE', 'test'), ('tender', $1, 'card', 'card', 'test')
       on conflict do nothing`,
      [channel],
    );
  }
}

const usd = (minorUnits: number) => ({ currency: 'USD', minorUnits });
let orderCount = 1000;

export interface OrderShape {
  readonly channelInstance?: 'web-us' | 'shopify-us';
  readonly orderNo?: string;
  readonly lines: readonly {
    sku: string;
    quantity: number;
    unitMinor: number;
    /** Collected there. */
    storeId?: string;
    /** Of which nothing is sent. */
    isDigital?: boolean;
  }[];
  readonly discountMinor?: number;
  readonly shippingMinor?: number;
  readonly taxMinor?: number;
  readonly received?: 'authorized' | 'captured';
}

/** An order that ties, of the shape a test asks for. */
export function orderOf(shape: OrderShape): Order {
  const { lines, discountMinor = 0, shippingMinor = 0, taxMinor = 0 } = shape;
  const channelInstance = shape.channelInstance ?? 'web-us';
  const subtotal = lines.reduce((sum, line) => sum + line.quantity * line.unitMinor, 0);
  const total = subtotal - discountMinor + shippingMinor + taxMinor;
  const received =
    shape.received ?? (channelInstance === 'shopify-us' ? ('authorized' as const) : undefined);
  orderCount += 1;
  return OrderSchema.parse({
    channelInstance,
    orderNo: shape.orderNo ?? String(orderCount),
    channelOrderRef: String(450_000_000 + orderCount),
    placedAt: '2026-11-20T15:00:00Z',
    currency: 'USD',
    customer: { email: 'buyer@example.test' },
    shipTo: { country: 'US', region: 'KY' },
    lines: lines.map((line, index) => ({
      channelLineRef: String(index + 1),
      sku: line.sku,
      quantity: line.quantity,
      unitPrice: usd(line.unitMinor),
      ...(line.storeId !== undefined && { pickup: { storeId: line.storeId } }),
      ...(line.isDigital === true && { notSent: { quantity: line.quantity, why: 'digital' } }),
    })),
    discounts: discountMinor > 0 ? [{ code: 'PROMO', amount: usd(discountMinor) }] : [],
    shipping: { amount: usd(shippingMinor), taxes: [] },
    taxes: taxMinor > 0 ? [{ code: 'State Tax', amount: usd(taxMinor) }] : [],
    totals: {
      subtotal: usd(subtotal),
      discount: usd(discountMinor),
      shipping: usd(shippingMinor),
      tax: usd(taxMinor),
      total: usd(total),
    },
    tenders: [
      {
        gateway: 'card',
        amount: usd(total),
        ...(received
          ? { received: { state: received, reference: 'auth-1' } }
          : { paymentMethodRef: 'pm_card_visa' }),
      },
    ],
  });
}

export const context: SubmitContext = {
  correlationId: 'cor_test',
  sourceEventNo: null,
  isSold: false,
  fulfilmentDeadlineMs: 3_600_000,
};

/** Submits an order that must be accepted; its id. */
export async function accepted(db: Database, order: Order): Promise<string> {
  const outcome = await submitOrder(db, order, context);
  if (outcome.outcome !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(outcome)}`);
  return outcome.orderId;
}

let eventCount = 0;

/** A fact in the inbox, routed to its order; its number. */
export async function routedEvent(
  db: Database,
  type: string,
  orderId: string,
  body: object,
): Promise<number> {
  eventCount += 1;
  const { rows } = await db.query<{ event_no: number }>(
    `insert into inbox (source, event_id, topic, raw, type, body, state, order_id,
       workflow_id, correlation_id)
     values ('/wms/test', $1, $2, '', $2, $3, 'routed', $4,
       (select workflow_id from sales_order where order_id = $4), 'cor_test') returning event_no`,
    [`event-${eventCount}`, type, JSON.stringify(body), orderId],
  );
  return rows[0]?.event_no ?? 0;
}
