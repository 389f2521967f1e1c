// I7 of pickups: what their own rows say left a store, the order's groups say too; and nothing that
// is collected was asked of a warehouse.
import type { OwnEffect } from '../own-effect';
import type { OwnOrder } from '../own-order';
import { count, nameOfOrder, type Difference } from '../report';

export function checkPickups(
  order: OwnOrder,
  effects: ReadonlyMap<string, OwnEffect>,
): Difference[] {
  return order.pickups.flatMap(({ groupNo, lines }) => [
    ...lines.flatMap((line): Difference[] => {
      const { lineNo, handedOver, pickedUp } = line;
      if (handedOver === pickedUp) return [];
      const said = `${count(handedOver, 'unit')} handed over by the pickup, ${pickedUp} by the order`;
      return [difference(order, groupNo, 'pickup-units', `line ${lineNo}: ${said}`)];
    }),
    ...atWarehouse(order, groupNo, effects),
  ]);
}

function atWarehouse(
  order: OwnOrder,
  groupNo: number,
  effects: ReadonlyMap<string, OwnEffect>,
): Difference[] {
  const prefix = `release:${order.orderId}:${groupNo}:`;
  return [...effects.values()]
    .filter(({ key, state }) => key.startsWith(prefix) && state !== 'refused')
    .map(({ key, account }) =>
      difference(
        order,
        groupNo,
        'pickup-at-warehouse',
        `${account} was asked under ${key} for what is collected in a store`,
      ),
    );
}

function difference(order: OwnOrder, groupNo: number, code: string, detail: string): Difference {
  const subject = `${order.orderId}/${groupNo}`;
  return { invariant: 'I7', code, subject, detail: `${nameOfOrder(order)}: ${detail}` };
}
