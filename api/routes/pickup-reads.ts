/** What a store has to do, and a pickup as it stands. */
import { z } from 'zod';
import { OrderNo } from '../../canonical/schema/ids';
import { PickupCode } from '../../canonical/schema/pickup-events';
import { loadPickup } from '../../store/pickups/pickups';
import { pickupsByCode, pickupsByOrderNo } from '../../store/pickups/pickup-queries';
import { boardOf } from '../../store/pickups/store-board';
import type { Caller } from '../http/authenticate';
import { Problem } from '../http/problem';
import { found, ok, route } from '../http/route';
import { countingCodes, isTheirs, notHere, viewOf } from '../pickup-press';
import { MAY } from '../roles';
import {
  FoundPickups,
  PickupParams,
  PickupView,
  StoreParams,
  StorePickups,
} from '../schema/pickup';

function requireStore({ role, storeId }: Caller, asked: string): void {
  if ((role === 'store' || storeId !== null) && storeId !== asked) {
    throw new Problem('forbidden', 'this key acts for its own store only');
  }
}

export const storePickupsRoute = route(
  {
    method: 'get',
    path: '/v1/stores/{storeId}/pickups',
    tag: 'Pickups',
    summary: 'What a store has to do',
    description:
      'The most urgent first, 200 of each list at the most; `counts` are of all. With `code` (what ' +
      'a customer shows) or `orderNo`: the pickups that were found. A code of no open pickup is ' +
      'counted, and after some of them the next has to wait.',
    roles: MAY.readPickups,
    params: StoreParams,
    query: z
      .strictObject({
        code: PickupCode.optional().meta({ description: 'What the customer shows' }),
        orderNo: OrderNo.optional().meta({ description: 'The number that the buyer sees' }),
      })
      .meta({ description: 'One of the two' }),
    responses: {
      200: {
        description: 'The board, or what was found',
        schema: z.union([StorePickups, FoundPickups]),
      },
    },
    errors: ['not_found', 'pickup_code'],
  },
  async ({ params: { storeId }, query: { code, orderNo }, caller }, { db }) => {
    requireStore(caller, storeId);
    if (code !== undefined) {
      return countingCodes(caller, async () => {
        const rows = await pickupsByCode(db, storeId, code.toUpperCase());
        if (rows.length === 0)
          throw new Problem('pickup_code', 'no open pickup here has that code');
        return ok({ storeId, found: rows });
      });
    }
    if (orderNo !== undefined) {
      return ok({ storeId, found: await pickupsByOrderNo(db, storeId, orderNo) });
    }
    const board = found(await boardOf(db, storeId), 'there is no store with that id');
    return ok({ storeId, ...board });
  },
);

export const readPickupRoute = route(
  {
    method: 'get',
    path: '/v1/pickups/{pickupId}',
    tag: 'Pickups',
    summary: 'Read a pickup',
    roles: MAY.readPickup,
    params: PickupParams,
    responses: { 200: { description: 'The pickup as it stands', schema: PickupView } },
    errors: ['not_found'],
  },
  async ({ params, caller }, { db }) => {
    const pickup = await loadPickup(db, params.pickupId);
    if (!pickup) throw notHere();
    if (!isTheirs(caller, pickup)) {
      if (caller.role !== 'store') throw notHere();
      throw new Problem('forbidden', 'this key acts for its own store only');
    }
    return ok(await viewOf(db, pickup, caller));
  },
);
