/** What each stand-in gives the listener, and what it gets to work with. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import type { Pool } from 'pg';
import type { Outbound } from './outbound';
import type { RecordTable } from './records';
import type { SystemName } from './system-name';

export interface Call {
  method: string;
  url: URL;
  headers: IncomingHttpHeaders;
  /** The `{name}` parts of the route's path, decoded. */
  params: Readonly<Record<string, string>>;
  text: string;
}

export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** A string goes out as it is, anything else as JSON, nothing when undefined. */
  body?: unknown;
}

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/v1/payment_intents/{id}/capture`; `{…}` is one segment. First match wins. */
  path: string;
  run(call: Call): Promise<Answer>;
}

export type FailureReason = 'unauthorized' | 'not-found' | 'bad-json' | 'too-large' | 'failed';

export interface VendorSystem {
  name: SystemName;
  routes: readonly Route[];
  /** Beside the common ones, under `/_sandbox/`. */
  controlRoutes: readonly Route[];
  kinds: Readonly<Record<string, RecordTable>>;
  script: { set(input: unknown): unknown[]; shown(): Record<string, unknown>; reset(): void };
  /** Whether the vendor lets this caller in. */
  admits(headers: IncomingHttpHeaders): boolean;
  /** An error that the vendor would send, in the vendor's shape. */
  failure(reason: FailureReason, status: number): Answer;
  rateLimited(retryAfterS: number): Answer;
  /** Tables beside the record kinds. */
  ddl: readonly string[];
  /** Background work; called once the tables exist. */
  start?(): void;
  stop?(): Promise<void>;
}

export interface Effect {
  effect: string;
  id: string;
  key?: string | null;
  orderId?: string | null;
  amountMinor?: number | null;
  currency?: string | null;
}

export interface SandboxContext {
  pool: Pool;
  log: Logger;
  outbound: Outbound;
  accounts: Readonly<{ shopify: string; stripe: string; wms: string }>;
  /** The console line of an effect; call it after the commit. Never give it personal data. */
  effectMade(system: SystemName, effect: Effect): void;
}
