/** A pickup's life: what its store presses or its till tells, who comes, and what the clock does. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Role } from '../canonical/schema/api-key';
import { closeStoresAt } from '../stack/worked-order/closing';
import { HTTP_OK, orderWhere, say, tell, type People } from './callers';
import type { Sale } from './plan';
import { STORES, type PickupStep, type PlannedPickup, type Store } from './plan-pickup';
import { keepMost } from './told';

interface Pickup {
  readonly pickupId: string;
  readonly store: Store;
  /** The line that a press of one unit is about. */
  readonly firstLineNo: number;
  readonly planned: PlannedPickup;
  readonly key: string;
}

type Told = Extract<PickupStep, { kind: 'press' }>;

const DAY_MS = 86_400_000;
const PROOF = { proof: { kind: 'order-confirmation' } };
/** Of days within the extension that the policy allows. */
const HELD_DAYS = 9;

/** From the moment on that its store is asked for it, where it ever is. */
export async function collect(people: People, sale: Sale): Promise<void> {
  const { pickup: planned } = sale;
  if (planned === null) return;
  const { store } = planned;
  const pickupId = await pickupAt(people, sale, store);
  if (pickupId === null) return;
  const firstLineNo = planned.isMixed ? 2 : 1;
  const key = `pickup-${sale.orderNo}`;
  const pickup = { pickupId, store, firstLineNo, planned, key };
  await take(people, pickup, planned.steps);
  const isMoved = planned.steps.some((step) => 'to' in step && step.to === 'other-store');
  if (!isMoved) return;
  const other = otherThan(store);
  const moved = await pickupAt(people, sale, other);
  if (moved === null) return;
  const there = { ...pickup, pickupId: moved, store: other, key: `${key}-there` };
  await take(people, there, planned.elsewhere);
}

const otherThan = (store: Store): Store => STORES.find((one) => one !== store) ?? store;

/** Null where the order ends, or waits, without one. */
async function pickupAt(people: People, sale: Sale, store: Store): Promise<string | null> {
  const isHere = ({ pickups }: { readonly pickups: readonly { storeId: string }[] }) =>
    pickups.some(({ storeId }) => storeId === store);
  const order = await orderWhere(people, sale, isHere);
  return order?.pickups.find(({ storeId }) => storeId === store)?.pickupId ?? null;
}

async function take(people: People, pickup: Pickup, steps: readonly PickupStep[]): Promise<void> {
  for (const [index, step] of steps.entries()) {
    await delay(step.afterMs);
    const named = { ...pickup, key: `${pickup.key}-${index}` };
    switch (step.kind) {
      case 'press':
        await (step.events > 0 ? tillTells(people, named, step) : press(people, named, step));
        break;
      case 'extend':
        await post(people, named, 'extend', { untilDate: dayIn(HELD_DAYS) });
        break;
      case 'put-back':
        await post(people, named, 'put-back', {});
        break;
      case 'deadline':
        await bringDeadlineNear(people, named, step.inMs);
        break;
      case 're-source':
        await reSource(people, named, step.to);
    }
  }
}

const dayIn = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

/** The shipped set-up has a key for the first store only: others speak for the second one. */
const isFirst = ({ store }: Pickup) => store === STORES[0];

/** What is said with a press beside its instant; an event says the same. */
function saidWith({ press: name, units }: Told, { firstLineNo, planned }: Pickup): object {
  const isOfUnits = name === 'ready' || name === 'hand-over' || name === 'reject';
  return {
    ...(isOfUnits && units === 'one' && { lines: [{ lineNo: firstLineNo, quantity: 1 }] }),
    ...(name === 'hand-over' && PROOF),
    ...(name === 'reject' && { reason: planned.reason }),
  };
}

const Handed = z.object({ handovers: z.array(z.unknown()) });

/** Refused or done: both are answers. */
async function press(people: People, pickup: Pickup, step: Told): Promise<void> {
  const answer = await post(people, pickup, step.press, saidWith(step, pickup));
  if (answer.status !== HTTP_OK) return;
  const { handovers } = Handed.parse(JSON.parse(answer.text));
  keepMost(people.told.handovers, pickup.pickupId, handovers.length);
}

function post(people: People, pickup: Pickup, step: string, body: object) {
  const role: Role = isFirst(pickup) ? 'store' : 'support';
  const path = `/v1/pickups/${pickup.pickupId}/${step}`;
  return say(people, { role, path, body, key: pickup.key });
}

const EVENTS: Readonly<Record<Told['press'], readonly [type: string, at: string]>> = {
  accept: ['accepted', 'acceptedAt'],
  ready: ['ready', 'readyAt'],
  arrived: ['customer-arrived', 'arrivedAt'],
  'hand-over': ['handed-over', 'handedOverAt'],
  reject: ['rejected', 'rejectedAt'],
  'no-show': ['no-show', 'noShowAt'],
};

function tillTells(people: People, pickup: Pickup, step: Told): Promise<void> {
  const { pickupId, store: location } = pickup;
  const [type, at] = EVENTS[step.press];
  const data = {
    ...{ pickupId, location, [at]: new Date().toISOString() },
    ...saidWith(step, pickup),
  };
  return tell(
    people,
    {
      role: isFirst(pickup) ? 'store' : 'oms',
      source: `/store/${location}/till-1`,
      type: `pickup.${type}.v1`,
      data,
    },
    { key: pickup.key, copies: step.events },
  );
}

async function reSource(people: People, pickup: Pickup, to: 'other-store' | 'home') {
  const storeId = otherThan(pickup.store);
  const place = to === 'home' ? { kind: 'ship' } : { kind: 'pickup', storeId };
  const body = { rejectionNo: 1, to: place, consent: true, reason: 'the campaign agreed so' };
  const path = `/v1/pickups/${pickup.pickupId}/re-source`;
  await say(people, { role: 'support', path, body, key: pickup.key });
}

/** Postgres may have been killed just then: it is held as long as it was. */
async function bringDeadlineNear({ ours }: People, { pickupId }: Pickup, inMs: number) {
  await closeStoresAt(ours, [pickupId], new Date(Date.now() + inMs)).catch(() => undefined);
}
