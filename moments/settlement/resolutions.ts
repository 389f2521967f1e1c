/** What a resolution does to a settlement; which of which exception stands with its steps. */
import type { SettlementAction } from '../../canonical/flows/settlement-steps';
import type { SettlementSnapshot } from '../../canonical/rules/settlement/snapshot';
import type { Sql } from '../../store/database';
import type { TakenResolution } from '../../store/exceptions/exceptions';
import { setSettlementState } from '../../store/settlement/settlements';
import { booksOf } from './books';
import { classifyOrWriteOff } from './classify';
import { recheck, writeOff } from './rest';

type Do = (sql: Sql, settlement: SettlementSnapshot, resolved: TakenResolution) => Promise<void>;

const isUnbooked = ({ state }: SettlementSnapshot) => state === 'unreadable' || state === 'untied';

/** Its bytes are read anew: others may have come, or its reader knows more. */
const stageAgain: Do = async (sql, settlement) => {
  if (isUnbooked(settlement)) await setSettlementState(sql, settlement.settlementId, 'received');
};

/** Nothing of it was booked, and nothing will be. */
const reject: Do = async (sql, settlement) => {
  if (isUnbooked(settlement)) await setSettlementState(sql, settlement.settlementId, 'rejected');
};

export const SETTLEMENT_RESOLUTIONS: Readonly<Record<SettlementAction, Do>> = {
  stageAgain,
  reject,
  async recheck(sql, settlement) {
    if (settlement.state === 'posted') await recheck(sql, booksOf(settlement));
  },
  async classify(sql, settlement) {
    if (settlement.state === 'posted') await classifyOrWriteOff(sql, booksOf(settlement));
  },
  async writeOff(sql, settlement, { code }) {
    if (settlement.state === 'posted') await writeOff(sql, booksOf(settlement), code);
  },
};
