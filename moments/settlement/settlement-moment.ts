/**
 * A settlement in a moment: its own row is locked first; then, where it settles items, the account
 * that they stand on, so that no item is settled twice.
 */
import type { SettlementAgenda } from '../../canonical/flows/settlement';
import { clearingSetups } from '../../canonical/installation';
import type { ClearingSetup } from '../../canonical/installation';
import { settlementAgendaOf } from '../../canonical/rules/settlement/agenda';
import type { SettlementSnapshot } from '../../canonical/rules/settlement/snapshot';
import { inBigTransaction, type CopySql } from '../../store/copy-in';
import type { Database } from '../../store/database';
import { lockSubject } from '../../store/flows/subject';
import { loadSettlement, settlementRow } from '../../store/settlement/settlements';
import type { ExceptionOf } from '../flow/every-flow';
import { take, type FlowFrame } from '../flow/flow-moment';
import type { Told } from '../../canonical/flows/moments';

export interface OfSettlement {
  readonly settlementId: string;
}

export class UnknownSettlement extends Error {
  override readonly name = 'UnknownSettlement';
}

export const SETTLEMENT_FRAME: FlowFrame<OfSettlement, SettlementSnapshot, SettlementAgenda> = {
  row: ({ settlementId }) => settlementRow(settlementId),
  async load(sql, { settlementId }) {
    const settlement = await loadSettlement(sql, settlementId);
    if (!settlement) throw new UnknownSettlement(`settlement ${settlementId} is not here`);
    return settlement;
  },
  agendaOf: settlementAgendaOf,
};

/** A moment over a whole file: as every moment, with the time that such a file takes. */
export function bigMoment(
  db: Database,
  of: OfSettlement,
  work: (sql: CopySql, settlement: SettlementSnapshot) => Promise<void>,
): Promise<Told<SettlementAgenda>> {
  return inBigTransaction(db, async (sql) => {
    const { inHand } = await take(SETTLEMENT_FRAME, sql, of, lockSubject);
    await work(sql, inHand);
    return { agenda: settlementAgendaOf(await SETTLEMENT_FRAME.load(sql, of)) };
  });
}

/** @throws UnknownSettlement for an account that is not set up any more */
export function clearingOf({ source, account }: SettlementSnapshot): ClearingSetup {
  const setup = clearingSetups(source).find((one) => one.account === account);
  if (!setup) throw new UnknownSettlement(`account ${account} of ${source} is not set up`);
  return setup;
}

/** Whose an exception of a settlement is. */
export function exceptionOfSettlement(one: SettlementSnapshot, moneyMinor?: number): ExceptionOf {
  const { settlementId, workflowId, correlationId, currency } = one;
  return {
    subject: settlementId,
    workflowId,
    correlationId,
    ...(moneyMinor !== undefined && currency !== null && { moneyMinor, currency }),
  };
}
