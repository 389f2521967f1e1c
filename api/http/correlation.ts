/** One id from the channel's event to the ERP journal: taken from the caller, or made here. */
import type { NextFunction, Request, Response } from 'express';
import { newId } from '../../store/ids';
import { Problem } from './problem';

/** Fit for logs, ledger comments and ERP memos: one line, no spaces. */
export const CORRELATION_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,119}$/;
/** https://www.w3.org/TR/trace-context/#traceparent-header, any version but ff. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?$/;
const NO_TRACE = /^0+$/;

/** The trace id of a valid `traceparent`, which is ignored where it is not. */
export function traceIdOf(header: string | undefined): string | null {
  const [, traceId = '', parentId = ''] = TRACEPARENT.exec(header ?? '') ?? [];
  return traceId === '' || NO_TRACE.test(traceId) || NO_TRACE.test(parentId) ? null : traceId;
}

export interface Correlated {
  readonly correlationId: string;
  readonly traceId: string | null;
}

export function correlatedOf(response: Response): Correlated {
  const locals: Record<string, unknown> = response.locals;
  const { correlationId, traceId } = locals;
  return {
    correlationId: typeof correlationId === 'string' ? correlationId : newId('cor'),
    traceId: typeof traceId === 'string' ? traceId : null,
  };
}

export function correlate(request: Request, response: Response, next: NextFunction): void {
  const given = request.get('x-correlation-id');
  const traceId = traceIdOf(request.get('traceparent'));
  const isUsable = given === undefined || CORRELATION_ID.test(given);
  const correlationId = isUsable ? (given ?? traceId ?? newId('cor')) : newId('cor');
  response.locals['correlationId'] = correlationId;
  response.locals['traceId'] = traceId;
  response.setHeader('X-Correlation-Id', correlationId);
  if (isUsable) return next();
  next(
    new Problem('invalid_request', 'X-Correlation-Id cannot be used', {
      errors: [
        {
          pointer: 'header:X-Correlation-Id',
          code: 'invalid_format',
          detail: 'letters, digits, dot, dash, colon and underscore, 120 at most',
        },
      ],
    }),
  );
}
