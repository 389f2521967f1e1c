/**
 * Records the histories that `replay.test.ts` replays, on a real Temporal dev server:
 * `npx tsx test/workflows/record-histories.ts`. Run it for a new scenario; what is recorded stays,
 * so that flows which older builds began are replayed too.
 */
import { mkdirSync } from 'node:fs';
import { findTemporal } from '../../stack/temporal/ladder';
import {
  openDevServerBench,
  resolve,
  ship,
  until,
  type FlowBench,
  type OrderHandle,
} from './flow-bench';
import { OrderModel } from './order-model';
import { HISTORIES_DIR, writeHistory } from './recorded-histories';

type Scenario = (bench: FlowBench) => Promise<OrderHandle>;

const released = (model: OrderModel) =>
  until('released', () => model.order.lines.some((line) => line.released > 0));

async function goesWell(bench: FlowBench, moneyMode: 'psp' | 'channel'): Promise<OrderHandle> {
  const model = new OrderModel({ moneyMode, lines: [2, 1] });
  const handle = await bench.start(model);
  await released(model);
  await ship(handle, model);
  await handle.result();
  return handle;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'psp-one-shipment': (bench) => goesWell(bench, 'psp'),
  'channel-one-shipment': (bench) => goesWell(bench, 'channel'),
  async 'channel-split-shipments'(bench) {
    const model = new OrderModel({ moneyMode: 'channel', lines: [2] });
    const handle = await bench.start(model);
    await released(model);
    await ship(handle, model, [{ lineNo: 1, quantity: 1 }]);
    await until('captured', () => model.tenderCaptured > 0);
    await ship(handle, model, [{ lineNo: 1, quantity: 1 }]);
    await handle.result();
    return handle;
  },
  async 'psp-declined-then-authorized'(bench) {
    const model = new OrderModel({ moneyMode: 'psp', lines: [1] });
    model.script('authorizePayment', 'refused');
    const handle = await bench.start(model);
    await until('declined', () => model.openCodes().includes('payment.declined'));
    await resolve(handle, model, 'payment.declined', 'retry');
    await released(model);
    await ship(handle, model);
    await handle.result();
    return handle;
  },
  async 'channel-waits-for-a-mapping'(bench) {
    const model = new OrderModel({ moneyMode: 'channel', lines: [1], waitsFor: ['mapping.sku'] });
    const handle = await bench.start(model);
    await until('tried', () => model.momentCalls.includes('acceptOrder'));
    await resolve(handle, model, 'mapping.sku', 'retry');
    await released(model);
    await ship(handle, model);
    await handle.result();
    return handle;
  },
  async 'psp-cancelled-after-release'(bench) {
    const model = new OrderModel({ moneyMode: 'psp', lines: [2] });
    const handle = await bench.start(model);
    await released(model);
    await handle.executeUpdate('cancelOrder', { args: [{ decisionId: 'd1', lines: null }] });
    await handle.result();
    return handle;
  },
  async 'psp-held-then-cancelled-by-event'(bench) {
    const model = new OrderModel({ moneyMode: 'psp', lines: [2] });
    model.order.holdReason = 'fraud review';
    const handle = await bench.start(model);
    await until('authorized', () => model.made.size === 1);
    await handle.executeUpdate('releaseHold', { args: [{ decisionId: 'h1' }] });
    await released(model);
    await handle.signal('cancelRequested', { eventNo: model.store('cancel') });
    await handle.result();
    return handle;
  },
};

async function main(): Promise<void> {
  const found = await findTemporal(
    { ...process.env, TEMPORAL_ADDRESS: undefined },
    () => undefined,
  );
  if (found.kind === 'server') throw new Error('a program is needed, not a server');
  mkdirSync(HISTORIES_DIR, { recursive: true });
  const bench = await openDevServerBench(found.path);
  try {
    for (const [name, scenario] of Object.entries(SCENARIOS)) {
      const handle = await scenario(bench);
      const history = await handle.fetchHistory();
      writeHistory(name, history);
      process.stdout.write(`${name}: ${history.events?.length ?? 0} events\n`);
    }
  } finally {
    await bench.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
});
