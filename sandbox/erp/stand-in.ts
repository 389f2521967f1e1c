/**
 * The ERP stand-in: NetSuite's REST record service for sales orders and journal entries. It has no
 * idempotency key on these posts: a caller reads back by external id. Calls share a concurrency
 * limit.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { inTransaction, type Queryable } from '../database';
import { orderIdInKey } from '../identifiers';
import { readInput, readJson } from '../input';
import { recordTable, type NewRecord, type RecordTable, type SandboxRecord } from '../records';
import { createScript } from '../script';
import type { Answer, Call, FailureReason, Route, SandboxContext, VendorSystem } from '../system';
import { bearerMatches } from '../token';
import { LATENCY_MAX_MS } from '../webhook-script';
import { accounts, accountsDdl, unknownAccounts } from './accounts';
import { netsuiteError, type ErrorDetail } from './errors';
import {
  currencyOf,
  journalSchema,
  journalTotals,
  salesOrderSchema,
  salesOrderTotal,
} from './requests';

const RECORD_PATH = '/services/rest/record/v1';
const CONCURRENT_DEFAULT = 5;
const LATENCY_DEFAULT_MS = 25;

const salesOrders = recordTable('erp', 'sales_orders');
const journalEntries = recordTable('erp', 'journal_entries');

const scriptSchema = z.strictObject({
  latencyMs: z.int().min(0).max(LATENCY_MAX_MS).default(LATENCY_DEFAULT_MS),
  maxConcurrent: z.int().min(0).max(1_000).default(CONCURRENT_DEFAULT),
  refuse: z
    .strictObject({
      record: z.enum(['salesOrder', 'journalEntry']),
      message: z.string().min(1).max(500),
    })
    .optional(),
});

type Checked = { ok: true; record: Omit<NewRecord, 'id'> } | { ok: false; details: ErrorDetail[] };
type RecordType = 'salesOrder' | 'journalEntry';

async function checkJournal(db: Queryable, body: unknown): Promise<Checked> {
  const read = readInput(journalSchema, body);
  if (!read.ok) return { ok: false, details: read.errors.map(asDetail) };
  const journal = read.value;
  const { debitMinor, creditMinor } = journalTotals(journal);
  const details: ErrorDetail[] = [];
  if (debitMinor !== creditMinor) {
    const detail = 'Please enter balancing debit and credit amounts: the entry is out of balance.';
    details.push({ detail, code: 'USER_ERROR', path: 'line' });
  }
  const ids = journal.line.items.map((line) => line.account.id);
  const unknown = await unknownAccounts(db, [...new Set(ids)]);
  ids.forEach((id, index) => {
    if (!unknown.has(id)) return;
    const detail = `Invalid reference key ${id} for account.`;
    details.push({ detail, code: 'INVALID_KEY_OR_REF', path: `line.items[${index}].account` });
  });
  if (details.length > 0) return { ok: false, details };
  const { externalId = null, memo = null, tranDate = null, subsidiary } = journal;
  const lines = journal.line.items.map(({ account, debit, credit, memo: text }) => ({
    accountId: account.id,
    debit: debit ?? 0,
    credit: credit ?? 0,
    memo: text ?? null,
  }));
  const record = {
    throughlineKey: externalId,
    reference: externalId,
    amountMinor: debitMinor,
    currency: currencyOf(journal),
    status: 'approved',
    details: { externalId, memo, tranDate, subsidiary, lines, body },
  };
  return { ok: true, record };
}

function checkSalesOrder(_db: Queryable, body: unknown): Promise<Checked> {
  const read = readInput(salesOrderSchema, body);
  if (!read.ok) return Promise.resolve({ ok: false, details: read.errors.map(asDetail) });
  const order = read.value;
  const { externalId = null, memo = null, tranDate = null, otherRefNum = null } = order;
  const record = {
    throughlineKey: externalId,
    reference: externalId,
    orderId: orderIdInKey(externalId ?? undefined) ?? otherRefNum,
    amountMinor: salesOrderTotal(order),
    currency: currencyOf(order),
    status: 'pendingFulfillment',
    details: { externalId, memo, tranDate, otherRefNum, lines: order.item.items, body },
  };
  return Promise.resolve({ ok: true, record });
}

function asDetail(error: { pointer: string; code: string; detail: string }): ErrorDetail {
  const path = error.pointer
    .slice(1)
    .replace(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.');
  const missing = error.code === 'invalid_type' && error.detail.includes('undefined');
  const detail = missing
    ? `Please enter value(s) for: ${path}.`
    : `Error while accessing a resource. Invalid value for ${path}: ${error.detail}.`;
  return { detail, code: missing ? 'USER_ERROR' : 'INVALID_CONTENT', path };
}

const KINDS: Record<RecordType, { table: RecordTable; check: typeof checkJournal }> = {
  salesOrder: { table: salesOrders, check: checkSalesOrder },
  journalEntry: { table: journalEntries, check: checkJournal },
};

async function nextInternalId(db: Queryable): Promise<string> {
  const { rows } = await db.query(`SELECT nextval('erp.internal_id')::text AS id`);
  return z.object({ id: z.string() }).parse(rows[0]).id;
}

function view(type: RecordType, record: SandboxRecord): Record<string, unknown> {
  const given = z.record(z.string(), z.unknown()).parse(record.details['body']);
  return {
    links: [{ rel: 'self', href: `${RECORD_PATH}/${type}/${record.id}` }],
    ...given,
    id: record.id,
    tranId: `${type === 'journalEntry' ? 'JE' : 'SO'}${record.id}`,
    createdDate: record.createdAt,
    lastModifiedDate: record.updatedAt,
  };
}

function failure(reason: FailureReason, status: number): Answer {
  const codes: Record<FailureReason, string> = {
    unauthorized: 'INVALID_LOGIN',
    'not-found': 'NONEXISTENT_RECORD',
    'bad-json': 'INVALID_CONTENT',
    'too-large': 'REQUEST_LIMIT_EXCEEDED',
    failed: 'UNEXPECTED_ERROR',
  };
  const detail = reason === 'unauthorized' ? 'Invalid login attempt.' : `Failed: ${reason}.`;
  return netsuiteError(status, [{ detail, code: codes[reason] }]);
}

function limited(retryAfterS: number): Answer {
  const detail = 'The request failed because the account concurrency limit was exceeded.';
  const answer = netsuiteError(429, [{ detail, code: 'CONCURRENCY_LIMIT_EXCEEDED' }]);
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfterS) } };
}

/** @param token the bearer token that is let in. */
export function createErpStandIn(context: SandboxContext, token: string): VendorSystem {
  const { pool } = context;
  const script = createScript(scriptSchema);
  let inFlight = 0;
  // The account's limit covers every call, reads too; the latency is spent inside it.
  const governed = (run: Route['run']): Route['run'] => {
    return async (call) => {
      const { maxConcurrent, latencyMs } = script.current();
      if (inFlight >= maxConcurrent) return limited(1);
      inFlight += 1;
      try {
        if (latencyMs > 0) await pause(latencyMs);
        return await run(call);
      } finally {
        inFlight -= 1;
      }
    };
  };
  const create = (type: RecordType) => {
    const { table, check } = KINDS[type];
    return async (call: Call): Promise<Answer> => {
      const json = readJson(call.text);
      if (!json) return netsuiteError(400, [{ detail: 'Invalid JSON.', code: 'INVALID_CONTENT' }]);
      const refuse = script.current().refuse;
      if (refuse?.record === type) {
        return netsuiteError(400, [{ detail: refuse.message, code: 'USER_ERROR' }]);
      }
      const outcome = await inTransaction(pool, async (db) => {
        const checked = await check(db, json.value);
        if (!checked.ok) return checked.details;
        const externalId = checked.record.reference;
        if (externalId) {
          await db.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`${type} ${externalId}`]);
          const [twin] = await table.list(db, { reference: externalId, limit: 1 });
          const detail = `This record already exists (externalId ${externalId}).`;
          if (twin) return [{ detail, code: 'DUP_RCRD', path: 'externalId' }];
        }
        return table.insert(db, { ...checked.record, id: await nextInternalId(db) });
      });
      if (Array.isArray(outcome)) return netsuiteError(400, outcome);
      const { id, throughlineKey: key, orderId, amountMinor, currency } = outcome;
      context.effectMade('erp', { effect: type, id, key, orderId, amountMinor, currency });
      const location = `http://${call.headers.host ?? 'localhost'}${RECORD_PATH}/${type}/${id}`;
      return { status: 204, headers: { location } };
    };
  };
  const read = (type: RecordType) => async (call: Call) => {
    const { table } = KINDS[type];
    const id = call.params['id'] ?? '';
    const external = id.startsWith('eid:') ? id.slice('eid:'.length) : undefined;
    const record =
      external === undefined
        ? await table.find(pool, id)
        : (await table.list(pool, { reference: external, limit: 1 }))[0];
    if (record) return { status: 200, body: view(type, record) };
    const detail = 'The record instance does not exist. Provide a valid record instance ID.';
    return netsuiteError(404, [{ detail, code: 'NONEXISTENT_ID' }]);
  };
  const types: RecordType[] = ['salesOrder', 'journalEntry'];
  return {
    name: 'erp',
    routes: types.flatMap((type): Route[] => [
      { method: 'POST', path: `${RECORD_PATH}/${type}`, run: governed(create(type)) },
      { method: 'GET', path: `${RECORD_PATH}/${type}/{id}`, run: governed(read(type)) },
    ]),
    controlRoutes: [],
    kinds: { sales_orders: salesOrders, journal_entries: journalEntries, accounts },
    script,
    admits: (headers) => bearerMatches(headers.authorization, token),
    failure,
    rateLimited: limited,
    ddl: ['CREATE SEQUENCE IF NOT EXISTS erp.internal_id START 1001', ...accountsDdl],
  };
}
