/** The pickup's flow beside its order's, on the real moments, a real database and skipped time. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addDays, dateAt } from '../../canonical/rules/pickup/store-clock';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { everyDay } from '../../stack/worked-order/opening-hours';
import { agreeing, openStore, pickupOrderOf } from '../store/store-shop';
import { detailsOf, eventCount, until } from './flow-bench';
import { openPickupBench, type PickupBench, type PickupOnBench } from './pickup-bench';

const ZONE = 'America/New_York';
const MINUTE_MS = 60_000;

let database: TestDatabase;
let bench: PickupBench;

async function openBench(): Promise<void> {
  database = await cloneDatabase();
  bench = await openPickupBench(database.db);
}

async function closeBench(): Promise<void> {
  await bench.close();
  await database.drop();
}

const SHOWN_ID = { kind: 'id-card', isOtherPerson: false } as const;
const HAND_OVER = { press: 'hand-over', proof: SHOWN_ID } as const;

const after = (instant: string | null) =>
  new Date(Date.parse(instant ?? '') + MINUTE_MS).toISOString();

/** Past the deadline and all that is due by then. */
async function sleepPastDeadline(pickup: PickupOnBench): Promise<void> {
  const { deadlineAt } = await pickup.read();
  await pickup.sleepUntil(after(deadlineAt));
}

/** Until its flow has taken in what was pressed. */
const untilShown = (pickup: PickupOnBench, text: string) =>
  until(`"${text}" is shown`, async () => (await detailsOf(pickup.handle)).includes(text));

const EVENTS_OF_SIGNAL = 4;

