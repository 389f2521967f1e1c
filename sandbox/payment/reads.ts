/** Reading: one object, lists, and the search by metadata. */
import type { Pool } from 'pg';
import { LIST_LIMIT_MAX, type RecordTable, type SandboxRecord } from '../records';
import type { Answer, Call, Route } from '../system';
import { invalidRequest, noSuch } from './errors';
import {
  asIntent,
  charges,
  chargeView,
  expandedIntentView,
  intents,
  refunds,
  refundView,
} from './ledger';

const PAGE_DEFAULT = 10;
const PAGE_MAX = 100;
const CLAUSES_MAX = 10;

type View = (record: SandboxRecord, expand: readonly string[]) => Promise<Record<string, unknown>>;

/** `expand[]=latest_charge`; in a list the names start with `data.`. */
function expandOf(call: Call): string[] {
  const given = [...call.url.searchParams].filter(([name]) => /^expand\[\d*\]$/.test(name));
  return given.map(([, value]) => value.replace(/^data\./, ''));
}

async function readOne(pool: Pool, table: RecordTable, what: string, view: View, call: Call) {
  const id = call.params['id'] ?? '';
  const record = await table.find(pool, id);
  const answer: Answer = record
    ? { status: 200, body: await view(record, expandOf(call)) }
    : noSuch(what, id, 'id');
  return answer;
}

/** Newest first, `limit`, `starting_after`, and `payment_intent` where it applies. */
async function readList(pool: Pool, table: RecordTable, view: View, call: Call): Promise<Answer> {
  const limit = Number(call.url.searchParams.get('limit') ?? PAGE_DEFAULT);
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_MAX) {
    return invalidRequest(`Invalid limit: must be between 1 and ${PAGE_MAX}.`, 'limit');
  }
  const parentId = call.url.searchParams.get('payment_intent') ?? undefined;
  // A refund's reference is its charge.
  const reference = call.url.searchParams.get('charge') ?? undefined;
  const all = await table.list(pool, {
    parentId,
    reference,
    newestFirst: true,
    limit: LIST_LIMIT_MAX,
  });
  const after = call.url.searchParams.get('starting_after');
  const from = after === null ? 0 : all.findIndex((record) => record.id === after) + 1;
  const page = all.slice(from, from + limit);
  const expand = expandOf(call);
  const data = await Promise.all(page.map((record) => view(record, expand)));
  const has_more = all.length > from + limit;
  return { status: 200, body: { object: 'list', data, has_more, url: call.url.pathname } };
}

type Clause = (record: SandboxRecord) => boolean;

const CLAUSE =
  /^\s*(-)?(?:metadata\[(["'])([^"']+)\2\]|(status|currency))\s*:\s*(["'])((?:[^"'\\]|\\.)*)\5\s*$/;

/** `metadata['k']:'v'`, `status:'…'`, `currency:'…'`, joined by AND; `-` turns one round. */
function readQuery(query: string): Clause[] | undefined {
  const clauses: Clause[] = [];
  const parts = query.split(/\s+AND\s+/i);
  if (parts.length > CLAUSES_MAX) return undefined;
  for (const part of parts) {
    const found = CLAUSE.exec(part);
    if (!found) return undefined;
    const [, negated, , metadataKey, field, , quoted] = found;
    const value = (quoted ?? '').replace(/\\(.)/g, '$1');
    clauses.push((record) => {
      const { details } = asIntent(record);
      const actual =
        metadataKey !== undefined
          ? details.metadata[metadataKey]
          : field === 'status'
            ? record.status
            : record.currency;
      return (actual === value) !== (negated === '-');
    });
  }
  return clauses;
}

/** `GET /v1/payment_intents/search`; what is younger than `lagMs` is not in the index yet. */
async function search(pool: Pool, call: Call, lagMs: number): Promise<Answer> {
  const query = call.url.searchParams.get('query');
  if (query === null) {
    return invalidRequest('Missing required param: query.', 'query', 'parameter_missing');
  }
  const clauses = readQuery(query);
  if (!clauses) return invalidRequest(`We could not parse the query: ${query}`, 'query');
  const limit = Math.min(Number(call.url.searchParams.get('limit') ?? PAGE_DEFAULT), PAGE_MAX);
  const all = await intents.list(pool, { newestFirst: true, limit: LIST_LIMIT_MAX });
  const indexedBefore = Date.now() - lagMs;
  const found = all.filter(
    (record) =>
      Date.parse(record.createdAt) <= indexedBefore && clauses.every((clause) => clause(record)),
  );
  const expand = expandOf(call);
  const page = found.slice(0, limit);
  const data = page.map((record) => expandedIntentView(asIntent(record), expand));
  const body = { object: 'search_result', data, has_more: found.length > limit, next_page: null };
  return { status: 200, body: { ...body, url: '/v1/payment_intents/search' } };
}

/** @param lagMs how far the search index is behind, read at each search. */
export function readRoutes(pool: Pool, lagMs: () => number): Route[] {
  const intent: View = (record, expand) =>
    Promise.resolve(expandedIntentView(asIntent(record), expand));
  const refund: View = (record) => Promise.resolve(refundView(record));
  const charge: View = async (record) => {
    const parent = await intents.find(pool, record.parentId ?? '');
    return parent ? chargeView(asIntent(parent)) : { id: record.id, object: 'charge' };
  };
  const kind = (path: string, table: RecordTable, what: string, view: View): Route[] => [
    { method: 'GET', path, run: (call) => readList(pool, table, view, call) },
    {
      method: 'GET',
      path: `${path}/{id}`,
      run: (call) => readOne(pool, table, what, view, call),
    },
  ];
  return [
    {
      method: 'GET',
      path: '/v1/payment_intents/search',
      run: (call) => search(pool, call, lagMs()),
    },
    ...kind('/v1/payment_intents', intents, 'payment_intent', intent),
    ...kind('/v1/charges', charges, 'charge', charge),
    ...kind('/v1/refunds', refunds, 'refund', refund),
  ];
}
