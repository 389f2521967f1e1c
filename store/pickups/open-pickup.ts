/** A pickup begins: its rows, its flow and the row that starts it, in its order's transaction. */
import { randomInt } from 'node:crypto';
import { channelSetup } from '../../canonical/installation';
import { PICKUP_FLOW, pickupIdOf, pickupWorkflowId } from '../../canonical/flows/pickup';
import { pickupAgenda } from '../../canonical/rules/pickup/agenda';
import { openMinutesAfter } from '../../canonical/rules/pickup/pick-by';
import type { PickupSnapshot } from '../../canonical/rules/pickup/snapshot';
import type { StoreClock } from '../../canonical/rules/pickup/store-clock';
import { only, type Sql } from '../database';
import { openFlow } from '../flows/flows';
import { writeTogether, type Write } from '../writes';

export interface PickupToOpen {
  readonly orderId: string;
  readonly channelInstance: string;
  readonly orderNo: string;
  /** The order's flow. */
  readonly workflowId: string;
  readonly correlationId: string;
  readonly groupNo: number;
  readonly storeId: string;
  readonly lines: readonly {
    readonly lineNo: number;
    readonly sku: string;
    readonly quantity: number;
  }[];
  readonly pagesUrl?: string;
}

/** Said at a counter: no letters and digits that look or sound alike. */
const CODE_SIGNS = 'ACDEFHJKLMNPRTUVWXY34679';
const CODE_LENGTH = 7;

/** Of 4.6 thousand million; what it opens is one store's open pickups. */
function newPickupCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => CODE_SIGNS[randomInt(CODE_SIGNS.length)]).join(
    '',
  );
}

/**
 * Called with the order's row locked, which is what its units come from. Three statements.
 * @throws RangeError for a channel that is not set up, or a store that is not in the master
 */
export async function openPickup(
  sql: Sql,
  opened: PickupToOpen,
): Promise<{ readonly pickupId: string; readonly workflowId: string }> {
  const setup = channelSetup(opened.channelInstance);
  if (!setup) throw new RangeError(`the channel ${opened.channelInstance} is not set up`);
  const store = await storeOf(sql, opened.storeId);
  const pickup = begun(opened, store, setup.policies.pickupPickMinutes);
  await writeTogether(sql, openWrites(pickup));
  const { pickupId, orderId, channelInstance, orderNo, groupNo, storeId, workflowId } = pickup;
  const { pagesUrl } = opened;
  const of = { pickupId, orderId, channelInstance, orderNo, groupNo, storeId };
  await openFlow(sql, {
    contract: PICKUP_FLOW,
    input: { ...of, first: pickupAgenda(pickup), ...(pagesUrl !== undefined && { pagesUrl }) },
    subjectId: pickupId,
    orderId,
    parentWorkflowId: opened.workflowId,
  });
  return { pickupId, workflowId };
}

interface Store extends StoreClock {
  readonly name: string;
}

async function storeOf(sql: Sql, storeId: string): Promise<Store> {
  const { rows } = await sql.query<Store & Record<string, unknown>>({
    name: 'store-of-pickup',
    text: `select name, time_zone as "timeZone", opening_hours as "openingHours", holidays
             from location where location_id = $1`,
    values: [storeId],
  });
  return only(rows, `location ${storeId}`);
}

/** As its rows will say it is. */
function begun(
  opened: PickupToOpen,
  { name, ...clock }: Store,
  pickMinutes: number,
): PickupSnapshot {
  const { orderId, channelInstance, orderNo, groupNo, storeId, correlationId, lines } = opened;
  return {
    pickupId: pickupIdOf(orderId, groupNo),
    orderId,
    groupNo,
    workflowId: pickupWorkflowId(channelInstance, orderNo, groupNo),
    orderWorkflowId: opened.workflowId,
    storeId,
    storeName: name,
    channelInstance,
    orderNo,
    correlationId,
    state: 'requested',
    version: 0,
    code: newPickupCode(),
    collector: null,
    pickBy: openMinutesAfter(new Date().toISOString(), pickMinutes, clock),
    acceptedAt: null,
    readyNo: 0,
    readyAt: null,
    deadlineAt: null,
    remindersAt: [],
    remindersSent: [],
    arrivedAt: null,
    endedAt: null,
    putBackDueAt: null,
    putBackAt: null,
    handovers: 0,
    lines: lines.map(({ lineNo, sku, quantity }) => ({
      lineNo,
      sku,
      requested: quantity,
      ready: 0,
      handedOver: 0,
      rejected: 0,
      expired: 0,
      cancelled: 0,
    })),
    extensions: [],
    rejections: [],
    reSourcings: [],
    clock,
    exceptions: [],
  };
}

function openWrites(pickup: PickupSnapshot): Write[] {
  return [
    {
      name: 'open-pickup',
      text: `insert into pickup (pickup_id, order_id, group_no, workflow_id, store_id,
               channel_instance, order_no, correlation_id, state, code, pick_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      values: [
        pickup.pickupId,
        pickup.orderId,
        pickup.groupNo,
        pickup.workflowId,
        pickup.storeId,
        pickup.channelInstance,
        pickup.orderNo,
        pickup.correlationId,
        pickup.state,
        pickup.code,
        pickup.pickBy,
      ],
    },
    {
      name: 'open-pickup-lines',
      text: `insert into pickup_line (pickup_id, line_no, sku, requested)
             select $1, l."lineNo", l.sku, l.requested
               from jsonb_to_recordset($2) as l("lineNo" int, sku text, requested int)`,
      values: [pickup.pickupId, JSON.stringify(pickup.lines)],
    },
  ];
}
