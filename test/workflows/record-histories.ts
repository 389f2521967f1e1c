/**
 * Records the histories that `replay.test.ts` replays, on a real Temporal dev server and a Postgres
 * of its own: `npx tsx test/workflows/record-histories.ts {scenario}…`. Run it for a new scenario; what is
 * recorded stays, so that flows which older builds began are replayed too.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { startPostgres } from '../stack/start-parts';
import { findTemporal } from '../../stack/temporal/ladder';
import { openDatabase } from '../../store/database';
import { migrate } from '../../store/migrate';
import '../installation';
import { addDays, dateAt } from '../../canonical/rules/pickup/store-clock';
import { ReturnBench, STORE } from '../returns/bench';
import { ship } from '../store/steps';
import { openDevServerBench, until, type FlowBenchSettings } from './flow-bench';
import { openOrderBench, type OrderBench, type OrderOnBench } from './order-bench';
import { openPickupBench, type PickupBench, type PickupOnBench } from './pickup-bench';
import { HISTORIES_DIR, writeHistory } from './recorded-histories';

const DATABASE = 'recorded';
const OF_RETURNS = 'recorded_returns';

type Scenario = (bench: OrderBench) => Promise<OrderOnBench>;
type PickupScenario = (bench: PickupBench) => Promise<PickupOnBench>;

async function goesWell(bench: OrderBench, moneyMode: 'psp' | 'channel'): Promise<OrderOnBench> {
  const order = await bench.start({ moneyMode, lines: [2, 1] });
  await order.untilReleased();
  await order.ship();
  return order;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'psp-one-shipment': (bench) => goesWell(bench, 'psp'),
  'channel-one-shipment': (bench) => goesWell(bench, 'channel'),
  async 'channel-split-shipments'(bench) {
    const order = await bench.start({ moneyMode: 'channel', lines: [2] });
    await order.untilReleased();
    await order.ship([{ lineNo: 1, quantity: 1 }]);
    await order.untilCaptured(1_000);
    await order.ship([{ lineNo: 1, quantity: 1 }]);
    return order;
  },
  async 'psp-declined-then-authorized'(bench) {
    const script = { authorize: ['refused'] } as const;
    const order = await bench.start({ moneyMode: 'psp', lines: [1], script });
    await order.untilOpen('payment.declined');
    await order.resolve('payment.declined', 'retry');
    await order.untilReleased();
    await order.ship();
    return order;
  },
  async 'channel-waits-for-a-mapping'(bench) {
    const order = await bench.start({ moneyMode: 'channel', lines: [1], unknown: ['sku'] });
    await order.untilWaiting();
    await order.map('sku');
    await order.untilReleased();
    await order.ship();
    return order;
  },
  async 'psp-cancelled-after-release'(bench) {
    const order = await bench.start({ moneyMode: 'psp', lines: [2] });
    await order.untilReleased();
    await order.cancel();
    return order;
  },
  async 'psp-held-then-cancelled-by-event'(bench) {
    const order = await bench.start({ moneyMode: 'psp', lines: [2], held: 'fraud review' });
    await order.untilDetails((text) => text.includes('release-hold'));
    await order.handle.executeUpdate('releaseHold', { args: [{ decisionId: 'h1' }] });
    await order.untilReleased();
    await order.requestCancel();
    return order;
  },
};

const HAND_OVER = {
  press: 'hand-over',
  proof: { kind: 'id-card', isOtherPerson: false },
} as const;
const ONE = [{ lineNo: 1, quantity: 1 }];

const PICKUP_SCENARIOS: Readonly<Record<string, PickupScenario>> = {
  async 'pickup-collected-in-two-visits'(bench) {
    const pickup = await bench.start([2]);
    await pickup.press({ press: 'accept' });
    await pickup.press({ press: 'ready' });
    await pickup.press({ ...HAND_OVER, lines: ONE });
    await pickup.press(HAND_OVER);
    return pickup;
  },
  async 'pickup-rejected-then-collected'(bench) {
    const pickup = await bench.start([2]);
    await pickup.press({ press: 'ready', lines: ONE });
    await pickup.press({ press: 'reject', reason: 'not-found', lines: ONE });
    await pickup.resolve('pickup.rejected', 'retry');
    await until('asked again', async () => (await pickup.read()).lines[0]?.requested === 1);
    await pickup.press({ press: 'ready' });
    await pickup.press(HAND_OVER);
    return pickup;
  },
  async 'pickup-extended-then-expired'(bench) {
    const pickup = await bench.start([1]);
    await pickup.press({ press: 'ready' });
    await bench.makeDue(pickup, 'reminder');
    await pickup.untilReminded();
    const { deadlineAt, clock } = await pickup.read();
    const last = dateAt(Date.parse(deadlineAt ?? '') - 1, clock.timeZone);
    await pickup.press({ press: 'extend', untilDate: addDays(last, 2) });
    await bench.makeDue(pickup, 'deadline');
    return pickup;
  },
  async 'pickup-handed-over-by-the-till'(bench) {
    const pickup = await bench.start([1]);
    const at = new Date().toISOString();
    await pickup.tell('pickup.accepted.v1', { acceptedAt: at });
    await pickup.tell('pickup.ready.v1', { readyAt: at });
    const { proof } = HAND_OVER;
    await pickup.tell('pickup.handed-over.v1', { handedOverAt: at, proof });
    return pickup;
  },
};

const RETURN_STOCK = { MUG: 1_000 };
const ONE_AS_NEW = [{ lineNo: 1, quantity: 1, condition: 'new' }];
const SOLD_MUG = { lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }] };

type ReturnScenario = (bench: ReturnBench) => Promise<WorkflowHandle>;

const RETURN_SCENARIOS: Readonly<Record<string, ReturnScenario>> = {
  async 'return-received-inspected-refunded'(bench) {
    const { rma } = await bench.request(await bench.sold(SOLD_MUG), ONE);
    await bench.receive(rma, ONE);
    await bench.inspect(rma, ONE_AS_NEW);
    return bench.handle(rma);
  },
  async 'return-taken-back-at-a-counter'(bench) {
    const orderId = await bench.sold(SOLD_MUG);
    const taken = { orderId, reason: 'defective', lines: ONE_AS_NEW };
    const { body } = await bench.send('support', 'POST', `/v1/stores/${STORE}/returns`, taken);
    await bench.start(body.rma);
    await bench.deliver();
    return bench.handle(body.rma);
  },
  async 'return-back-before-its-invoice'(bench) {
    const orderId = await bench.released(SOLD_MUG);
    await bench.tell('return.received.v1', {
      ...{ orderId, location: STORE, receivedAt: new Date().toISOString() },
      ...{ receiptId: `recorded-${orderId}`, lines: ONE },
    });
    const [rma = ''] = await bench.returnsOf(orderId);
    await bench.start(rma);
    await bench.inspect(rma, ONE_AS_NEW);
    const exceptionId = await bench.untilException(rma, 'return.not-invoiced');
    await ship(bench.db, orderId, `parcel-${orderId}`, ONE);
    await bench.captured(orderId);
    await bench.resolve(exceptionId, 'retry');
    return bench.handle(rma);
  },
  async 'return-refused-by-the-processor-then-refunded'(bench) {
    const orderId = await bench.sold(SOLD_MUG);
    bench.vendors(orderId).script('refund', 'refused');
    const { rma } = await bench.request(orderId, ONE);
    await bench.receive(rma, ONE);
    await bench.inspect(rma, ONE_AS_NEW);
    await bench.resolve(await bench.untilException(rma, 'refund.failed'), 'retry');
    return bench.handle(rma);
  },
};

async function record(name: string, handle: WorkflowHandle): Promise<void> {
  await handle.result();
  const history = await handle.fetchHistory();
  writeHistory(name, history);
  process.stdout.write(`${name}: ${history.events?.length ?? 0} events\n`);
}

/** On a database and a server of their own, as their tests have them. */
async function recordReturns(
  postgres: Awaited<ReturnType<typeof startPostgres>>,
  serverPath: string,
  scenarios: readonly (readonly [string, ReturnScenario])[],
): Promise<void> {
  await postgres.createDatabase(OF_RETURNS);
  const url = postgres.databaseUrl(OF_RETURNS);
  await migrate(url);
  const db = openDatabase(url, { applicationName: OF_RETURNS });
  const open = (settings: FlowBenchSettings) => openDevServerBench(serverPath, settings);
  const bench = await ReturnBench.on({ url, db, drop: () => db.end() }, open, RETURN_STOCK);
  for (const [name, scenario] of scenarios) await record(name, await scenario(bench));
  await bench.close();
}

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const isAsked = ([name]: readonly [string, unknown]) =>
    asked.length === 0 || asked.includes(name);
  const found = await findTemporal(
    { ...process.env, TEMPORAL_ADDRESS: undefined },
    () => undefined,
  );
  if (found.kind === 'server') throw new Error('a program is needed, not a server');
  mkdirSync(HISTORIES_DIR, { recursive: true });
  const home = mkdtempSync(join(tmpdir(), 'throughline-record-'));
  const postgres = await startPostgres({ home });
  try {
    await postgres.createDatabase(DATABASE);
    await migrate(postgres.databaseUrl(DATABASE));
    const db = openDatabase(postgres.databaseUrl(DATABASE), { applicationName: DATABASE });
    const bench = await openOrderBench(db, (settings) => openDevServerBench(found.path, settings));
    for (const [name, scenario] of Object.entries(SCENARIOS).filter(isAsked)) {
      await record(name, (await scenario(bench)).handle);
    }
    const pickups = await openPickupBench(db, bench);
    for (const [name, scenario] of Object.entries(PICKUP_SCENARIOS).filter(isAsked)) {
      await record(name, (await scenario(pickups)).handle);
    }
    await bench.close();
    await db.end();
    const returns = Object.entries(RETURN_SCENARIOS).filter(isAsked);
    if (returns.length > 0) await recordReturns(postgres, found.path, returns);
  } finally {
    await postgres.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
});
