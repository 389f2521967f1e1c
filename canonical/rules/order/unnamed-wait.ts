/** An order that has been quiet for long: does it wait for something that has a name? */
import type { OrderAgenda } from '../../flows/order';

/** Null where it does: an exception, a hold, or goods that a warehouse or a store has and is held to. */
export function unnamedWait(agenda: OrderAgenda): string | null {
  const { order, money, releases, pickups = [], blockedBy, isSettled } = agenda;
  if (blockedBy.length > 0) return null;
  const [due] = [
    ...money.map(({ step }) => step),
    ...releases.map(() => 'release'),
    ...pickups.map(() => 'pickup'),
  ];
  if (due !== undefined) return `${due} is due and was not done`;
  if (isSettled) return 'nothing is left to do and it was not closed';
  if (order.isOnHold || order.units.released > 0) return null;
  return 'nothing is due and it was not closed';
}
