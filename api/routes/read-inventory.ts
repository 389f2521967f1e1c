/** `GET /v1/inventory/{sku}`: every counter of a SKU at every location. */
import { z } from 'zod';
import { Instant, Sku } from '../../canonical/schema/ids';
import { findItem } from '../../store/master/items';
import { readPositions } from '../../store/stock/stock-queries';
import { Problem } from '../http/problem';
import { readRoute } from '../http/route';
import { MAY } from '../roles';

const Units = z.int();
const Inventory = z
  .strictObject({
    sku: z.string(),
    positions: z.array(
      z.strictObject({
        sku: z.string(),
        location: z.string(),
        onHand: Units,
        reserved: Units,
        unsellable: Units,
        safety: Units,
        heldForOthers: Units,
        inbound: Units,
        backordered: Units,
        sellable: Units,
        confirmedAt: Instant,
      }),
    ),
  })
  .meta({ id: 'Inventory' });

export const readInventoryRoute = readRoute(
  {
    path: '/v1/inventory/{sku}',
    tag: 'Stock',
    summary: 'Where a SKU lies',
    roles: MAY.readStock,
    params: z.strictObject({ sku: Sku.meta({ example: 'MUG-BLUE' }) }),
    responses: { 200: { description: 'Its positions', schema: Inventory } },
    errors: ['not_found'],
  },
  async ({ params: { sku } }, { db }) => {
    const positions = await readPositions(db, sku, null);
    if (positions.length === 0 && (await findItem(db, sku)) === null) {
      throw new Problem('not_found', 'there is no such item');
    }
    return { status: 200, body: { sku, positions } };
  },
);
