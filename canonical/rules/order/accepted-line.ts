/** A line as it stands once its order is accepted. */
import type { AcceptableAllocation, AcceptableLine } from './judgement';
import type { SnapshotLine } from './snapshot';

/** Field by field: an order has thousands of them, and each is read many times. */
export function acceptedLine(
  line: AcceptableLine,
  allocations: readonly AcceptableAllocation[],
): SnapshotLine {
  const { lineNo, sku, channelSku, channelLineRef, quantity, notSent } = line;
  const { grossMinor, discountMinor, shippingMinor, taxes } = line;
  const unsent = notSent?.quantity ?? 0;
  return {
    lineNo,
    sku,
    channelSku,
    channelLineRef,
    grossMinor,
    discountMinor,
    shippingMinor,
    taxes,
    ordered: quantity,
    unallocated: unsent,
    backordered: 0,
    reserved: quantity - unsent,
    released: 0,
    shipped: 0,
    pickedUp: 0,
    cancelled: 0,
    returned: 0,
    allocations: allocations.map((one) => ({
      groupNo: one.groupNo,
      reserved: one.quantity,
      released: 0,
      shipped: 0,
      pickedUp: 0,
      cancelled: 0,
    })),
    ...(notSent && { notSent: notSent.why }),
  };
}
