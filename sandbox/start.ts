/** Starts the six stand-ins in this process. */
import { pino, type Logger } from 'pino';
import { createCommerceStandIn } from './commerce/stand-in';
import { shopifySigner } from './commerce/webhooks';
import type { SandboxConfiguration } from './configuration';
import { createTables, openPool } from './database';
import { createErpStandIn } from './erp/stand-in';
import { createNotificationStandIn } from './notification/stand-in';
import { createOutbound, outboundDdl, type OutboundSender } from './outbound';
import { createPaymentStandIn, stripeSigner } from './payment/stand-in';
import { startListener, type Listener } from './server';
import type { SandboxContext, VendorSystem } from './system';
import type { SystemName } from './system-name';
import { createTaxStandIn } from './tax/stand-in';
import { createWmsStandIn, omsSigner } from './wms/stand-in';

export interface Sandbox {
  /** Where each listens. */
  ports: Readonly<Record<SystemName, number>>;
  /** Lets held calls go, finishes what is under way, frees the ports. */
  close(): Promise<void>;
}

function createSystems(context: SandboxContext, configuration: SandboxConfiguration) {
  const { tokens } = configuration;
  return {
    commerce: createCommerceStandIn(context, tokens.shopifyAccess),
    payment: createPaymentStandIn(context, tokens.stripeSecret),
    tax: createTaxStandIn(context, tokens.tax),
    wms: createWmsStandIn(context, tokens.wms),
    erp: createErpStandIn(context, tokens.erp),
    notification: createNotificationStandIn(context, tokens.notification),
  } satisfies Record<SystemName, VendorSystem>;
}

function tablesOf(systems: readonly VendorSystem[]): string[] {
  return [
    ...outboundDdl,
    ...systems.flatMap((system) => [
      ...Object.values(system.kinds).flatMap((table) => table.ddl),
      ...system.ddl,
    ]),
  ];
}

function createSender(
  configuration: SandboxConfiguration,
  pool: SandboxContext['pool'],
  log: Logger,
): OutboundSender {
  const { tokens, omsKey, apiUrl } = configuration;
  const signers = {
    commerce: shopifySigner(tokens.shopifyWebhook),
    payment: stripeSigner(tokens.stripeWebhook),
    wms: omsSigner(omsKey),
  };
  return createOutbound({ pool, log, apiUrl, signers });
}

/**
 * Creates the tables, starts sending what is waiting, and listens.
 *
 * @param log where console lines go; standard output unless given.
 * @throws what Postgres or a taken port throws; nothing is left running then.
 */
export async function startSandbox(
  configuration: Readonly<SandboxConfiguration>,
  log: Logger = pino({ level: configuration.logLevel }),
): Promise<Sandbox> {
  const pool = openPool(configuration.databaseUrl, (err) => log.error({ err }, 'pool error'));
  const outbound = createSender(configuration, pool, log);
  const context: SandboxContext = {
    pool,
    log,
    outbound,
    accounts: configuration.accounts,
    effectMade: (system, effect) => log.info({ system, ...effect }, 'effect made'),
  };
  const systems = createSystems(context, configuration);
  const listeners: Listener[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.close()));
    for (const system of Object.values<VendorSystem>(systems)) await system.stop?.();
    await outbound.stop();
    await pool.end();
  };
  const listenFor = async (name: SystemName): Promise<number> => {
    const { host, ports } = configuration;
    const listener = await startListener(systems[name], context, host, ports[name]);
    listeners.push(listener);
    log.info({ system: name, port: listener.port }, 'listening');
    return listener.port;
  };
  try {
    await createTables(pool, tablesOf(Object.values(systems)));
    outbound.start();
    for (const system of Object.values<VendorSystem>(systems)) system.start?.();
    const ports = {
      commerce: await listenFor('commerce'),
      payment: await listenFor('payment'),
      tax: await listenFor('tax'),
      wms: await listenFor('wms'),
      erp: await listenFor('erp'),
      notification: await listenFor('notification'),
    };
    return { ports, close };
  } catch (error) {
    await close();
    throw error;
  }
}
