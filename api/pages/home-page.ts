/** The first page: where to look, and the lists that support works from. */
import { SEARCH_ATTRIBUTES } from '../../canonical/flows/contract';
import { ORDER_WORKFLOW_TYPE } from '../../canonical/flows/order';
import type { Configuration } from '../../canonical/schema/configuration';
import { markup, type Html, type Page } from './html';

type Link = readonly [url: string, name: string, what: string];

const { status, waitingFor, node } = SEARCH_ATTRIBUTES;
const RUNNING = `WorkflowType = '${ORDER_WORKFLOW_TYPE}' and ExecutionStatus = 'Running'`;

/** Lists of the Temporal UI, by what they ask for. */
const LISTS: readonly (readonly [name: string, what: string, query: string])[] = [
  ['Orders in work', 'every one that has not ended', RUNNING],
  [
    'Orders that wait',
    'for a person, a shipment or a hold',
    `${RUNNING} and ${waitingFor} is not null`,
  ],
  ['Orders on hold', 'until somebody lifts it', `${RUNNING} and ${waitingFor} = 'hold'`],
  [
    'Waiting for money',
    'declined, not charged, not given back',
    `${RUNNING} and (${waitingFor} starts_with 'payment.' or ${waitingFor} starts_with 'refund.')`,
  ],
  [
    'Waiting for a warehouse',
    'not shipped yet, rejected, silent',
    `${RUNNING} and (${waitingFor} = 'shipment' or ${waitingFor} starts_with 'fulfilment.')`,
  ],
  [
    'Waiting for a mapping or for stock',
    'not accepted yet',
    `${RUNNING} and (${waitingFor} starts_with 'mapping.' or ${waitingFor} starts_with 'inventory.')`,
  ],
];

export function homePage({ TEMPORAL_UI_URL, TEMPORAL_NAMESPACE }: Configuration): Page {
  const base = TEMPORAL_UI_URL?.replace(/\/$/, '');
  const list = (query: string) =>
    `${base}/namespaces/${TEMPORAL_NAMESPACE}/workflows?query=${encodeURIComponent(query)}`;
  return {
    title: 'Throughline',
    body: markup`<h1>Throughline</h1>
      <p>One durable history from the channel event to the ERP journal.</p>
      <h2>What waits for people</h2>
      ${linksHtml([
        ['/exceptions', 'Exceptions', 'by deadline; signed in by a key'],
        ['/finance', 'Finance', 'settlements, clearing, trial balance, gross to net, the close'],
        ['/returns', 'Returns', 'by state and age; the same key'],
      ])}
      <h2>In a store</h2>
      ${linksHtml([['/stores', 'Pickups and returns', "signed in by the store's key"]])}
      ${
        base === undefined
          ? null
          : markup`<h2>Orders, in the Temporal UI</h2>
              ${linksHtml([
                [TEMPORAL_UI_URL ?? '', 'Temporal UI', 'every flow, what it waits for'],
                ...LISTS.map(([name, what, query]): Link => [list(query), name, what]),
              ])}
              <p class="quiet">
                Columns that tell orders apart are ${columnsHtml()}: the gear over the list puts
                them there, and the browser keeps them. A list by node: add
                <code>and ${node} = 'dc-east'</code>; by status,
                <code>and ${status} = 'released'</code>.
              </p>`
      }
      <h2>For programs</h2>
      ${linksHtml([
        ['/docs', 'API reference', 'every path, with examples to paste'],
        ['/openapi.json', 'OpenAPI document', 'the same, for programs'],
        ['/healthz', 'Health', 'the process answers'],
        ['/readyz', 'Readiness', 'names what is missing'],
        ['/metrics', 'Metrics', 'for Prometheus'],
      ])}`,
  };
}

function columnsHtml(): Html {
  const names = Object.values(SEARCH_ATTRIBUTES);
  return markup`${names.map((name, index) => markup`${index > 0 ? ', ' : ''}<code>${name}</code>`)}`;
}

function linksHtml(links: readonly Link[]): Html {
  return markup`<ul>
    ${links.map(([url, name, what]) => markup`<li><a href="${url}">${name}</a>: ${what}</li>`)}
  </ul>`;
}
