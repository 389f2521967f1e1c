/** `PUT /v1/items/{sku}`: the item master; what waited for the item goes on. */
import { formatMoney } from '../../canonical/rules/money/money';
import type { Money } from '../../canonical/schema/money';
import type { Sql } from '../../store/database';
import { recordDecision } from '../../store/access/decisions';
import { newId } from '../../store/ids';
import { isStocked, lockItem, putItem } from '../../store/master/items';
import { wakeWaitersOfItem } from '../../store/master/mappings';
import { Problem } from '../http/problem';
import { writeRoute } from '../http/route';
import { MAY } from '../roles';
import { ItemBody, ItemParams, ItemWritten, showItem } from '../schema/item';

/**
 * Stock is in the ledger at the cost that it came in at; another cost would need a journal that
 * revalues it, and there is none yet.
 * @throws Problem decision_refused
 */
async function requireSameValue(sql: Sql, sku: string, cost: Money): Promise<void> {
  const item = await lockItem(sql, sku);
  if (item === null) return;
  if (item.standardCostMinor === cost.minorUnits && item.currency === cost.currency) return;
  if (!(await isStocked(sql, sku))) return;
  const detail =
    `${sku} has units on hand or reserved at ` +
    `${formatMoney(item.standardCostMinor, item.currency)}; its standard cost can change when ` +
    'there are none (stock is not revalued here yet)';
  const errors = [{ pointer: '/standardCost', code: 'decision_refused', detail }];
  throw new Problem('decision_refused', detail, { errors });
}

export const putItemRoute = writeRoute(
  {
    method: 'put',
    path: '/v1/items/{sku}',
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
        description: 'Blue mug',
        standardCost: { currency: 'USD', minorUnits: 450 },
      },
    },
    responses: { 200: { description: 'The item as it is now', schema: ItemWritten } },
    errors: ['decision_refused'],
  },
  async ({ params: { sku }, body, caller, correlationId }, { db }) => {
    const { description = null, standardCost } = body;
    const { currency, minorUnits: standardCostMinor } = standardCost;
    const written = await db.transaction(async (sql) => {
      await requireSameValue(sql, sku, standardCost);
      const item = await putItem(sql, { sku, description, standardCostMinor, currency });
      const resumed = await wakeWaitersOfItem(sql, sku, caller.label);
      await recordDecision(sql, {
        decisionId: newId('req'),
        actor: caller.label,
        role: caller.role,
        action: 'item.put',
        subject: sku,
        detail: { standardCostMinor, currency, resumed },
        correlationId,
      });
      return { ...showItem(item), resumed };
    });
    return { status: 200, body: written };
  },
);
