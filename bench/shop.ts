/** The shop that is measured: one warehouse with plenty, and orders of one line that tie. */
import { randomUUID } from 'node:crypto';
import { Order } from '../canonical/schema/order';
import type { Database } from '../store/database';

const COST_MINOR = 700;
const PRICE_MINOR = 1999;
const TAX_MINOR = 120;
export const BENCH_LOCATION = 'bench-dc';

export async function prepareShop(db: Database, skus: readonly string[], onHand: number) {
  await db.query(
    `insert into location (location_id, name, kind, time_zone, entity, ships, active, priority)
     values ($1, 'Bench', 'dc', 'America/New_York', 'us-01', true, true, 1)
     on conflict do nothing`,
    [BENCH_LOCATION],
  );
  await db.query(
    `insert into item (sku, standard_cost_minor, currency)
     select unnest($1::text[]), $2, 'USD' on conflict do nothing`,
    [skus, COST_MINOR],
  );
  await db.query(
    `insert into stock (sku, location_id, on_hand) select unnest($1::text[]), $2, $3
     on conflict do nothing`,
    [skus, BENCH_LOCATION, onHand],
  );
  await db.query(
    `insert into mapping (kind, source, value, target, updated_by) values
       ('tax-code', 'web-us', 'State Tax', 'US-STATE', 'bench'),
       ('tender', 'web-us', 'card', 'card', 'bench')
     on conflict do nothing`,
  );
}

const usd = (minorUnits: number) => ({ currency: 'USD', minorUnits });

/** A fresh order, to be authorized and captured by us. */
export function benchOrder(sku: string): Order {
  const total = PRICE_MINOR + TAX_MINOR;
  return Order.parse({
    channelInstance: 'web-us',
    orderNo: `B${randomUUID()}`,
    placedAt: new Date().toISOString(),
    currency: 'USD',
    customer: { customerRef: 'bench', email: 'buyer@example.test' },
    shipTo: { city: 'Louisville', region: 'KY', postalCode: '40202', country: 'US' },
    lines: [
      {
        channelLineRef: '1',
        sku,
        quantity: 1,
        unitPrice: usd(PRICE_MINOR),
        taxes: [{ code: 'State Tax', amount: usd(TAX_MINOR) }],
      },
    ],
    shipping: { amount: usd(0) },
    totals: {
      subtotal: usd(PRICE_MINOR),
      discount: usd(0),
      shipping: usd(0),
      tax: usd(TAX_MINOR),
      total: usd(total),
    },
    tenders: [
      {
        gateway: 'card',
        amount: usd(total),
        paymentMethodRef: 'pm_card_visa',
      },
    ],
  });
}
