/** The worker's start: it waits for Postgres and Temporal beside each other, and names what is missing. */
import { TransportError } from '@temporalio/worker';
import type { Logger } from 'pino';
import { describe } from '../activities/failure';
import { untilThere } from '../store/at-start';
import { isStoreAway } from '../store/away';

export interface Start {
  /** In words, as `/readyz` answers them. */
  missing(): readonly string[];
  /** @throws what is no absence, and what was missing when it is stopped */
  postgres<T>(look: () => Promise<T>): Promise<T>;
  temporal<T>(look: () => Promise<T>): Promise<T>;
}

export function beginStart(log: Logger, signal: AbortSignal): Start {
  const missing = new Set<string>();
  const wait = async <T>(
    name: string,
    look: () => Promise<T>,
    isAway: (error: unknown) => boolean,
  ): Promise<T> => {
    const isMissing = `${name} does not answer`;
    missing.add(isMissing);
    const onMissing = (error: unknown) => {
      log.warn({ reason: describe(error) }, `${name} does not answer yet`);
    };
    const found = await untilThere(look, { isAway, onMissing, signal });
    missing.delete(isMissing);
    return found;
  };
  return {
    missing: () => [...missing],
    postgres: (look) => wait('Postgres', look, isStoreAway),
    temporal: (look) => wait('Temporal', look, (error) => error instanceof TransportError),
  };
}
