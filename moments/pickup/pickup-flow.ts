/** The moments that a pickup's flow has as every flow has them. */
import { PICKUP_RESOLUTIONS } from '../../canonical/flows/pickup-steps';
import { actionOf } from '../../canonical/flows/step';
import { everyFlow } from '../flow/every-flow';
import { exceptionOfPickup } from './of-pickup';
import { PICKUP_FRAME } from './pickup-moment';
import { PICKUP_ACTIONS } from './pickup-resolutions';

export const pickupFlow = everyFlow({
  ...PICKUP_FRAME,
  exceptionOf: ({ pickup }) => exceptionOfPickup(pickup),
  async resolve(sql, inHand, resolved) {
    const action = actionOf(PICKUP_RESOLUTIONS, resolved);
    if (action === null) return;
    await PICKUP_ACTIONS[action](sql, inHand, resolved.about);
    inHand.exceptionsChanged();
  },
  outcomeOf: ({ pickup }) => pickup.state,
  async ended(_sql, { stays }) {
    stays();
  },
});
