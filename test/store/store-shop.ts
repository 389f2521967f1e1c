/** A store that people collect in, with stock of its own, and orders for pickup there. */
import type { Order } from '../../canonical/schema/order';
import type { Database } from '../../store/database';
import { ALWAYS_OPEN } from '../../stack/worked-order/opening-hours';
import { orderOf, putStock, type OrderShape } from './fixture';

export const STORE = 'store-boston';

export async function openStore(
  db: Database,
  stock: Readonly<Record<string, number>>,
  {
    storeId = STORE,
    timeZone = 'America/New_York',
    openingHours = ALWAYS_OPEN as object | null,
    holidays = [] as readonly object[],
  } = {},
): Promise<void> {
  await db.query(
    `insert into location (location_id, name, kind, time_zone, entity, ships, active, priority,
       opening_hours, holidays)
     values ($1, 'Boston', 'store', $2, 'us-01', false, true, 50, $3, $4)`,
    [storeId, timeZone, openingHours && JSON.stringify(openingHours), JSON.stringify(holidays)],
  );
  await putStock(db, storeId, stock);
}

/** Its lines are collected at these stores, one by one; null: shipped. */
export function pickupOrderOf(
  shape: OrderShape,
  stores: readonly (string | null)[] = shape.lines.map(() => STORE),
): Order {
  const order = orderOf(shape);
  return {
    ...order,
    lines: order.lines.map((line, index) => {
      const storeId = stores[index] ?? null;
      return storeId === null ? line : { ...line, pickup: { storeId } };
    }),
  };
}

/** What its buyer agreed to beforehand, for every line that is collected. */
export function agreeing(
  order: Order,
  alternatives: { readonly stores: string[]; readonly home: boolean },
): Order {
  return {
    ...order,
    lines: order.lines.map((line) =>
      line.pickup ? { ...line, pickup: { ...line.pickup, alternatives } } : line,
    ),
  };
}
