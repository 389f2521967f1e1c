/** The heaviest bodies there can be: read in slices, so that nobody else waits for them. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contentHashInSlices } from '../../store/slices';
import { contentHash } from '../../store/ids';
import { startApi, type Answered, type RunningApi } from './fixture';
import { addStock, orderOf, putMasterData, SKU, usd } from './world';

/** Of processor time in one go: several times what the longest piece takes on a quiet machine. */
const LONGEST_HOLD_MS = 250;
/** Of 100 calls of another client 99 wait no longer, however heavy what comes beside them. */
const LONGEST_WAIT_P99_MS = 200;
const EVERY_MS = 10;

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
  await putMasterData(api);
  await addStock(api, 1_000_000, 'stock-1');
});
afterAll(() => api.stop());

const many = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));

/**
 * The longest that the event loop was held, by the clock or by the processor's time that this process
 * had meanwhile, whichever is less: a machine that others keep busy holds nothing up here.
 */
function watchLoop(): () => number {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let before = process.cpuUsage();
  let mostMs = 0;
  const look = () => {
    const now = process.cpuUsage();
    mostMs = Math.max(mostMs, (now.user - before.user + now.system - before.system) / 1_000);
    before = now;
  };
  const ticks = setInterval(look, 1);
  return () => {
    clearInterval(ticks);
    look();
    delay.disable();
    return Math.min(mostMs, delay.max / 1e6);
  };
}

/** Of the other client, over everything that is sent here. */
const waits: number[] = [];

/** What a call took, by the clock or by the processor's time that this process had, whichever is less. */
async function timed(call: () => Promise<Answered>) {
  const before = process.cpuUsage();
  const beganMs = performance.now();
  const answer = await call();
  const { user, system } = process.cpuUsage(before);
  return { answer, tookMs: Math.min(performance.now() - beganMs, (user + system) / 1_000) };
}

/** Another client asks for an item again and again until `work` is done. */
async function beside(work: () => Promise<Answered>) {
  const held = watchLoop();
  let isDone = false;
  const done = work().finally(() => {
    isDone = true;
  });
  while (!isDone) {
    const { answer, tookMs } = await timed(() => api.send('GET', `/v1/items/${SKU}`));
    expect(answer.status).toBe(200);
    waits.push(tookMs);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  const holdMs = held();
  return { answer: await done, holdMs };
}

const event = (id: string, type: string, dataOf: unknown) => ({
  specversion: '1.0',
  id,
  source: 'heavy',
  type,
  data: dataOf,
});
const order = (orderNo: string, lines: unknown) => ({ ...orderOf(orderNo), lines });
const line = (at: number, sku: string, taxes: number) => ({
  channelLineRef: `line-${at}`,
  sku,
  quantity: 1,
  unitPrice: usd(1_299),
  taxes: many(taxes, (no) => ({ code: `State Tax${no === 0 ? '' : no}`, amount: usd(no) })),
});
const priced = (orderNo: string, count: number, lines: unknown) => {
  const total = usd(count * 1_299);
  const totals = { subtotal: total, discount: usd(0), shipping: usd(0), tax: usd(0), total };
  const tenders = [{ gateway: 'stripe', amount: total, paymentMethodRef: 'pm_card_visa' }];
  return { ...orderOf(orderNo), lines, totals, tenders };
};
const unknownFields = (from: number, count: number) =>
  Object.fromEntries(many(count, (at) => [`f${from + at}`, 1]));

interface Heavy {
  readonly name: string;
  readonly path: '/v1/events' | '/v1/orders';
  readonly body: () => unknown;
  readonly status: number;
}
const HEAVY: readonly Heavy[] = [
  {
    name: '135 orders of 10,000 empty lines, as events',
    path: '/v1/events',
    body: () =>
      many(135, (at) => ({
        ...event(`e-${at}`, 'order.created.v1', { lines: many(10_000, () => ({})) }),
      })),
    status: 422,
  },
  {
    name: 'nine orders of 10,000 empty lines, as events',
    path: '/v1/events',
    body: () =>
      many(9, (at) =>
        event(
          `n-${at}`,
          'order.created.v1',
          order(
            `N-${at}`,
            many(10_000, () => ({})),
          ),
        ),
      ),
    status: 202,
  },
  {
    name: '290 events of a thousand unknown fields each, all of them different',
    path: '/v1/events',
    body: () =>
      many(290, (at) =>
        event(`u-${at}`, 'inventory.received.v1', unknownFields(at * 1_000, 1_000)),
      ),
    status: 422,
  },
  {
    name: 'a thousand receipts of 90 lines',
    path: '/v1/events',
    body: () =>
      many(1_000, (at) =>
        event(`r-${at}`, 'inventory.received.v1', {
          location: 'dc-east',
          lines: many(90, () => ({ sku: SKU, quantity: 1 })),
        }),
      ),
    status: 202,
  },
  {
    name: 'an event of an order of 10,000 lines with taxes',
    path: '/v1/events',
    body: () => [
      event(
        'big',
        'order.created.v1',
        order(
          'BIG-1',
          many(10_000, (at) => line(at, SKU, 2)),
        ),
      ),
    ],
    status: 202,
  },
  {
    name: 'an order of 10,000 lines with 25 unknown fields each',
    path: '/v1/orders',
    body: () =>
      order(
        'H-1',
        many(10_000, () => unknownFields(0, 25)),
      ),
    status: 422,
  },
  {
    name: 'text that cannot be stored, 99,000 times',
    path: '/v1/orders',
    body: () =>
      order(
        'H-2',
        many(99_000, () => '\0'),
      ),
    status: 422,
  },
  {
    name: 'an order of 10,000 lines that is accepted',
    path: '/v1/orders',
    body: () =>
      priced(
        'H-6',
        10_000,
        many(10_000, (at) => ({
          ...line(at, SKU, 1),
          taxes: [{ code: 'State Tax', amount: usd(0) }],
        })),
      ),
    status: 201,
  },
  {
    name: 'an order of 10,000 lines in another currency',
    path: '/v1/orders',
    body: () => ({
      ...priced(
        'H-5',
        10_000,
        many(10_000, (at) => line(at, SKU, 2)),
      ),
      currency: 'EUR',
    }),
    status: 422,
  },
];

test.each(HEAVY)(
  '$name: nobody else waits',
  { timeout: 120_000 },
  async ({ path, body, status, name }) => {
    const raw = Buffer.from(JSON.stringify(body()));
    const headers = { 'content-type': 'application/json' };
    const { answer, holdMs } = await beside(() =>
      api.send('POST', path, {
        role: path === '/v1/orders' ? 'channel' : 'operator',
        raw,
        headers,
        key: `heavy-${HEAVY.findIndex((one) => one.name === name)}`,
      }),
    );
    expect(answer.status).toBe(status);
    expect(holdMs).toBeLessThan(LONGEST_HOLD_MS);
  },
);

test('another client waits briefly, whatever comes beside it', () => {
  waits.sort((a, b) => a - b);
  expect(waits.length).toBeGreaterThan(50);
  expect(waits[Math.ceil(waits.length * 0.99) - 1]).toBeLessThan(LONGEST_WAIT_P99_MS);
});

test('hashed in slices, a value has the hash that it has in one go', async () => {
  const values = [
    null,
    7,
    'x',
    [],
    {},
    [[]],
    { b: [{ d: { e: [1] }, c: undefined }], a: {} },
    order('S-1', []),
  ];
  for (const value of values) expect(await contentHashInSlices(value)).toBe(contentHash(value));
});
