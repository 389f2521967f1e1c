/** `PUT /v1/items/{sku}`: the item master; what waited for the item goes on. */
import { recordDecision } from '../../store/decisions';
import { newId } from '../../store/ids';
import { putItem } from '../../store/items';
import { wakeWaitersOfItem } from '../../store/mappings';
import { writeRoute } from '../http/route';
import { MAY } from '../roles';
import { ItemBody, ItemParams, ItemWritten, showItem } from '../schema/item';

export const putItemRoute = writeRoute(
  {
    method: 'put',
    path: '/v1/items/{sku}',
    tag: 'Master data',
    summary: 'Write an item',
    description: 'Orders that wait for this SKU go on.',
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
    errors: [],
  },
  async ({ params: { sku }, body, caller, correlationId }, { db }) => {
    const { description = null, standardCost } = body;
    const { currency, minorUnits: standardCostMinor } = standardCost;
    const written = await db.transaction(async (sql) => {
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
