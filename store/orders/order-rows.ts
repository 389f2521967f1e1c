/** Lines and tenders as an order's view reads them, from their rows or from what was sent. */
import type { TenderFacts } from '../../canonical/rules/order/state';

export interface LineRow {
  readonly lineNo: number;
  readonly sku: string | null;
  readonly channelSku: string;
  readonly channelLineRef: string | null;
  readonly location: string | null;
  readonly ordered: number;
  readonly unallocated: number;
  readonly backordered: number;
  readonly reserved: number;
  readonly released: number;
  readonly shipped: number;
  readonly pickedUp: number;
  readonly cancelled: number;
  readonly returned: number;
  readonly grossMinor: number;
  readonly discountMinor: number;
  readonly shippingMinor: number;
  readonly taxMinor: number;
}
export interface TenderRow extends TenderFacts {
  readonly tenderNo: number;
  /** The channel's name of the means of payment. */
  readonly gateway: string;
  /** Null until the gateway is mapped, at acceptance. */
  readonly tenderType: string | null;
  readonly authorizationRefs: readonly string[];
}
