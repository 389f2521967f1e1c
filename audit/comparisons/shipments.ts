// I4 of parcels: what counts here as having left has left the warehouse by its own records, with the
// same units of the same items; and what it has shipped of an order of ours is known here.
import { isLookedFor, type Against } from './window';
import type { OutsideRecord, RecordPart } from '../../canonical/ports/records';
import type { OwnOrder, OwnShipment } from '../own-order';
import { nameOfOrder, type Difference } from '../report';
import { differenceOfParts, nameParts } from './parts';

const SHIPPED_AFTER_CANCEL = 'fulfilment.shipped-after-cancel';

interface Parcel extends Pick<OwnShipment, 'shipmentRef' | 'account' | 'shippedAt'> {
  readonly order: OwnOrder;
  readonly parts: readonly RecordPart[];
}

/** What was told of a parcel again, and what it held beside its order, is the same parcel. */
function parcelsOf(order: OwnOrder): Parcel[] {
  const byRef = new Map<string, Parcel>();
  for (const { shipmentRef, account, shippedAt, lines } of order.shipments) {
    const known = byRef.get(shipmentRef);
    const parts = lines.map(({ lineNo, sku, quantity }) => ({
      name: `line ${lineNo}`,
      quantity,
      sku,
    }));
    byRef.set(shipmentRef, {
      order,
      shipmentRef,
      account: known?.account ?? account,
      shippedAt: known?.shippedAt ?? shippedAt,
      parts: [...(known?.parts ?? []), ...parts],
    });
  }
  return [...byRef.values()];
}

function difference(order: OwnOrder, code: string, parcel: string, detail: string): Difference {
  const subject = `${order.orderId} ${parcel}`;
  return { invariant: 'I4', code, subject, detail: `${nameOfOrder(order)}: ${detail}` };
}

/** @param theirs shipments of the warehouse accounts `accounts` */
export function checkShipments(
  orders: readonly OwnOrder[],
  theirs: readonly OutsideRecord[],
  accounts: readonly string[],
  against: Against,
): Difference[] {
  const { books } = against;
  const byRef = new Map(theirs.map((record) => [record.id, record]));
  const parcels = orders.flatMap(parcelsOf);
  const known = new Set(parcels.map(({ shipmentRef }) => shipmentRef));
  const byOrder = new Map(orders.map((order) => [order.orderId, order]));
  const ours = parcels.flatMap((parcel): Difference[] => {
    const { order, shipmentRef, account, shippedAt, parts } = parcel;
    const record = byRef.get(shipmentRef);
    const here = `parcel ${shipmentRef} (${nameParts(parts)}) counts here as having left`;
    if (!record) {
      const isTheirs = account !== null && accounts.includes(account);
      if (!isTheirs || !isLookedFor(shippedAt, against)) return [];
      const detail = `${here}; ${books}'s records have no such shipment`;
      return [difference(order, 'shipment-missing', shipmentRef, detail)];
    }
    const odd = differenceOfParts(parts, record.parts);
    if (odd === null) return [];
    const detail = `${here}; by ${books}'s records it is ${nameParts(record.parts)}`;
    return [difference(order, 'shipment-lines', shipmentRef, detail)];
  });
  const unknown = theirs.flatMap(({ id, orderRef, createdAt, parts }): Difference[] => {
    const order = orderRef === null ? undefined : byOrder.get(orderRef);
    if (!order || known.has(id) || createdAt > against.cutoff) return [];
    if (order.doubtedParcels.includes(id)) return [];
    // What was cancelled before it left is in an exception's hands, and no shipment of the order.
    if (order.exceptions.some(({ code }) => code === SHIPPED_AFTER_CANCEL)) return [];
    const detail = `${books}'s records have the shipment ${id} (${nameParts(parts)}); it is not known here`;
    return [difference(order, 'shipment-unknown', id, detail)];
  });
  return [...ours, ...unknown];
}
