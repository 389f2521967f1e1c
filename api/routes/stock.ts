/** `/v1/availability` and `/v1/inventory…`: what may be promised, what lies where, corrections of it. */
import { z } from 'zod';
import { channelSetup } from '../../canonical/installation';
import { speaksFor } from '../../canonical/schema/api-key';
import { InventoryAdjusted } from '../../canonical/schema/inventory-events';
import { ChannelInstance, LocationId, Sku } from '../../canonical/schema/ids';
import { AvailableAt, StockPosition } from '../../canonical/schema/stock';
import { adjustStock } from '../../moments/stock/move-stock';
import { recordDecision } from '../../store/access/decisions';
import { joinTransaction } from '../../store/join-transaction';
import { findItem } from '../../store/master/items';
import { readAvailability, readPositions } from '../../store/stock/stock-queries';
import { locationSeen } from '../http/authenticate';
import { Problem } from '../http/problem';
import { keyedRoute, madeBy, ok, route } from '../http/route';
import { MAY } from '../roles';

const Availability = z
  .strictObject({
    sku: z.string(),
    channel: z.string().nullable(),
    sellable: z.int().meta({ description: 'Over all locations listed' }),
    locations: z.array(AvailableAt),
  })
  .meta({ id: 'Availability' });

export const readAvailabilityRoute = route(
  {
    method: 'get',
    path: '/v1/availability',
    tag: 'Stock',
    summary: 'What may be promised of a SKU',
    description:
      '`sellable = max(0, onHand − reserved − unsellable − safety − heldForOthers)`, at active ' +
      'locations. An item that is nowhere has none: that is an answer, not an error.',
    roles: MAY.readStock,
    query: z.strictObject({
      sku: Sku.meta({ example: 'MUG-BLUE' }),
      location: LocationId.optional().meta({
        description: 'At one location; left out: at each',
        example: 'dc-east',
      }),
      channel: ChannelInstance.optional().meta({
        description: 'Named in the answer; has to be one of the key’s',
        example: 'web-us',
      }),
    }),
    responses: { 200: { description: 'By location', schema: Availability } },
    errors: ['unknown_channel'],
  },
  async ({ query, caller }, { db }) => {
    const { sku, location, channel } = query;
    const isHere = channel === undefined || channelSetup(channel) !== undefined;
    const isOwn = channel === undefined || caller.role === 'store' || speaksFor(caller, channel);
    if (!isHere || !isOwn) {
      throw new Problem('unknown_channel', `${channel} is no channel of this key`);
    }
    const locations = await readAvailability(db, sku, locationSeen(caller, location ?? null));
    const sellable = locations.reduce((units, one) => units + one.sellable, 0);
    return ok({ sku, channel: channel ?? null, sellable, locations });
  },
);

const Inventory = z
  .strictObject({ sku: z.string(), positions: z.array(StockPosition) })
  .meta({ id: 'Inventory' });

export const readInventoryRoute = route(
  {
    method: 'get',
    path: '/v1/inventory/{sku}',
    tag: 'Stock',
    summary: 'Where a SKU lies',
    description: "A store's key sees its own location.",
    roles: MAY.readStock,
    params: z.strictObject({ sku: Sku.meta({ example: 'MUG-BLUE' }) }),
    responses: { 200: { description: 'Its positions', schema: Inventory } },
    errors: ['not_found'],
  },
  async ({ params: { sku }, caller }, { db }) => {
    const positions = await readPositions(db, sku, locationSeen(caller, null));
    if (positions.length === 0 && (await findItem(db, sku)) === null) {
      throw new Problem('not_found', 'there is no such item');
    }
    return ok({ sku, positions });
  },
);

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
  (call, { db }, { decisionId, keep }) =>
    db.transaction(async (sql) => {
      const { location, reason, lines } = call.body;
      const moved = await adjustStock(joinTransaction(db, sql), {
        eventNo: null,
        source: `decision:${decisionId}`,
        occurredAt: new Date().toISOString(),
        correlationId: call.correlationId,
        data: call.body,
      });
      if (moved.outcome === 'refused') {
        const [first] = moved.problems;
        throw new Problem(first?.code ?? 'unknown_item', first?.detail ?? 'refused', {
          errors: moved.problems,
        });
      }
      await recordDecision(sql, {
        ...madeBy(call),
        decisionId,
        action: 'inventory.adjust',
        subject: location,
        reason,
        detail: { lines },
      });
      const shown: Shown[] = [];
      for (const { sku, quantityDelta } of lines) {
        const [at] = await readPositions(sql, sku, location);
        shown.push({ sku, quantityDelta, onHand: at?.onHand ?? 0, sellable: at?.sellable ?? 0 });
      }
      requireOnHand(shown);
      const answer = { status: 201, body: { adjustmentId: decisionId, location, lines: shown } };
      await keep(sql, answer);
      return answer;
    }),
);
