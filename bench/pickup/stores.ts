/** Stores that are open round the clock, in four time zones, each with stock and a key of its own. */
import { putApiKey } from '../../store/access/api-keys';
import type { Database } from '../../store/database';
import { ALWAYS_OPEN } from '../../stack/worked-order/opening-hours';

const ZONES = ['America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles'];
const ON_HAND = 1_000_000;

export const storeNo = (index: number): string => `bench-store-${String(index).padStart(3, '0')}`;
export const keyOfStore = (storeId: string): string => `bench-key-of-${storeId}-0123456789`;

export async function openStores(
  db: Database,
  { stores, sku }: { readonly stores: number; readonly sku: string },
): Promise<readonly string[]> {
  const ids = Array.from({ length: stores }, (_, index) => storeNo(index));
  await db.query(
    `insert into location (location_id, name, kind, time_zone, entity, ships, active, priority,
                           opening_hours)
     select id, id, 'store', ($2::text[])[1 + n % 4], 'us-01', false, true, 50, $3
       from unnest($1::text[]) with ordinality s(id, n)
     on conflict do nothing`,
    [ids, ZONES, JSON.stringify(ALWAYS_OPEN)],
  );
  await db.query(
    `insert into stock (sku, location_id, on_hand) select $1, id, $3 from unnest($2::text[]) id
     on conflict do nothing`,
    [sku, ids, ON_HAND],
  );
  for (const storeId of ids) {
    await putApiKey(db, keyOfStore(storeId), {
      ...{ role: 'store', label: storeId, channels: [], sources: [], types: ['store'], storeId },
    });
  }
  return ids;
}
