/** A pickup's moments as activities, beside those that every flow has. */
import type { PickupMoments } from '../../canonical/flows/pickup';
import {
  recordAccepted,
  recordArrived,
  recordHandedOver,
  recordNoShow,
  recordReady,
  recordStoreRejection,
  recordSubstitution,
} from '../../moments/pickup/record-pickup-fact';
import { wakePickup } from '../../moments/pickup/wake-pickup';
import { momentGuard, type MomentSettings } from './guard';

export function createPickupActivities(settings: MomentSettings): PickupMoments {
  const guard = momentGuard(settings);
  return {
    recordAccepted: guard(recordAccepted, 'retry-what-may-pass'),
    recordReady: guard(recordReady, 'retry-what-may-pass'),
    recordArrived: guard(recordArrived, 'retry-what-may-pass'),
    recordHandedOver: guard(recordHandedOver, 'retry-what-may-pass'),
    recordStoreRejection: guard(recordStoreRejection, 'retry-what-may-pass'),
    recordSubstitution: guard(recordSubstitution, 'retry-what-may-pass'),
    recordNoShow: guard(recordNoShow, 'retry-what-may-pass'),
    wakePickup: guard(wakePickup),
  };
}
