/**
 * A whole stack for one test file: real processes, a shop that is open, and what a test does with
 * it: sell, wait until, read what the other systems believe, program their faults, audit.
 */
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Pool } from 'pg';
import { expect } from 'vitest';
import { z } from 'zod';
import { OrderView } from '../../api/schema/order';
import { ExceptionView } from '../../canonical/schema/exception-view';
import { Journal as JournalView } from '../../canonical/schema/journal';
import type { Role } from '../../canonical/schema/api-key';
import { removeHome } from '../../stack/supervisor/home';
import { pollUntil } from '../../stack/supervisor/poll';
import type { StackJson } from '../../stack/supervisor/stack-json';
import { startStack, type RunningStack } from '../../stack/supervisor/start-stack';
import { apiClient } from '../../stack/worked-order/api-client';
import { openShop } from '../../stack/worked-order/shop';
import { expectCleanAudit } from './clean-audit';

/** Away from the ports that a person's stack likes. */
const PORT_OFFSET = 20_000;
/** A worker that was killed in a call is noticed after the 30 s that a call may take. */
export const WAIT_MAX_MS = 50_000;
const CALL_TIMEOUT_MS = 15_000;
/** Between shipping and being asked to: short, so that tests do not wait for a warehouse. */
export const SHIP_AFTER_MS = 20;
const CONNECTIONS = 4;
const SOME_STOCK = 10_000;
const POSTING_WINDOW_MS = '300';

export type System = keyof StackJson['sandbox'];

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

export interface CallOptions {
  readonly role?: Role;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** For what is sent as it is: a string is not made JSON of. */
  readonly raw?: string;
}

/** What every record of the sandbox has; the rest is the system's own. */
const SandboxRecord = z.looseObject({
  id: z.string(),
  parentId: z.string().nullable(),
  throughlineKey: z.string().nullable(),
  reference: z.string().nullable(),
  orderId: z.string().nullable(),
  amountMinor: z.number().nullable(),
  currency: z.string().nullable(),
  status: z.string().nullable(),
});
export type SandboxRecord = z.infer<typeof SandboxRecord>;

const Items = <T extends z.ZodType>(item: T) => z.looseObject({ items: z.array(item) });
const Held = z.looseObject({ held: z.number() });
const Made = z.looseObject({ id: z.string() });

export interface Fault {
  readonly match: { readonly method?: string; readonly path: string; readonly body?: string };
  readonly fault: Readonly<Record<string, unknown>> & { readonly kind: string };
  readonly times?: number;
}

export class World {
  private constructor(
    readonly stack: RunningStack,
    readonly db: Pool,
  ) {}

  /** Starts a stack in a home of its own. `isOpen` false leaves it without master data; `env` may
   * name another set-up file. */
  static async open({ isOpen = true, env = process.env } = {}): Promise<World> {
    const home = mkdtempSync(path.join(tmpdir(), 'throughline-e2e-'));
    chmodSync(home, 0o711);
    const own = { POSTING_WINDOW_MS, ...env };
    const stack = await startStack({ home, env: own, quiet: true, portOffset: PORT_OFFSET });
    const { databaseUrl } = stack.stackJson;
    const world = new World(stack, new Pool({ connectionString: databaseUrl, max: CONNECTIONS }));
    await world.script('wms', { delayMs: SHIP_AFTER_MS });
    if (isOpen) await world.openShop();
    return world;
  }

  async close(): Promise<void> {
    await this.db.end();
    await this.stack.stop();
    if (process.env['THROUGHLINE_KEEP_HOMES']) console.log(`kept: ${this.stack.home}`);
    else removeHome(this.stack.home);
  }

  get json(): StackJson {
    return this.stack.stackJson;
  }

  async openShop(): Promise<void> {
    await openShop(apiClient(this.json.apiUrl, this.json.keys.operator));
  }

  // The API, as one of its callers -----------------------------------------------------------

