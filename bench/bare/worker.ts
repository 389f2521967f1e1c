/** The bare flow's worker: one process, the same slots and pollers as ours. */
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { connectorsFrom } from '../../connectors/registry';
import { CONNECTOR_SETUPS } from '../../connectors/setups';
import { readInstallation } from '../../setup/read-installation';
import { readConfiguration, temporalConnection } from '../../canonical/schema/configuration';
import { createBareActivities } from './activities';
import { BARE_QUEUE } from './queue';

const CACHED_WORKFLOWS = 500;
const SLOTS = 50;

async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const configuration = readConfiguration(process.env);
  const { THROUGHLINE_SETUP } = configuration;
  const { accounts } = readInstallation(THROUGHLINE_SETUP, process.env, CONNECTOR_SETUPS);
  const connectors = connectorsFrom(accounts);
  const connection = await NativeConnection.connect(temporalConnection(configuration));
  const gateway = connectors.paymentGateways['stripe-us'];
  const warehouse = connectors.warehouses['wms-main'];
  if (!gateway || !warehouse) throw new RangeError('stripe-us and wms-main are not set up');
  const worker = await Worker.create({
    connection,
    namespace: configuration.TEMPORAL_NAMESPACE,
    taskQueue: BARE_QUEUE,
    workflowsPath: require.resolve('./flow'),
    activities: createBareActivities(gateway, warehouse, new Client({ connection })),
    maxCachedWorkflows: CACHED_WORKFLOWS,
    maxConcurrentActivityTaskExecutions: SLOTS,
  });
  process.on('disconnect', () => worker.shutdown());
  process.on('SIGTERM', () => worker.shutdown());
  const running = worker.run();
  process.send?.({ ready: true });
  await running;
  await connectors.close();
  await connection.close();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
