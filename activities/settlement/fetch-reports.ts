/**
 * One look for settlement reports: of each account whose vendor keeps them, those that were made
 * since the newest that is here go through the door that every report comes through. A source that
 * cannot be asked keeps no other waiting; one that is silent past its cadence is an exception.
 */
import type { Logger } from 'pino';
import type {
  ReportsLooked,
  SettlementReportsActivities,
} from '../../canonical/flows/settlement-reports';
import {
  bankSetup,
  clearingSetupOf,
  clearingSetups,
  feedSetups,
} from '../../canonical/installation';
import { VendorFault } from '../../canonical/ports/fault';
import type { ReportListed, SettlementReports } from '../../canonical/ports/settlement-reports';
import { receiveReport, type ReportReceived } from '../../moments/settlement/receive';
import { nameSilence, type WatchedFeed } from '../../moments/settlement/silence';
import type { SettlementSources } from '../../moments/settlement/stage';
import type { Database } from '../../store/database';
import { closeSystemWait, openSystemWait } from '../../store/exceptions/system-wait';
import { isFetched, recordFetched, watchFeed, type Feed } from '../../store/settlement/feeds';
import { ownFailure } from '../failure';
import { withPulse } from '../pace';

/** The rest is fetched at the next look. */
const REPORTS_A_LOOK = 100;
/** Named in one look: years of one account. */
const REPORTS_LISTED_MAX = 10_000;
const DAY_MS = 86_400_000;
/** A report may be listed later than one that was made after it. */
const OVERLAP_MS = 3 * DAY_MS;
/** Of an account that is watched for the first time: what was paid out before it was. */
const FIRST_MS = 30 * DAY_MS;

export interface FetchSettings {
  readonly db: Database;
  readonly log: Logger;
  readonly sources: SettlementSources;
  /** By account. */
  readonly reports: Readonly<Record<string, SettlementReports>>;
  readonly pagesUrl?: string | undefined;
}

export function createSettlementReportActivities(
  settings: FetchSettings,
): SettlementReportsActivities {
  return {
    async fetchReports() {
      try {
        return await withPulse(() => fetchAll(settings, Date.now()));
      } catch (error) {
        throw ownFailure(error, 'fetching settlement reports', 'retry-all');
      }
    },
  };
}

export async function fetchAll(settings: FetchSettings, nowMs: number): Promise<ReportsLooked> {
  const fetched: Record<string, number> = {};
  const failed: string[] = [];
  const silent: string[] = [];
  for (const [account, reports] of Object.entries(settings.reports)) {
    const source = settings.sources[reports.source];
    const clearing = clearingSetups(reports.source).find((one) => one.account === account);
    // An account that no channel's money stands on settles nothing here.
    if (!source || !clearing) continue;
    const feed = await watchFeed(settings.db, account, reports.source);
    try {
      const count = await fetchOf(settings, { source, clearing }, reports, feed);
      if (count > 0) fetched[account] = count;
      await settings.db.transaction((sql) => closeSystemWait(sql, notFetched(account)));
    } catch (error) {
      if (!(error instanceof VendorFault)) throw error;
      // What may pass is seen as silence where it does not.
      if (error.kind === 'misconfigured') await nameNotFetched(settings.db, account, error.message);
      settings.log.warn({ account, fault: error.kind }, 'settlement reports could not be fetched');
      failed.push(account);
    }
  }
  for (const one of watched(settings)) {
    if (await nameSilence(settings.db, one, nowMs)) silent.push(one.name);
  }
  return { fetched, failed, silent };
}

/** Whose silence is an exception: those that are fetched, and those that the set-up expects. */
function watched({ reports }: FetchSettings): readonly WatchedFeed[] {
  const fetched = Object.entries(reports).flatMap(([account, { source }]) =>
    clearingSetups(source).some((one) => one.account === account)
      ? [{ name: account, source }]
      : [],
  );
  const expected = feedSetups().flatMap(({ name }) => {
    const source = bankSetup(name) ? 'bank' : clearingSetupOf(name)?.source;
    return source === undefined || fetched.some((one) => one.name === name)
      ? []
      : [{ name, source }];
  });
  return [...fetched, ...expected];
}

const notFetched = (account: string) =>
  ({ code: 'settlement.not-fetched', account, work: 'settlement-reports' }) as const;

async function nameNotFetched(db: Database, account: string, why: string): Promise<void> {
  const detail = `Reports of ${account} cannot be fetched: ${why}`;
  await db.transaction((sql) => openSystemWait(sql, notFetched(account), detail));
}

/** How many came. */
async function fetchOf(
  { db, pagesUrl }: FetchSettings,
  { source, clearing }: Pick<ReportReceived, 'source' | 'clearing'>,
  reports: SettlementReports,
  { watchedSince, lastReportAt }: Feed,
): Promise<number> {
  const { account } = clearing;
  const fromMs =
    lastReportAt === null
      ? Date.parse(watchedSince) - FIRST_MS
      : Date.parse(lastReportAt) - OVERLAP_MS;
  const since = new Date(fromMs).toISOString();
  const missing: ReportListed[] = [];
  for await (const one of reports.listed(since)) {
    if (missing.length >= REPORTS_LISTED_MAX) break;
    if (!(await isFetched(db, account, one.reportId))) missing.push(one);
  }
  // The oldest first: the next look goes on from the newest that is here, whatever ends this one.
  missing.sort((a, b) => a.madeAt.localeCompare(b.madeAt));
  let count = 0;
  for (const { reportId, madeAt } of missing.slice(0, REPORTS_A_LOOK)) {
    const { settlementId } = await receiveReport(db, {
      ...{ source, clearing, bytes: reports.bytes(reportId), pagesUrl },
      receivedBy: 'schedule',
      correlationId: `settlement-reports/${account}/${reportId}`,
    });
    await recordFetched(db, { account, reportId, settlementId, madeAt });
    count += 1;
  }
  return count;
}
