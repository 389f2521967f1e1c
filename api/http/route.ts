/**
 * A route is one value: its path, who may call it, its schemas, its answers and its work. The server
 * mounts it and the OpenAPI document is generated from it, so that the two cannot differ.
 */
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Role } from '../../canonical/schema/api-key';
import type { ErrorCode } from '../../canonical/schema/error-codes';
import type { EventType } from '../../canonical/schema/event';
import type { ApiDependencies } from '../dependencies';
import { requireRight, type Caller } from './authenticate';
import { BODY_LIMIT_BYTES, parseJson, readBytes, requireMediaType } from './body';
import { correlatedOf } from './correlation';
import { keyOf, once, readKey, type Answer, type KeyedCall } from './keyed';
import { type FieldError, Problem } from './problem';
import { readInSlices } from './read-in-slices';
import { beginSlice, type Slice } from '../../store/slices';
import { Found, invalidRequest, type Part } from './validation';

export type Method = 'get' | 'post' | 'put';

/** Everything a route's work is told. */
export interface Call<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** The body before its schema was applied. */
  readonly json: unknown;
  readonly caller: Caller;
  readonly correlationId: string;
  readonly log: Logger;
  readonly request: Request;
  readonly response: Response;
}

interface ResponseSpec {
  readonly description: string;
  /** Left out: no JSON body. */
  readonly schema?: z.ZodType;
  readonly mediaType?: string;
}

export interface BodySpec<B extends z.ZodType> {
  readonly schema: B;
  readonly mediaTypes?: readonly string[];
  readonly limitBytes?: number;
  /** No body at all means `{}`. */
  readonly mayBeEmpty?: boolean;
  /** Refuses, before anything else is said of the body, what it names and is not the caller's. */
  guard?(body: z.infer<B>, caller: Caller): void;
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
  /** The event that says the same: a key that may not bring it may not call this either. */
  readonly sameAs?: EventType;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: BodySpec<z.ZodType>;
  /** An Idempotency-Key is needed. */
  readonly keyed?: boolean;
  /** Lines of its example in the reference, where the usual ones would not run. */
  readonly shell?: {
    /** What is there before it, instead of what its path names. */
    readonly before?: readonly string[];
    /** The whole of it. */
    readonly call?: readonly string[];
  };
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  /** Beside those that every route of its kind may answer. */
  readonly errors?: readonly ErrorCode[];
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
type Nothing = typeof NOTHING;
export const JSON_TYPES = ['application/json'] as const;

type Described<P, Q, B extends z.ZodType> = Omit<
  RouteDescription,
  'params' | 'query' | 'body' | 'keyed'
> & { readonly params?: P; readonly query?: Q; readonly body?: BodySpec<B> };

/** Parses each part, all their problems at once. */
function parsePart<S extends z.ZodType>(
  schema: S,
  value: unknown,
  part: Part,
  found: Found,
): z.infer<S> | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  found.addIssues(parsed.error, part);
  return undefined;
}

async function readJson(
  request: Request,
  response: Response,
  body: BodySpec<z.ZodType>,
  slice: Slice,
) {
  const isBare =
    request.headers['content-length'] === undefined || request.headers['content-length'] === '0';
  const isChunked = request.headers['transfer-encoding'] !== undefined;
  if (body.mayBeEmpty === true && isBare && !isChunked) return {};
  requireMediaType(request, body.mediaTypes ?? JSON_TYPES);
  const bytes = await readBytes(request, response, body.limitBytes ?? BODY_LIMIT_BYTES);
  return parseJson(bytes, slice);
}

/** Undefined where there are problems, in the schema or past it. */
async function parseBody<B extends z.ZodType>(
  body: BodySpec<B>,
  json: unknown,
  caller: Caller,
  { found, slice }: { readonly found: Found; readonly slice: Slice },
): Promise<z.infer<B> | undefined> {
  const readable = await readInSlices(body.schema, json, { found, slice, path: [] });
  if (readable === undefined) return undefined;
  body.guard?.(readable, caller);
  for (const error of body.check?.(readable) ?? []) found.add(error);
  if (found.count === 0) return readable;
  for (const error of body.rules?.(readable) ?? []) found.add(error);
  return undefined;
}

/** A route whose work is told what its schemas read: a body that is not described is not read. */
export function route<
  P extends z.ZodObject = Nothing,
  Q extends z.ZodObject = Nothing,
  B extends z.ZodType = z.ZodUndefined,
