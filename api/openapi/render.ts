/** HTML without scripts, fonts or addresses of others: it reads the same on a plane. */
import { ERROR_CODES } from '../../canonical/schema/error-codes';
import { EVENT_CATALOGUE } from '../../canonical/schema/event';
import { escapeHtml } from '../pages/html';
import { fieldsOf } from './fields';
import { operationsOf, type Listed, type OpenApiDocument, type Operation } from './operations';
import { PREPARATION } from './shell';

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

function shellIn(operation: Operation): string {
  const samples: unknown = operation['x-codeSamples'];
  const [sample] = Array.isArray(samples) ? (samples as { readonly source: string }[]) : [];
  return sample?.source ?? '';
}

function operationHtml(document: OpenApiDocument, { path, method, operation }: Listed): string {
  const parameters = fieldsOf(document, operation).map(
    ({ name, place, isNeeded, description }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${place}${isNeeded ? ', needed' : ''}</td>` +
      `<td>${prose(description)}</td></tr>`,
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
    `<pre>${escapeHtml(shellIn(operation))}</pre><table>${answers.join('')}</table>`
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
    return `<h2 id="${escapeHtml(tag)}">${escapeHtml(tag)}</h2>${own.map((one) => operationHtml(document, one)).join('')}`;
  });
  const links = tags.map((tag) => `<a href="#${escapeHtml(tag)}">${escapeHtml(tag)}</a>`);
  return page(
    'Throughline API',
    `<h1>${escapeHtml(document.info.title)} API</h1><p>${prose(document.info.description ?? '')}</p>` +
      `<nav>${links.join('')}<a href="#events">Event types</a><a href="#errors">Error codes</a>` +
      `<a href="/openapi.json">OpenAPI</a></nav><h2>Before the examples</h2>` +
      `<p>Pasted once; then each example runs by itself.</p><pre>${escapeHtml(PREPARATION)}</pre>` +
      `${sections.join('')}${eventsHtml()}${errorsHtml()}`,
  );
}
