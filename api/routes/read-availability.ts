/** `GET /v1/availability`: what may be promised of a SKU, and where. */
import { z } from 'zod';
import { channelSetup } from '../../canonical/installation';
import { ChannelInstance, LocationId, Sku } from '../../canonical/schema/ids';
import { readAvailability } from '../../store/stock/stock-queries';
import { Problem } from '../http/problem';
import { readRoute } from '../http/route';
import { MAY } from '../roles';

const Availability = z
  .strictObject({
    sku: z.string(),
    channel: z.string().nullable(),
    sellable: z.int().meta({ description: 'Over all locations listed' }),
    locations: z.array(
      z.strictObject({
        location: z.string(),
        sellable: z.int(),
        inbound: z.int(),
        backordered: z.int(),
        ships: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Availability' });

export const readAvailabilityRoute = readRoute(
  {
    path: '/v1/availability',
    tag: 'Stock',
    summary: 'What may be promised of a SKU',
    description:
      '`sellable = max(0, onHand − reserved − unsellable − safety − heldForOthers)`, at active ' +
      'locations. An item that is nowhere has none: that is an answer, not an error.',
    roles: MAY.readStock,
    query: z.strictObject({
      sku: Sku.meta({ example: 'MUG-BLUE' }),
      location: LocationId.optional().meta({ example: 'dc-east' }),
      channel: ChannelInstance.optional().meta({ example: 'web-us' }),
    }),
    responses: { 200: { description: 'By location', schema: Availability } },
    errors: ['unknown_channel'],
  },
  async ({ query }, { db }) => {
    const { sku, location, channel } = query;
    if (channel !== undefined && channelSetup(channel) === undefined) {
      throw new Problem('unknown_channel', `${channel} is not set up here`);
    }
    const locations = await readAvailability(db, sku, location ?? null);
    const sellable = locations.reduce((units, one) => units + one.sellable, 0);
    return { status: 200, body: { sku, channel: channel ?? null, sellable, locations } };
  },
);