  async call(method: string, pathAndQuery: string, options: CallOptions = {}): Promise<Answer> {
    const { role, body, headers, raw } = options;
    const response = await fetch(new URL(pathAndQuery, this.json.apiUrl), {
      method,
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      headers: {
        'content-type': 'application/json',
        ...(role === undefined ? {} : { authorization: `Bearer ${this.json.keys[role]}` }),
        ...headers,
      },
      ...(raw === undefined ? body !== undefined && { body: JSON.stringify(body) } : { body: raw }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      body: isJson && text !== '' ? JSON.parse(text) : text,
      headers: response.headers,
    };
  }

  get(pathAndQuery: string, role: Role = 'auditor'): Promise<Answer> {
    return this.call('GET', pathAndQuery, { role });
  }

  put(pathAndQuery: string, body: unknown): Promise<Answer> {
    return this.call('PUT', pathAndQuery, { role: 'operator', body });
  }

  /** With an idempotency key of its own where none is given. */
  post(pathAndQuery: string, role: Role, body: unknown, key?: string): Promise<Answer> {
    const headers = { 'idempotency-key': key ?? randomUUID() };
    return this.call('POST', pathAndQuery, { role, body, headers });
  }

  /** A fact in our own vocabulary, as the warehouse or a channel tells it. */
  event(type: string, data: unknown, id: string = randomUUID()): Promise<Answer> {
    const event = { specversion: '1.0', id, source: '/wms/wms-main', type, data };
    return this.call('POST', '/v1/events', { role: 'oms', body: event });
  }

  /** Puts units on the shelf and waits until they can be sold. */
  async stock(sku: string, quantity = SOME_STOCK, location = 'dc-east'): Promise<void> {
    const lines = [{ sku, quantity }];
    const answer = await this.event('inventory.received.v1', { location, lines });
    expect(answer.status).toBe(202);
    await this.until(`stock of ${sku}`, async () => {
      const { rows } = await this.db.query('select 1 from stock where sku = $1 and on_hand > 0', [
        sku,
      ]);
      return rows.length > 0;
    });
  }

  /** An item, its cost in cents, and where asked for some of it on the shelf. */
  async item(sku: string, quantity = SOME_STOCK): Promise<void> {
    const standardCost = { currency: 'USD', minorUnits: 400 };
    const { status } = await this.put(`/v1/items/${sku}`, { standardCost });
    expect(status).toBeLessThan(300);
    if (quantity > 0) await this.stock(sku, quantity);
  }

  async findOrder(channelInstance: string, orderNo: string): Promise<OrderView | null> {
    const query = new URLSearchParams({ channelInstance, orderNo });
    const { body } = await this.get(`/v1/orders?${query.toString()}`);
    return Items(OrderView).parse(body).items[0] ?? null;
  }

  async order(orderId: string): Promise<OrderView> {
    return OrderView.parse((await this.get(`/v1/orders/${orderId}`)).body);
  }

  /** The order once it fits; fails with what it was last, and what it waited for. */
  async untilOrder(
    channelInstance: string,
    orderNo: string,
    fits: OrderView['status'] | ((order: OrderView) => boolean),
  ): Promise<OrderView> {
    let seen: OrderView | null = null;
    const name = `${channelInstance}/${orderNo}`;
    const wanted = typeof fits === 'string' ? fits : fits.toString();
    await this.until(`order ${name}: ${wanted}`, async () => {
      seen = await this.findOrder(channelInstance, orderNo);
      return seen !== null && (typeof fits === 'string' ? seen.status === fits : fits(seen));
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}; last seen ${JSON.stringify(seen)}`);
    });
    return OrderView.parse(seen);
  }

  async exceptions(query: Readonly<Record<string, string>>) {
    const found = await this.get(`/v1/exceptions?${new URLSearchParams(query).toString()}`);
    return Items(ExceptionView).parse(found.body).items;
  }

  /** The order's exception of that code, once it is open. */
  async untilException(orderId: string, code: string) {
    const find = async () =>
      (await this.exceptions({ orderId, state: 'open' })).find((one) => one.code === code);
    await this.until(`exception ${code} of ${orderId}`, async () => (await find()) !== undefined);
    return ExceptionView.parse(await find());
  }

  async journals(orderId: string) {
    const { body } = await this.get(`/v1/journals?orderId=${orderId}`);
    return Items(JournalView).parse(body).items;
  }

  // The other systems ------------------------------------------------------------------------

  async sandbox(system: System, method: string, route: string, body?: unknown): Promise<unknown> {
    const response = await fetch(new URL(`/_sandbox/${route}`, this.json.sandbox[system]), {
      method,
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${system}/${route}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  async records(
    system: System,
    kind: string,
    filter: Readonly<Record<string, string>> = {},
  ): Promise<readonly SandboxRecord[]> {
    const query = new URLSearchParams({ limit: '10000', ...filter }).toString();
    const found = await this.sandbox(system, 'GET', `records/${kind}?${query}`);
    return Items(SandboxRecord).parse(found).items;
  }

  /** What the shop did with an order's money: AUTHORIZATION, CAPTURE, SALE, VOID, REFUND. */
  async shopTransactions(shopId: string, kind: string): Promise<readonly SandboxRecord[]> {
    const orderId = `gid://shopify/Order/${shopId}`;
    const found = await this.records('commerce', 'transactions', { orderId });
    return found.filter((record) => record['kind'] === kind);
  }

  /** The warehouse's own record of a parcel that a test told of in its place. */
  async keepParcel(shipmentId: string, orderId: string, lines: readonly object[]): Promise<void> {
    const client = new Client({ connectionString: this.json.sandboxDatabaseUrl });
    await client.connect();
    await client.query(
      `insert into wms.shipments (id, order_id, status, details)
       values ($1, $2, 'confirmed', jsonb_build_object('lines', $3::jsonb))`,
      [shipmentId, orderId, JSON.stringify(lines)],
    );
    await client.end();
  }

  async script(system: System, script: unknown): Promise<void> {
    await this.sandbox(system, 'POST', 'script', script);
  }

  async fault(system: System, fault: Fault): Promise<string> {
    return Made.parse(await this.sandbox(system, 'POST', 'faults', fault)).id;
  }

  async clearFaults(system: System): Promise<void> {
    await this.sandbox(system, 'DELETE', 'faults');
  }

  /** Until so many calls are held by the system's faults. */
  async untilHeld(system: System, count: number): Promise<void> {
    await this.until(`${count} held calls to ${system}`, async () => {
      return Held.parse(await this.sandbox(system, 'GET', 'faults')).held >= count;
    });
  }

  // Ends -------------------------------------------------------------------------------------

  until(what: string, condition: () => Promise<boolean>, timeoutMs = WAIT_MAX_MS): Promise<void> {
    return pollUntil(what, timeoutMs, condition);
  }

  /** kill -9; resolves when its successor is up. */
  async killed(service: 'worker' | 'api'): Promise<void> {
    await this.stack.kill(service, 'SIGKILL');
    await this.stack.waitUntilReady(service);
  }

  /** Nothing is on its way any more: events, starts, signals, messages, effects, postings. */
  async untilQuiet(): Promise<void> {
    await this.until('everything told, posted and answered', async () => {
      const { rows } = await this.db.query<{ busy: boolean }>(
        `select exists (select from inbox where state in ('received', 'waiting', 'routed'))
             or exists (select from dispatch where state = 'pending')
             or exists (select from outbox where state = 'pending')
             or exists (select from effect where state = 'called')
             or exists (select from posting_batch where state = 'formed')
             or exists (select from journal_to_batch) as busy`,
      );
      return rows[0]?.busy === false;
    });
  }

  /** Every test's last word: both sides of every effect agree, to the cent and to the unit. */
  expectCleanAudit(): Promise<void> {
    return expectCleanAudit(this.json.databaseUrl, () => this.untilQuiet());
  }
}
