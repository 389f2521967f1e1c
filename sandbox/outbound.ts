/**
 * Webhooks and events to our API. A row is written in the transaction of what it tells; sending is
 * retried with back-off, as the vendors do, and goes on after a restart.
 */
import { Agent, request } from 'undici';
import type { Logger } from 'pino';
import type { Pool } from 'pg';
import { z } from 'zod';
import type { Queryable } from './database';
import { startDueLoop, type DueLoop } from './due-loop';
import { recordTable, type RecordTable } from './records';
import type { SystemName } from './system-name';

/** Shopify gives a webhook five seconds; nobody here gives more. */
const SEND_TIMEOUT_MS = 5_000;
const CONNECTIONS_MAX = 16;
/** The vendors go on for days; this spans about eight minutes. */
const ATTEMPTS_MAX = 20;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 30_000;
const COPY_GAP_MS = 20;

/** `sandbox.outbound`: one row a delivery, a copy being a delivery of its own. */
export const outboundTable: RecordTable = recordTable('sandbox', 'outbound');

const DUE_DDL = [
  'ALTER TABLE sandbox.outbound ADD COLUMN IF NOT EXISTS due_at timestamptz',
  'ALTER TABLE sandbox.outbound ADD COLUMN IF NOT EXISTS attempts int NOT NULL DEFAULT 0',
  'ALTER TABLE sandbox.outbound ADD COLUMN IF NOT EXISTS body text',
  `CREATE INDEX IF NOT EXISTS outbound_due ON sandbox.outbound (due_at) WHERE status = 'pending'`,
];
export const outboundDdl: readonly string[] = [...outboundTable.ddl, ...DUE_DDL];

export interface Message {
  system: SystemName;
  /** What it is about, for the list: a topic or an event type. */
  topic: string;
  /** On our API, below THROUGHLINE_API_URL. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** The event's id: the same for every copy. */
  eventId: string;
  reference?: string;
  orderId?: string;
}

export interface Delivery {
  id: string;
  system: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  attempts: number;
}

/** Signs at the time of each sending: Stripe signs the time as well. */
export type Signer = (delivery: Delivery, now: Date) => Record<string, string>;

export interface Outbound {
  /** Within the caller's transaction; call `wake` after it. Answers the deliveries' ids. */
  enqueue(db: Queryable, message: Message, copies?: number, delayMs?: number): Promise<string[]>;
  wake(): void;
}

const dueRow = z.object({
  id: z.string(),
  parent_id: z.string(),
  attempts: z.number(),
  body: z.string(),
  details: z.object({ path: z.string(), headers: z.record(z.string(), z.string()) }),
});

async function takeDue(pool: Pool, except: readonly string[], limit: number): Promise<Delivery[]> {
  const { rows } = await pool.query(
    `SELECT id, parent_id, attempts, body, details FROM sandbox.outbound
     WHERE status = 'pending' AND due_at <= clock_timestamp() AND NOT (id = ANY($1))
     ORDER BY due_at, seq LIMIT $2`,
    [except, limit],
  );
  return rows.map((row) => {
    const { id, parent_id: system, attempts, body, details } = dueRow.parse(row);
    return { id, system, attempts, body, path: details.path, headers: details.headers };
  });
}

async function nextDueInMs(pool: Pool, except: readonly string[]): Promise<number | undefined> {
  const { rows } = await pool.query(
    `SELECT extract(epoch FROM min(due_at) - clock_timestamp())::float8 * 1000 AS ms
     FROM sandbox.outbound WHERE status = 'pending' AND NOT (id = ANY($1))`,
    [except],
  );
  return z.object({ ms: z.number().nullable() }).parse(rows[0]).ms ?? undefined;
}

