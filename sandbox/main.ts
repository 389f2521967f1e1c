/**
 * The sandbox process. It stops gracefully on SIGTERM and SIGINT, and when a parent that it was
 * spawned by with an IPC channel goes away.
 */
import { pino } from 'pino';
import { ConfigurationError, readSandboxConfiguration } from './configuration';
import { startSandbox } from './start';

async function main(): Promise<void> {
  const configuration = readSandboxConfiguration(process.env);
  const log = pino({ level: configuration.logLevel, base: { process: 'sandbox' } });
  const sandbox = await startSandbox(configuration, log);
  let stopping = false;
  const stop = (reason: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, 'stopping');
    sandbox.close().then(
      () => process.exit(0),
      (err: unknown) => {
        log.error({ err }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('disconnect', () => stop('disconnect'));
  process.send?.({ ready: true, ports: sandbox.ports });
  log.info({ ports: sandbox.ports }, 'ready');
}

main().catch((error: unknown) => {
  const log = pino({ base: { process: 'sandbox' } });
  if (error instanceof ConfigurationError) log.fatal({ problems: error.problems }, 'not started');
  else log.fatal({ err: error }, 'not started');
  process.exitCode = 1;
  process.disconnect?.();
});
