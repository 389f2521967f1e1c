/**
 * settlement-reports: every hour, the reports that vendors have made since are fetched.
 *
 *   wait → look: fetch what is new, name the sources that are silent → wait …
 *
 * It keeps nothing: what was fetched is in Postgres, and the same report again is a duplicate. It
 * never ends; the relay starts it again where it is not running. Nothing to compensate. Versioning:
 * as it is, runs are short.
 */
import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type {
  ReportsLooked,
  SettlementReportsActivities,
  SettlementReportsInput,
} from '../../canonical/flows/settlement-reports';
import { LOOK_OPTIONS, lookAgainAndAgain } from '../kernel/looks';

const { fetchReports } = proxyActivities<SettlementReportsActivities>(LOOK_OPTIONS);

export async function settlementReports({ lookEveryMs }: SettlementReportsInput): Promise<never> {
  await lookAgainAndAgain(lookEveryMs, async () => {
    const summary = 'Fetch settlement reports';
    return describe(await fetchReports.executeWithOptions({ summary }, []));
  });
  return continueAsNew<typeof settlementReports>({ lookEveryMs });
}

function describe({ fetched, failed, silent }: ReportsLooked): readonly string[] {
  const lines = [
    ...Object.entries(fetched).map(([account, count]) => `- ${account}: ${count} fetched`),
    ...failed.map((account) => `- ${account} could not be asked`),
    ...silent.map((account) => `- ${account} is silent`),
  ];
  if (lines.length === 0) return ['### Nothing new at the last look'];
  return ['### At the last look', ...lines];
}
