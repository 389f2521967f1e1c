/** `/v1/items/{sku}`: the item master; what waited for an item goes on once it is written. */
import { z } from 'zod';
import { formatMoney } from '../../canonical/rules/money/money';
import { Sku } from '../../canonical/schema/ids';
import { Item, ItemBody } from '../../canonical/schema/item';
import type { Money } from '../../canonical/schema/money';
import type { Sql } from '../../store/database';
import { recordDecision } from '../../store/access/decisions';
import { newId } from '../../store/ids';
import { findItem, isStocked, lockItem, putItem } from '../../store/master/items';
import { wakeWaitersOfItem } from '../../store/master/mappings';
import { Problem } from '../http/problem';
import { found, madeBy, ok, route } from '../http/route';
import { MAY } from '../roles';

const PATH = '/v1/items/{sku}';
const ItemParams = z.strictObject({ sku: Sku.meta({ example: 'MUG-BLUE' }) });
const ItemWritten = Item.extend({
  resumed: z.int().meta({ description: 'Exceptions that waited for it and are resolved' }),
}).meta({ id: 'ItemWritten' });

/**
 * Stock is in the ledger at the cost that it came in at; another cost would need a journal that
 * revalues it, and there is none yet.
 * @throws Problem decision_refused
 */
async function requireSameValue(sql: Sql, sku: string, cost: Money): Promise<void> {
  const item = await lockItem(sql, sku);
  if (item === null) return;
  const { minorUnits, currency } = item.standardCost;
  if (minorUnits === cost.minorUnits && currency === cost.currency) return;
  if (!(await isStocked(sql, sku))) return;
  const detail =
    `${sku} has units on hand or reserved at ${formatMoney(minorUnits, currency)}; ` +
    'its standard cost can change when there are none (stock is not revalued here yet)';
  const errors = [{ pointer: '/standardCost', code: 'decision_refused', detail }];
  throw new Problem('decision_refused', detail, { errors });
}

export const putItemRoute = route(
  {
    method: 'put',
    path: PATH,
    tag: 'Master data',
    summary: 'Write an item',
    description:
      'Orders that wait for this SKU go on. The standard cost and its currency stay as they are ' +
      'while there are units of it anywhere.',
    roles: MAY.writeMasterData,
    params: ItemParams,
    body: {
      schema: ItemBody,
      example: {
        description: 'Stoneware mug, blue',
        standardCost: { currency: 'USD', minorUnits: 410 },
      },
    },
    responses: { 200: { description: 'The item as it is now', schema: ItemWritten } },
    errors: ['decision_refused'],
  },
  async (call, { db }) => {
    const { sku } = call.params;
    const { description = null, standardCost, finalSaleFrom } = call.body;
    const written = await db.transaction(async (sql) => {
      await requireSameValue(sql, sku, standardCost);
      const item = await putItem(sql, { sku, description, standardCost, finalSaleFrom });
      const resumed = await wakeWaitersOfItem(sql, sku, call.caller.label);
      const { currency, minorUnits: standardCostMinor } = standardCost;
      await recordDecision(sql, {
        ...madeBy(call),
        decisionId: newId('req'),
        action: 'item.put',
        subject: sku,
        detail: { standardCostMinor, currency, resumed },
      });
      return { ...item, resumed };
    });
    return ok(written);
  },
);

export const readItemRoute = route(
  {
    method: 'get',
    path: PATH,
    tag: 'Master data',
    summary: 'Read an item',
    roles: MAY.readMasterData,
    params: ItemParams,
    responses: { 200: { description: 'The item', schema: Item } },
    errors: ['not_found'],
  },
  async ({ params }, { db }) => ok(found(await findItem(db, params.sku), 'there is no such item')),
);
