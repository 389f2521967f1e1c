/** What a warehouse says of a parcel, against its order and against what it said before. */
import type { ShipmentConfirmed } from '../../schema/event';
import type { OrderSnapshot } from './snapshot';

export interface ParcelUnits {
  readonly lineNo: number;
  /** Of the item that left; null: of a line that the order does not have, and nobody named it. */
  readonly sku: string | null;
  readonly quantity: number;
}
/** A parcel that was told before: all of it that counts as having left. */
export interface KnownParcel {
  readonly shipmentRef: string;
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  /** RFC 3339, by the warehouse's clock: when it last spoke of it; null: before that was kept. */
  readonly toldAt: string | null;
  readonly units: readonly ParcelUnits[];
}
export type DoubtCode = 'fulfilment.wrong-item' | 'fulfilment.same-parcel';

export type ParcelVerdict =
  | { readonly outcome: 'known'; readonly note: string }
  /** Nothing of it is recorded until a person has said what is true. */
  | { readonly outcome: 'in-doubt'; readonly code: DoubtCode; readonly detail: string }
  | {
      readonly outcome: 'to-record';
      /** What was told of the same parcel before. */
      readonly earlier: KnownParcel | null;
      /** What left beside what is recorded, and what is recorded and did not leave. */
      readonly more: readonly ParcelUnits[];
      readonly fewer: readonly ParcelUnits[];
      readonly isTrackingNew: boolean;
    };

/** @param confirmed what a person has said yes to of this event */
export function judgeParcel(
  order: OrderSnapshot,
  told: ShipmentConfirmed,
  of: {
    readonly known: readonly KnownParcel[];
    /** RFC 3339, by the warehouse's clock. */
    readonly toldAt: string;
    readonly confirmed: readonly string[];
  },
): ParcelVerdict {
  const { known, toldAt, confirmed } = of;
  const units = unitsTold(order, told);
  const earlier = known.find((one) => one.shipmentRef === told.shipmentId) ?? null;
  const more = minus(units, earlier?.units ?? []);
  const fewer = minus(earlier?.units ?? [], units);
  const isTrackingNew = earlier !== null && isTracedOtherwise(earlier, told);
  if (earlier && more.length === 0 && fewer.length === 0 && !isTrackingNew) {
    return { outcome: 'known', note: 'that shipment is recorded already' };
  }
  if (earlier?.toldAt && Date.parse(toldAt) < Date.parse(earlier.toldAt)) {
    return { outcome: 'known', note: `the warehouse said something later at ${earlier.toldAt}` };
  }
  const twin = earlier === null ? twinOf(known, told, units) : undefined;
  if (twin && !confirmed.includes('fulfilment.same-parcel')) {
    const detail = `parcel ${told.shipmentId} has the tracking number and the lines of ${twin.shipmentRef}, which is recorded`;
    return { outcome: 'in-doubt', code: 'fulfilment.same-parcel', detail };
  }
  const wrong = more.filter((one) => isOtherItem(order, one));
  if (wrong.length > 0 && !confirmed.includes('fulfilment.wrong-item')) {
    const detail = `parcel ${told.shipmentId} holds ${wrong.map((one) => otherItem(order, one)).join('; ')}`;
    return { outcome: 'in-doubt', code: 'fulfilment.wrong-item', detail };
  }
  return { outcome: 'to-record', earlier, more, fewer, isTrackingNew };
}

/** Why units of a parcel are not invoiced. */
export type SurplusReason = 'wrong-item' | 'no-such-line' | 'more-than-ordered' | 'made-good';
export interface SurplusUnits extends ParcelUnits {
  readonly why: SurplusReason;
}

/**
 * What of the units is the order's, and what it does not have. Units that were told to have left and
 * had not are owed: as many may leave once more.
 */
