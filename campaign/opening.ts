/** What a campaign begins with: goods on the shelves, and both sides' books open before it. */
import { pollUntil } from '../stack/supervisor/poll';
import type { StackJson } from '../stack/supervisor/stack-json';
import type { Api } from '../stack/worked-order/api-client';
import { openDatabase, type Database, type Sql } from '../store/database';

const STOCKED_WITHIN_MS = 60_000;

export interface Opening {
  readonly places: readonly string[];
  readonly skus: readonly string[];
  /** Of each SKU at each place. */
  readonly quantity: number;
}

/** Received at each place, and taken in. */
export async function putOnShelves(
  oms: Api,
  ours: Sql,
  { places, skus, quantity }: Opening,
): Promise<void> {
  for (const location of places) {
    await oms.post('/v1/events', {
      specversion: '1.0',
      id: `opening-receipt-${location}`,
      source: '/wms/wms-main',
      type: 'inventory.received.v1',
      data: { location, lines: skus.map((sku) => ({ sku, quantity })) },
    });
  }
  await pollUntil('goods on the shelves', STOCKED_WITHIN_MS, async () => {
    const { rows } = await ours.query('select from stock where on_hand > 0');
    return rows.length === skus.length * places.length;
  });
}

/** The platform's database and the other systems'; the caller ends both. */
export function openBooks(
  { databaseUrl, sandboxDatabaseUrl }: StackJson,
  connections: number,
): { readonly ours: Database; readonly theirs: Database } {
  const open = (url: string) =>
    openDatabase(url, { connections, applicationName: 'throughline-campaign' });
  return { ours: open(databaseUrl), theirs: open(sandboxDatabaseUrl) };
}
