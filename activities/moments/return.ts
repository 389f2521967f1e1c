/** The moments of a return as activities, beside those that every flow has. */
import type { ReturnMoments } from '../../canonical/flows/return';
import {
  giveUpExpected,
  recordReturnInspected,
  recordReturnReceived,
} from '../../moments/return/return-flow';
import { placeExchange } from '../../moments/return/exchange';
import { momentGuard, type MomentSettings } from './guard';

export function createReturnActivities(settings: MomentSettings): ReturnMoments {
  const guard = momentGuard(settings);
  return {
    recordReturnReceived: guard(recordReturnReceived, 'retry-what-may-pass'),
    recordReturnInspected: guard(recordReturnInspected, 'retry-what-may-pass'),
    giveUpExpected: guard(giveUpExpected),
    placeExchange: guard(placeExchange),
  };
}
