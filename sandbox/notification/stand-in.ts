/** The notification stand-in: a provider of mail and text messages over HTTP. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { inTransaction, type Queryable } from '../database';
import { contentHash, orderIdInKey, prefixedId } from '../identifiers';
import { readInput, readJson } from '../input';
import { recordTable, type SandboxRecord } from '../records';
import { createScript } from '../script';
import type { Answer, Call, FailureReason, SandboxContext, VendorSystem } from '../system';
import { bearerMatches } from '../token';
import { LATENCY_MAX_MS } from '../webhook-script';

const PAGE_MAX = 100;

const messages = recordTable('notification', 'messages');

const scriptSchema = z.strictObject({ latencyMs: z.int().min(0).max(LATENCY_MAX_MS).default(0) });

const messageSchema = z
  .object({
    channel: z.enum(['email', 'sms']),
    to: z.string().min(3).max(320),
    template: z.string().min(1).max(100),
    variables: z.record(z.string(), z.unknown()).default({}),
    reference: z.string().min(1).max(255),
  })
  .refine(({ channel, to }) => channel === 'sms' || /^[^@\s]+@[^@\s]+$/.test(to), {
    path: ['to'],
    message: 'is not an e-mail address',
  })
  .refine(({ channel, to }) => channel === 'email' || /^\+?[\d\s()-]{3,20}$/.test(to), {
    path: ['to'],
    message: 'is not a telephone number',
  });

function refusal(status: number, code: string, message: string, errors?: unknown): Answer {
  return { status, body: { error: { code, message, errors } } };
}

function view(record: SandboxRecord): Record<string, unknown> {
  const { channel, template } = record.details;
  const { id, status, reference, createdAt } = record;
  return { id, status, channel, template, reference, createdAt };
}

async function lockedByKey(db: Queryable, key: string): Promise<SandboxRecord | undefined> {
  await db.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`notification ${key}`]);
  return (await messages.list(db, { throughlineKey: key, limit: 1 }))[0];
}

function failure(reason: FailureReason, status: number): Answer {
  return refusal(status, reason.replaceAll('-', '_'), `The request failed (${reason}).`);
}

/** @param token the bearer token that is let in. */
export function createNotificationStandIn(context: SandboxContext, token: string): VendorSystem {
  const { pool } = context;
  const script = createScript(scriptSchema);
  const slow = async (): Promise<void> => {
    const { latencyMs } = script.current();
    if (latencyMs > 0) await pause(latencyMs);
  };
  const send = async (call: Call): Promise<Answer> => {
    await slow();
    const json = readJson(call.text);
    if (!json) return refusal(400, 'invalid_json', 'The body is not JSON.');
    const read = readInput(messageSchema, json.value);
    if (!read.ok) return refusal(422, 'invalid_message', 'The message is not valid.', read.errors);
    const { channel, to, template, variables, reference } = read.value;
    const header = call.headers['idempotency-key'];
    const key = typeof header === 'string' && header !== '' ? header : undefined;
    const hash = contentHash(read.value);
    const outcome = await inTransaction(pool, async (db) => {
      const known = key === undefined ? undefined : await lockedByKey(db, key);
      if (known) return { record: known, made: false };
      const record = await messages.insert(db, {
        id: prefixedId('msg'),
        throughlineKey: key ?? null,
        reference,
        orderId: orderIdInKey(key) ?? orderIdInKey(reference) ?? null,
        status: 'queued',
        details: { channel, to, template, variables, bodyHash: hash },
      });
      return { record, made: true };
    });
    const { record, made } = outcome;
    if (!made && record.details['bodyHash'] !== hash) {
      const message = 'The key was used with another message.';
      return refusal(409, 'idempotency_key_reused', message);
    }
    if (!made) {
      return { status: 202, headers: { 'idempotency-replayed': 'true' }, body: view(record) };
    }
    const { id, orderId } = record;
    context.effectMade('notification', { effect: 'message-queued', id, key, orderId });
    return { status: 202, body: view(record) };
  };
  const list = async (call: Call): Promise<Answer> => {
    await slow();
    const reference = call.url.searchParams.get('reference');
    if (!reference) return refusal(422, 'reference_missing', 'Give a reference.');
    const found = await messages.list(pool, { reference, limit: PAGE_MAX });
    return { status: 200, body: { items: found.map(view) } };
  };
  return {
    name: 'notification',
    routes: [
      { method: 'POST', path: '/v1/messages', run: send },
      { method: 'GET', path: '/v1/messages', run: list },
    ],
    controlRoutes: [],
    kinds: { messages },
    script,
    admits: (headers) => bearerMatches(headers.authorization, token),
    failure,
    rateLimited: (retryAfterS) => ({
      ...refusal(429, 'rate_limited', 'Too many requests.'),
      headers: { 'retry-after': String(retryAfterS) },
    }),
    ddl: [],
  };
}
