/** Everything wrong with an order that no mapping and no stock can mend, by the rules and by the rows. */
import { refusal } from '../../canonical/rules/order/acceptance';
import type { Verdict } from '../../canonical/rules/order/judgement';
import type { Problem } from '../../canonical/rules/order/problem';
import { storesNamedBy } from '../../canonical/rules/order/stores';
import type { PickupState } from '../../canonical/rules/pickup/state';
import type { ChannelSetup } from '../../canonical/schema/channel';
import type { Order } from '../../canonical/schema/order';
import type { Sql } from '../../store/database';
import { findMapping } from '../../store/master/mappings';
import { loadPickup } from '../../store/pickups/pickups';

export async function refusedHere(
  sql: Sql,
  order: Order,
  setup: ChannelSetup | undefined,
  of: { readonly isClaim?: boolean },
): Promise<Verdict | null> {
  const refused = refusal(order, setup, of);
  if (refused || order.addOnTo === undefined) return refused;
  const detail = await noAddOn(sql, order, order.addOnTo.pickupId);
  if (detail === null) return null;
  const problem: Problem = { pointer: '/addOnTo/pickupId', code: 'invalid_request', detail };
  return { outcome: 'refused', code: problem.code, problems: [problem] };
}

/** Whoever collects is there, or has been. */
const VISITED: ReadonlySet<PickupState> = new Set([
  'ready',
  'customer-arrived',
  'handed-over',
  'partly-handed-over',
]);

/** Why it is none of that pickup; null: it is one. */
async function noAddOn(sql: Sql, order: Order, pickupId: string): Promise<string | null> {
  const pickup = await loadPickup(sql, pickupId);
  if (!pickup) return 'there is no pickup with that id';
  const stores = await Promise.all(
    storesNamedBy(order).map(async (named) => {
      const mapping = await findMapping(sql, 'store', order.channelInstance, named);
      return mapping?.target ?? named;
    }),
  );
  const isThere = order.lines.every(({ pickup: at }) => at !== undefined);
  if (!isThere || stores.some((store) => store !== pickup.storeId)) {
    return 'what is added is taken along at the store of that pickup, each line of it';
  }
  return VISITED.has(pickup.state) ? null : `that pickup is ${pickup.state}: nobody collects it`;
}
