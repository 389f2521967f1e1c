/**
 * npm run bench: everything that is measured, in one run on one server. Prints a table; with
 * `-- --json FILE` writes the figures too. `-- --only accept,pickup` picks sections; they are named
 * below. `-- --pickups 20000` opens so many pickups, `-- --lines 20000` settles so many lines. `-- --stored 300000` puts so many closed orders
 * in first, and measures the audit and reads on them.
 */
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { apiClient } from '../stack/worked-order/api-client';
import { openShop } from '../stack/worked-order/shop';
import { measureAccept } from './accept';
import { startBenchStack, type BenchStack } from './bench-stack';
import { measureCost, measureFlows, measureOwnHistory } from './flows';
import { measureMemory } from './memory';
import { measureOpenLoop } from './open-loop';
import { measurePickups } from './pickup/measure';
import { printFigures, type Figures } from './report';
import { prepareShop } from './shop';
import { measureSettlement } from './settlement/measure';
import { measureStored } from './stored/measure';

const SKU = 'BENCH';
const STOCK = 100_000_000;
/** Open at a time; a chain of 800 stores has 20,000. */
const PICKUPS = 1_000;
const SETTLEMENT_LINES = 200_000;
const SECTIONS = [
  'history',
  'flows',
  'cost',
  'accept',
  'loop',
  'memory',
  'pickup',
  'settlement',
] as const;
type Section = (typeof SECTIONS)[number];

async function measure(
  stack: BenchStack,
  wanted: ReadonlySet<string>,
  { pickups, lines }: { readonly pickups: number; readonly lines: number },
): Promise<Figures> {
  const run = async <T>(section: Section, work: () => Promise<T>): Promise<T | null> => {
    if (!wanted.has(section)) return null;
    console.log(`measuring ${section} …`);
    return work();
  };
  return {
    machine: `${os.cpus().length} cores, ${process.version}`,
    history: await run('history', () => measureOwnHistory(stack, SKU)),
    flows: await run('flows', () => measureFlows(stack, SKU)),
    cost: await run('cost', () => measureCost(stack, SKU)),
    accept: await run('accept', () => measureAccept(stack)),
    loop: await run('loop', () => measureOpenLoop(stack)),
    memory: await run('memory', () => measureMemory(stack, SKU)),
    pickup: await run('pickup', () => measurePickups(stack, { sku: SKU, count: pickups })),
    settlement: await run('settlement', () => measureSettlement(stack, lines)),
  };
}
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      only: { type: 'string' },
      stored: { type: 'string' },
      pickups: { type: 'string' },
      lines: { type: 'string' },
    },
  });
  const pickups = Number(values.pickups ?? PICKUPS);
  const lines = Number(values.lines ?? SETTLEMENT_LINES);
  const wanted = new Set(values.only?.split(',') ?? SECTIONS);
  const stack = await startBenchStack();
  try {
    const { apiUrl, keys } = stack.stack.stackJson;
    await openShop(apiClient(apiUrl, keys.operator));
    await prepareShop(stack.db, [SKU], STOCK);
    if (values.stored) await measureStored(stack, SKU, Number(values.stored));
    const figures = await measure(stack, wanted, { pickups, lines });
    printFigures(figures);
    if (values.json) await writeFile(values.json, `${JSON.stringify(figures, null, 2)}\n`);
  } finally {
    await stack.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
