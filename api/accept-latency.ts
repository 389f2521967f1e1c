/**
 * How long an order takes from the first byte of its request to the last of its answer: the 95th of
 * a hundred in each second, kept where the relay reads it. Costs a statement a second while orders
 * come, on the pool that is not the buyers'.
 */
import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Sql } from '../store/database';
import { keepAcceptLatency } from '../store/flows/accept-latency';
import { faultFields } from './http/logging';

const EVERY_MS = 1_000;
/** Of one second; those after them are not looked at. */
const SAMPLES_AT_MOST = 2_000;
const PART = 0.95;

/** The smallest that so many of them do not exceed; 0 of none. */
export function percentile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
}

export function measureAccepts(
  sql: Sql,
  log: Logger,
  now: () => number = () => performance.now(),
): RequestHandler {
  const processId = randomUUID();
  let samples: number[] = [];
  let since = now();
  const keep = () => {
    const p95Ms = percentile(samples, PART);
    samples = [];
    since = now();
    // Nobody waits for it, and the next second says it again.
    keepAcceptLatency(sql, processId, p95Ms).catch((error: unknown) => {
      log.debug(faultFields(error), 'how long orders take was not kept');
    });
  };
  return (_request, response, next) => {
    const beganAt = now();
    response.once('finish', () => {
      if (samples.length < SAMPLES_AT_MOST) samples.push(now() - beganAt);
      if (now() - since >= EVERY_MS) keep();
    });
    next();
  };
}
