/** Returns on a flow bench: the API, moments, flows and router; only vendors are scripted. */
import type { Server } from 'node:http';
import type { WorkflowHandle } from '@temporalio/client';
import { pino } from 'pino';
import { createFlowActivities } from '../../activities/moments/every-flow';
import { createReturnActivities } from '../../activities/moments/return';
import {
  createChannelMoneyActivities,
  createPaymentActivities,
} from '../../activities/payment/money';
import type { ReturnView } from '../../api/schema/return';
import { FLOWS_TASK_QUEUE } from '../../canonical/flows/contract';
import { FLOWS } from '../../canonical/flows/registry';
import type { Role } from '../../canonical/schema/api-key';
import { closeOrder, readAgenda } from '../../moments/order/order-flow';
import type { Database } from '../../store/database';
import type { Resolution } from '../../canonical/schema/exception';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { storeCanonicalEvents } from '../../store/inbox/inbox';
import { claimEvents } from '../../store/inbox/routing';
import { wakeWaiting } from '../../store/inbox/waiting-events';
import { MOMENTS, STARTERS } from '../../workers/flows';
import { createPlaceAsker, type Shops } from '../../workers/ask-places';
import { routeEvent } from '../../workers/route-event';
import type { returnToRefund } from '../../workflows/return/return-to-refund';
import { keyOf } from '../api/fixture';
import type { TestDatabase } from '../postgres/database';
import { accepted, orderOf, type OrderShape } from '../store/fixture';
import { authorize, capture, release, ship } from '../store/steps';
import { openFlowBench, until, type FlowBench } from '../workflows/flow-bench';
import { ScriptedVendors, type VendorsOfOrder } from '../workflows/scripted-vendors';
import {
  counted,
  eventOf,
  linesOf,
  openReturnShop,
  passDeadline,
  returnsOf,
  stockOf,
  type Stock,
  requireDocumented,
  sumsOf,
  serve,
  stop,
  urlOf,
  type Answer,
  type Lines,
} from './bench-parts';

export const STORE = 'store-001';
export const OTHER_STORE = 'store-002';
const log = pino({ level: 'silent' });
const HOUR_MS = 3_600_000;
const EVENTS_AT_ONCE = 50;
let keysUsed = 0;
let eventsMade = 0;

export class ReturnBench {
  /** What channels say when they are asked. */
  readonly shops: Record<string, Shops[string]> = {};

  private constructor(
    private readonly test: TestDatabase,
    private server: Server,
    private readonly flows: FlowBench,
    private readonly scripted: ScriptedVendors,
    /** Statements of all moments, paths and loops since the beginning, begins and commits included. */
    readonly said: { statements: number },
  ) {}

  static async open(stock: Readonly<Record<string, number>>): Promise<ReturnBench> {
    // Of a test's runner, which a program that records histories has not.
    const { cloneDatabase } = await import('../postgres/database.js');
    return ReturnBench.on(await cloneDatabase(), openFlowBench, stock);
  }

  static async on(
    cloned: TestDatabase,
    openFlows: typeof openFlowBench,
    stock: Readonly<Record<string, number>>,
  ): Promise<ReturnBench> {
    const said = { statements: 0 };
    const test = { ...cloned, db: counted(cloned.db, said) };
    const { db } = test;
    await openReturnShop(db, stock, [STORE, OTHER_STORE]);
    const server = await serve(test);
    const scripted = new ScriptedVendors();
    const { gateway, mover } = scripted;
    const bench = await openFlows({
      db,
      activities: {
        [FLOWS_TASK_QUEUE]: {
          ...createFlowActivities(MOMENTS, { db, log }),
          ...createReturnActivities({ db, log }),
        },
        'payment.stripe-us': createPaymentActivities({ db, account: 'stripe-us', gateway }),
        'commerce.shopify-us': createChannelMoneyActivities({ db, account: 'shopify-us', mover }),
      },
    });
    return new ReturnBench(test, server, bench, scripted, said);
  }

  get db(): Database {
    return this.test.db;
  }

  get url(): string {
    return urlOf(this.server);
  }

  get clock() {
    return this.flows.environment;
  }

  vendors(orderId: string): VendorsOfOrder {
    return this.scripted.of(orderId);
  }

  /** An order that was sold, sent, captured and closed: its flow is long gone. */
  async sold(shape: OrderShape): Promise<string> {
    const orderId = await this.shipped(shape);
    await this.captured(orderId);
    await closeOrder(this.db, { orderId });
    return orderId;
  }

  async shipped(shape: OrderShape): Promise<string> {
    const orderId = await this.released(shape);
    await ship(this.db, orderId, `parcel-${orderId}`, linesOf(shape));
    return orderId;
  }

  async released(shape: OrderShape): Promise<string> {
    const orderId = await accepted(this.db, orderOf(shape));
    // What a channel sold came with its authorization.
    if ((shape.channelInstance ?? 'web-us') === 'web-us') await authorize(this.db, orderId);
    await release(this.db, orderId);
    return orderId;
  }

  async captured(orderId: string): Promise<void> {
    await capture(this.db, await readAgenda(this.db, { orderId }));
  }