export function unitsByOwner(
  order: OrderSnapshot,
  units: readonly ParcelUnits[],
  of: {
    /** By line. */
    readonly owed: ReadonlyMap<number, number>;
    /** The order has ended: nothing of it is still to leave. */
    readonly isOver: boolean;
  },
): {
  readonly ordered: readonly { readonly lineNo: number; readonly quantity: number }[];
  readonly surplus: readonly SurplusUnits[];
} {
  const ordered: { lineNo: number; quantity: number }[] = [];
  const surplus: SurplusUnits[] = [];
  const keep = (one: ParcelUnits, quantity: number, why: SurplusReason) => {
    if (quantity > 0) surplus.push({ ...one, quantity, why });
  };
  for (const one of units) {
    const line = order.lines.find(({ lineNo }) => lineNo === one.lineNo);
    if (!line) keep(one, one.quantity, 'no-such-line');
    else if (isOtherItem(order, one)) keep(one, one.quantity, 'wrong-item');
    else {
      const left = of.isOver ? 0 : line.ordered - line.shipped - line.pickedUp;
      const quantity = Math.min(one.quantity, left);
      if (quantity > 0) ordered.push({ lineNo: one.lineNo, quantity });
      const madeGood = Math.min(one.quantity - quantity, of.owed.get(one.lineNo) ?? 0);
      keep(one, madeGood, 'made-good');
      keep(one, one.quantity - quantity - madeGood, 'more-than-ordered');
    }
  }
  return { ordered, surplus };
}

/** `1 MUG of line 2`, for a person. */
export const nameUnits = (units: readonly ParcelUnits[]): string =>
  units
    .map(({ lineNo, sku, quantity }) => `${quantity} ${sku ?? 'of an item'} of line ${lineNo}`)
    .join(', ');

const skuOf = (order: OrderSnapshot, lineNo: number): string | null => {
  const line = order.lines.find((one) => one.lineNo === lineNo);
  return line ? (line.sku ?? line.channelSku) : null;
};

/** A warehouse that names no SKU says that it sent the line's own. */
function unitsTold(order: OrderSnapshot, { lines }: ShipmentConfirmed): ParcelUnits[] {
  return total(lines.map((one) => ({ ...one, sku: one.sku ?? skuOf(order, one.lineNo) })));
}

function isOtherItem(order: OrderSnapshot, { lineNo, sku }: ParcelUnits): boolean {
  const ordered = skuOf(order, lineNo);
  return ordered !== null && sku !== null && sku !== ordered;
}

const otherItem = (order: OrderSnapshot, { lineNo, sku, quantity }: ParcelUnits): string =>
  `${quantity} ${sku ?? ''}, where line ${lineNo} is ${skuOf(order, lineNo) ?? ''}`;

function isTracedOtherwise(known: KnownParcel, told: ShipmentConfirmed): boolean {
  const isNew = (now: string | undefined, before: string | null) =>
    now !== undefined && now !== before;
  return isNew(told.trackingNumber, known.trackingNumber) || isNew(told.carrier, known.carrier);
}

/** Several parcels may travel under one number: only the same lines make it the same one. */
function twinOf(
  known: readonly KnownParcel[],
  { trackingNumber }: ShipmentConfirmed,
  units: readonly ParcelUnits[],
): KnownParcel | undefined {
  if (trackingNumber === undefined) return undefined;
  return known.find(
    (one) =>
      one.trackingNumber === trackingNumber &&
      minus(one.units, units).length === 0 &&
      minus(units, one.units).length === 0,
  );
}

const keyOf = ({ lineNo, sku }: ParcelUnits): string => JSON.stringify([lineNo, sku]);

/** One entry a line and item. */
export function total(units: readonly ParcelUnits[]): ParcelUnits[] {
  const byKey = new Map<string, ParcelUnits>();
  for (const one of units) {
    const { lineNo, sku } = one;
    const quantity = (byKey.get(keyOf(one))?.quantity ?? 0) + one.quantity;
    byKey.set(keyOf(one), { lineNo, sku, quantity });
  }
  return [...byKey.values()];
}

/** What `units` has beyond `others`. */
function minus(units: readonly ParcelUnits[], others: readonly ParcelUnits[]): ParcelUnits[] {
  const byKey = new Map(total(others).map((one) => [keyOf(one), one.quantity]));
  return total(units)
    .map((one) => ({ ...one, quantity: one.quantity - (byKey.get(keyOf(one)) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
}
