/** Statuses are computed from quantities and amounts; nobody sets them by hand (R3). */

export const ORDER_STATUSES = [
  'received',
  'rejected',
  'accepted',
  'on-hold',
  'released',
  'partly-fulfilled',
  'fulfilled',
  'closed',
  'cancelled',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** Each unit of a line is in exactly one of these; `returned` counts within the moved ones. */
export interface LineQuantities {
  readonly ordered: number;
  readonly unallocated: number;
  readonly backordered: number;
  readonly reserved: number;
  readonly released: number;
  readonly shipped: number;
  readonly pickedUp: number;
  readonly cancelled: number;
  readonly returned: number;
}

export function quantitiesTie(line: LineQuantities): boolean {
  const placed =
    line.unallocated +
    line.backordered +
    line.reserved +
    line.released +
    line.shipped +
    line.pickedUp +
    line.cancelled;
  return placed === line.ordered && line.returned <= line.shipped + line.pickedUp;
}

/** Units that still have to go somewhere. */
export function openUnits(line: LineQuantities): number {
  return line.unallocated + line.backordered + line.reserved + line.released;
}

export interface OrderFacts {
  readonly isAccepted: boolean;
  readonly isRejected: boolean;
  readonly isOnHold: boolean;
  readonly isClosed: boolean;
  readonly lines: readonly LineQuantities[];
}

export function orderStatus(order: OrderFacts): OrderStatus {
  if (order.isRejected) return 'rejected';
  if (!order.isAccepted) return order.isOnHold ? 'on-hold' : 'received';
  const total = (of: (line: LineQuantities) => number) =>
    order.lines.reduce((units, line) => units + of(line), 0);
  const ordered = total((line) => line.ordered);
  const moved = total((line) => line.shipped + line.pickedUp);
  const cancelled = total((line) => line.cancelled);
  if (cancelled === ordered) return 'cancelled';
  if (order.isClosed) return 'closed';
  if (moved + cancelled === ordered) return 'fulfilled';
  if (order.isOnHold) return 'on-hold';
  if (moved > 0) return 'partly-fulfilled';
  return total((line) => line.released) > 0 ? 'released' : 'accepted';
}

export const TENDER_STATES = [
  'pending',
  'authorized',
  'partly-captured',
  'captured',
  'voided',
  'expired',
  'declined',
] as const;
export type TenderState = (typeof TENDER_STATES)[number];

export interface TenderFacts {
  readonly amountMinor: number;
  /** Of authorizations that live. */
  readonly authorizedMinor: number;
  readonly capturedMinor: number;
  readonly refundedMinor: number;
  readonly lastAuthorization: 'live' | 'voided' | 'expired' | 'declined' | 'consumed' | null;
}

export function tenderState(tender: TenderFacts): TenderState {
  if (tender.capturedMinor > 0) {
    return tender.capturedMinor < tender.amountMinor && tender.lastAuthorization === 'live'
      ? 'partly-captured'
      : 'captured';
  }
  switch (tender.lastAuthorization) {
    case 'live':
      return 'authorized';
    case 'voided':
    case 'expired':
    case 'declined':
      return tender.lastAuthorization;
    case 'consumed':
    case null:
      return 'pending';
  }
}
