/** `POST /v1/inventory/adjustments`: on-hand stock is corrected by a person, with a reason. */
import { z } from 'zod';
import { InventoryAdjusted } from '../../canonical/schema/event';
import { recordDecision } from '../../store/access/decisions';
import { joinTransaction } from '../../store/join-transaction';
import { adjustStock } from '../../moments/stock/move-stock';
import { readPositions } from '../../store/stock/stock-queries';
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

interface Shown {
  readonly sku: string;
  readonly quantityDelta: number;
  /** After the adjustment. */
  readonly onHand: number;
  readonly sellable: number;
}

/**
 * A person cannot take away more than there is; thrown in the transaction, so nothing moved. A
 * count that a warehouse sends as an event is a physical fact and always applies.
 * @throws Problem insufficient_stock naming each line
 */
function requireOnHand(lines: readonly Shown[]): void {
  const taken = (sku: string) =>
    lines.reduce((sum, line) => (line.sku === sku ? sum + line.quantityDelta : sum), 0);
  const errors = lines.flatMap(({ sku, quantityDelta, onHand }, index) => {
    if (onHand >= 0 || quantityDelta >= 0) return [];
    const detail = `${-quantityDelta} of ${sku} taken away, ${onHand - taken(sku)} on hand`;
    const pointer = `/lines/${index}/quantityDelta`;
    return [{ pointer, code: 'insufficient_stock', detail }];
  });
  const [first] = errors;
  if (first !== undefined) throw new Problem('insufficient_stock', first.detail, { errors });
}

export const adjustInventoryRoute = keyedRoute(
  {
    path: '/v1/inventory/adjustments',
    tag: 'Stock',
    summary: 'Correct on-hand stock',
    description:
      'Posts shrink or found stock at standard cost; found stock wakes waiting orders. More than ' +
      'there is cannot be taken away.',
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
    errors: ['unknown_item', 'unknown_location', 'insufficient_stock'],
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
      const shown: Shown[] = [];
      for (const { sku, quantityDelta } of lines) {
        const [at] = await readPositions(sql, sku, location);
        shown.push({ sku, quantityDelta, onHand: at?.onHand ?? 0, sellable: at?.sellable ?? 0 });
      }
      requireOnHand(shown);
      const answer = { status: 201, body: { adjustmentId: decisionId, location, lines: shown } };
      await key.keep(sql, answer);
      return answer;
    }),
);
