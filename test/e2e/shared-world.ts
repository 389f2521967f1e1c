/** A stack that several parts of one test file use, each as it was opened. */
import { SHIP_AFTER_MS, World } from './fixture';

const FAULTY = ['commerce', 'payment', 'wms', 'erp'] as const;
let opened: Promise<World> | undefined;

/** Without a fault, and with a warehouse that ships at once. */
export async function sharedWorld(): Promise<World> {
  const world = await (opened ??= World.open());
  await Promise.all(FAULTY.map((system) => world.clearFaults(system)));
  await world.script('wms', { delayMs: SHIP_AFTER_MS });
  return world;
}
