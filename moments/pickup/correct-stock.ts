/**
 * What a store said of goods that it could not give: where they are not there, or cannot be sold, its
 * stock is lowered (rule 25a). Only with the decision that lets their reservation go: until then
 * nobody else is promised them.
 */
import type { LineUnits, PickupRejection } from '../../canonical/rules/pickup/snapshot';
import type { Sql } from '../../store/database';
import { adjustWithin } from '../stock/move-stock';
import type { PickupInHand } from './pickup-moment';

/** Reasons that say something about the goods; the others are the store's own. */
const LOWERS_STOCK = ['not-found', 'damaged'];

export async function correctStock(
  sql: Sql,
  inHand: PickupInHand,
  { reason, rejectionNo }: PickupRejection,
  units: readonly LineUnits[],
): Promise<void> {
  if (!LOWERS_STOCK.includes(reason) || units.length === 0) return;
  const { pickupId, storeId, correlationId, lines } = inHand.pickup;
  const fact = {
    eventNo: null,
    source: `pickup:${pickupId}:reject:${rejectionNo}`,
    occurredAt: new Date().toISOString(),
    correlationId,
  };
  const data = {
    location: storeId,
    reason,
    lines: units.map(({ lineNo, quantity }) => ({
      sku: lines.find((one) => one.lineNo === lineNo)?.sku ?? '',
      quantityDelta: -quantity,
    })),
  };
  const { lastly } = await inHand.moveOrder();
  lastly(() => adjustWithin(sql, { ...fact, data }));
}
