/** An order whose channel said, when asked, where each of its lines is collected. */
import type { PlaceOfLine } from '../../ports/channel';
import type { Order } from '../../schema/order';
import type { Problem } from './problem';

export type CollectedOrder =
  | { readonly outcome: 'known'; readonly order: Order }
  | {
      readonly outcome: 'unreadable';
      readonly problems: readonly Pick<Problem, 'pointer' | 'detail'>[];
    };

/**
 * `storeId` of a line is the channel's own name of the place, which is mapped as a SKU is. A line of
 * which a part is shipped, or that is collected in several places, has no place in an order.
 */
export function collectedAt(order: Order, places: readonly PlaceOfLine[]): CollectedOrder {
  const byLine = new Map<string, Set<string | null>>();
  for (const { channelLineRef, quantity, place } of places) {
    if (quantity === 0) continue;
    byLine.set(channelLineRef, (byLine.get(channelLineRef) ?? new Set()).add(place));
  }
  const problems = order.lines.flatMap(({ channelLineRef }, index) =>
    (byLine.get(channelLineRef ?? '')?.size ?? 0) > 1
      ? [{ pointer: `/lines/${index}`, detail: 'collected or shipped in more than one place' }]
      : [],
  );
  if (problems.length > 0) return { outcome: 'unreadable', problems };
  const lines = order.lines.map((line) => {
    const [storeId] = byLine.get(line.channelLineRef ?? '') ?? [];
    return storeId ? { ...line, pickup: { storeId } } : line;
  });
  const isHomeless = lines.some(
    ({ pickup, quantity, notSent }) =>
      pickup === undefined && (notSent?.quantity ?? 0) < quantity && order.shipTo === undefined,
  );
  if (isHomeless) {
    const detail = 'it is to be sent, and nothing says where: add the address in the shop';
    return { outcome: 'unreadable', problems: [{ pointer: '/shipping_address', detail }] };
  }
  return { outcome: 'known', order: { ...order, lines } };
}
