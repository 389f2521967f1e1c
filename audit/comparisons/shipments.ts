// I4 of parcels: what counts here as shipped has left the warehouse by its own records, with the
// same units; and what it has shipped of an order of ours is known here.
import { isLookedFor, type Against } from './window';
import type { OutsideRecord } from '../../canonical/ports/records';
import type { OwnOrder, OwnShipment } from '../own-order';
import { nameOfOrder, type Difference } from '../report';

const SHIPPED_AFTER_CANCEL = 'fulfilment.shipped-after-cancel';

const unitsOf = (parts: readonly { readonly name: string; readonly quantity: number }[]) =>
  parts
    .map(({ name, quantity }) => `${name} ${quantity}`)
    .sort()
    .join(', ');

const ownUnits = ({ lines }: OwnShipment) =>
  unitsOf(lines.map(({ lineNo, quantity }) => ({ name: `line ${lineNo}`, quantity })));

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
  const known = new Set(orders.flatMap((one) => one.shipments.map((parcel) => parcel.shipmentRef)));
  const byOrder = new Map(orders.map((order) => [order.orderId, order]));
  const ours = orders.flatMap((order) =>
    order.shipments
      .filter(({ account }) => account !== null && accounts.includes(account))
      .flatMap((parcel): Difference[] => {
        const { shipmentRef, shippedAt } = parcel;
        const record = byRef.get(shipmentRef);
        const here = `parcel ${shipmentRef} (${ownUnits(parcel)}) counts here as shipped`;
        if (!record) {
          if (!isLookedFor(shippedAt, against)) return [];
          const detail = `${here}; ${books}'s records have no such shipment`;
          return [difference(order, 'shipment-missing', shipmentRef, detail)];
        }
        const there = unitsOf(record.parts);
        if (there === ownUnits(parcel)) return [];
        const detail = `${here}; by ${books}'s records it is ${there}`;
        return [difference(order, 'shipment-lines', shipmentRef, detail)];
      }),
  );
  const unknown = theirs.flatMap(({ id, orderRef, createdAt, parts }): Difference[] => {
    const order = orderRef === null ? undefined : byOrder.get(orderRef);
    if (!order || known.has(id) || createdAt > against.cutoff) return [];
    // What was cancelled before it left is in an exception's hands, and no shipment of the order.
    if (order.exceptions.some(({ code }) => code === SHIPPED_AFTER_CANCEL)) return [];
    const detail = `${books}'s records have the shipment ${id} (${unitsOf(parts)}); it is not known here`;
    return [difference(order, 'shipment-unknown', id, detail)];
  });
  return [...ours, ...unknown];
}