>(
  described: Described<P, Q, B>,
  work: (
    call: Call<z.infer<P>, z.infer<Q>, z.infer<B>>,
    dependencies: ApiDependencies,
  ) => Promise<Answer | null>,
): Route {
  const { body, method, errors = [] } = described;
  // What cannot be a name names nothing; only a PUT would have made it.
  const isNamed = described.params !== undefined && method !== 'put';
  return {
    ...described,
    errors: isNamed ? [...errors, 'not_found'] : errors,
    serve: async (request, response, caller, dependencies) => {
      const slice = beginSlice();
      const json = body && (await readJson(request, response, body, slice));
      const found = new Found();
      const params = parsePart(described.params ?? NOTHING, request.params, 'path', found);
      if (params === undefined && isNamed) {
        throw new Problem('not_found', 'there is nothing here by that name', found);
      }
      const query = parsePart(described.query ?? NOTHING, request.query, 'query', found);
      const parsed = body && (await parseBody(body, json, caller, { found, slice }));
      if (found.count > 0) throw invalidRequest(found);
      const { correlationId } = correlatedOf(response);
      const { log } = dependencies;
      const read = { params, query, body: parsed } as Call<z.infer<P>, z.infer<Q>, z.infer<B>>;
      return work({ ...read, json, caller, correlationId, log, request, response }, dependencies);
    },
  };
}

/** What a page asks for in the name of its reader. */
export interface Asked {
  readonly params: Readonly<Record<string, string>>;
  readonly json: unknown;
  readonly idempotencyKey: string;
  readonly caller: Caller;
  readonly request: Request;
  readonly response: Response;
}

export interface KeyedRoute extends Route {
  /** The same rights, schemas, key and work as over HTTP. */
  readonly ask: (asked: Asked, dependencies: ApiDependencies) => Promise<Answer>;
}

/** A POST that makes something: it takes an Idempotency-Key, and runs once for it. */
export function keyedRoute<B extends z.ZodType, P extends z.ZodObject = Nothing>(
  described: Omit<Described<P, Nothing, B>, 'method' | 'query'>,
  work: (
    call: Call<z.infer<P>, unknown, z.infer<B>>,
    dependencies: ApiDependencies,
    key: KeyedCall,
  ) => Promise<Answer>,
): KeyedRoute {
  const name = `POST ${described.path}`;
  const made = route<P, Nothing, B>(
    { ...described, method: 'post' },
    async (call, dependencies) => {
      const key = await readKey(call.request, name, call.caller, call.json);
      return once(dependencies.db, key, call.correlationId, (keyed) =>
        work(call, dependencies, keyed),
      );
    },
  );
  const ask = async (asked: Asked, dependencies: ApiDependencies) => {
    const { params, json, caller, request, response } = asked;
    requireRight(caller, described.roles ?? [], described.sameAs);
    const found = new Found();
    const reading = { found, slice: beginSlice() };
    const read = {
      params: parsePart(described.params ?? NOTHING, params, 'path', found),
      body: described.body && (await parseBody(described.body, json, caller, reading)),
    } as Pick<Call<z.infer<P>, unknown, z.infer<B>>, 'params' | 'body'>;
    if (found.count > 0) throw invalidRequest(found);
    const path = described.path.replaceAll(/\{(\w+)\}/g, (_, id: string) => params[id] ?? '');
    const key = await keyOf(asked.idempotencyKey, { route: name, path, caller, body: json });
    const { correlationId } = correlatedOf(response);
    const { log } = dependencies;
    const call = { ...read, query: {}, json, caller, correlationId, log, request, response };
    return once(dependencies.db, key, correlationId, (keyed) => work(call, dependencies, keyed));
  };
  return { ...made, keyed: true, ask };
}

/** The answer of a route that found, wrote or decided what it was asked to. */
export function ok(body: unknown): Answer {
  return { status: 200, body };
}

/** What was read. @throws Problem not_found, in these words, where it is null */
export function found<T>(value: T | null, otherwise: string): T {
  if (value === null) throw new Problem('not_found', otherwise);
  return value;
}

/** Who decides, as the audit trail keeps it. */
export function madeBy({ caller, correlationId }: Call<unknown, unknown, unknown>) {
  return { actor: caller.label, role: caller.role, correlationId };
}