/** Events of its order that are there for the pickup: its start, and being told of its end. */
async function eventsOfOrder(pickup: PickupOnBench): Promise<number> {
  const { events } = await pickup.order.fetchHistory();
  const told = events?.filter(
    (event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'lookAgain',
  );
  const moments = events?.flatMap((event) => {
    const data = event.markerRecordedEventAttributes?.details?.['data']?.payloads?.[0]?.data;
    return data ? [Buffer.from(data).toString()] : [];
  });
  const started = moments?.filter((moment) => moment.includes('"startPickup"'));
  const [look] = moments?.filter((moment) => moment.includes('"readAgenda"')) ?? [];
  return (told?.length ?? 0) * EVENTS_OF_SIGNAL + (started?.length ?? 0) + (look ? 1 : 0);
}

describe('a pickup that is collected', () => {
  beforeAll(openBench);
  afterAll(closeBench);

  test('is picked, lies ready, is handed over, and closes its order, in 24 events', async () => {
    const pickup = await bench.start([2, 1]);
    expect((await pickup.press({ press: 'accept' })).state).toBe('picking');
    expect((await pickup.press({ press: 'ready' })).state).toBe('ready');
    expect((await pickup.press(HAND_OVER)).state).toBe('handed-over');
    expect(await pickup.handle.result()).toEqual({ state: 'handed-over' });
    expect(await pickup.order.result()).toEqual({ status: 'closed' });
    // What the channel's own mail says, it says.
    expect(await pickup.messages()).toEqual([
      'announceReady',
      'announceHandover',
      'pickup-handed-over',
      'recordTaxInvoice',
    ]);
    const ofPickup = await eventCount(pickup.handle);
    const ofOrder = await eventsOfOrder(pickup);
    expect({ ofPickup, ofOrder }).toEqual({ ofPickup: 18, ofOrder: 6 });
  });

  test('in two visits: the second takes what the first left', async () => {
    const pickup = await bench.start([2]);
    await pickup.press({ press: 'ready' });
    const lines = [{ lineNo: 1, quantity: 1 }];
    expect((await pickup.press({ ...HAND_OVER, lines })).state).toBe('partly-handed-over');
    expect((await pickup.press({ ...HAND_OVER, lines })).state).toBe('handed-over');
    expect(await pickup.handle.result()).toEqual({ state: 'handed-over' });
    expect(await pickup.order.result()).toEqual({ status: 'closed' });
  });
});

describe('a pickup that nobody collects', () => {
  // Days pass on the server's clock alone: each test begins where both agree.
  beforeEach(openBench);
  afterEach(closeBench);

  test('is reminded of twice, expires at closing time, and gives back, in 36 events', async () => {
    const pickup = await bench.start([1]);
    await pickup.press({ press: 'ready' });
    await sleepPastDeadline(pickup);
    await pickup.deliver();
    expect(await pickup.order.result()).toEqual({ status: 'cancelled' });
    expect(await pickup.handle.result()).toEqual({ state: 'expired' });
    const messages = await pickup.messages();
    expect(messages.filter((one) => one === 'pickup-reminder')).toHaveLength(2);
    expect(messages.filter((one) => one === 'pickup-expired')).toHaveLength(1);
    const ofPickup = await eventCount(pickup.handle);
    const ofOrder = await eventsOfOrder(pickup);
    expect({ ofPickup, ofOrder }).toEqual({ ofPickup: 30, ofOrder: 6 });
  });

  test('and then somebody does, as its store’s till says: the sale is revived', async () => {
    const pickup = await bench.start([1]);
    await pickup.press({ press: 'ready' });
    await sleepPastDeadline(pickup);
    await pickup.deliver();
    expect(await pickup.order.result()).toEqual({ status: 'cancelled' });
    const eventNo = await pickup.tell('pickup.handed-over.v1', {
      handedOverAt: new Date().toISOString(),
      proof: { kind: 'order-confirmation', isOtherPerson: false },
    });
    await until('applied', async () => {
      await pickup.deliver();
      return (await pickup.stateOfEvent(eventNo)) === 'applied';
    });
    expect((await pickup.read()).state).toBe('handed-over');
    await until('its flow has ended again', () => pickup.hasEnded());
    await until('its order has been charged or is receivable', async () => {
      await pickup.deliver();
      return (await pickup.pickedUp()) === 1;
    });
  });

  test('that was extended is held until then, and says by whom', async () => {
    const pickup = await bench.start([1]);
    const { deadlineAt } = await pickup.press({ press: 'ready' });
    const firstDate = dateAt(Date.parse(deadlineAt ?? '') - 1, ZONE);
    const untilDate = addDays(firstDate, 3);
    const extended = await pickup.press({ press: 'extend', untilDate });
    expect(dateAt(Date.parse(extended.deadlineAt ?? '') - 1, ZONE)).toBe(untilDate);
    await untilShown(pickup, 'by a device: until');
    await pickup.sleepUntil(after(deadlineAt));
    expect((await pickup.read()).state).toBe('ready');
    await sleepPastDeadline(pickup);
    expect(await pickup.handle.result()).toEqual({ state: 'expired' });
  });
});

describe('the clock in the store', () => {
  beforeEach(openBench);
  afterEach(closeBench);

  const HOURS = everyDay('09:00', '21:00');

  test.each([
    // 21:00 is one hour earlier in UTC once the clocks have gone forward, and one later after.
    { storeId: 'store-spring', readyOn: '2027-03-10', until: '2027-03-18T01:00:00.000Z' },
    { storeId: 'store-autumn', readyOn: '2027-11-03', until: '2027-11-11T02:00:00.000Z' },
    // Christmas Eve until 14:00, closed on the 25th and the 26th.
    { storeId: 'store-winter', readyOn: '2027-12-18', until: '2027-12-28T02:00:00.000Z' },
  ])('$storeId: ready on $readyOn, held until $until', async ({ storeId, readyOn, until: at }) => {
    const holidays = [
      { date: '2027-12-24', hours: [{ from: '09:00', to: '14:00' }] },
      { date: '2027-12-25', hours: [] },
      { date: '2027-12-26', hours: [] },
    ];
    await openStore(database.db, { MUG: 10 }, { storeId, openingHours: HOURS, holidays });
    const lines = [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }];
    const shape = { channelInstance: 'shopify-us', lines } as const;
    const pickup = await bench.start([], pickupOrderOf(shape, [storeId]));
    await pickup.sleepUntil(`${readyOn}T15:00:00.000Z`);
    const { deadlineAt } = await pickup.press({ press: 'ready' });
    expect(deadlineAt).toBe(at);
    await pickup.sleepUntil(new Date(Date.parse(at) - 1_000).toISOString());
    expect((await pickup.read()).state).toBe('ready');
    await pickup.sleepUntil(new Date(Date.parse(at) + 1_000).toISOString());
    expect((await pickup.read()).state).toBe('expired');
    await pickup.deliver();
    expect(await pickup.order.result()).toEqual({ status: 'cancelled' });
  });
});