  async send<B = ReturnView>(
    role: Role,
    method: 'GET' | 'POST',
    path: string,
    json?: unknown,
    key = `key-${(keysUsed += 1)}`,
  ): Promise<Answer<B>> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${keyOf(role)}`,
        ...(json !== undefined && { 'content-type': 'application/json', 'idempotency-key': key }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    const body: unknown = await response.json();
    if (response.ok) requireDocumented(method, path, response.status, body);
    return { status: response.status, body: body as B };
  }

  async request(orderId: string, lines: Lines, more: object = {}): Promise<ReturnView> {
    const body = { orderId, lines, reason: 'changed-mind', ...more };
    const answer = await this.send('support', 'POST', '/v1/returns', body);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    await this.start(answer.body.rma);
    return answer.body;
  }

  async start(rma: string): Promise<void> {
    await this.flows.start(`return/${rma}`, 'first');
  }

  async receive(rma: string, lines: readonly object[], location = STORE, role: Role = 'support') {
    const answer = await this.send(role, 'POST', `/v1/returns/${rma}/receive`, { location, lines });
    await this.flows.deliver();
    return answer;
  }

  async inspect(rma: string, lines: readonly object[], location = STORE, role: Role = 'support') {
    const answer = await this.send(role, 'POST', `/v1/returns/${rma}/inspect`, { location, lines });
    await this.flows.deliver();
    return answer;
  }

  async decide(role: Role, rma: string, what: 'approve' | 'deny') {
    const answer = await this.send(role, 'POST', `/v1/returns/${rma}/${what}`, { reason: 'seen' });
    await this.flows.deliver();
    return answer;
  }

  deliver(): Promise<void> {
    return this.flows.deliver();
  }

  async read(rma: string): Promise<ReturnView> {
    return (await this.send('support', 'GET', `/v1/returns/${rma}`)).body;
  }

  /** An event of ours, routed as the router does; its row afterwards. */
  async tell(type: string, data: object, eventWaitMs = HOUR_MS) {
    eventsMade += 1;
    const eventId = `told-${eventsMade}`;
    const row = { source: 'counter', eventId, type, body: data, raw: JSON.stringify(data) };
    await storeCanonicalEvents(this.db, [
      { ...row, correlationId: 'cor_returns', occurredAt: null },
    ]);
    await this.route(eventWaitMs);
    return () => eventOf(this.db, eventId);
  }

  /** Whatever waits is looked at again, as the router does in its time. */
  async route(eventWaitMs = HOUR_MS): Promise<void> {
    await wakeWaiting(this.db);
    const settings = {
      db: this.db,
      flows: FLOWS,
      starters: STARTERS,
      places: createPlaceAsker(this.shops),
      fulfilmentDeadlineMs: HOUR_MS,
      eventWaitMs,
    };
    for (const row of await claimEvents(this.db, EVENTS_AT_ONCE, HOUR_MS)) {
      await routeEvent(settings, row);
    }
    await this.flows.deliver();
  }

  handle(rma: string): WorkflowHandle<typeof returnToRefund> {
    // A return's deadline is an instant: time that another test skips would end it.
    return this.flows.client.workflow.getHandle<typeof returnToRefund>(`return/${rma}`);
  }

  async untilStatus(rma: string, status: ReturnView['status']): Promise<ReturnView> {
    let last = await this.read(rma);
    await until(`${rma} is ${status}`, async () => {
      last = await this.read(rma);
      return last.status === status;
    });
    return last;
  }

  async untilRefunded(rma: string, minorUnits: number): Promise<void> {
    await until('refunded', async () => (await this.read(rma)).refunded.minorUnits === minorUnits);
  }

  async untilEvent(event: () => Promise<{ state: string }>, state: string): Promise<void> {
    await until(`the event is ${state}`, async () => (await event()).state === state);
  }

  /** The id of the open exception of that code, once it is there. */
  async untilException(rma: string, code: string): Promise<string> {
    let id = '';
    await until(`${code} is open`, async () => {
      const open = (await this.read(rma)).exceptions.find((one) => one.code === code);
      id = open?.exceptionId ?? '';
      return id !== '';
    });
    return id;
  }

  async resolve(exceptionId: string, resolution: Resolution): Promise<void> {
    const how = { resolution, by: 'a person' };
    await this.db.transaction((sql) =>
      resolveExceptions(sql, { exceptionIds: [exceptionId] }, how),
    );
    await this.flows.deliver();
  }

  /** The time to send its goods is over. */
  async letPass(rma: string): Promise<void> {
    await passDeadline(this.db, rma);
    await this.flows.deliver();
  }

  /** The role's key is another person's from now on. */
  async renameKey(role: Role, label: string): Promise<void> {
    await this.db.query('update api_key set label = $2 where role = $1', [role, label]);
    await this.restartApi();
  }

  returnsOf(orderId: string): Promise<string[]> {
    return returnsOf(this.db, orderId);
  }

  stockOf(sku: string, location: string): Promise<Stock> {
    return stockOf(this.db, sku, location);
  }

  /** `{account: debits less credits}` of the journals that a return posted. */
  booked(rma: string): Promise<Record<string, number>> {
    return sumsOf(this.db, 'source = $1', `return:${rma}`);
  }

  /** Of its journal by that rule. */
  bookedBy(rma: string, rule: string): Promise<Record<string, number>> {
    return sumsOf(this.db, `source || ' ' || rule = $1`, `return:${rma} ${rule}`);
  }

  /** Of everything that was posted for an order. */
  balancesOf(orderId: string): Promise<Record<string, number>> {
    return sumsOf(this.db, 'order_id = $1', orderId);
  }

  async close(): Promise<void> {
    await this.flows.close();
    await stop(this.server);
    await this.test.drop();
  }

  private async restartApi(): Promise<void> {
    await stop(this.server);
    this.server = await serve(this.test);
  }
}
