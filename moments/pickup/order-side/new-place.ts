/** Where units that a store cannot give may go: a store that the customer chose, or home. */
import type { KnownValues } from '../../../canonical/rules/order/judgement';
import { sourceToOneNode } from '../../../canonical/rules/stock/sourcing';
import { whyNoPickup } from '../../../canonical/rules/order/stores';
import { only, type Sql } from '../../../store/database';
import { askMasterData } from '../../../store/master/master-data';
import type { TakenOrder } from '../../order/order-moment';

export type NewPlace =
  { readonly kind: 'pickup'; readonly storeId: string } | { readonly kind: 'ship' };

export interface Wanted {
  readonly sku: string;
  readonly quantity: number;
}

export type FoundPlace =
  | { readonly outcome: 'found'; readonly locationId: string }
  | { readonly outcome: 'impossible'; readonly reason: string };

const impossible = (reason: string): FoundPlace => ({ outcome: 'impossible', reason });

/** What it has is looked at again under the lock of its stock. */
export async function findPlace(
  sql: Sql,
  { order }: TakenOrder,
  move: { readonly from: string; readonly to: NewPlace; readonly wanted: readonly Wanted[] },
): Promise<FoundPlace> {
  const { from, to, wanted } = move;
  const known = await askMasterData(sql, {
    channelInstance: order.channelInstance,
    skus: wanted.map((one) => one.sku),
    taxCodes: [],
    gateways: [],
    stores: [],
  });
  if (to.kind === 'pickup') {
    const { storeId } = to;
    const store = known.nodes.find((one) => one.locationId === storeId);
    if (storeId === from) return impossible(`${storeId} is the store that cannot give them`);
    if (!store) return impossible(`${storeId} is no store that is known here`);
    const why = whyNoPickup(store);
    if (why !== null) return impossible(`nothing can be collected at ${storeId}: ${why}`);
    const short = wanted.find(({ sku, quantity }) => sellableAt(known, storeId, sku) < quantity);
    return short
      ? impossible(`${storeId} has not enough of ${short.sku}`)
      : { outcome: 'found', locationId: storeId };
  }
  if (!(await hasAddress(sql, order.orderId))) {
    return impossible('the order has no address to send it to');
  }
  const nodes = known.nodes
    .filter((node) => node.locationId !== from)
    .map((node) => ({
      ...node,
      sellable: new Map(
        known.stock
          .filter((row) => row.locationId === node.locationId)
          .map((row) => [row.sku, row.sellable]),
      ),
    }));
  const locationId = sourceToOneNode(wanted, nodes);
  return locationId === null
    ? impossible('no node that ships has all of it')
    : { outcome: 'found', locationId };
}

const sellableAt = ({ stock }: KnownValues, storeId: string, of: string): number =>
  stock.find(({ sku, locationId }) => sku === of && locationId === storeId)?.sellable ?? 0;

async function hasAddress(sql: Sql, orderId: string): Promise<boolean> {
  const { rows } = await sql.query<{ has: boolean }>({
    name: 'has-address',
    text: `select coalesce(jsonb_typeof(content -> 'shipTo') = 'object', false) as has
             from sales_order where order_id = $1`,
    values: [orderId],
  });
  return only(rows, `order ${orderId}`).has;
}
