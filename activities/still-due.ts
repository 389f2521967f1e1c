/** A step of an order that is no longer due when its call is begun is not called. */
import type { EffectAnswer } from '../canonical/flows/order';
import { agendaOf } from '../canonical/rules/order/agenda';
import type { KnownOrder } from '../store/orders/orders';

/** What its flow is told then: what is due instead; null where the step is. */
export const unwanted =
  (key: string) =>
  (order: KnownOrder): EffectAnswer | null => {
    const agenda = agendaOf(order);
    const isDue = [...agenda.money, ...agenda.releases].some((one) => one.key === key);
    return isDue ? null : { outcome: 'not-called', agenda };
  };
