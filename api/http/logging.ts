/**
 * One line a request, at debug where it went well: method, path, status, time, ids. No bodies, no
 * headers, no query strings.
 */
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import pinoHttp from 'pino-http';
import type { Logger } from 'pino';
import { sqlState } from '../../store/database';

const QUIET_PATHS = new Set(['/healthz', '/readyz', '/metrics']);

/** As it was asked for, but for parts that hold somebody's address, however it is encoded. */
function pathOf(request: Request): string {
  const [path = ''] = request.originalUrl.split('?', 1);
  return path
    .split('/')
    .map((part) => (/@|%(?:25)*40/i.test(part) ? ADDRESS_LEFT_OUT : part))
    .join('/');
}

const ADDRESS_LEFT_OUT = '[address]';
const ADDRESS = /[^\s"'<>(),:;[\]]+@[^\s"'<>(),:;[\]]+/g;

/** Errors of libraries quote what they were given. */
function withoutAddresses(text: string | undefined): string | undefined {
  return text?.replaceAll(ADDRESS, ADDRESS_LEFT_OUT);
}

/**
 * What a log may hold of a fault. Postgres adds whole rows to its errors (`detail`, `where`), and
 * rows hold personal data: they stay out.
 */
export function faultFields(error: unknown): Record<string, string | undefined> {
  if (!(error instanceof Error)) return { fault: typeof error };
  return {
    fault: error.name,
    message: withoutAddresses(error.message),
    sqlState: sqlState(error),
    stack: withoutAddresses(error.stack),
  };
}

function text(locals: Record<string, unknown>, name: string): string | undefined {
  const value = locals[name];
  return typeof value === 'string' ? value : undefined;
}

/** What a line says of a request; everything that is logged is named here. */
function lineOf(request: Request, response: Response, responseTimeMs: unknown): object {
  const locals: Record<string, unknown> = response.locals;
  const caller = locals['caller'];
  return {
    method: request.method,
    path: pathOf(request),
    status: response.statusCode,
    responseTimeMs,
    correlationId: text(locals, 'correlationId'),
    traceId: text(locals, 'traceId'),
    problem: text(locals, 'problem'),
    role:
      typeof caller === 'object' && caller !== null && 'role' in caller ? caller.role : undefined,
  };
}

function timeOf(values: unknown): unknown {
  return typeof values === 'object' && values !== null && 'responseTime' in values
    ? values.responseTime
    : undefined;
}

export function requestLog(log: Logger): RequestHandler {
  const write = pinoHttp<Request, Response>({
    logger: log,
    autoLogging: { ignore: (request) => QUIET_PATHS.has(pathOf(request)) },
    // The line below is all: no request, response or error object of pino-http's own.
    quietReqLogger: true,
    quietResLogger: true,
    customSuccessObject: (request, response, values) => lineOf(request, response, timeOf(values)),
    customErrorObject: (request, response, _error, values) =>
      lineOf(request, response, timeOf(values)),
    customLogLevel: (_request, response, error) => {
      if (error !== undefined || response.statusCode >= 500) return 'error';
      // What went well is the trace's to tell; a line a request is for whoever looks for it.
      return response.statusCode >= 400 ? 'warn' : 'debug';
    },
    customSuccessMessage: () => 'request served',
    customErrorMessage: () => 'request failed',
  });
  return (request: Request, response: Response, next: NextFunction) => {
    write(request, response, next);
  };
}
