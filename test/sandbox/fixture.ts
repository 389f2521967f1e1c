/**
 * A sandbox for tests: a Postgres of its own, free ports, and a receiver in place of our API that
 * keeps what it is sent.
 */
import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'pg';
import { pino } from 'pino';
import { z } from 'zod';
import type { SandboxConfiguration } from '../../sandbox/configuration';
import { startSandbox, type Sandbox } from '../../sandbox/start';
import { cloneDatabase } from '../postgres/database';

const WAIT_MAX_MS = 10_000;

export const tokens = {
  shopifyAccess: 'shpat_test',
  shopifyWebhook: 'shopify-webhook-secret',
  stripeSecret: 'sk_test_sandbox',
  stripeWebhook: 'whsec_sandbox',
  tax: 'tax-token',
  wms: 'wms-token',
  erp: 'erp-token',
  notification: 'notification-token',
};
export const OMS_KEY = 'oms-key';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** Answers with this status from now on. */
  answerWith(status: number): void;
  /** Resolves when a call that fits has come. */
  until(fits: (received: Received) => boolean, count?: number): Promise<Received[]>;
  close(): Promise<void>;
}

function portOf(address: string | AddressInfo | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** An empty database that lives as long as the test file. */
export async function startTestPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const database = await cloneDatabase('empty');
  return { url: database.url, stop: () => database.drop() };
}

/** Something in place of our API. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  let status = 200;
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      received.push({ path: request.url ?? '', headers: request.headers, body });
      response.writeHead(status).end();
      waiting.forEach((check) => check());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    received,
    answerWith(next) {
      status = next;
    },
    until(fits, count = 1) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(check);
          const got = received.map(({ path, headers }) => headers['x-shopify-topic'] ?? path);
          reject(new Error(`waited in vain; received: ${got.join(', ')}`));
        }, WAIT_MAX_MS);
        const check = (): void => {
          const found = received.filter(fits);
          if (found.length < count) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      });
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export function sandboxConfiguration(databaseUrl: string, apiUrl: string): SandboxConfiguration {
  return {
    databaseUrl,
    host: '127.0.0.1',
    ports: { commerce: 0, payment: 0, tax: 0, wms: 0, erp: 0, notification: 0 },
    apiUrl,
    omsKey: OMS_KEY,
    tokens,
    accounts: { shopify: 'shopify-us', stripe: 'stripe-us', wms: 'wms-main' },
    logLevel: 'silent',
  };
}

export interface SandboxUnderTest {
  sandbox: Sandbox;
  receiver: Receiver;
  /** For what only a person would do by hand. */
  pool: Pool;
  databaseUrl: string;
  url(system: keyof Sandbox['ports'], path: string): string;
  stop(): Promise<void>;
}

/** All of it, started. */
export async function startUnderTest(): Promise<SandboxUnderTest> {
  const postgres = await startTestPostgres();
  const receiver = await startReceiver();
  const configuration = sandboxConfiguration(postgres.url, receiver.url);
  const sandbox = await startSandbox(configuration, pino({ level: 'silent' }));
  const pool = new Pool({ connectionString: postgres.url, max: 2 });
  pool.on('error', () => undefined);
  return {
    sandbox,
    receiver,
    pool,
    databaseUrl: postgres.url,
    url: (system, path) => `http://127.0.0.1:${sandbox.ports[system]}${path}`,
    async stop() {
      await sandbox.close();
      await receiver.close();
      await pool.end();
      await postgres.stop();
    },
  };
}

const jsonObject = z.record(z.string(), z.unknown());
export type Json = z.infer<typeof jsonObject>;

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  json: Json;
}

/** A call; an answer that is not a JSON object has `json` empty. */
export async function call(
  url: string,
  method = 'GET',
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const isForm = body instanceof URLSearchParams;
  const response = await fetch(url, {
    method,
    headers:
      body === undefined || isForm ? headers : { 'content-type': 'application/json', ...headers },
    body:
      body === undefined
        ? undefined
        : isForm || typeof body === 'string'
          ? body
          : JSON.stringify(body),
  });
  const text = await response.text();
  let json: Json = {};
  try {
    json = jsonObject.parse(JSON.parse(text));
  } catch {
    // Not JSON, or not an object: the test looks at the text.
  }
  return { status: response.status, headers: response.headers, text, json };
}

/** Follows a path of keys and indexes through parsed JSON. */
export function at(json: unknown, ...path: (string | number)[]): unknown {
  let value = json;
  for (const part of path) {
    if (Array.isArray(value)) value = value[Number(part)];
    else if (typeof value === 'object' && value !== null) {
      value = Object.entries(value).find(([key]) => key === part)?.[1];
    } else return undefined;
  }
  return value;
}

/** The items of `GET /_sandbox/records/{kind}`. */
export async function recordsOf(url: string): Promise<Json[]> {
  const { json } = await call(url);
  return z.array(jsonObject).parse(json['items']);
}
