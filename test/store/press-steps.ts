/** A pickup asked of its store, and a store's presses, each as one transaction. */
import type { PickupSnapshot } from '../../canonical/rules/pickup/snapshot';
import type { Order } from '../../canonical/schema/order';
import { readAgenda } from '../../moments/order/order-flow';
import { startPickup } from '../../moments/pickup/order-side/start-pickup';
import type { Pressed } from '../../moments/pickup/press-facts';
import { pressPickup, type Presser } from '../../moments/pickup/press-pickup';
import { only, type Database } from '../../store/database';
import { loadPickup } from '../../store/pickups/pickups';
import { accepted } from './fixture';
import { authorize } from './steps';
import { pickupOrderOf, STORE } from './store-shop';

export const SHOWN_ID = { kind: 'id-card', isOtherPerson: false } as const;
let presses = 0;

/** An order of mugs whose store was asked; the id of its pickup. */
export async function requestedPickup(
  db: Database,
  { units = 2, storeId = STORE } = {},
): Promise<string> {
  const lines = [{ sku: 'MUG', quantity: units, unitMinor: 1_000 }];
  return requestedOf(db, pickupOrderOf({ channelInstance: 'shopify-us', lines }, [storeId]));
}

/** The store of an order's one pickup was asked. */
export async function requestedOf(db: Database, order: Order): Promise<string> {
  const orderId = await accepted(db, order);
  const { money } = await readAgenda(db, { orderId });
  if (money.some((due) => due.step === 'authorize')) await authorize(db, orderId);
  const { pickups = [] } = await readAgenda(db, { orderId });
  const { groupNo } = only(pickups, 'the pickup');
  await startPickup(db, { orderId, groupNo });
  const { rows } = await db.query<{ id: string }>(
    'select pickup_id as id from pickup where order_id = $1',
    [orderId],
  );
  return only(rows, orderId).id;
}

export function presserOf(pickupId: string): Presser & { readonly pickupId: string } {
  presses += 1;
  return {
    pickupId,
    by: 'a device',
    role: 'store',
    correlationId: 'cor_test',
    at: new Date().toISOString(),
    mayTouch: () => true,
    decisionId: `press-${presses}`,
  };
}

export const pressOn = (
  db: Database,
  pickupId: string,
  pressed: Pressed,
  how: Partial<Presser> = {},
): Promise<PickupSnapshot> => pressPickup(db, { ...presserOf(pickupId), ...how }, pressed);

export async function readPickup(db: Database, pickupId: string): Promise<PickupSnapshot> {
  const pickup = await loadPickup(db, pickupId);
  if (!pickup) throw new Error(`${pickupId} is not here`);
  return pickup;
}

let said = 0;
/** What a till says of the pickup, in the inbox and routed to its flow; its number. */
export async function saidByTill(
  db: Database,
  pickupId: string,
  type: `pickup.${string}`,
  data: object,
): Promise<number> {
  const { orderId, workflowId, storeId: location } = await readPickup(db, pickupId);
  said += 1;
  const { rows } = await db.query<{ eventNo: number }>(
    `insert into inbox (source, event_id, topic, raw, type, body, state, order_id, workflow_id,
       correlation_id) values ('/pos/boston', $1, $2, '', $2, $3, 'routed', $4, $5, 'cor_test')
     returning event_no as "eventNo"`,
    [
      `${pickupId}-${said}`,
      type,
      JSON.stringify({ pickupId, location, ...data }),
      orderId,
      workflowId,
    ],
  );
  return only(rows, 'the event').eventNo;
}
