/**
 * One look of the watchdog: what stands still is moved where it can be moved from here, and named
 * where that did not help. It moves nothing itself: it writes the rows that the relay delivers, and
 * a flow that is told and does not run is started again from Postgres.
 */
import type { Logger } from 'pino';
import {
  STALL_LIMITS,
  type Looked,
  type StallKind,
  type WatchdogActivities,
} from '../../canonical/flows/watchdog';
import type { Database } from '../../store/database';
import { openFlowsAfter } from '../../store/flows/open-flows';
import { findStalled, FOUND_KINDS, type Stalled } from '../../store/watchdog/stalled';
import {
  countStalled,
  namedOf,
  nameStalled,
  tellResolutionsAgain,
  tellToLookAgain,
} from '../../store/watchdog/moves';
import { ownFailure } from '../failure';
import { withPulse } from '../pace';

const FLOWS_A_PAGE = 500;
const PAGES_A_LOOK = 40;

export interface WatchdogSettings {
  readonly db: Database;
  readonly log: Logger;
  /** Those of the workflows that Temporal runs. */
  running(workflowIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Those of the flows in which something is due, or nothing is, and nothing says why they wait. */
  stalledFlows(
    db: Database,
    workflowIds: readonly string[],
    forMs: number,
  ): Promise<readonly Stalled[]>;
}

interface Tally {
  readonly moved: Partial<Record<StallKind, number>>;
  readonly named: Partial<Record<StallKind, number>>;
}

export function createWatchdogActivities(settings: WatchdogSettings): WatchdogActivities {
  return {
    async lookForStalled({ after }) {
      try {
        return await withPulse(() => look(settings, after));
      } catch (error) {
        throw ownFailure(error, 'looking for what stands still', 'retry-all');
      }
    },
  };
}

/** @param after - the last open flow that the look before went through; '' begins anew */
export async function look(settings: WatchdogSettings, after: string): Promise<Looked> {
  const { db, log } = settings;
  const tally: Tally = { moved: {}, named: {} };
  for (const kind of FOUND_KINDS) {
    const { movedAfterMs } = STALL_LIMITS[kind];
    await settle(settings, tally, kind, await findStalled(db, kind, movedAfterMs));
  }
  const end = await lookAtFlows(settings, tally, after);
  await countStalled(db, tally);
  const had = [...Object.keys(tally.moved), ...Object.keys(tally.named)];
  if (had.length > 0) log.warn({ ...tally }, 'something stood still');
  return { ...tally, after: end };
}

/** Moves and names what was found of a kind; what was named before and is not there is over. */
async function settle(
  { db }: WatchdogSettings,
  tally: Tally,
  kind: StallKind,
  found: readonly Stalled[],
): Promise<void> {
  const { namedAfterMs } = STALL_LIMITS[kind];
  add(tally.moved, kind, await move(db, kind, found));
  // An effect or a fact of a flow that has ended has nobody who could move it.
  const isStuck = (one: Stalled) =>
    one.stalledMs >= namedAfterMs || (kind === 'effect' && one.workflowId === null);
  add(tally.named, kind, await nameStalled(db, kind, found.filter(isStuck)));
}

async function move(db: Database, kind: StallKind, found: readonly Stalled[]): Promise<number> {
  if (found.length === 0) return 0;
  switch (kind) {
    case 'resolution': {
      const told = await tellResolutionsAgain(
        db,
        found.map((one) => one.ref),
      );
      return told.size;
    }
    case 'fact':
    case 'effect':
    case 'pickup':
    case 'run':
    case 'flow': {
      const ids = found.flatMap(({ workflowId }) => (workflowId === null ? [] : [workflowId]));
      return (await tellToLookAgain(db, ids)).size;
    }
    // Loops of the worker are at these all the time: nothing more can be done from here.
    case 'event':
    case 'dispatch':
    case 'outbox':
    case 'batch':
      return 0;
  }
}

/** Open flows, a page at a time: does each run, and does it wait for something with a name? */
async function lookAtFlows(
  settings: WatchdogSettings,
  tally: Tally,
  after: string,
): Promise<string> {
  const { db } = settings;
  const stalled: Stalled[] = [];
  const { movedAfterMs } = STALL_LIMITS.flow;
  // Those that were named are looked at each time, wherever their page is.
  const named = (await namedOf(db, 'flow')).map(({ blocks }) => blocks.slice('flow:'.length));
  stalled.push(...(await settings.stalledFlows(db, named, movedAfterMs)));
  let last = after;
  for (let page = 0; page < PAGES_A_LOOK; page += 1) {
    const ids = await openFlowsAfter(db, last, STALL_LIMITS.run.movedAfterMs, FLOWS_A_PAGE);
    const running = await settings.running(ids);
    const lost = ids.filter((id) => !running.has(id));
    add(tally.moved, 'run', (await tellToLookAgain(db, lost)).size);
    const others = ids.filter((id) => running.has(id) && !named.includes(id));
    stalled.push(...(await settings.stalledFlows(db, others, movedAfterMs)));
    last = ids.length < FLOWS_A_PAGE ? '' : (ids.at(-1) ?? '');
    if (last === '') break;
  }
  await settle(settings, tally, 'flow', stalled);
  return last;
}

function add(counts: Partial<Record<StallKind, number>>, kind: StallKind, cases: number): void {
  if (cases > 0) counts[kind] = (counts[kind] ?? 0) + cases;
}
