/** A period in a moment: its row is locked first; then its checks are made over the whole ledger. */
import { channelSetups, installation } from '../../canonical/installation';
import type { PeriodAgenda } from '../../canonical/flows/period-close';
import { holdingUp, type CheckResult } from '../../canonical/rules/close/checks';
import { periodAgendaOf, type PeriodSnapshot } from '../../canonical/rules/close/period';
import { ACCOUNTS } from '../../canonical/rules/posting/posting';
import { makeChecks } from '../../store/close/checks';
import { keepChecks, loadPeriod, periodRow } from '../../store/close/periods';
import { inBigTransaction } from '../../store/copy-in';
import type { Database, Sql } from '../../store/database';
import { lockSubject } from '../../store/flows/subject';
import type { Told } from '../../canonical/flows/moments';
import type { ExceptionOf } from '../flow/every-flow';
import { take, type FlowFrame } from '../flow/flow-moment';

export interface OfPeriod {
  readonly periodId: string;
}

export class UnknownPeriod extends Error {
  override readonly name = 'UnknownPeriod';
}

export const PERIOD_FRAME: FlowFrame<OfPeriod, PeriodSnapshot, PeriodAgenda> = {
  row: ({ periodId }) => periodRow(periodId),
  async load(sql, { periodId }) {
    const period = await loadPeriod(sql, periodId);
    if (!period) throw new UnknownPeriod(`period ${periodId} is not here`);
    return period;
  },
  agendaOf: periodAgendaOf,
};

export function exceptionOfPeriod({
  periodId,
  workflowId,
  correlationId,
}: PeriodSnapshot): ExceptionOf {
  return { subject: periodId, workflowId, correlationId };
}

/** A moment that reads the ledger of months: as every moment, with the time that it takes. */
export function periodMoment(
  db: Database,
  of: OfPeriod,
  work: (sql: Sql, period: PeriodSnapshot) => Promise<void>,
): Promise<Told<PeriodAgenda>> {
  return inBigTransaction(db, async (sql) => {
    const { inHand } = await take(PERIOD_FRAME, sql, of, lockSubject);
    await work(sql, inHand);
    return { agenda: periodAgendaOf(await PERIOD_FRAME.load(sql, of)) };
  });
}

/** While a month is closing they are made again, so that its page is never much behind. */
const RECHECK_MS = 30 * 60_000;

/** Makes the checks anew and keeps them. @throws UnknownPeriod of an entity that is not set up any more */
export async function check(
  sql: Sql,
  period: PeriodSnapshot,
  now: Date,
): Promise<readonly CheckResult[]> {
  const { entity, firstDay, lastDay, periodId } = period;
  const setup = installation().entities.find((one) => one.entity === entity);
  if (!setup) throw new UnknownPeriod(`entity ${entity} is not set up`);
  const found = await makeChecks(sql, {
    ...{ entity, firstDay, lastDay },
    functionalCurrency: setup.functionalCurrency,
    channels: channelSetups().flatMap((one) =>
      one.entity === entity ? [one.channelInstance] : [],
    ),
    monetary: Object.entries(ACCOUNTS).flatMap(([name, { openItem }]) => (openItem ? [name] : [])),
  });
  await keepChecks(sql, periodId, found, {
    now: now.toISOString(),
    recheckAt: new Date(now.getTime() + RECHECK_MS).toISOString(),
  });
  return (await PERIOD_FRAME.load(sql, { periodId })).checks;
}

/** Made anew; those that hold its close up, beside what was accepted. */
export async function checkedAnew(
  sql: Sql,
  period: PeriodSnapshot,
  now = new Date(),
): Promise<readonly CheckResult[]> {
  return holdingUp(await check(sql, period, now), period.accepted);
}
