/**
 * A route is one value: its path, who may call it, its schemas, its answers and its work. The server
 * mounts it and the OpenAPI document is generated from it, so that the two cannot differ.
 */
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { ErrorCode } from '../../canonical/schema/error-codes';
import type { Role } from '../../store/access/api-keys';
import type { ApiDependencies } from '../dependencies';
import type { Caller } from './authenticate';
import { BODY_LIMIT_BYTES, parseJson, readBytes, requireMediaType } from './body';
import { correlatedOf } from './correlation';
import { once, readKey, type Answer, type KeyedCall } from './keyed';
import { type FieldError, Problem } from './problem';
import { fieldErrors, invalidRequest, type Part, withoutUnknownFields } from './validation';

export type Method = 'get' | 'post' | 'put';

/** Everything a route's work is told. */
export interface Call<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly caller: Caller;
  readonly correlationId: string;
  readonly log: Logger;
}

interface ResponseSpec {
  readonly description: string;
  /** Left out: no JSON body. */
  readonly schema?: z.ZodType;
  readonly mediaType?: string;
}

interface BodySpec<B extends z.ZodType> {
  readonly schema: B;
  readonly mediaTypes?: readonly string[];
  readonly limitBytes?: number;
  /** No body at all means `{}`. */
  readonly mayBeEmpty?: boolean;
  /** What the schema cannot say of a field; a problem here makes the request invalid. */
  check?(body: z.infer<B>): readonly FieldError[];
  /** What the work will refuse it for: named beside what makes the request invalid. */
  rules?(body: z.infer<B>): readonly FieldError[];
  /** What a newcomer can paste. */
  readonly example: unknown;
}

/** What the document needs to know of a route. */
export interface RouteDescription {
  readonly method: Method;
  /** OpenAPI's form: `/v1/orders/{orderId}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Null: no key is needed. */
  readonly roles: readonly Role[] | null;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: BodySpec<z.ZodType>;
  /** An Idempotency-Key is needed. */
  readonly keyed?: boolean;
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  readonly errors: readonly ErrorCode[];
}

export interface Route extends RouteDescription {
  /** Writes the response itself where it streams; else gives the answer. */
  readonly serve: (
    request: Request,
    response: Response,
    caller: Caller,
    dependencies: ApiDependencies,
  ) => Promise<Answer | null>;
}

const NOTHING = z.strictObject({});
export const JSON_TYPES = ['application/json'] as const;

type Described<P, Q, B> = Omit<RouteDescription, 'params' | 'query' | 'body' | 'keyed'> & {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B extends z.ZodType ? BodySpec<B> : never;
};

/** Parses each part, all their problems at once. */
function parsePart<S extends z.ZodType>(
  schema: S,
  value: unknown,
  part: Part,
  errors: FieldError[],
): z.infer<S> | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  errors.push(...fieldErrors(parsed.error, part));
  return undefined;
}

async function readJson(request: Request, response: Response, body: BodySpec<z.ZodType>) {
  const isBare =
    request.headers['content-length'] === undefined || request.headers['content-length'] === '0';
  const isChunked = request.headers['transfer-encoding'] !== undefined;
  if (body.mayBeEmpty === true && isBare && !isChunked) return {};
  requireMediaType(request, body.mediaTypes ?? JSON_TYPES);
  return parseJson(await readBytes(request, response, body.limitBytes ?? BODY_LIMIT_BYTES));
}

interface Reads<P extends z.ZodObject, Q extends z.ZodObject> {
  readonly params: z.infer<P>;
  readonly query: z.infer<Q>;
}

function readParts<P extends z.ZodObject, Q extends z.ZodObject>(
  request: Request,
  schemas: { readonly params: P; readonly query: Q },
  errors: FieldError[],
): Reads<P, Q> | undefined {
  const params = parsePart(schemas.params, request.params, 'path', errors);
  // What cannot be a name names nothing; only a PUT would have made it.
  if (params === undefined && request.method !== 'PUT') {
    throw new Problem('not_found', 'there is nothing here by that name', { errors });
  }
  const query = parsePart(schemas.query, request.query, 'query', errors);
  return params === undefined || query === undefined ? undefined : { params, query };
}

