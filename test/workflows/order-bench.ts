/**
 * Orders on a flow bench: the real moments and effects over a database of the test's own; only the
 * other side of the ports is scripted. Facts and resolutions are rows first, as at the door.
 */
import type { WorkflowHandle } from '@temporalio/client';
import { pino } from 'pino';
import { createFlowActivities } from '../../activities/moments/every-flow';
import { createOrderActivities } from '../../activities/moments/order';
import { createPickupActivities } from '../../activities/moments/pickup';
import { createQuoteActivities } from '../../activities/pickup/quote';
import { createWarehouseActivities } from '../../activities/fulfilment/warehouse';
import {
  createChannelMoneyActivities,
  createPaymentActivities,
} from '../../activities/payment/money';
import { FLOWS_TASK_QUEUE } from '../../canonical/flows/contract';
import type { Resolution } from '../../canonical/schema/exception';
import type { Order } from '../../canonical/schema/order';
import { submitOrder } from '../../moments/order/submit-order';
import { only, type Database } from '../../store/database';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { putMapping } from '../../store/master/mappings';
import { MOMENTS } from '../../workers/flows';
import type { orderToCash } from '../../workflows/order/order-to-cash';
import { context, LOCATION, orderOf, routedEvent, stockShop } from '../store/fixture';
import { detailsOf, until, type FlowBench, type FlowBenchSettings } from './flow-bench';
import {
  ScriptedVendors,
  type Behaviour,
  type Verb,
  type VendorsOfOrder,
} from './scripted-vendors';

const UNIT_MINOR = 1_000;
const SKUS = ['MUG', 'CAP'];
const FAR_DEADLINE_MS = 172_800_000;
/** A value that no master data of the bench knows. */
const UNKNOWN = { sku: 'NOVELTY', 'tax-code': 'VILLAGE-TAX' } as const;
type UnknownKind = keyof typeof UNKNOWN;
const log = pino({ level: 'silent' });

type Lines = readonly { readonly lineNo: number; readonly quantity: number }[];

export interface OrderShape {
  readonly moneyMode: 'psp' | 'channel';
  /** Units of each line; a unit costs 10.00. */
  readonly lines: readonly number[];
  readonly isDigital?: boolean;
  /** What it names that no master data knows: it waits for that. */
  readonly unknown?: readonly UnknownKind[];
  readonly isMulticapture?: boolean;
  readonly fulfilmentDeadlineMs?: number;
  /** Why it is on hold from the start. */
  readonly held?: string;
  /** The vendors' first answers. */
  readonly script?: Partial<Record<Verb, readonly Behaviour[]>>;
}

/** Opens the bench with what an order's flow calls: the server is the test's choice. */
export async function openOrderBench(
  db: Database,
  open: (settings: FlowBenchSettings) => Promise<FlowBench>,
): Promise<OrderBench> {
  await stockShop(db, Object.fromEntries(SKUS.map((sku) => [sku, 100_000])));
  const vendors = new ScriptedVendors();
  const { gateway, mover, warehouse } = vendors;
  const flows = await open({
    db,
    activities: {
      [FLOWS_TASK_QUEUE]: {
        ...createFlowActivities(MOMENTS, { db, log }),
        ...createOrderActivities({ db, log }),
        ...createPickupActivities({ db, log }),
      },
      'tax.avatax-us': createQuoteActivities({ db, account: 'avatax-us', tax: vendors.tax }),
      'payment.stripe-us': createPaymentActivities({ db, account: 'stripe-us', gateway }),
      'commerce.shopify-us': createChannelMoneyActivities({ db, account: 'shopify-us', mover }),
      'wms.wms-main': createWarehouseActivities({ db, account: 'wms-main', warehouse }),
    },
  });
  return new OrderBench(db, flows, vendors);
}

export class OrderBench {
  private ordersMade = 0;
  constructor(
    readonly db: Database,
    readonly flows: FlowBench,
    private readonly vendors: ScriptedVendors,
  ) {}

