/** The pages that are made from the code, as values; `generate.ts` writes them, a test compares. */
import { format } from 'prettier';
import { z } from 'zod';
import { openApiDocument } from '../api/openapi/document';
import { ERROR_CODES, type ErrorCode, type ExceptionCode } from '../canonical/schema/error-codes';
import { EVENT_CATALOGUE, EVENT_TYPES, type EventType } from '../canonical/schema/event';
import { EXCEPTION_RULES } from '../canonical/schema/exception';
import { mayResolve } from '../api/roles';
import { ROLES } from '../canonical/schema/api-key';
import { EVENT_DATA_EXAMPLES } from './event-examples';
import { CONNECTOR_SETUPS } from '../connectors/setups';
import { setupJsonSchema } from '../setup/json-schema';

export interface GeneratedPage {
  /** Relative to `docs/`. */
  readonly file: string;
  readonly text: string;
}

const MADE_BY = '<!-- Made by `npm run docs` from the code: change the code, not this page. -->';
const HOUR_MS = 3_600_000;
const PRINT_WIDTH = 100;

/** Every page, formatted as the repository's formatter would. Throws on an example that does not fit. */
export async function generatedPages(): Promise<readonly GeneratedPage[]> {
  const markdown = (text: string) => format(text, { parser: 'markdown', printWidth: PRINT_WIDTH });
  const json = (value: object) =>
    format(JSON.stringify(value), { parser: 'json', printWidth: PRINT_WIDTH });
  return [
    { file: 'errors.md', text: await markdown(errorsPage()) },
    { file: 'events.md', text: await markdown(eventsPage()) },
    { file: 'openapi.json', text: `${JSON.stringify(openApiDocument(), undefined, 2)}\n` },
    { file: 'setup.schema.json', text: await json(setupJsonSchema(CONNECTOR_SETUPS)) },
  ];
}

function isExceptionCode(code: ErrorCode): code is ExceptionCode {
  return code in EXCEPTION_RULES;
}

export function exceptionCodes(): readonly ExceptionCode[] {
  return allCodes().filter(isExceptionCode);
}

function allCodes(): readonly ErrorCode[] {
  return Object.keys(ERROR_CODES) as ErrorCode[];
}

/** The line that a runbook begins with: whose it is, until when, who may resolve it how. */
export function runbookHead(code: ExceptionCode): string {
  const { deadlineMs, resolutions } = EXCEPTION_RULES[code];
  const ways = resolutions.map((resolution) => {
    const roles = ROLES.filter((role) => mayResolve(role, code, resolution));
    return `${resolution} (${roles.join(', ')})`;
  });
  const { owner } = ERROR_CODES[code];
  return [`Owner ${owner}`, `deadline ${deadlineMs / HOUR_MS} h`, ...ways].join(' · ');
}

function errorsPage(): string {
  const answers = allCodes().filter((code) => !isExceptionCode(code));
  return [
    MADE_BY,
    '# Errors',
    'One table in `canonical/schema/error-codes.ts`. A code never changes its meaning.',
    '## What the API answers',
    'As `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, `code`, and for bad input `errors: [{pointer, code, detail}]`. Retryable: the same call may succeed later.',
    '| Code | Status | Retryable | Title |\n| --- | --- | --- | --- |',
    answers.map(answerRow).join('\n'),
    '## What opens an exception',
    'Work that waits for a person. The deadline counts from the opening. Each has a runbook.',
    '| Code | Owner | Deadline | May be resolved by | Title |\n| --- | --- | --- | --- | --- |',
    exceptionCodes().map(exceptionRow).join('\n'),
  ]
    .join('\n\n')
    .replaceAll(' |\n\n| ', ' |\n| ');
}

function answerRow(code: ErrorCode): string {
  const { status, retryable, title } = ERROR_CODES[code];
  return `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${title} |`;
}

function exceptionRow(code: ExceptionCode): string {
  const { owner, title } = ERROR_CODES[code];
  const { deadlineMs, resolutions } = EXCEPTION_RULES[code];
  const link = `[\`${code}\`](runbooks/${code}.md)`;
  return `| ${link} | ${owner} | ${deadlineMs / HOUR_MS} h | ${resolutions.join(', ')} | ${title} |`;
}

function eventsPage(): string {
  return [
    MADE_BY,
    '# Canonical events',
    'Facts and requests in our words, carried as CloudEvents 1.0 in JSON. `source` and `id` make an event the same one. The list is `EVENT_CATALOGUE` in `canonical/schema/event.ts`; how events are taken in is in [processes/inbound.md](processes/inbound.md).',
    '| Type | Owner | About | Title |\n| --- | --- | --- | --- |',
    EVENT_TYPES.map(catalogueRow).join('\n'),
    ...EVENT_TYPES.map(eventSection),
  ]
    .join('\n\n')
    .replaceAll(' |\n\n| ', ' |\n| ');
}

function catalogueRow(type: EventType): string {
  const { owner, about, title } = EVENT_CATALOGUE[type];
  return `| \`${type}\` | ${owner} | ${about} | ${title} |`;
}

function eventSection(type: EventType): string {
  const { data, owner, title } = EVENT_CATALOGUE[type];
  const example = EVENT_DATA_EXAMPLES[type];
  data.parse(example);
  const envelope = {
    specversion: '1.0',
    id: `example-${type}`,
    source: SOURCES[owner],
    type,
    time: '2026-03-02T15:04:06Z',
    datacontenttype: 'application/json',
    correlationid: 'cor-20260302-1',
    data: example,
  };
  const schema = z.toJSONSchema(data, { io: 'input', unrepresentable: 'any' });
  return [
    `## ${type}`,
    `${title}. Owner: ${owner}.`,
    jsonBlock('Example', envelope),
    jsonBlock('Schema of `data`', schema),
  ].join('\n\n');
}

const SOURCES = {
  channel: 'urn:example:shop',
  warehouse: 'urn:example:wms-main',
  processor: 'urn:example:processor',
  store: 'urn:example:store-boston',
} as const;

function jsonBlock(title: string, value: unknown): string {
  return `${title}:\n\n\`\`\`json\n${JSON.stringify(value, undefined, 2)}\n\`\`\``;
}
