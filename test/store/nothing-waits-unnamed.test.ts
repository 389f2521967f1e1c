/** What is due is being done, or waits under a name: over whatever order things happen in. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../store/database';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, orderOf, stockShop } from './fixture';
import { dueOf, OrderMachine } from './order-machine';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 100_000 });
});
afterAll(() => test.drop());

/** Orders of one run of the property, and what happens to each. */
const ORDERS = 30;
const EVENTS = 16;
/** Steps within which an order ends to which nothing bad happens any more. */
const STEPS_TO_END = 60;
/** The same orders in every run. */
const SEED = 7;
const LIMIT_MS = 180_000;

const EVENT_KINDS = {
  begin: (order: OrderMachine) => order.begin(),
  yes: (order: OrderMachine) => order.answer('yes'),
  no: (order: OrderMachine) => order.answer('no'),
  gone: (order: OrderMachine) => order.answer('gone'),
  ship: (order: OrderMachine) => order.ship(),
  cancelOne: (order: OrderMachine) => order.cancel(1),
  cancelAll: (order: OrderMachine) => order.cancel(3),
  hold: (order: OrderMachine) => order.hold(true),
  lift: (order: OrderMachine) => order.hold(false),
  silent: (order: OrderMachine) => order.silence(true),
  heard: (order: OrderMachine) => order.silence(false),
  retry: (order: OrderMachine) => order.resolve('retry'),
  override: (order: OrderMachine) => order.resolve('override'),
  abandon: (order: OrderMachine) => order.resolve('abandon'),
  close: (order: OrderMachine) => order.close(),
} as const satisfies Record<string, (order: OrderMachine) => Promise<unknown>>;
type EventKind = keyof typeof EVENT_KINDS;

/** What goes well is more frequent, so that orders come far. */
const anEvent = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<EventKind>('begin', 'yes', 'ship') },
  {
    weight: 3,
    arbitrary: fc.constantFrom<EventKind>(
      ...Object.keys(EVENT_KINDS).filter((kind): kind is EventKind => kind in EVENT_KINDS),
    ),
  },
);

async function expectNothingUnnamed(machine: OrderMachine): Promise<void> {
  const [agenda, order] = await Promise.all([machine.agenda(), machine.order()]);
  const due = dueOf(agenda);
  const open = order.captures.filter((one) => one.state === 'due' || one.state === 'failed');
  for (const one of due) {
    if (one.step !== 'capture') continue;
    const { tenderNo, authorizationNo } = one;
    const isOnIt = (on: { tenderNo: number; authorizationNo: number | null }) =>
      on.tenderNo === tenderNo && on.authorizationNo === authorizationNo;
    // In turn; and a final one is the last of its authorization, if that can be told.
    expect(due.filter((other) => other.step === 'capture' && isOnIt(other))).toHaveLength(1);
    if (one.isFinal && machine.isMulticapture) expect(open.filter(isOnIt)).toHaveLength(1);
  }
  if (order.stage === 'closed') {
    expect([...machine.called.keys()]).toEqual([]);
    const held = order.tenders.flatMap((tender) => tender.authorizations);
    expect(held.filter((one) => one.state === 'live' && one.capturedMinor === 0)).toEqual([]);
    return;
  }
  // A call that was begun is followed.
  const dueKeys = due.map((one) => one.key);
  for (const key of machine.called.keys()) expect(dueKeys).toContain(key);
  const { isOnHold, units } = agenda.order;
  const isNamed = due.length > 0 || agenda.blockedBy.length > 0 || isOnHold || units.released > 0;
  expect(isNamed || agenda.isSettled).toBe(true);
}

/** Vendors say yes, people decide, the warehouse ships: it comes to its end. */
async function expectItEnds(machine: OrderMachine): Promise<void> {
  await machine.hold(false);
  for (let steps = 0; steps < STEPS_TO_END; steps += 1) {
    const isMoved =
      (await machine.answer('yes')) ||
      (await machine.resolve('retry')) ||
      (await machine.begin()) ||
      (await machine.ship());
    await expectNothingUnnamed(machine);
    if (!isMoved && (await machine.close())) break;
  }
  expect((await machine.order()).stage).toBe('closed');
  await expectNothingUnnamed(machine);
}

it(
  'an order of which anything happened is done or waits under a name, and ends when all go on',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(anEvent, { minLength: 4, maxLength: EVENTS }),
        async (isMulticapture, events) => {
          const lines = [{ sku: 'MUG', quantity: 3, unitMinor: 1000 }];
          const orderId = await accepted(db, orderOf({ lines }));
          const machine = new OrderMachine(db, orderId, isMulticapture);
          // From where goods may go out: what comes before is short.
          await machine.begin();
          for (const event of events) {
            await EVENT_KINDS[event](machine);
            await expectNothingUnnamed(machine);
          }
          await expectItEnds(machine);
        },
      ),
      { seed: SEED, numRuns: ORDERS, endOnFailure: true },
    );
  },
  LIMIT_MS,
);