  /** An order as the accept moment leaves it, its flow not started yet. */
  async submit(shape: OrderShape): Promise<OrderOnBench> {
    this.ordersMade += 1;
    const order = documentOf(shape, `T${this.ordersMade}`);
    const { fulfilmentDeadlineMs = FAR_DEADLINE_MS } = shape;
    const outcome = await submitOrder(this.db, order, { ...context, fulfilmentDeadlineMs });
    if (outcome.outcome !== 'accepted' && outcome.outcome !== 'waiting') {
      throw new Error(JSON.stringify(outcome));
    }
    const { orderId, workflowId } = outcome;
    const vendors = this.vendors.of(orderId);
    vendors.isMulticapture = shape.isMulticapture ?? false;
    for (const [verb, behaviours] of Object.entries(shape.script ?? {})) {
      vendors.script(verb as Verb, ...behaviours);
    }
    const handle = this.flows.environment.client.workflow.getHandle<typeof orderToCash>(workflowId);
    return new OrderOnBench(this, { orderId, workflowId, order, handle, vendors });
  }

  async start(shape: OrderShape): Promise<OrderOnBench> {
    const order = await this.submit(shape);
    await order.start();
    return order;
  }

  close(): Promise<void> {
    return this.flows.close();
  }
}

function documentOf(shape: OrderShape, orderNo: string): Order {
  const { unknown = [], held } = shape;
  const lacks = (kind: UnknownKind) => unknown.includes(kind);
  const order = orderOf({
    channelInstance: shape.moneyMode === 'psp' ? 'web-us' : 'shopify-us',
    orderNo,
    lines: shape.lines.map((quantity, index) => ({
      sku: lacks('sku') ? unknownTo(orderNo, 'sku') : (SKUS[index] ?? ''),
      quantity,
      unitMinor: UNIT_MINOR,
      isDigital: shape.isDigital === true,
    })),
    taxMinor: lacks('tax-code') ? 50 : 0,
  });
  return {
    ...order,
    taxes: order.taxes.map((tax) => ({ ...tax, code: unknownTo(orderNo, 'tax-code') })),
    ...(held !== undefined && { hold: { reason: held } }),
  };
}

/** Of one order only: another's mapping must not cure it. */
const unknownTo = (orderNo: string, kind: UnknownKind) => `${UNKNOWN[kind]}-${orderNo}`;

interface Parts {
  readonly orderId: string;
  readonly workflowId: string;
  readonly order: Order;
  readonly handle: WorkflowHandle<typeof orderToCash>;
  readonly vendors: VendorsOfOrder;
}

export class OrderOnBench {
  readonly orderId: string;
  readonly handle: Parts['handle'];
  readonly vendors: VendorsOfOrder;
  private readonly db: Database;
  private parcels = 0;
  constructor(
    private readonly bench: OrderBench,
    private readonly parts: Parts,
  ) {
    this.orderId = parts.orderId;
    this.handle = parts.handle;
    this.vendors = parts.vendors;
    this.db = bench.db;
  }

  /** With what was due at its acceptance; `again`: a flow that was lost asks what is due now. */
  start(mode: 'first' | 'again' = 'first'): Promise<void> {
    return this.bench.flows.start(this.parts.workflowId, mode);
  }

  /** A parcel with those lines, or with all that was released. */
  async ship(lines?: Lines): Promise<number> {
    this.parcels += 1;
    return this.tell('shipment.confirmed.v1', 'shipmentConfirmed', {
      orderId: this.orderId,
      shipmentId: `parcel-${this.orderId}-${this.parcels}`,
      location: LOCATION,
      shippedAt: new Date().toISOString(),
      lines: lines ?? (await this.releasedLines()),
    });
  }

  async rejectRelease(): Promise<number> {
    const { rows } = await this.db.query<{ key: string }>(
      `select request_key as key from fulfilment_group where order_id = $1`,
      [this.orderId],
    );
    const requestId = only(rows, 'the group').key;
    const body = { orderId: this.orderId, requestId, reason: 'no-capacity' };
    return this.tell('fulfilment.rejected.v1', 'fulfilmentRejected', body);
  }

  requestCancel(): Promise<number> {
    const body = { orderId: this.orderId, reason: 'changed their mind' };
    return this.tell('order.cancel-requested.v1', 'cancelRequested', body);
  }

  cancel(lines: Lines | null = null): Promise<unknown> {
    return this.handle.executeUpdate('cancelOrder', { args: [{ decisionId: 'd1', lines }] });
  }

