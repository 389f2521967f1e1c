// I3 and I7 of stock: what is stored for a SKU at a location is the sum of its events; what is
// reserved is what orders have reserved and released; what is promised beyond it is an exception.
import { count, type Difference, type Invariant } from '../report';

export interface OwnStock {
  readonly sku: string;
  readonly locationId: string;
  readonly onHand: number;
  readonly reserved: number;
  /** Σ of its events. */
  readonly eventOnHand: number;
  readonly eventReserved: number;
  /** On hand, and not to be sold: as stored, and by its events. */
  readonly unsellable: number;
  readonly eventUnsellable: number;
  /** Σ reserved + released over the lines of orders. */
  readonly promised: number;
  readonly hasShortfall: boolean;
}

export function checkStock(stock: OwnStock): Difference[] {
  const subject = `${stock.sku}@${stock.locationId}`;
  const found = (invariant: Invariant, code: string, detail: string): Difference => ({
    invariant,
    code,
    subject,
    detail: `${stock.sku} at ${stock.locationId}: ${detail}`,
  });
  const { onHand, reserved, eventOnHand, eventReserved, promised } = stock;
  return [
    ...(onHand !== eventOnHand
      ? [
          found(
            'I3',
            'on-hand',
            `${count(onHand, 'unit')} on hand stored, its events add up to ${eventOnHand}`,
          ),
        ]
      : []),
    ...(stock.unsellable !== stock.eventUnsellable
      ? [
          found(
            'I3',
            'unsellable',
            `${count(stock.unsellable, 'unit')} not to be sold stored, its events add up to ${stock.eventUnsellable}`,
          ),
        ]
      : []),
    ...(reserved !== promised
      ? [
          found(
            'I3',
            'reserved',
            `${count(reserved, 'unit')} reserved stored, orders have ${promised} reserved or released there`,
          ),
        ]
      : []),
    ...(reserved !== eventReserved
      ? [
          found(
            'I7',
            'reserved-events',
            `${count(reserved, 'unit')} reserved stored, its events add up to ${eventReserved}`,
          ),
        ]
      : []),
    ...(reserved > Math.max(0, onHand) && !stock.hasShortfall
      ? [
          found(
            'I3',
            'shortfall',
            `${count(reserved, 'unit')} promised, ${onHand} on hand, and no open exception says so`,
          ),
        ]
      : []),
  ];
}
