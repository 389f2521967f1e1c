/** Rate limits: generous ones, so that a runaway client is stopped and a peak is not. */
import { rateLimit, ipKeyGenerator, type RateLimitRequestHandler } from 'express-rate-limit';
import type { Request, RequestHandler, Response } from 'express';
import { Problem } from './problem';

const WINDOW_MS = 1_000;
/** Requests a second of one key. A flash sale's 300 orders a second from one shop pass. */
export const KEY_REQUESTS_PER_SECOND = 2_000;
/** Requests a second from one address, whatever key they carry: also those that have none. */
export const ADDRESS_REQUESTS_PER_SECOND = 5_000;

function limiter(perSecond: number, keyOf: (request: Request, response: Response) => string) {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: perSecond,
    standardHeaders: false,
    legacyHeaders: false,
    keyGenerator: keyOf,
    handler: (_request, _response, next) =>
      next(new Problem('rate_limited', `more than ${perSecond} requests in a second`)),
  });
}

export function addressLimit(): RequestHandler {
  return limiter(ADDRESS_REQUESTS_PER_SECOND, (request) => ipKeyGenerator(request.ip ?? ''));
}

/** @throws Problem rate_limited, from what it returns */
export type KeyLimit = (request: Request, response: Response) => Promise<void>;

export function keyLimit(perSecond = KEY_REQUESTS_PER_SECOND): KeyLimit {
  const handler: RateLimitRequestHandler = limiter(perSecond, (_request, response) => {
    const locals: Record<string, unknown> = response.locals;
    const caller = locals['caller'];
    const isCaller = typeof caller === 'object' && caller !== null && 'callerId' in caller;
    return isCaller ? String(caller.callerId) : 'anonymous';
  });
  return (request, response) =>
    new Promise((resolve, reject) => {
      void handler(request, response, (error?: unknown) => {
        if (error === undefined) resolve();
        else reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
}