describe('a store that does not answer in its time', () => {
  beforeEach(openBench);
  afterEach(closeBench);

  async function unanswered(): Promise<PickupOnBench> {
    const pickup = await bench.start([1]);
    await pickup.sleepUntil(after((await pickup.read()).pickBy));
    await pickup.untilOpen('pickup.not-picked');
    return pickup;
  }

  test('is somebody else’s to see to; picks late, and that is over', async () => {
    const pickup = await unanswered();
    await pickup.press({ press: 'ready' });
    expect(await pickup.openCodes()).toEqual([]);
    await pickup.press(HAND_OVER);
    expect(await pickup.handle.result()).toEqual({ state: 'handed-over' });
  });

  test('loses it to a store that the buyer agreed to, once its tax there is known', async () => {
    const storeId = 'store-salem';
    await openStore(database.db, { MUG: 10 }, { storeId });
    const shape = { channelInstance: 'shopify-us', orderNo: 'AGREED' } as const;
    const order = pickupOrderOf({
      ...shape,
      lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }],
    });
    const pickup = await bench.start([1], agreeing(order, { stores: [storeId], home: false }));
    await pickup.sleepUntil(after((await pickup.read()).pickBy));
    expect(await pickup.handle.result()).toEqual({ state: 'rejected' });
    await until('it is asked of the other store', async () => {
      await pickup.deliver();
      return (await bench.pickupsOf(pickup.orderId)).length === 2;
    });
    expect(await pickup.openCodes()).toEqual([]);
    expect(await pickup.messages()).toContain('pickup-moved');
  });

  test('is given more time', async () => {
    const pickup = await unanswered();
    const { pickBy } = await pickup.read();
    await pickup.resolve('pickup.not-picked', 'retry');
    await until('it has more time', async () => (await pickup.read()).pickBy !== pickBy);
    expect(await pickup.openCodes()).toEqual([]);
    await pickup.press({ press: 'ready' });
    await pickup.press(HAND_OVER);
    expect(await pickup.handle.result()).toEqual({ state: 'handed-over' });
  });

  test('is given up: what was sold there is given back', async () => {
    const pickup = await unanswered();
    await pickup.resolve('pickup.not-picked', 'abandon');
    await until('given up', async () => (await pickup.read()).endedAt !== null);
    await pickup.deliver();
    expect(await pickup.order.result()).toEqual({ status: 'cancelled' });
    expect(await pickup.handle.result()).toEqual({ state: 'cancelled' });
    expect(await pickup.messages()).toContain('pickup-unavailable');
  });
});

describe('units that a store cannot give', () => {
  beforeAll(openBench);
  afterAll(closeBench);

  const lines = [{ lineNo: 1, quantity: 1 }];

  test('wait under a name, and are asked for again', async () => {
    const pickup = await bench.start([2]);
    await pickup.press({ press: 'ready', lines });
    await pickup.press({ press: 'reject', reason: 'not-found', lines });
    await pickup.untilOpen('pickup.rejected');
    await untilShown(pickup, 'not-found: nobody has decided yet');
    await pickup.resolve('pickup.rejected', 'retry');
    await until('asked again', async () => (await pickup.read()).lines[0]?.requested === 1);
    await pickup.press({ press: 'ready' });
    await pickup.press(HAND_OVER);
    expect(await pickup.handle.result()).toEqual({ state: 'handed-over' });
    expect(await pickup.order.result()).toEqual({ status: 'closed' });
  });

  test('are given up: the rest is collected', async () => {
    const pickup = await bench.start([2]);
    await pickup.press({ press: 'reject', reason: 'damaged', lines });
    await pickup.press({ press: 'ready' });
    await pickup.untilOpen('pickup.rejected');
    await pickup.resolve('pickup.rejected', 'abandon');
    await until('given up', async () => (await pickup.read()).lines[0]?.cancelled === 1);
    await pickup.press(HAND_OVER);
    expect(await pickup.handle.result()).toEqual({ state: 'handed-over' });
    expect(await pickup.order.result()).toEqual({ status: 'closed' });
  });
});
