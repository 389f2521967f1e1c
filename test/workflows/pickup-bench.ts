/** Pickups on a flow bench: their orders' flows and their own, on the real moments. */
import type { WorkflowHandle } from '@temporalio/client';
import type { Resolution } from '../../canonical/schema/exception';
import type { PickupSnapshot } from '../../canonical/rules/pickup/snapshot';
import type { Order } from '../../canonical/schema/order';
import type { Pressed } from '../../moments/pickup/press-facts';
import { pressPickup } from '../../moments/pickup/press-pickup';
import { storeCanonicalEvents } from '../../store/inbox/inbox';
import type { EventType } from '../../canonical/schema/event';
import { routeAll } from '../flows/key-cutting/inbox';
import { submitOrder } from '../../moments/order/submit-order';
import { only, type Database } from '../../store/database';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { lookAgainWrite } from '../../store/flows/flows';
import { writeTogether } from '../../store/writes';
import { loadPickup } from '../../store/pickups/pickups';
import type { orderToCash } from '../../workflows/order/order-to-cash';
import type { storePickup } from '../../workflows/pickup/store-pickup';
import { context } from '../store/fixture';
import { openStore, pickupOrderOf } from '../store/store-shop';
import { openFlowBench, until, untilAtRest, type FlowBench } from './flow-bench';
import { openOrderBench, type OrderBench } from './order-bench';

const UNIT_MINOR = 1_000;
const SKUS = ['MUG', 'CAP'];
const MUCH = 100_000;
let presses = 0;

/** A server of its own that skips time; or beside orders on theirs. */
export async function openPickupBench(db: Database, beside?: OrderBench): Promise<PickupBench> {
  const orders = beside ?? (await openOrderBench(db, openFlowBench));
  await openStore(db, Object.fromEntries(SKUS.map((sku) => [sku, MUCH])));
  return new PickupBench(db, orders);
}

export class PickupBench {
  private ordersMade = 0;
  constructor(
    readonly db: Database,
    private readonly orders: OrderBench,
  ) {}

  get flows(): FlowBench {
    return this.orders.flows;
  }

  /** An order of one pickup, up to where the pickup's flow waits for the store. */
  async start(lines: readonly number[], order?: Order): Promise<PickupOnBench> {
    this.ordersMade += 1;
    const document =
      order ??
      pickupOrderOf({
        channelInstance: 'shopify-us',
        orderNo: `P${this.ordersMade}`,
        lines: lines.map((quantity, index) => ({
          sku: SKUS[index] ?? '',
          quantity,
          unitMinor: UNIT_MINOR,
        })),
      });
    const outcome = await submitOrder(this.db, document, context);
    if (outcome.outcome !== 'accepted') throw new Error(JSON.stringify(outcome));
    const { orderId, workflowId } = outcome;
    await this.flows.start(workflowId, 'first');
    await until('asked of the store', async () => (await this.pickupsOf(orderId)).length > 0);
    const pickup = only(await this.pickupsOf(orderId), `the pickup of ${orderId}`);
    await this.flows.start(pickup.workflowId, 'first');
    return new PickupOnBench(this, { orderId, orderWorkflowId: workflowId, ...pickup });
  }

  async pickupsOf(orderId: string): Promise<{ pickupId: string; workflowId: string }[]> {
    const { rows } = await this.db.query<{ pickupId: string; workflowId: string }>(
      `select pickup_id as "pickupId", workflow_id as "workflowId" from pickup
        where order_id = $1 order by group_no`,
      [orderId],
    );
    return rows;
  }

  /** What is due in days is due now, and the flow is told: for a server in real time. */
  async makeDue({ parts }: PickupOnBench, what: 'reminder' | 'deadline'): Promise<void> {
    const { pickupId, workflowId } = parts;
    const change =
      what === 'deadline' ? 'deadline_at = now()' : 'reminders_at = array[now(), reminders_at[2]]';
    await this.db.query(`update pickup set ${change} where pickup_id = $1`, [pickupId]);
    await writeTogether(this.db, [lookAgainWrite(workflowId)]);
    await this.flows.deliver();
  }

  close(): Promise<void> {
    return this.orders.close();
  }
}

interface Parts {
  readonly orderId: string;
  readonly orderWorkflowId: string;
  readonly pickupId: string;
  readonly workflowId: string;
}

export class PickupOnBench {
  readonly handle: WorkflowHandle<typeof storePickup>;
  readonly order: WorkflowHandle<typeof orderToCash>;
  readonly pickupId: string;
  readonly orderId: string;
  constructor(
    private readonly bench: PickupBench,
    readonly parts: Parts,
  ) {
    const { workflow } = bench.flows.environment.client;
    this.pickupId = parts.pickupId;
    this.orderId = parts.orderId;
    this.handle = workflow.getHandle<typeof storePickup>(parts.workflowId);
    this.order = workflow.getHandle<typeof orderToCash>(parts.orderWorkflowId);
  }