  /** A person resolves the open exception of that code. */
  async resolve(code: string, resolution: Resolution): Promise<void> {
    const open = await this.openExceptions();
    const exceptionIds = open.filter((one) => one.code === code).map((one) => one.id);
    if (exceptionIds.length !== 1) throw new Error(`${code}: ${JSON.stringify(open)}`);
    await this.db.transaction((sql) =>
      resolveExceptions(sql, { exceptionIds }, { resolution, by: 'a person' }),
    );
    await this.bench.flows.deliver();
  }

  /** Master data learns what it did not know of this order. */
  async map(kind: UnknownKind): Promise<void> {
    const { channelInstance, orderNo } = this.parts.order;
    const value = this.unknown(kind);
    const target = kind === 'sku' ? 'MUG' : 'US-STATE';
    const mapping = { kind, source: channelInstance, value, target };
    await this.db.transaction((sql) => putMapping(sql, mapping, `a person, for ${orderNo}`));
    await this.bench.flows.deliver();
  }

  unknown(kind: UnknownKind): string {
    return unknownTo(this.parts.order.orderNo, kind);
  }

  /** Until the flow has looked whether it can be accepted, and waits. */
  async untilWaiting(): Promise<void> {
    await until('waits to be accepted', async () => {
      const { events } = await this.handle.fetchHistory();
      return events?.some((event) => event.upsertWorkflowSearchAttributesEventAttributes) === true;
    });
  }

  async untilDetails(areThey: (details: string) => boolean): Promise<void> {
    await until('shown', async () => areThey(await detailsOf(this.handle)));
  }

  async untilReleased(): Promise<void> {
    await until('released', async () => (await this.releasedLines()).length > 0);
  }

  async untilOpen(code: string): Promise<void> {
    await until(`${code} is open`, async () => (await this.openCodes()).includes(code));
  }

  async untilCaptured(amountMinor: number): Promise<void> {
    await until('captured', async () => (await this.capturedMinor()) === amountMinor);
  }

  async untilApplied(eventNo: number): Promise<void> {
    await until('applied', async () => (await this.stateOfEvent(eventNo)) === 'applied');
  }

  async capturedMinor(): Promise<number> {
    const { rows } = await this.db.query<{ minor: number }>(
      'select sum(captured_minor)::bigint as minor from tender where order_id = $1',
      [this.orderId],
    );
    return only(rows, 'its tenders').minor;
  }

  async stateOfEvent(eventNo: number): Promise<string> {
    const { rows } = await this.db.query<{ state: string }>(
      'select state from inbox where event_no = $1',
      [eventNo],
    );
    return only(rows, `event ${eventNo}`).state;
  }

  async openCodes(): Promise<string[]> {
    return (await this.openExceptions()).map((one) => one.code);
  }

  /** What was open once, and who ended it: `payment.unavailable by system`. */
  async resolvedCodes(): Promise<string[]> {
    const { rows } = await this.db.query<{ code: string; by: string }>(
      `select code, resolved_by as by from exception where order_id = $1 and state = 'resolved'`,
      [this.orderId],
    );
    return rows.map(({ code, by }) => `${code} by ${by}`);
  }

  private async openExceptions(): Promise<{ id: string; code: string }[]> {
    const { rows } = await this.db.query<{ id: string; code: string }>(
      `select exception_id as id, code from exception
        where order_id = $1 and state <> 'resolved' order by opened_at`,
      [this.orderId],
    );
    return rows;
  }

  private async releasedLines(): Promise<{ lineNo: number; quantity: number }[]> {
    const { rows } = await this.db.query<{ lineNo: number; quantity: number }>(
      `select line_no as "lineNo", released as quantity from order_line
        where order_id = $1 and released > 0 order by line_no`,
      [this.orderId],
    );
    return rows;
  }

  /** A signal as a row, brought by the relay. */
  async tellByRow(name: string, body: object): Promise<void> {
    await this.db.query(
      `insert into dispatch (workflow_id, kind, name, order_id, body) values ($1, 'signal', $2, $3, $4)`,
      [this.parts.workflowId, name, this.orderId, JSON.stringify(body)],
    );
    await this.bench.flows.deliver();
  }

  private async tell(type: string, signal: string, body: object): Promise<number> {
    const eventNo = await routedEvent(this.db, type, this.orderId, body);
    await this.handle.signal(signal, { eventNo });
    return eventNo;
  }
}
