/** The OpenAPI 3.1 document, generated from the routes and the schemas that check the requests. */
import {
  extendZodWithOpenApi,
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  type RouteConfig,
} from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../../canonical/schema/error-codes';
import { EVENT_CATALOGUE } from '../../canonical/schema/event';
import { Order } from '../../canonical/schema/order';
import { ProblemDocument } from '../http/problem';
import { JSON_TYPES, type RouteDescription } from '../http/route';
import { routes } from '../routes';
import { withDescriptions } from './describe-fields';
import { operationsOf, type OpenApiDocument } from './operations';
import { NAMED_SCHEMAS, withReferences } from './references';
import { shellOf } from './shell';

extendZodWithOpenApi(z);

const PROBLEM_TYPE = 'application/problem+json';
const KEYED_ERRORS: readonly ErrorCode[] = [
  'idempotency_key_missing',
  'idempotency_key_reused',
  'idempotency_in_progress',
];
const BODY_ERRORS: readonly ErrorCode[] = [
  'invalid_json',
  'invalid_request',
  'invalid_value',
  'payload_too_large',
  'unsupported_media_type',
];

const KeyHeader = z.strictObject({
  'Idempotency-Key': z.string().min(1).max(255).meta({
    description: 'A value of your own: the same one again gets the first answer again',
    example: 'a-value-of-your-own-1',
  }),
});

/** Every code that a route may answer, by status. */
function problemsOf(route: RouteDescription): Map<number, ErrorCode[]> {
  const codes = new Set<ErrorCode>([
    ...(route.errors ?? []),
    ...(route.roles === null ? [] : (['unauthenticated', 'forbidden', 'rate_limited'] as const)),
    ...(route.body === undefined ? [] : BODY_ERRORS),
    ...(route.keyed === true ? KEYED_ERRORS : []),
    ...(route.params === undefined && route.query === undefined
      ? []
      : (['invalid_request', 'invalid_value'] as const)),
    ...(route.path.startsWith('/v1') ? (['unavailable'] as const) : []),
  ]);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERROR_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

function responsesOf(route: RouteDescription): RouteConfig['responses'] {
  const responses: RouteConfig['responses'] = {};
  for (const [status, { description, schema, mediaType }] of Object.entries(route.responses)) {
    responses[status] = {
      description,
      ...(schema !== undefined && { content: { [mediaType ?? 'application/json']: { schema } } }),
    };
  }
  for (const [status, codes] of problemsOf(route)) {
    if (responses[String(status)] !== undefined) continue;
    responses[String(status)] = {
      description: codes.map((code) => `\`${code}\`: ${ERROR_CODES[code].title}`).join('; '),
      content: { [PROBLEM_TYPE]: { schema: ProblemDocument } },
    };
  }
  return responses;
}

function bodyOf(route: RouteDescription) {
  if (route.body === undefined) return undefined;
  const { schema, example, mediaTypes = JSON_TYPES } = route.body;
  return {
    required: true,
    content: Object.fromEntries(
      mediaTypes.map((type) => [
        type,
        { schema, example: type.includes('batch') ? [example] : example },
      ]),
    ),
  };
}

function describe(route: RouteDescription): RouteConfig {
  const roles = route.roles === null ? 'No key is needed.' : `Roles: ${route.roles.join(', ')}.`;
  const body = bodyOf(route);
  return {
    method: route.method,
    path: route.path,
    tags: [route.tag],
    summary: route.summary,
    description: [route.description, roles].filter(Boolean).join('\n\n'),
    security: route.roles === null ? [] : [{ key: [] }],
    request: {
      ...(route.params !== undefined && { params: route.params }),
      ...(route.query !== undefined && { query: route.query }),
      ...(route.keyed === true && { headers: KeyHeader }),
      ...(body !== undefined && { body }),
    },
    responses: responsesOf(route),
  };
}

/** What each type of event carries; the data of an order that was sold is the order itself. */
function eventSchemas() {
  return Object.entries(EVENT_CATALOGUE).flatMap(([type, { data, title }]) =>
    data === Order
      ? []
      : [{ type: 'schema' as const, schema: data.meta({ id: type, description: title }) }],
  );
}

/** As tools that show OpenAPI documents look for them. */
function addShell(document: OpenApiDocument): void {
  for (const { path, method, operation } of operationsOf(document)) {
    const route = routes.find((one) => one.path === path && one.method === method);
    if (route === undefined) continue;
    operation['x-codeSamples'] = [
      { lang: 'Shell', label: 'curl', source: shellOf(route, operation) },
    ];
  }
}

function namedSchemas() {
  return Object.values(NAMED_SCHEMAS).map((schema) => ({ type: 'schema' as const, schema }));
}

let made: OpenApiDocument | undefined;

/** The document; made once. */
export function openApiDocument(): OpenApiDocument {
  if (made !== undefined) return made;
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key has one role: channel, oms, store, support, finance, operator or auditor.',
  });
  for (const route of routes) registry.registerPath(describe(route));
  const definitions = [...registry.definitions, ...eventSchemas(), ...namedSchemas()];
  const document = new OpenApiGeneratorV31(definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Throughline',
      version: '1',
      description:
        'Orders, events, stock, exceptions and the subledger. Money is ' +
        '`{"currency":"USD","minorUnits":1299}`; instants are RFC 3339; errors are RFC 9457.',
    },
    servers: [{ url: '/' }],
  });
  made = withDescriptions(withReferences(document));
  addShell(made);
  return made;
}
