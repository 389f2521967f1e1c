/**
 * The router: events that were stored reach what they are about. Every worker may run it: rows are
 * claimed, and a claim runs out by the clock. One event that cannot be read stops no other.
 */
import type { Logger } from 'pino';
import { describe } from '../activities/failure';
import { backOffMs, eachInParallel } from '../activities/pace';
import { sqlState } from '../store/database';
import { claimEvents, postponeEvent, setAside, type InboxRow } from '../store/inbox/routing';
import { wakeWaiting } from '../store/inbox/waiting-events';
import { apart, confirmTogether, routeTogether } from './echoes';
import { runLoop } from './loop';
import { routeEvent } from './route-event';
import type { RouterSettings } from './router-settings';

/** Between two looks when there is nothing to route. */
const IDLE_MS = 200;
/** What comes meanwhile is claimed, and confirmed, in one statement with what came before. */
const BUSY_MS = 400;
const CLAIMED_AT_ONCE = 40;
const ROUTED_IN_PARALLEL = 4;
/** A worker that dies gives its events back after this. */
const CLAIM_MS = 20_000;
/** How often waiting events are compared with the orders that came. */
const WAKE_EVERY_MS = 500;
/** Where none waits: one that begins to is looked at again by its own clock first. */
const WAKE_IDLE_EVERY_MS = 2_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
/** An event whose own content makes our code throw is set aside after so many tries. */
const TRIES_OF_A_POISON = 3;
/** Any other error that does not pass; at 30 s each, about an hour. */
const TRIES_AT_MOST = 120;
const DATA_ERRORS = /^(2[23]|TL)/;

export function runRouter(
  settings: RouterSettings & { readonly log: Logger; readonly signal: AbortSignal },
): Promise<void> {
  const { db, log, signal } = settings;
  let wakeAtMs = 0;
  return runLoop({
    name: 'router',
    log,
    signal,
    idleMs: IDLE_MS,
    busyMs: BUSY_MS,
    async tick() {
      if (Date.now() >= wakeAtMs) {
        const { waiting } = await wakeWaiting(db);
        wakeAtMs = Date.now() + (waiting > 0 ? WAKE_EVERY_MS : WAKE_IDLE_EVERY_MS);
      }
      const rows = await claimEvents(db, CLAIMED_AT_ONCE, CLAIM_MS);
      await routeAll(settings, rows);
      return rows.length > 0;
    },
  });
}

type Settings = RouterSettings & { readonly log: Logger };

/** Echoes together, facts together, the others a few at a time. */
export async function routeAll(settings: Settings, rows: readonly InboxRow[]): Promise<void> {
  const { echoes, facts, others } = apart(rows, settings.flows);
  const oneByOne = (some: readonly InboxRow[]) =>
    eachInParallel(some, ROUTED_IN_PARALLEL, (row) => route(settings, row));
  // An echo that comes while its effect is being recorded waits for that; the others do not.
  await Promise.all([
    oneByOne(others),
    // What stops the one statement is found, and named, in the event that it is about.
    confirmTogether(settings.db, echoes).then(oneByOne, () =>
      oneByOne(echoes.map(({ row }) => row)),
    ),
    routeTogether(settings.db, facts).then(oneByOne, () => oneByOne(facts.map(({ row }) => row))),
  ]);
}

async function route(settings: Settings, row: InboxRow): Promise<void> {
  const { db, log } = settings;
  const { eventNo, correlationId, attempts } = row;
  try {
    await routeEvent(settings, row);
  } catch (error) {
    const reason = describe(error);
    log.warn({ eventNo, correlationId, attempts, reason }, 'an event was not routed');
    const isPoison = isOfItsContent(error) && attempts >= TRIES_OF_A_POISON;
    if (isPoison || attempts >= TRIES_AT_MOST) {
      await setAside(db, row, {
        code: 'event.unmappable',
        cause: { kind: 'event', ref: String(eventNo) },
        detail: `${row.topic} cannot be taken: ${reason}`,
      });
      return;
    }
    const delayMs = backOffMs(attempts - 1, FIRST_RETRY_MS, LONGEST_RETRY_MS);
    await postponeEvent(db, eventNo, delayMs);
  }
}

function isOfItsContent(error: unknown): boolean {
  if (error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError) {
    return true;
  }
  return DATA_ERRORS.test(sqlState(error) ?? '');
}
