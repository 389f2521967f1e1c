/**
 * (h) A settlement of many lines, from its bytes at the door to its journals: time, the worker's
 * memory, and the ratio to a bare COPY, ANALYZE and join of the same lines.
 */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { request } from 'undici';
import { pollUntil } from '../../stack/supervisor/poll';
import type { BenchStack } from '../bench-stack';
import { residentMiB } from '../process-usage';
import type { Row } from '../report-row';
import { measureBare } from './bare';
import { reportOf, seedPayments } from './seed';

const LIMIT_MS = 600_000;
const SAMPLE_MS = 250;
const CHUNK_CHARS = 65_536;

export interface SettlementFigures {
  readonly lines: number;
  readonly seconds: number;
  readonly bareSeconds: number;
  readonly ratio: number;
  readonly workerMiB: number;
}

export async function measureSettlement(
  stack: BenchStack,
  lines: number,
): Promise<SettlementFigures> {
  const { databaseUrl, pids } = stack.stack.stackJson;
  const run = randomBytes(4).toString('hex');
  await seedPayments(databaseUrl, run, lines);
  const bareMs = await measureBare(databaseUrl, run, lines);
  const startedAt = performance.now();
  let workerMiB = 0;
  const sampling = setInterval(() => {
    void residentMiB(pids.worker ?? 0).then((mib) => {
      workerMiB = Math.max(workerMiB, mib);
    });
  }, SAMPLE_MS);
  try {
    const settlementId = await handIn(stack, run, lines);
    await pollUntil(`settlement of ${lines} lines`, LIMIT_MS, async () => {
      const { rows } = await stack.db.query<{ state: string }>(
        'select state from settlement where settlement_id = $1',
        [settlementId],
      );
      return rows[0]?.state === 'posted';
    });
  } finally {
    clearInterval(sampling);
  }
  const ms = performance.now() - startedAt;
  return { lines, seconds: ms / 1_000, bareSeconds: bareMs / 1_000, ratio: bareMs / ms, workerMiB };
}

async function handIn(stack: BenchStack, run: string, lines: number): Promise<string> {
  const { apiUrl, keys } = stack.stack.stackJson;
  const { body } = await request(`${apiUrl}/v1/settlements/stripe`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.finance}` },
    body: Readable.from(inChunks(reportOf(run, `po_${run}`, 1, lines))),
  });
  const { settlementId } = (await body.json()) as { settlementId: string };
  return settlementId;
}

function* inChunks(texts: Iterable<string>): Generator<Buffer> {
  let text = '';
  for (const one of texts) {
    text += one;
    if (text.length < CHUNK_CHARS) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

export function settlementRows(figures: SettlementFigures | null): Row[] {
  if (figures === null) return [];
  const { lines, seconds, bareSeconds, ratio, workerMiB } = figures;
  return [
    {
      what: `(h) a settlement of ${lines} lines, to its journals`,
      measured: `${seconds.toFixed(1)} s`,
      target: '≤ 20 s for 200,000',
    },
    {
      what: '(h) bare COPY, ANALYZE and join',
      measured: `${bareSeconds.toFixed(2)} s: ${ratio.toFixed(2)}`,
      target: '',
    },
    {
      what: '(h) worker at the most',
      measured: `${workerMiB.toFixed(0)} MiB`,
      target: '< 512 MiB',
    },
  ];
}
