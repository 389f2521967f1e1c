/** The moments that a settlement's flow has as every flow has them. */
import { SETTLEMENT_RESOLUTION_TABLES } from '../../canonical/flows/settlement-steps';
import type { SettlementAgenda } from '../../canonical/flows/settlement';
import { actionOf } from '../../canonical/flows/step';
import type { SettlementSnapshot } from '../../canonical/rules/settlement/snapshot';
import { setSettlementState } from '../../store/settlement/settlements';
import { everyFlow } from '../flow/every-flow';
import { SETTLEMENT_RESOLUTIONS } from './resolutions';
import { exceptionOfSettlement, SETTLEMENT_FRAME, type OfSettlement } from './settlement-moment';

export const settlementFlow = everyFlow<OfSettlement, SettlementSnapshot, SettlementAgenda>({
  ...SETTLEMENT_FRAME,
  exceptionOf: (settlement) => exceptionOfSettlement(settlement),
  async resolve(sql, settlement, resolved) {
    const action = actionOf(SETTLEMENT_RESOLUTION_TABLES, resolved);
    if (action) await SETTLEMENT_RESOLUTIONS[action](sql, settlement, resolved);
  },
  outcomeOf: ({ state }) => (state === 'rejected' ? 'rejected' : 'closed'),
  async ended(sql, { settlementId, state }) {
    if (state === 'posted') await setSettlementState(sql, settlementId, 'closed');
  },
});