/** A GET: no body, an answer or a stream. */
export function readRoute<
  P extends z.ZodObject = typeof NOTHING,
  Q extends z.ZodObject = typeof NOTHING,
>(
  described: Omit<Described<P, Q, undefined>, 'method' | 'body'>,
  work: (
    call: Call<z.infer<P>, z.infer<Q>, undefined>,
    dependencies: ApiDependencies,
    response: Response,
  ) => Promise<Answer | null>,
): Route {
  const schemas = {
    params: described.params ?? NOTHING,
    query: described.query ?? NOTHING,
  } as { params: P; query: Q };
  return {
    ...described,
    method: 'get',
    serve: (request, response, caller, dependencies) => {
      const errors: FieldError[] = [];
      const parts = readParts(request, schemas, errors);
      if (parts === undefined) throw invalidRequest(errors);
      const { correlationId } = correlatedOf(response);
      const { log } = dependencies;
      return work(
        { ...parts, body: undefined, caller, correlationId, log },
        dependencies,
        response,
      );
    },
  };
}

/** Undefined where there are problems, in the schema or past it. */
function parseBody<B extends z.ZodType>(
  body: BodySpec<B>,
  json: unknown,
  errors: FieldError[],
): z.infer<B> | undefined {
  const parsed = body.schema.safeParse(json);
  if (!parsed.success) errors.push(...fieldErrors(parsed.error));
  const readable = parsed.success
    ? parsed.data
    : withoutUnknownFields(body.schema, json, parsed.error);
  if (readable === undefined) return undefined;
  errors.push(...(body.check?.(readable) ?? []));
  if (errors.length === 0) return readable;
  errors.push(...(body.rules?.(readable) ?? []));
  return undefined;
}

/** A POST or PUT with a JSON body that is by itself idempotent, or guards itself. */
export function writeRoute<B extends z.ZodType, P extends z.ZodObject = typeof NOTHING>(
  described: Described<P, undefined, B> & { readonly body: BodySpec<B> },
  work: (
    call: Call<z.infer<P>, unknown, z.infer<B>>,
    dependencies: ApiDependencies,
    request: Request,
    json: unknown,
  ) => Promise<Answer>,
): Route {
  const schemas = { params: described.params ?? NOTHING, query: NOTHING } as {
    params: P;
    query: typeof NOTHING;
  };
  return {
    ...described,
    query: undefined,
    serve: async (request, response, caller, dependencies) => {
      const json = await readJson(request, response, described.body);
      const errors: FieldError[] = [];
      const parts = readParts(request, schemas, errors);
      const parsed = parseBody(described.body, json, errors);
      if (parts === undefined || parsed === undefined) throw invalidRequest(errors);
      const { correlationId } = correlatedOf(response);
      const { log } = dependencies;
      const call = { ...parts, body: parsed, caller, correlationId, log };
      return work(call, dependencies, request, json);
    },
  };
}

/** A POST that makes something: it takes an Idempotency-Key, and runs once for it. */
export function keyedRoute<B extends z.ZodType, P extends z.ZodObject = typeof NOTHING>(
  described: Omit<Described<P, undefined, B>, 'method'> & { readonly body: BodySpec<B> },
  work: (
    call: Call<z.infer<P>, unknown, z.infer<B>>,
    dependencies: ApiDependencies,
    key: KeyedCall,
  ) => Promise<Answer>,
): Route {
  const { path, body } = described;
  const route = writeRoute<B, P>(
    { ...described, method: 'post', body },
    (call, dependencies, request, json) => {
      const key = readKey(request, `POST ${path}`, call.caller, json);
      return once(dependencies.db, key, call.correlationId, (keyed) =>
        work(call, dependencies, keyed),
      );
    },
  );
  return { ...route, keyed: true };
}
