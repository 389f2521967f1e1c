/** Prometheus metrics: the process, HTTP durations by route, and what waits where. */
import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { readBacklog, type Backlog } from '../store/inbox/backlog';
import type { Sql } from '../store/database';

/** Scrapes within this time share one count. */
const BACKLOG_TTL_MS = 2_000;
const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30];
const MS_PER_SECOND = 1_000;

export interface Metrics {
  readonly observe: RequestHandler;
  /** Called where a key was not known. */
  readonly keyRefused: () => void;
  /** The text format, and its media type. */
  render(): Promise<{ readonly text: string; readonly mediaType: string }>;
}

export function createMetrics(sql: Sql): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'throughline_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  const refused = new Counter({
    name: 'throughline_keys_refused_total',
    help: 'Calls with a key that is not known, was revoked or has expired',
    registers: [registry],
  });
  const showBacklog = backlogGauges(registry);
  let countedAtMs = 0;
  return {
    keyRefused: () => refused.inc(),
    observe: (request, response, next) => {
      const startedAtMs = performance.now();
      response.once('finish', () => {
        const locals: Record<string, unknown> = response.locals;
        const route = typeof locals['route'] === 'string' ? locals['route'] : 'none';
        durations.observe(
          { method: request.method, route, status: response.statusCode },
          (performance.now() - startedAtMs) / MS_PER_SECOND,
        );
      });
      next();
    },
    async render() {
      if (Date.now() - countedAtMs > BACKLOG_TTL_MS) {
        countedAtMs = Date.now();
        // A store that is away must not hide the process's own numbers.
        showBacklog(await readBacklog(sql).catch(() => null));
      }
      return { text: await registry.metrics(), mediaType: registry.contentType };
    },
  };
}

/** Sets the gauges; null: the store could not be asked, and they show nothing. */
function backlogGauges(registry: Registry): (backlog: Backlog | null) => void {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `throughline_${name}`, help, labelNames, registers: [registry] });
  const up = gauge('store_up', '1 where Postgres answered the last scrape');
  const inbox = gauge('inbox_backlog', 'Events stored and not yet routed');
  const dispatch = gauge('dispatch_backlog', 'Starts and signals not yet delivered to flows');
  const outbox = gauge('outbox_backlog', 'Messages not yet delivered to other systems');
  const lag = gauge('lag_seconds', 'How long the oldest that a loop has not done yet waits', [
    'loop',
  ]);
  const unposted = gauge('journals_unposted', 'Journals that no posted ERP batch holds yet');
  const exceptions = gauge('exceptions_open', 'Exceptions that wait for a person', ['owner']);
  const escalated = gauge('exceptions_escalated', 'Of those, what is past its deadline', ['owner']);
  const escalations = gauge(
    'escalations',
    'How often something overdue was brought before its owner so far, by step',
    ['owner', 'step'],
  );
  const watchdog = gauge(
    'watchdog_cases',
    'What had to be moved or named so far: none where all is well',
    ['kind', 'outcome'],
  );
  const shadow = gauge('shadow_findings', 'Events of channels in shadow, by what was found', [
    'channel',
    'outcome',
  ]);
  const givenUp = gauge('retention_rows', 'Rows given up or compacted so far', ['what']);
  return (backlog) => {
    up.set(backlog === null ? 0 : 1);
    const byWaiting = [inbox, dispatch, outbox, lag, unposted, exceptions, escalated];
    const reset = [...byWaiting, escalations, watchdog, shadow, givenUp];
    for (const one of reset) one.reset();
    if (backlog === null) return;
    inbox.set(backlog.inbox);
    dispatch.set(backlog.dispatch);
    outbox.set(backlog.outbox);
    for (const [loop, seconds] of Object.entries(backlog.lagSeconds)) lag.set({ loop }, seconds);
    unposted.set(backlog.unpostedJournals);
    for (const { owner, count, escalated: late } of backlog.openExceptions) {
      exceptions.set({ owner }, count);
      escalated.set({ owner }, late);
    }
    for (const { owner, step, cases } of backlog.escalations) {
      escalations.set({ owner, step }, cases);
    }
    for (const { kind, outcome, cases } of backlog.watchdog) watchdog.set({ kind, outcome }, cases);
    for (const { channel, outcome, count } of backlog.shadow)
      shadow.set({ channel, outcome }, count);
    for (const { what, rows } of backlog.givenUp) givenUp.set({ what }, rows);
  };
}
