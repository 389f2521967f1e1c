/** What grows with history: orders, reads of the API, bytes, the audit; beside an empty database. */
import { runAudit } from '../../audit/run';
import type { BenchStack } from '../bench-stack';
import { residentMiB } from '../process-usage';
import { bytesByTable, giveUpAll, type TableBytes } from './bytes';
import { loadStored } from './load';
import { measureTouches, type Touches } from './touches';

const NAME_WIDTH = 34;
const DIFFERENCES_SHOWN = 5;
const MEMORY_LOOK_MS = 500;

export async function measureStored(stack: BenchStack, sku: string, count: number): Promise<void> {
  console.log(`storing ${count} closed orders …`);
  const empty = await measureTouches(stack, sku);
  const before = await bytesByTable(stack);
  const seconds = await loadStored(stack, sku, count);
  console.log(`stored in ${seconds.toFixed(0)} s`);
  const full = await bytesByTable(stack);
  console.log(`given up: ${await giveUpAll(stack)} orders`);
  printBytes(before, full, await bytesByTable(stack), count);
  printTouches(empty, await measureTouches(stack, sku), count);
  await measureAudit(stack, { isWhole: true });
  await measureAudit(stack, { isWhole: false });
}

function printBytes(
  before: readonly TableBytes[],
  full: readonly TableBytes[],
  kept: readonly TableBytes[],
  count: number,
): void {
  const of = (all: readonly TableBytes[], table: string) =>
    all.find((one) => one.table === table)?.bytes ?? 0;
  const anOrder = (all: readonly TableBytes[], table: string) =>
    Math.round((of(all, table) - of(before, table)) / count);
  let sumFull = 0;
  let sumKept = 0;
  for (const { table } of full) {
    const [lived, left] = [anOrder(full, table), anOrder(kept, table)];
    sumFull += lived;
    sumKept += left;
    if (lived > 0) console.log(`  ${table.padEnd(24)} ${lived} B an order, ${left} B kept`);
  }
  console.log(`  ${'all'.padEnd(24)} ${sumFull} B an order, ${sumKept} B kept`);
}

function printTouches(empty: Touches, full: Touches, count: number): void {
  console.log(`${'milliseconds'.padEnd(NAME_WIDTH)} empty  ${count} stored  ratio`);
  for (const [what, ms] of full) {
    const before = empty.get(what) ?? Number.NaN;
    const ratio = (ms / before).toFixed(2);
    console.log(
      `${what.padEnd(NAME_WIDTH)} ${before.toFixed(1).padEnd(6)} ${ms.toFixed(1).padEnd(14)} ${ratio}`,
    );
  }
}

async function measureAudit(
  { stack }: BenchStack,
  { isWhole }: { readonly isWhole: boolean },
): Promise<void> {
  let peakMiB = 0;
  const look = setInterval(() => {
    void residentMiB(process.pid).then((mib) => (peakMiB = Math.max(peakMiB, mib)));
  }, MEMORY_LOOK_MS);
  const startedAt = performance.now();
  const onProgress = (line: string) => {
    console.log(`  ${((performance.now() - startedAt) / 1_000).toFixed(1)} s: ${line}`);
  };
  const report = await runAudit({ databaseUrl: stack.stackJson.databaseUrl, isWhole, onProgress });
  clearInterval(look);
  const seconds = (performance.now() - startedAt) / 1_000;
  const what = isWhole ? 'whole' : 'since the last clean one';
  const found = report.differences.slice(0, DIFFERENCES_SHOWN).map(({ detail }) => detail);
  console.log(
    `audit, ${what}: ${seconds.toFixed(1)} s, ${peakMiB.toFixed(0)} MiB, ` +
      `${report.differences.length} differences`,
    ...found,
  );
}
