/** The stores that an order's lines are collected in: which of ours they are, and may they be. */
import type { ChannelSetup } from '../../schema/channel';
import type { Order } from '../../schema/order';
import type { KnownValues } from './judgement';
import type { Missing, Problem } from './problem';

export interface PickupStores {
  /** By line; null: it is shipped. */
  readonly stores: readonly (string | null)[];
  /** What a caller hears. */
  readonly problems: readonly Problem[];
  /** What an order that is sold waits for. */
  readonly missing: readonly Missing[];
}

/** Each a request to a store of its own, with a flow that follows it. */
export const MAX_STORES_AN_ORDER = 20;

/** Where its lines are collected, as the channel calls the stores. */
export const storesNamedBy = (order: Order): string[] => [
  ...new Set(order.lines.flatMap((line) => (line.pickup ? [line.pickup.storeId] : []))),
];

/** Where its lines may be collected instead, as the channel calls the stores. */
const alternativesNamedBy = (order: Order): string[] =>
  order.lines.flatMap((line) => line.pickup?.alternatives?.stores ?? []);

/** Every value of the order that names a store. */
export const storesAskedOf = (order: Order): string[] => [
  ...new Set([...storesNamedBy(order), ...alternativesNamedBy(order)]),
];

export function pickupStores(
  order: Order,
  setup: Pick<ChannelSetup, 'isOwnShop'>,
  known: Pick<KnownValues, 'mappings' | 'nodes'>,
): PickupStores {
  const named = storesAskedOf(order).map((value) => findStore(value, order, setup, known));
  const byValue = new Map(named.map((one) => [one.value, one]));
  return {
    stores: order.lines.map(({ pickup }) =>
      pickup ? (byValue.get(pickup.storeId)?.storeId ?? null) : null,
    ),
    problems: order.lines.flatMap(({ pickup }, index): Problem[] => {
      const problem = (value: string, pointer: string): Problem[] => {
        const { code, lack } = byValue.get(value) ?? {};
        return code && lack ? [{ pointer, code, detail: lack.detail }] : [];
      };
      if (!pickup) return [];
      const at = `/lines/${index}/pickup`;
      return [
        ...problem(pickup.storeId, `${at}/storeId`),
        ...(pickup.alternatives?.stores ?? []).flatMap((value, no) =>
          problem(value, `${at}/alternatives/stores/${no}`),
        ),
      ];
    }),
    missing: named.flatMap(({ lack }) => (lack ? [lack] : [])),
  };
}

interface NamedStore {
  readonly value: string;
  readonly storeId: string | null;
  readonly lack: Missing | null;
  /** Of what it lacks, for a caller. */
  readonly code: 'unknown_location' | 'no_pickup_there';
}

/** The store of ours that the channel calls so; null where nothing can be collected there. */
export const storeCalled = (
  value: string,
  order: Pick<Order, 'channelInstance'>,
  setup: Pick<ChannelSetup, 'isOwnShop'>,
  known: Pick<KnownValues, 'mappings' | 'nodes'>,
): string | null => findStore(value, order, setup, known).storeId;

function findStore(
  value: string,
  { channelInstance }: Pick<Order, 'channelInstance'>,
  setup: Pick<ChannelSetup, 'isOwnShop'>,
  known: Pick<KnownValues, 'mappings' | 'nodes'>,
): NamedStore {
  const mapped = known.mappings.get(`store/${value}`);
  const target = mapped ?? (setup.isOwnShop ? value : undefined);
  const node = known.nodes.find((one) => one.locationId === target);
  const lacking = (
    code: NamedStore['code'],
    cause: Missing['cause'],
    detail: string,
  ): NamedStore => {
    return { value, storeId: null, code, lack: { code: 'mapping.store', cause, detail } };
  };
  if (!node && mapped !== undefined) {
    const detail = `${value} of ${channelInstance} is mapped to ${mapped}, which is no store here`;
    return lacking('unknown_location', { kind: 'location', ref: mapped }, detail);
  }
  if (!node) {
    const detail = `${value} of ${channelInstance} is no store that is known here`;
    const ref = `store/${channelInstance}/${value}`;
    return lacking('unknown_location', { kind: 'mapping', ref }, detail);
  }
  const { locationId } = node;
  const why = whyNoPickup(node);
  if (why === null) return { value, storeId: locationId, lack: null, code: 'no_pickup_there' };
  const detail = `nothing can be collected at ${locationId}: ${why}`;
  return lacking('no_pickup_there', { kind: 'location', ref: locationId }, detail);
}

export function whyNoPickup(node: KnownValues['nodes'][number]): string | null {
  if (node.kind !== 'store') return 'it is no store';
  if (!node.active) return 'it is not active';
  return node.hasOpeningHours ? null : 'it has no opening hours';
}
