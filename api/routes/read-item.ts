/** `GET /v1/items/{sku}`. */
import { findItem } from '../../store/master/items';
import { Problem } from '../http/problem';
import { readRoute } from '../http/route';
import { MAY } from '../roles';
import { ItemParams, ItemView, showItem } from '../schema/item';

export const readItemRoute = readRoute(
  {
    path: '/v1/items/{sku}',
    tag: 'Master data',
    summary: 'Read an item',
    roles: MAY.readMasterData,
    params: ItemParams,
    responses: { 200: { description: 'The item', schema: ItemView } },
    errors: ['not_found'],
  },
  async ({ params }, { db }) => {
    const item = await findItem(db, params.sku);
    if (item === null) throw new Problem('not_found', 'there is no such item');
    return { status: 200, body: showItem(item) };
  },
);
