/** What grows with history: the audit, reads of the API, bytes an order; on orders that are stored. */
import { runAudit } from '../../audit/run';
import type { BenchStack } from '../bench-stack';
import { residentMiB } from '../process-usage';
import { median } from '../statistics';
import { bytesByTable, giveUpAll, type TableBytes } from './bytes';
import { loadStored } from './load';

const SAMPLES = 5;
const MEMORY_LOOK_MS = 500;

export async function measureStored(stack: BenchStack, sku: string, count: number): Promise<void> {
  console.log(`storing ${count} closed orders …`);
  const before = await bytesByTable(stack);
  const seconds = await loadStored(stack, sku, count);
  console.log(`stored in ${seconds.toFixed(0)} s`);
  const full = await bytesByTable(stack);
  console.log(`given up: ${await giveUpAll(stack)} orders`);
  printBytes(before, full, await bytesByTable(stack), count);
  await measureReads(stack);
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

async function measureReads({ stack, db }: BenchStack): Promise<void> {
  const { apiUrl, keys } = stack.stackJson;
  const { rows } = await db.query<{ id: string }>(
    `select order_id as id from sales_order where stage = 'closed' limit 1`,
  );
  const id = rows[0]?.id ?? '';
  const paths = [
    '/metrics',
    '/v1/orders?limit=50',
    `/v1/orders/${id}`,
    `/v1/trace/${id}`,
    '/v1/exceptions?limit=50',
    '/v1/journals?limit=50',
    '/v1/trial-balance?entity=us-01',
  ];
  for (const path of paths) {
    const tookMs: number[] = [];
    let status = 0;
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const startedAt = performance.now();
      const response = await fetch(`${apiUrl}${path}`, {
        headers: { authorization: `Bearer ${keys.operator}` },
      });
      await response.arrayBuffer();
      status = response.status;
      tookMs.push(performance.now() - startedAt);
    }
    console.log(`  GET ${path.replace(id, '{id}')}: ${median(tookMs).toFixed(0)} ms (${status})`);
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
  const found = report.differences.slice(0, SAMPLES).map(({ detail }) => detail);
  console.log(
    `audit, ${what}: ${seconds.toFixed(1)} s, ${peakMiB.toFixed(0)} MiB, ` +
      `${report.differences.length} differences`,
    ...found,
  );
}
