/** The Temporal runtime's own log lines, as lines of ours. */
import type { LogLevel, LogMetadata, Logger as TemporalLogger } from '@temporalio/common';
import type { Logger } from 'pino';

const LEVELS = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const satisfies Record<LogLevel, string>;

/** Ids that help to find the flow; errors by name only, since their messages may quote values. */
const KEPT = ['workflowId', 'workflowType', 'activityType', 'taskQueue', 'attempt', 'signalName'];

export function runtimeLogger(log: Logger): TemporalLogger {
  const write = (level: LogLevel, message: string, meta?: LogMetadata) => {
    const kept = Object.fromEntries(
      Object.entries(meta ?? {}).filter(([name]) => KEPT.includes(name)),
    );
    const error: unknown = meta?.['error'];
    const fields = error instanceof Error ? { ...kept, error: error.name } : kept;
    log[LEVELS[level]](fields, message);
  };
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  };
}