async function settle(pool: Pool, delivery: Delivery, outcome: SendOutcome): Promise<string> {
  const attempts = delivery.attempts + 1;
  const status = outcome.ok ? 'delivered' : attempts >= ATTEMPTS_MAX ? 'given-up' : 'pending';
  const backoffMs = Math.min(BACKOFF_FIRST_MS * 2 ** delivery.attempts, BACKOFF_MAX_MS);
  await pool.query(
    `UPDATE sandbox.outbound SET status = $2, attempts = $3, updated_at = clock_timestamp(),
       due_at = clock_timestamp() + make_interval(secs => $4::float8 / 1000),
       details = details || $5::jsonb
     WHERE id = $1`,
    [
      delivery.id,
      status,
      attempts,
      backoffMs,
      JSON.stringify({ attempts, lastAnswer: outcome.answer }),
    ],
  );
  return status;
}

interface SendOutcome {
  ok: boolean;
  /** The status code, or the error's code. */
  answer: string;
}

async function send(
  agent: Agent,
  url: string,
  delivery: Delivery,
  signature: Record<string, string>,
): Promise<SendOutcome> {
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { ...delivery.headers, ...signature },
      body: delivery.body,
      dispatcher: agent,
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    });
    await body.dump();
    return { ok: statusCode >= 200 && statusCode < 300, answer: String(statusCode) };
  } catch (error) {
    return { ok: false, answer: errorCode(error) };
  }
}

function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

async function enqueue(
  db: Queryable,
  message: Message,
  copies: number,
  delayMs: number,
): Promise<string[]> {
  const ids: string[] = [];
  for (let copy = 1; copy <= copies; copy += 1) {
    const id = `${message.eventId}.${copy}.${Math.random().toString(36).slice(2, 10)}`;
    await db.query(
      `INSERT INTO sandbox.outbound
         (id, parent_id, reference, order_id, status, body, details, due_at)
       VALUES ($1, $2, $3, $4, 'pending', $5, $6,
         clock_timestamp() + make_interval(secs => $7::float8 / 1000))`,
      [
        id,
        message.system,
        message.reference ?? null,
        message.orderId ?? null,
        message.body,
        JSON.stringify({
          topic: message.topic,
          eventId: message.eventId,
          path: message.path,
          headers: message.headers,
        }),
        delayMs + (copy - 1) * COPY_GAP_MS,
      ],
    );
    ids.push(id);
  }
  return ids;
}

export interface OutboundSender extends Outbound {
  /** Begins sending; the table exists by now. */
  start(): void;
  stop(): Promise<void>;
}

/** The one sender of the process. `signers` has one for each system that signs. */
export function createOutbound(options: {
  pool: Pool;
  log: Logger;
  apiUrl: string;
  signers: Partial<Record<string, Signer>>;
}): OutboundSender {
  const { pool, log, signers } = options;
  const agent = new Agent({ connections: CONNECTIONS_MAX, pipelining: 1 });
  let loop: DueLoop | undefined;
  const run = async (delivery: Delivery): Promise<void> => {
    const signature = signers[delivery.system]?.(delivery, new Date()) ?? {};
    const url = new URL(delivery.path, options.apiUrl).href;
    const outcome = await send(agent, url, delivery, signature);
    const status = await settle(pool, delivery, outcome);
    const { system, id: delivered, path } = delivery;
    const attempt = delivery.attempts + 1;
    log.info(
      { system, delivery: delivered, path, attempt, answer: outcome.answer, status },
      'sent',
    );
  };
  return {
    enqueue: (db, message, copies = 1, delayMs = 0) => enqueue(db, message, copies, delayMs),
    wake: () => loop?.wake(),
    start() {
      loop = startDueLoop({
        takeDue: (except, limit) => takeDue(pool, except, limit),
        nextDueInMs: (except) => nextDueInMs(pool, except),
        keyOf: (delivery) => delivery.id,
        run,
        onError: (err) => log.error({ err }, 'outbound failed'),
      });
    },
    async stop() {
      await loop?.stop();
      await agent.close();
    },
  };
}
