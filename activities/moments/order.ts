/** The order's moments as activities: thin over the store, errors without what they may quote. */
import { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import type { OrderMoments } from '../../canonical/flows/order';
import type { Database } from '../../store/database';
import { acceptOrder } from '../../moments/order/accept-order';
import { readAgenda } from '../../moments/order/agenda';
import { applyResolution } from '../../moments/order/apply-resolution';
import { cancelOrder, planCancellation } from '../../moments/order/cancel-order';
import { closeOrder } from '../../moments/order/close-order';
import { liftHold, placeHold } from '../../moments/order/hold-order';
import { recordRejection } from '../../moments/fulfilment/record-rejection';
import { recordShipment } from '../../moments/fulfilment/record-shipment';
import { closeWait, openWait } from '../../moments/order/wait';
import { describe, ownFailure } from '../failure';

export function createOrderActivities({
  db,
  log,
}: {
  readonly db: Database;
  readonly log: Logger;
}): OrderMoments {
  /** `retry-what-may-pass`: where the flow can park what the moment will never take. */
  const guard =
    <I extends { readonly orderId: string }, O>(
      moment: (db: Database, input: I) => Promise<O>,
      retries: 'retry-all' | 'retry-what-may-pass' = 'retry-all',
    ) =>
    async (input: I): Promise<O> => {
      try {
        return await moment(db, input);
      } catch (error) {
        const { activityType } = Context.current().info;
        log.warn(
          { orderId: input.orderId, moment: activityType, reason: describe(error) },
          'a moment failed',
        );
        throw ownFailure(error, activityType, retries);
      }
    };
  return {
    acceptOrder: guard(acceptOrder),
    readAgenda: guard(readAgenda),
    recordShipment: guard(recordShipment, 'retry-what-may-pass'),
    recordRejection: guard(recordRejection, 'retry-what-may-pass'),
    planCancellation: guard(planCancellation, 'retry-what-may-pass'),
    cancelOrder: guard(cancelOrder, 'retry-what-may-pass'),
    placeHold: guard(placeHold, 'retry-what-may-pass'),
    liftHold: guard(liftHold, 'retry-what-may-pass'),
    applyResolution: guard(applyResolution),
    openWait: guard(openWait),
    closeWait: guard(closeWait),
    closeOrder: guard(closeOrder),
  };
}
