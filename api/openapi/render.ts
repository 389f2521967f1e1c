/** HTML without scripts, fonts or addresses of others: it reads the same on a plane. */
import { ERROR_CODES } from '../../canonical/schema/error-codes';
import { EVENT_CATALOGUE } from '../../canonical/schema/event';
import { escapeHtml } from '../pages/html';
import type { OpenApiDocument } from './document';

/** `code` in Markdown's backticks, everything else as it is. */
function prose(text: string): string {
  return escapeHtml(text)
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll('\n\n', '</p><p>');
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1d2530;background:#fff}code,pre{font:14px/1.45 ui-monospace,monospace}pre{background:#f4f6f8;
padding:.8rem;overflow:auto;border-radius:6px}h2{margin-top:2.5rem;border-bottom:1px solid #d5dbe1}
h3{margin:2rem 0 .3rem}.method{display:inline-block;min-width:3.4rem;font-weight:700;color:#0b5cad}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.3rem
.8rem .3rem 0;border-bottom:1px solid #e6eaee}nav a{margin-right:1rem}a{color:#0b5cad}
@media(prefers-color-scheme:dark){body{color:#dfe6ee;background:#12161c}pre{background:#1c232c}
a,.method{color:#7ab8ff}td,th,h2{border-color:#2d3742}}`;

function page(title: string, body: string): string {
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width,initial-scale=1">` +
    `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>${body}</body></html>`
  );
}

type Operation = NonNullable<NonNullable<OpenApiDocument['paths']>[string]['get']>;
const METHODS = ['get', 'post', 'put'] as const;

interface Listed {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

function operationsOf(document: OpenApiDocument): Listed[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ path, method, operation }];
    }),
  );
}

/** The path with its parameters' examples, those of the query only where they are needed. */
function pathOf(path: string, operation: Operation): string {
  let filled = path;
  const query: string[] = [];
  for (const parameter of operation.parameters ?? []) {
    if (!('in' in parameter) || !('schema' in parameter)) continue;
    const { schema, name } = parameter;
    if (schema === undefined || !('example' in schema)) continue;
    const example = encodeURIComponent(String(schema.example));
    if (parameter.in === 'path') filled = filled.replace(`{${name}}`, example);
    if (parameter.in === 'query' && parameter.required === true) query.push(`${name}=${example}`);
  }
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
}

/** A call that works when it is pasted with a key. */
function curlOf({ path, method, operation }: Listed): string {
  const verb = method === 'get' ? '' : ` -X ${method.toUpperCase()}`;
  const lines = [`curl -s${verb} "$API${pathOf(path, operation)}"`];
  if ((operation.security ?? []).length > 0) lines.push(`  -H "Authorization: Bearer $KEY"`);
  for (const parameter of operation.parameters ?? []) {
    if (!('in' in parameter) || parameter.in !== 'header') continue;
    // A key of its own for each call that is pasted.
    lines.push(`  -H "${parameter.name}: $(date +%s%N)"`);
  }
  const body = operation.requestBody;
  if (body !== undefined && 'content' in body) {
    const [type, media] = Object.entries(body.content)[0] ?? [];
    const example: unknown = media?.example;
    lines.push(`  -H "Content-Type: ${type ?? 'application/json'}"`);
    lines.push(`  -d '${JSON.stringify(example, null, 2).replaceAll("'", "'\\''")}'`);
  }
  return lines.join(' \\\n');
}

function operationHtml(listed: Listed): string {
  const { path, method, operation } = listed;
  const parameters = (operation.parameters ?? []).flatMap((parameter) =>
    'in' in parameter
      ? [
          `<tr><td><code>${escapeHtml(parameter.name)}</code></td><td>${parameter.in}` +
            `${parameter.required === true ? ', needed' : ''}</td>` +
            `<td>${prose(parameter.description ?? '')}</td></tr>`,
        ]
      : [],
  );
  const answers = Object.entries(operation.responses ?? {}).map(([status, response]) => {
    const what: unknown = 'description' in response ? response.description : '';
    return `<tr><td><code>${status}</code></td><td>${prose(String(what))}</td></tr>`;
  });
  return (
    `<h3 id="${method}-${escapeHtml(path)}"><span class="method">${method.toUpperCase()}</span> ` +
    `<code>${escapeHtml(path)}</code></h3><p><b>${prose(operation.summary ?? '')}.</b></p>` +
    `<p>${prose(operation.description ?? '')}</p>` +
    (parameters.length === 0 ? '' : `<table>${parameters.join('')}</table>`) +
    `<pre>${escapeHtml(curlOf(listed))}</pre><table>${answers.join('')}</table>`
  );
}

function eventsHtml(): string {
  const rows = Object.entries(EVENT_CATALOGUE).map(
    ([type, { owner, title }]) =>
      `<tr><td><code>${type}</code></td><td>${owner}</td><td>${escapeHtml(title)}</td></tr>`,
  );
  return `<h2 id="events">Event types</h2><table><tr><th>Type</th><th>Owner</th><th>Says</th></tr>${rows.join('')}</table>`;
}

function errorsHtml(): string {
  const rows = Object.entries(ERROR_CODES).map(
    ([code, { status, retryable, owner, title }]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td>` +
      `<td>${retryable ? 'may pass' : 'final'}</td><td>${owner}</td><td>${escapeHtml(title)}</td></tr>`,
  );
  return (
    `<h2 id="errors">Error codes</h2><table><tr><th>Code</th><th>Status</th><th>Again?</th>` +
    `<th>Owner</th><th>Means</th></tr>${rows.join('')}</table>`
  );
}

/** The whole reference on one page. */
export function referencePage(document: OpenApiDocument): string {
  const operations = operationsOf(document);
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags ?? []))];
  const sections = tags.map((tag) => {
    const own = operations.filter(({ operation }) => operation.tags?.includes(tag));
    return `<h2 id="${escapeHtml(tag)}">${escapeHtml(tag)}</h2>${own.map(operationHtml).join('')}`;
  });
  const links = tags.map((tag) => `<a href="#${escapeHtml(tag)}">${escapeHtml(tag)}</a>`);
  return page(
    'Throughline API',
    `<h1>${escapeHtml(document.info.title)} API</h1><p>${prose(document.info.description ?? '')}</p>` +
      `<nav>${links.join('')}<a href="#events">Event types</a><a href="#errors">Error codes</a>` +
      `<a href="/openapi.json">OpenAPI</a></nav>${sections.join('')}${eventsHtml()}${errorsHtml()}`,
  );
}
