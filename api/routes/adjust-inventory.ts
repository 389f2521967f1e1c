/** `POST /v1/inventory/adjustments`: on-hand stock is corrected by a person, with a reason. */
import { z } from 'zod';
import { InventoryAdjusted } from '../../canonical/schema/event';
import { recordDecision } from '../../store/decisions';
import { joinTransaction } from '../../store/join-transaction';
import { adjustStock } from '../../store/moments/move-stock';
import { readPositions } from '../../store/stock-queries';
import { Problem } from '../http/problem';
import { keyedRoute } from '../http/route';
import { MAY } from '../roles';

const Adjusted = z
  .strictObject({
    adjustmentId: z.string(),
    location: z.string(),
    lines: z.array(
      z.strictObject({
        sku: z.string(),
        quantityDelta: z.int(),
        onHand: z.int(),
        sellable: z.int(),
      }),
    ),
  })
  .meta({ id: 'InventoryAdjustment' });

export const adjustInventoryRoute = keyedRoute(
  {
    path: '/v1/inventory/adjustments',
    tag: 'Stock',
    summary: 'Correct on-hand stock',
    description: 'Posts shrink or found stock at standard cost; found stock wakes waiting orders.',
    roles: MAY.adjustStock,
    body: {
      schema: InventoryAdjusted,
      example: {
        location: 'dc-east',
        reason: 'count of 2 March',
        lines: [{ sku: 'MUG-BLUE', quantityDelta: -2 }],
      },
    },
    responses: { 201: { description: 'Adjusted and posted', schema: Adjusted } },
    errors: ['unknown_item', 'unknown_location'],
  },
  ({ body, caller, correlationId }, { db }, key) =>
    db.transaction(async (sql) => {
      const { decisionId } = key;
      const { location, reason, lines } = body;
      const moved = await adjustStock(joinTransaction(db, sql), {
        eventNo: null,
        source: `decision:${decisionId}`,
        occurredAt: new Date().toISOString(),
        correlationId,
        data: body,
      });
      if (moved.outcome === 'refused') {
        const [first] = moved.problems;
        throw new Problem(first?.code ?? 'unknown_item', first?.detail ?? 'refused', {
          errors: moved.problems,
        });
      }
      await recordDecision(sql, {
        decisionId,
        actor: caller.label,
        role: caller.role,
        action: 'inventory.adjust',
        subject: location,
        reason,
        detail: { lines },
        correlationId,
      });
      const shown = [];
      for (const { sku, quantityDelta } of lines) {
        const [at] = await readPositions(sql, sku, location);
        shown.push({ sku, quantityDelta, onHand: at?.onHand ?? 0, sellable: at?.sellable ?? 0 });
      }
      const answer = { status: 201, body: { adjustmentId: decisionId, location, lines: shown } };
      await key.keep(sql, answer);
      return answer;
    }),
);