  /** A store's press; its signals are delivered. */
  async press(pressed: Pressed, decisionId?: string): Promise<PickupSnapshot> {
    presses += 1;
    const { pickupId } = this;
    // By the clock of the server, which may be days ahead.
    const at = new Date(await this.bench.flows.environment.currentTimeMs()).toISOString();
    const presser = {
      pickupId,
      at,
      by: 'a device',
      role: 'store',
      mayTouch: () => true,
      correlationId: 'cor_t',
      decisionId: decisionId ?? `press-${presses}`,
    };
    const after = await pressPickup(this.bench.db, presser, pressed);
    await this.deliver();
    return after;
  }

  async read(): Promise<PickupSnapshot> {
    const pickup = await loadPickup(this.bench.db, this.pickupId);
    if (!pickup) throw new Error(`${this.pickupId} is not here`);
    return pickup;
  }

  /** Skips time up to an instant at which nothing is due, and lets what was due before it end. */
  async sleepUntil(instant: string): Promise<void> {
    const { environment } = this.bench.flows;
    const now = await environment.currentTimeMs();
    await environment.sleep(Math.max(Date.parse(instant) - now, 1));
  }

  async openCodes(): Promise<string[]> {
    const { rows } = await this.bench.db.query<{ code: string }>(
      `select code from exception where workflow_id = $1 and state <> 'resolved' order by opened_at`,
      [this.parts.workflowId],
    );
    return rows.map((row) => row.code);
  }

  async untilReminded(): Promise<void> {
    await until('reminded', async () => (await this.read()).remindersSent.length > 0);
  }

  async untilOpen(code: string): Promise<void> {
    await until(`${code} is open`, async () => (await this.openCodes()).includes(code));
  }

  async resolve(code: string, resolution: Resolution): Promise<void> {
    const { rows } = await this.bench.db.query<{ id: string }>(
      `select exception_id as id from exception
        where workflow_id = $1 and code = $2 and state <> 'resolved'`,
      [this.parts.workflowId, code],
    );
    const { id } = only(rows, code);
    await this.bench.db.transaction((sql) =>
      resolveExceptions(sql, { exceptionIds: [id] }, { resolution, by: 'a person' }),
    );
    await this.deliver();
  }

  /** By template, in the order in which they were planned. */
  async messages(): Promise<string[]> {
    const { rows } = await this.bench.db.query<{ what: string }>(
      `select coalesce(body ->> 'template', verb) as what from outbox
        where order_id = $1 and verb <> 'createSalesOrder' order by outbox_no`,
      [this.orderId],
    );
    return rows.map((row) => row.what);
  }

  /** What a till says of it, by the router; the event's number. */
  async tell(type: EventType, said: object): Promise<number> {
    const { storeId } = await this.read();
    presses += 1;
    const body = { pickupId: this.pickupId, location: storeId, ...said };
    const event = { source: '/pos/till', eventId: `till-${presses}`, type, body };
    const beside = { raw: JSON.stringify(body), correlationId: 'cor_t', occurredAt: null };
    await storeCanonicalEvents(this.bench.db, [{ ...event, ...beside }]);
    await routeAll(this.bench.db);
    // Where it was set going again, it is looked at once more.
    await routeAll(this.bench.db);
    await this.deliver();
    const { rows } = await this.bench.db.query<{ eventNo: number }>(
      `select event_no as "eventNo" from inbox where source = '/pos/till' and event_id = $1`,
      [event.eventId],
    );
    return only(rows, event.eventId).eventNo;
  }

  async stateOfEvent(eventNo: number): Promise<string> {
    const { rows } = await this.bench.db.query<{ state: string }>(
      'select state from inbox where event_no = $1',
      [eventNo],
    );
    return only(rows, `event ${eventNo}`).state;
  }

  async hasEnded(): Promise<boolean> {
    return (await this.handle.describe()).status.name === 'COMPLETED';
  }

  /** Units of its order that somebody has. */
  async pickedUp(): Promise<number> {
    const { rows } = await this.bench.db.query<{ units: number }>(
      'select sum(picked_up)::int as units from order_line where order_id = $1',
      [this.orderId],
    );
    return only(rows, this.orderId).units;
  }

  /** Between two tasks of its flows. */
  async deliver(): Promise<void> {
    await untilAtRest(this.handle);
    await untilAtRest(this.order);
    await this.bench.flows.deliver();
  }
}
