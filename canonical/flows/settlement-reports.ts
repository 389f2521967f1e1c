/** The flow that fetches settlement reports from where vendors keep them, and misses those that fail to come. */
import type { FlowContract } from './contract';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Vendors make reports once a day at the most. */
export const REPORTS_LOOK_MS = HOUR_MS;

/**
 * How long a source may be silent: its own cadence, a weekend with a holiday, and a day to make the
 * report. Amazon settles every two weeks; the others pay every business day.
 */
export const SILENT_AFTER_MS: Readonly<Record<string, number>> = { amazon: 17 * DAY_MS };
export const SILENT_AFTER_MS_ELSE = 5 * DAY_MS;

export interface SettlementReportsInput {
  readonly lookEveryMs: number;
}

/** What one look did, by account. */
export interface ReportsLooked {
  readonly fetched: Readonly<Record<string, number>>;
  /** Accounts that could not be asked. */
  readonly failed: readonly string[];
  readonly silent: readonly string[];
}

export interface SettlementReportsActivities {
  fetchReports(): Promise<ReportsLooked>;
}

export const SETTLEMENT_REPORTS_FLOW: FlowContract<SettlementReportsInput> = {
  type: 'settlementReports',
  subject: 'platform',
  priorityKey: 4,
  workflowId: () => 'settlement-reports',
  summary: () => 'Fetches settlement reports',
  facts: {},
};
