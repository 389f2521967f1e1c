/** A source that is silent past its cadence is an exception, until something of it comes. */
import { SILENT_AFTER_MS, SILENT_AFTER_MS_ELSE } from '../../canonical/flows/settlement-reports';
import { feedSetups } from '../../canonical/installation';
import type { Database } from '../../store/database';
import { closeSystemWait, openSystemWait } from '../../store/exceptions/system-wait';
import { watchFeed } from '../../store/settlement/feeds';

/** An account and its source; of a bank `bank`. */
export interface WatchedFeed {
  readonly name: string;
  readonly source: string;
}

const DAY_MS = 86_400_000;

/** True where it is silent: opened once, and over with the next report by any door. */
export async function nameSilence(
  db: Database,
  { name, source }: WatchedFeed,
  nowMs: number,
): Promise<boolean> {
  const { watchedSince, lastReportAt, lastArrivalAt } = await watchFeed(db, name, source);
  const since = [watchedSince, lastReportAt, lastArrivalAt]
    .filter((at) => at !== null)
    .reduce((latest, at) => (Date.parse(at) > Date.parse(latest) ? at : latest));
  const isSilent = nowMs - Date.parse(since) > silentAfterMs({ name, source });
  const wait = { code: 'settlement.silent', account: name, work: 'settlement-reports' } as const;
  const detail = `Nothing of ${name} (${source}) has come since ${since.slice(0, 10)}`;
  await db.transaction((sql) =>
    isSilent ? openSystemWait(sql, wait, detail) : closeSystemWait(sql, wait),
  );
  return isSilent;
}

/** What the set-up says, else what the source is known for. */
function silentAfterMs({ name, source }: WatchedFeed): number {
  const days = feedSetups().find((one) => one.name === name)?.silentAfterDays;
  if (days !== undefined) return days * DAY_MS;
  return SILENT_AFTER_MS[source] ?? SILENT_AFTER_MS_ELSE;
}
