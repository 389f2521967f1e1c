/** The order's moments as activities, beside those that every flow has. */
import type { OrderMoments } from '../../canonical/flows/order';
import { acceptOrder } from '../../moments/order/accept-order';
import { cancelOrder, planCancellation } from '../../moments/order/cancel-order';
import { liftHold, placeHold } from '../../moments/order/hold-order';
import { giveAccess } from '../../moments/fulfilment/give-access';
import { recordRejection } from '../../moments/fulfilment/record-rejection';
import { recordShipment } from '../../moments/fulfilment/record-shipment';
import { startPickup } from '../../moments/pickup/order-side/start-pickup';
import { momentGuard, type MomentSettings } from './guard';

export function createOrderActivities(settings: MomentSettings): OrderMoments {
  const guard = momentGuard(settings);
  return {
    acceptOrder: guard(acceptOrder),
    startPickup: guard(startPickup),
    giveAccess: guard(giveAccess),
    recordShipment: guard(recordShipment, 'retry-what-may-pass'),
    recordRejection: guard(recordRejection, 'retry-what-may-pass'),
    planCancellation: guard(planCancellation, 'retry-what-may-pass'),
    cancelOrder: guard(cancelOrder, 'retry-what-may-pass'),
    placeHold: guard(placeHold, 'retry-what-may-pass'),
    liftHold: guard(liftHold, 'retry-what-may-pass'),
  };
}
