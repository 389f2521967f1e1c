/** Errors as the API answers them: RFC 9457 problem documents from the one table of codes. */
import type { Response } from 'express';
import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../../canonical/schema/error-codes';
import { isStoreAway, isStoreFull } from '../../store/away';
import { sqlState } from '../../store/database';

/** Problems of one request that are listed; `errorCount` says how many there are. */
export const MAX_ERRORS_LISTED = 100;
export const RETRY_AFTER_SECONDS = 1;
const MAX_DETAIL_CHARS = 500;

export interface FieldError {
  /** RFC 6901, into the body; `header:…`, `path:…` and `query:…` name the other parts. */
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

interface ProblemOptions {
  readonly errors?: readonly FieldError[];
  /** Of all that were found, where `errors` holds the first of them. */
  readonly errorCount?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Members of the document's own, such as `available`. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Thrown by whatever finds that a request cannot be served; the last middleware answers it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly errors: readonly FieldError[];
  readonly errorCount: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ErrorCode,
    /** Fit for a person to read; no personal data. */
    readonly detail: string,
    options: ProblemOptions = {},
  ) {
    super(`${code}: ${detail}`);
    this.errors = options.errors ?? [];
    this.errorCount = options.errorCount ?? this.errors.length;
    this.headers = options.headers ?? {};
    this.members = options.members ?? {};
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }
}

/** Some codes say more: `available` of each line, `orderId` of the order that exists. */
export const ProblemDocument = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    retryable: z.boolean(),
    correlationId: z.string().optional(),
    errors: z
      .array(z.strictObject({ pointer: z.string(), code: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'Every problem of the request, the first 100' }),
    errorCount: z
      .int()
      .optional()
      .meta({ description: 'How many problems were found; a long body is not read on after 100' }),
  })
  .meta({
    id: 'Problem',
    example: {
      type: '/docs#invalid_request',
      title: 'The request does not fit its schema',
      status: 422,
      code: 'invalid_request',
      detail: '1 problem in the request',
      retryable: false,
      correlationId: 'cor_0mhyq3k2z1b2c3d4e5f6a7b8c9d0e',
      errors: [{ pointer: '/lines/0/quantity', code: 'too_small', detail: 'at least 1' }],
      errorCount: 1,
    },
  });

/** The document's members, without the status line. */
export function problemBody(problem: Problem, correlationId: string | undefined) {
  const { status, title, retryable } = ERROR_CODES[problem.code];
  return {
    type: `/docs#${problem.code}`,
    title,
    status,
    code: problem.code,
    detail: problem.detail.slice(0, MAX_DETAIL_CHARS),
    retryable,
    ...(correlationId !== undefined && { correlationId }),
    ...(problem.errors.length > 0 && {
      errors: problem.errors.slice(0, MAX_ERRORS_LISTED),
      errorCount: problem.errorCount,
    }),
    ...problem.members,
  };
}

export function sendProblem(response: Response, problem: Problem, correlationId?: string): void {
  const { status, retryable } = ERROR_CODES[problem.code];
  if (retryable) response.setHeader('Retry-After', String(RETRY_AFTER_SECONDS));
  if (status === 401 && problem.code === 'unauthenticated') {
    response.setHeader('WWW-Authenticate', 'Bearer realm="throughline"');
  }
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify(problemBody(problem, correlationId)));
}

/** A reader of bodies names its errors so (raw-body, body-parser). */
const BODY_ERRORS: Readonly<Record<string, [ErrorCode, string]>> = {
  'entity.too.large': ['payload_too_large', 'the body is over the limit of this path'],
  'encoding.unsupported': ['unsupported_media_type', 'compressed bodies are not taken'],
  'request.aborted': ['invalid_request', 'the body ended early'],
  'request.size.invalid': ['invalid_request', 'the body is not as long as Content-Length says'],
};

/** Data exceptions: what a caller sent is no date, no number, no text, or out of every range. */
const BAD_VALUE_STATES = /^22...$/;

/** Whatever was thrown, as a problem. `internal` is a fault of ours: its cause belongs in the log. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof URIError) {
    return new Problem('invalid_request', 'the path is not validly percent-encoded');
  }
  if (isStoreFull(error)) {
    return new Problem('unavailable', 'the disk of the database is full; nothing was changed');
  }
  if (isStoreAway(error)) {
    return new Problem('unavailable', 'the database does not answer in time; nothing was changed');
  }
  if (BAD_VALUE_STATES.test(sqlState(error) ?? '')) {
    return new Problem('invalid_value', 'a value of the request cannot be read; nothing changed');
  }
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : '';
  const known = BODY_ERRORS[String(type)];
  if (known !== undefined) return new Problem(known[0], known[1]);
  return new Problem('internal', 'something failed that should not; the log has the cause');
}
