/**
 * Records the histories that `replay.test.ts` replays, on a real Temporal dev server and a Postgres
 * of its own: `npx tsx test/workflows/record-histories.ts`. Run it for a new scenario; what is
 * recorded stays, so that flows which older builds began are replayed too.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../stack/start-parts';
import { findTemporal } from '../../stack/temporal/ladder';
import { openDatabase } from '../../store/database';
import { migrate } from '../../store/migrate';
import '../installation';
import { openDevServerBench } from './flow-bench';
import { openOrderBench, type OrderBench, type OrderOnBench } from './order-bench';
import { HISTORIES_DIR, writeHistory } from './recorded-histories';

const DATABASE = 'recorded';

type Scenario = (bench: OrderBench) => Promise<OrderOnBench>;

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

async function main(): Promise<void> {
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
    for (const [name, scenario] of Object.entries(SCENARIOS)) {
      const { handle } = await scenario(bench);
      await handle.result();
      const history = await handle.fetchHistory();
      writeHistory(name, history);
      process.stdout.write(`${name}: ${history.events?.length ?? 0} events\n`);
    }
    await bench.close();
    await db.end();
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
