/**
 * A store has not picked in its time: its units go where the buyer agreed beforehand, by the brand's
 * policy, once it is known what they are taxed with there; else a person is asked. The units stay
 * where they are until then: a store that answers late still picks them.
 */
import { PICKED_IN_TIME } from '../../canonical/flows/pickup';
import { storeCalled } from '../../canonical/rules/order/stores';
import { unitsIn } from '../../canonical/rules/pickup/state';
import type { LineUnits, PlaceInstead, ReSourcing } from '../../canonical/rules/pickup/snapshot';
import type { ChannelSetup } from '../../canonical/schema/channel';
import type { Sql } from '../../store/database';
import { openException } from '../../store/exceptions/exceptions';
import { askMasterData } from '../../store/master/master-data';
import { agreedPlaces, reSourcingWrite } from '../../store/pickups/re-sourcings';
import type { Write } from '../../store/writes';
import { exceptionOfPickup } from './of-pickup';
import { findPlace, type NewPlace } from './order-side/new-place';
import type { PickupInHand } from './pickup-moment';

/** What a try came to that was not possible, with what is written of it. */
export interface TriedInVain {
  readonly reSourcing: ReSourcing;
  readonly reason: string;
  readonly writes: readonly Write[];
}

/** Said once of the pickup; `tried`: what the last try came to. */
export async function notPicked(
  sql: Sql,
  inHand: PickupInHand,
  tried: TriedInVain | null = null,
): Promise<void> {
  const { pickup, becomes, exceptionsChanged } = inHand;
  const reSourcings = pickup.reSourcings.map((one) =>
    one.reSourcingNo === tried?.reSourcing.reSourcingNo ? tried.reSourcing : one,
  );
  const writes = tried?.writes ?? [];
  const storeId = await nextPlace(sql, inHand);
  if (storeId !== undefined) {
    const planned: ReSourcing = {
      reSourcingNo: reSourcings.length + 1,
      storeId,
      lines: unpicked(inHand),
      account: inHand.setup.taxAccount,
      pickBy: pickup.pickBy,
      state: 'quoting',
    };
    becomes({ ...pickup, reSourcings: [...reSourcings, planned] }, [
      ...writes,
      reSourcingWrite(pickup.pickupId, planned),
    ]);
    return;
  }
  const units = unitsIn(pickup.lines, 'requested');
  const late = `${pickup.storeId} has not picked ${units === 1 ? '1 unit' : `${units} units`} within its time`;
  await openException(sql, {
    code: 'pickup.not-picked',
    detail: tried === null ? late : `${late}; elsewhere it cannot be: ${tried.reason}`,
    cause: { kind: 'flow', ref: pickup.workflowId },
    blocks: PICKED_IN_TIME,
    severity: 'high',
    ...exceptionOfPickup(pickup),
  });
  becomes({ ...pickup, reSourcings }, writes);
  exceptionsChanged();
}

export const unpicked = ({ pickup }: PickupInHand): LineUnits[] =>
  pickup.lines.flatMap(({ lineNo, requested }) =>
    requested > 0 ? [{ lineNo, quantity: requested }] : [],
  );

export const placeOf = (storeId: PlaceInstead): NewPlace =>
  storeId === null ? { kind: 'ship' } : { kind: 'pickup', storeId };

/** The first that all of the units may go to and that has them now; undefined: none. */
async function nextPlace(sql: Sql, inHand: PickupInHand): Promise<PlaceInstead | undefined> {
  const { pickup } = inHand;
  const places = await agreedTo(sql, inHand);
  if (places.length === 0) return undefined;
  const order = await inHand.readOrder();
  // No store that has had them is asked again, also where they came from another one.
  const had = [
    ...order.order.groups.filter(({ kind }) => kind === 'pickup').map((one) => one.locationId),
    ...pickup.reSourcings.map((one) => one.storeId),
  ];
  const wanted = unpicked(inHand).map(({ lineNo, quantity }) => ({
    sku: pickup.lines.find((line) => line.lineNo === lineNo)?.sku ?? '',
    quantity,
  }));
  for (const storeId of places.filter((place) => !had.includes(place))) {
    const move = { from: pickup.storeId, to: placeOf(storeId), wanted };
    if ((await findPlace(sql, order, move)).outcome === 'found') return storeId;
  }
  return undefined;
}

/** Of every one of the units, in the policy's order and then the buyer's. */
async function agreedTo(
  sql: Sql,
  { pickup, setup }: PickupInHand,
): Promise<readonly PlaceInstead[]> {
  const { pickupNotPicked } = setup.policies;
  if (pickupNotPicked.length === 0) return [];
  const lineNos = pickup.lines.flatMap((line) => (line.requested > 0 ? [line.lineNo] : []));
  const agreed = await agreedPlaces(sql, pickup.orderId, lineNos);
  const [first] = agreed;
  if (!first) return [];
  const named = first.stores.filter((store) =>
    agreed.every(({ stores }) => stores.includes(store)),
  );
  const stores = await storesOfOurs(sql, setup, named);
  const home = agreed.every((one) => one.home) ? [null] : [];
  return pickupNotPicked.flatMap((kind) => (kind === 'store' ? stores : home));
}

async function storesOfOurs(
  sql: Sql,
  setup: ChannelSetup,
  named: readonly string[],
): Promise<string[]> {
  if (named.length === 0) return [];
  const { channelInstance } = setup;
  const question = { channelInstance, skus: [], taxCodes: [], gateways: [], stores: named };
  const known = await askMasterData(sql, question);
  return named.flatMap((value) => storeCalled(value, setup, setup, known) ?? []);
}
