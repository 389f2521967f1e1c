/** What a rejection takes back of a request: what it names, at most what is there. */
import type { LineQuantity } from './cancellation';
import type { OrderSnapshot } from './snapshot';

export interface RejectionMove {
  readonly lineNo: number;
  readonly groupNo: number;
  readonly from: 'released';
  readonly to: 'reserved';
  readonly quantity: number;
}

/** No lines named: all that the group has out. `isPart`: something of it stays at the warehouse. */
export function rejectedUnits(
  order: Pick<OrderSnapshot, 'lines'>,
  groupNo: number,
  named: readonly LineQuantity[] | undefined,
): { readonly moves: readonly RejectionMove[]; readonly isPart: boolean } {
  let isPart = false;
  const moves = order.lines.flatMap(({ lineNo, allocations }): RejectionMove[] => {
    const out = allocations.find((one) => one.groupNo === groupNo)?.released ?? 0;
    const asked = named
      ?.filter((one) => one.lineNo === lineNo)
      .reduce((units, one) => units + one.quantity, 0);
    const quantity = Math.min(out, asked ?? out);
    if (quantity < out) isPart = true;
    return quantity > 0 ? [{ lineNo, groupNo, from: 'released', to: 'reserved', quantity }] : [];
  });
  return { moves, isPart };
}
