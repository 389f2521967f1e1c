/** A press of a store on its way to the moment, and what its refusals are over HTTP. */
import { localText } from '../canonical/rules/pickup/local-text';
import { possiblePresses } from '../canonical/rules/pickup/state';
import type { PickupSnapshot } from '../canonical/rules/pickup/snapshot';
import { speaksFor } from '../canonical/schema/api-key';
import type { ErrorCode } from '../canonical/schema/error-codes';
import { UnknownPickup } from '../moments/pickup/pickup-moment';
import {
  NotTheirPickup,
  pressPickup,
  PressRefused,
  type Presser,
} from '../moments/pickup/press-pickup';
import { reSourceUnits, type ReSource } from '../moments/pickup/re-source-units';
import type { Pressed } from '../moments/pickup/press-facts';
import type { Refusal } from '../moments/pickup/said';
import type { Database, Sql } from '../store/database';
import { readBeside } from '../store/pickups/pickup-queries';
import type { ApiDependencies } from './dependencies';
import type { Caller } from './http/authenticate';
import { createFailedKeys } from './http/failed-keys';
import type { Answer, KeyedCall } from './http/keyed';
import { Problem } from './http/problem';
import { madeBy, ok, type Call } from './http/route';

/** Codes that were tried and are of no open pickup: by key, in this process. */
const failedCodes = createFailedKeys(Date.now, 'codes that no open pickup has');

/** @throws what `work` throws; after too many codes that are not known, rate_limited */
export async function countingCodes<T>({ callerId }: Caller, work: () => Promise<T>): Promise<T> {
  const from = [`caller ${callerId}`];
  failedCodes.requireSlow(from);
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem && error.code === 'pickup_code') failedCodes.count(from);
    throw error;
  }
}

/** A store its own; a channel those of its orders. */
export function isTheirs(
  { role, storeId, channels }: Caller,
  pickup: Pick<PickupSnapshot, 'storeId' | 'channelInstance'>,
): boolean {
  if (role === 'store' || storeId !== null) return storeId === pickup.storeId;
  if (role !== 'channel' && role !== 'oms') return true;
  return speaksFor({ channels }, pickup.channelInstance);
}

type PickupCall = Call<{ readonly pickupId: string }, unknown, unknown>;

function presserOf(call: PickupCall, { decisionId }: KeyedCall): Presser & { pickupId: string } {
  const { caller, params } = call;
  const { actor: by, role, correlationId } = madeBy(call);
  const mayTouch = (pickup: PickupSnapshot) => isTheirs(caller, pickup);
  const at = new Date().toISOString();
  return { pickupId: params.pickupId, at, by, role, correlationId, decisionId, mayTouch };
}

/** @throws Problem */
export function press(
  { db }: ApiDependencies,
  call: PickupCall,
  key: KeyedCall,
  pressed: Pressed,
): Promise<Answer> {
  return answering(call.caller, key, async (keep) => {
    await pressPickup(db, presserOf(call, key), pressed, async (sql, after) =>
      keep(sql, await viewOf(sql, after, call.caller)),
    );
  });
}

/** @throws Problem */
export function reSource(
  { db }: ApiDependencies,
  call: PickupCall,
  key: KeyedCall,
  asked: ReSource,
): Promise<Answer> {
  return answering(call.caller, key, async (keep) => {
    await reSourceUnits(db, presserOf(call, key), asked, async (sql, { pickup, ...moved }) =>
      keep(sql, { pickup: await viewOf(sql, pickup, call.caller), ...moved }),
    );
  });
}

/** The answer is kept for the caller's key in the moment's own transaction. */
async function answering(
  caller: Caller,
  key: KeyedCall,
  work: (keep: (sql: Sql, body: object) => Promise<void>) => Promise<void>,
): Promise<Answer> {
  let answer: Answer = ok(null);
  try {
    await work(async (sql, body) => {
      answer = ok(body);
      await key.keep(sql, answer);
    });
    return answer;
  } catch (error) {
    throw problemOf(error, caller);
  }
}

const CODES: Readonly<Record<Refusal['code'], ErrorCode>> = {
  pickup_state: 'pickup_state',
  pickup_units: 'pickup_units',
  pickup_code: 'pickup_code',
  pickup_collector: 'pickup_collector',
  pickup_extension: 'pickup_extension',
  no_hours: 'no_pickup_there',
};

export function problemOf(error: unknown, { role }: Caller): unknown {
  if (error instanceof UnknownPickup) return notHere();
  if (error instanceof NotTheirPickup) {
    // Another store's device is at the wrong counter; a channel's orders are nobody else's to know.
    if (role === 'store') return new Problem('forbidden', 'this key acts for its own store only');
    return notHere();
  }
  if (!(error instanceof PressRefused)) return error;
  const { refusal, pickup } = error;
  const { state, lines } = pickup;
  const members = { state, possible: possiblePresses(state, lines) };
  return new Problem(CODES[refusal.code], refusal.detail, { members });
}

export const notHere = () => new Problem('not_found', 'there is no pickup with that id');

/** Whoever collects, and where they wait, is for the store and for support. */
export async function viewOf(
  sql: Sql | Database,
  pickup: PickupSnapshot,
  { role }: Caller,
): Promise<object> {
  const { bay, vehicle, handovers, addOns } = await readBeside(sql, pickup.pickupId);
  const isForThem = role === 'store' || role === 'support';
  const { channelInstance, deadlineAt, clock, state, lines } = pickup;
  return {
    pickupId: pickup.pickupId,
    orderId: pickup.orderId,
    orderNo: pickup.orderNo,
    channelInstance,
    groupNo: pickup.groupNo,
    storeId: pickup.storeId,
    workflowId: pickup.workflowId,
    state,
    possible: possiblePresses(state, lines),
    pickBy: pickup.pickBy,
    acceptedAt: pickup.acceptedAt,
    readyAt: pickup.readyAt,
    deadlineAt,
    deadlineLocal: deadlineAt && localText(deadlineAt, clock.timeZone),
    remindersSent: pickup.remindersSent,
    arrivedAt: pickup.arrivedAt,
    bay: isForThem ? bay : null,
    vehicle: isForThem ? vehicle : null,
    collector: isForThem ? pickup.collector : null,
    lines,
    handovers: handovers.map((one) => (isForThem ? one : { ...one, collectedBy: null })),
    extensions: pickup.extensions,
    rejections: pickup.rejections,
    // Another channel's sale is no matter of the one that sold what is collected.
    addOns: addOns.filter((one) => role !== 'channel' || one.channelInstance === channelInstance),
  };
}
