/** Every unit and every cent of an order with a pickup, over whatever order things happen in. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { quantitiesTie } from '../../canonical/rules/order/state';
import type { PickupCaptureAt } from '../../canonical/schema/policies';
import type { Database } from '../../store/database';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, orderOf, stockShop } from './fixture';
import { PickupMachine } from './pickup-machine';
import { chargeAt, differences, SOHO, stockStore, VENICE } from './pickup-steps';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 100_000, CAP: 100_000 });
  await stockStore(db, SOHO, { MUG: 100_000 });
  await stockStore(db, VENICE, { MUG: 100_000 });
});
afterAll(() => test.drop());

/** Orders of one run of the property, and what happens to each. */
const ORDERS = 40;
const EVENTS = 18;
/** Steps within which an order ends to which nothing bad happens any more. */
const STEPS_TO_END = 80;
/** The same orders in every run. */
const SEED = 11;
const LIMIT_MS = 240_000;

const EVENT_KINDS = {
  begin: (order: PickupMachine) => order.begin(),
  yes: (order: PickupMachine) => order.answer('yes'),
  no: (order: PickupMachine) => order.answer('no'),
  gone: (order: PickupMachine) => order.answer('gone'),
  start: (order: PickupMachine) => order.start(),
  readyOne: (order: PickupMachine) => order.ready(1),
  readyAll: (order: PickupMachine) => order.ready(3),
  handOver: (order: PickupMachine) => order.handOver('released'),
  handOverLate: (order: PickupMachine) => order.handOver('cancelled'),
  expireOne: (order: PickupMachine) => order.expire(1),
  expireAll: (order: PickupMachine) => order.expire(3),
  moveOne: (order: PickupMachine) => order.move(null),
  moveOneDearer: (order: PickupMachine) => order.move(191),
  moveOneCheaper: (order: PickupMachine) => order.move(7),
  ship: (order: PickupMachine) => order.ship(),
  cancelOne: (order: PickupMachine) => order.cancel(1),
  retry: (order: PickupMachine) => order.resolve('retry'),
  override: (order: PickupMachine) => order.resolve('override'),
  abandon: (order: PickupMachine) => order.resolve('abandon'),
  close: (order: PickupMachine) => order.close(),
} as const satisfies Record<string, (order: PickupMachine) => Promise<unknown>>;
type EventKind = keyof typeof EVENT_KINDS;

/** What goes well is more frequent, so that orders come far. */
const anEvent = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom<EventKind>('begin', 'yes', 'start', 'readyAll', 'handOver', 'ship'),
  },
  { weight: 5, arbitrary: fc.constantFrom(...(Object.keys(EVENT_KINDS) as EventKind[])) },
);

/** At any time: units are in one place each, and no more is taken or given back than there was. */
async function expectTied(machine: PickupMachine): Promise<void> {
  const order = await machine.order();
  for (const line of order.lines) {
    expect(quantitiesTie(line)).toBe(true);
    for (const place of ['reserved', 'released', 'shipped', 'pickedUp'] as const) {
      const held = line.allocations.reduce((units, one) => units + one[place], 0);
      expect({ place, held }).toEqual({ place, held: line[place] });
    }
  }
  const [{ tenders }, { money }] = [order, await machine.agenda()];
  for (const tender of tenders) {
    const refunds = order.refunds.filter((one) => one.state !== 'given-up');
    const owed = refunds.reduce((minor, one) => minor + one.amountMinor, 0);
    expect(owed).toBeLessThanOrEqual(tender.capturedMinor);
    expect(tender.capturedMinor).toBeLessThanOrEqual(tender.amountMinor);
    expect(tender.prepaidUsedMinor).toBeLessThanOrEqual(tender.prepaidMinor);
  }
  const keys = money.map((due) => due.key);
  if (order.stage !== 'closed') {
    for (const key of machine.called.keys()) {
      if (!key.startsWith('release:')) expect(keys).toContain(key);
    }
  }
}

/** Vendors say yes, people decide, whoever waits collects: it comes to its end. */
async function expectItEnds(machine: PickupMachine): Promise<void> {
  for (let steps = 0; steps < STEPS_TO_END; steps += 1) {
    const isMoved =
      (await machine.answer('yes')) ||
      (await machine.resolve('retry')) ||
      (await machine.begin()) ||
      (await machine.start()) ||
      (await machine.ship()) ||
      (await machine.handOver('released'));
    await expectTied(machine);
    if (!isMoved && (await machine.close())) break;
  }
  expect((await machine.order()).stage).toBe('closed');
}

it.each<PickupCaptureAt>(['handover', 'ready'])(
  'ties whatever happens to a pickup that is charged at %s, and the audit agrees',
  async (at) => {
    chargeAt(at);
    const lines = [
      { sku: 'MUG', quantity: 3, unitMinor: 1001, storeId: SOHO },
      { sku: 'CAP', quantity: 2, unitMinor: 777 },
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.boolean(),
        fc.array(anEvent, { minLength: 6, maxLength: EVENTS }),
        async (isMulticapture, isPaid, events) => {
          const paid = { channelInstance: 'shopify-us', received: 'captured' } as const;
          const shape = { lines, taxMinor: 233, shippingMinor: 401, ...(isPaid ? paid : {}) };
          const orderId = await accepted(db, orderOf(shape));
          const machine = new PickupMachine(db, orderId, isMulticapture);
          await machine.begin();
          await machine.answer('yes');
          await machine.start();
          for (const event of events) {
            await EVENT_KINDS[event](machine);
            await expectTied(machine);
          }
          await expectItEnds(machine);
          expect(await differences(db)).toEqual([]);
        },
      ),
      { seed: SEED, numRuns: ORDERS, endOnFailure: true },
    );
  },
  LIMIT_MS,
);
