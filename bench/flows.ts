/**
 * (a) The bare flow against order-to-cash on one server, alternating; (b) the events of an order's
 * own history and of all histories; (c) what an order costs in CPU and SQL until all is drained.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sum } from '../canonical/rules/money/money';
import { BARE_QUEUE } from './bare/queue';
import { scriptPayment, scriptWarehouse, type BenchStack } from './bench-stack';
import { pollUntil } from '../stack/supervisor/poll';
import { apiClient } from '../stack/worked-order/api-client';
import { sellInShopify } from '../stack/worked-order/orders';
import { receiveGoods } from '../stack/worked-order/shop';
import { closedAmong, submitter, untilDrained } from './orders';
import { cpuMsOf, readCpuMs, readUsage, usageBetween, type Usage } from './process-usage';
import { benchOrder } from './shop';
import { inParallel, median, percentile } from './statistics';

const ROUNDS = 5;
const ORDERS_A_ROUND = 120;
const IN_FLIGHT = 50;
const WARM_UP_ORDERS = 40;
const DRAIN_LIMIT_MS = 120_000;
const WATCH_INTERVAL_MS = 40;

interface Round {
  readonly perSecond: number;
  readonly latenciesMs: readonly number[];
}

export interface FlowFigures {
  readonly bare: { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number };
  readonly ours: { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number };
  readonly ratio: number;
  /** CPU milliseconds of a bare order: its worker, Temporal and the sandbox. */
  readonly bareCpuMs: number;
}

export interface CostFigures {
  readonly usage: Usage;
  readonly allEventsAnOrder: number;
}

export async function measureFlows(stack: BenchStack, sku: string): Promise<FlowFigures> {
  const bareWorker = await startBareWorker(stack);
  try {
    await ours(stack, sku, WARM_UP_ORDERS);
    await bare(stack, sku, WARM_UP_ORDERS);
    const rounds: { bare: Round; ours: Round }[] = [];
    const bareCpuMs: number[] = [];
    const cpuMs = async () =>
      sum([
        await cpuMsOf(bareWorker.pid ?? 0),
        ...Object.values(await readCpuMs(stack, ['temporal', 'sandbox'])),
      ]);
    for (let round = 0; round < ROUNDS; round += 1) {
      await untilDrained(stack, DRAIN_LIMIT_MS);
      const before = await cpuMs();
      const bareRound = await bare(stack, sku, ORDERS_A_ROUND);
      bareCpuMs.push(((await cpuMs()) - before) / ORDERS_A_ROUND);
      rounds.push({ bare: bareRound, ours: await ours(stack, sku, ORDERS_A_ROUND) });
    }
    await untilDrained(stack, DRAIN_LIMIT_MS);
    return {
      bare: figuresOf(rounds.map((round) => round.bare)),
      ours: figuresOf(rounds.map((round) => round.ours)),
      ratio: median(rounds.map((round) => round.ours.perSecond / round.bare.perSecond)),
      bareCpuMs: median(bareCpuMs),
    };
  } finally {
    bareWorker.disconnect();
    await once(bareWorker, 'exit');
  }
}

function figuresOf(rounds: readonly Round[]) {
  const latencies = rounds.flatMap((round) => round.latenciesMs);
  return {
    perSecond: median(rounds.map((round) => round.perSecond)),
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  };
}

async function startBareWorker(stack: BenchStack): Promise<ChildProcess> {
  const child = fork(require.resolve('./bare/worker'), [], {
    env: { ...process.env, ...stack.workerEnv },
    execArgv: ['--require', 'tsx/cjs'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const hasEnded = once(child, 'exit').then(() => {
    throw new Error('the bare worker ended before it was ready');
  });
  await Promise.race([once(child, 'message'), hasEnded]);
  hasEnded.catch(() => undefined);
  return child;
}

/** Nobody is told of what the bare flow does: no webhooks, no shipments. */
async function bare(stack: BenchStack, sku: string, count: number): Promise<Round> {
  const { temporal } = stack;
  await scriptWarehouse(stack, { mode: 'never', acknowledge: false });
  await scriptPayment(stack, { webhooks: { enabled: false } });
  const latenciesMs: number[] = [];
  const seconds = await inParallel(count, IN_FLIGHT, async () => {
    const id = randomUUID();
    const startedAt = performance.now();
    await temporal.workflow.execute('bareOrder', {
      taskQueue: BARE_QUEUE,
      workflowId: `bare/${id}`,
      args: [{ id, sku, amountMinor: 2119 }],
    });
    latenciesMs.push(performance.now() - startedAt);
  });
  return { perSecond: count / seconds, latenciesMs };
}

/** IN_FLIGHT orders are open at any time; one that closes makes room for the next. */
async function ours(stack: BenchStack, sku: string, count: number): Promise<Round> {
  await scriptWarehouse(stack, { mode: 'ship-all', delayMs: 0 });
  await scriptPayment(stack, { webhooks: { enabled: true } });
  const door = submitter(stack);
  const closed = watchClosed(stack);
  const latenciesMs: number[] = [];
  try {
    const seconds = await inParallel(count, IN_FLIGHT, async () => {
      const order = benchOrder(sku);
      const startedAtMs = Date.now();
      await door.submit(order);
      latenciesMs.push((await closed.of(order.orderNo)) - startedAtMs);
    });
    return { perSecond: count / seconds, latenciesMs };
  } finally {
    closed.stop();
    await door.close();
  }
}

/** One question for all open orders, a few times a second: watching must not weigh on the measure. */
function watchClosed(stack: BenchStack) {
  const waiting = new Map<string, (closedAtMs: number) => void>();
  let isStopped = false;
  const watch = async () => {
    while (!isStopped) {
      const closed = await closedAmong(stack, [...waiting.keys()]);
      for (const [orderNo, atMs] of closed) {
        waiting.get(orderNo)?.(atMs);
        waiting.delete(orderNo);
      }
      await delay(WATCH_INTERVAL_MS);
    }
  };
  watch().catch((error: unknown) => console.error(error));
  return {
    of: (orderNo: string) =>
      new Promise<number>((resolve) => {
        waiting.set(orderNo, resolve);
      }),
    stop() {
      isStopped = true;
    },
  };
}

/** One round, with everything counted until the last message and batch has gone out. */
export async function measureCost(stack: BenchStack, sku: string): Promise<CostFigures> {
  await ours(stack, sku, WARM_UP_ORDERS);
  await untilDrained(stack, DRAIN_LIMIT_MS);
  const before = await readUsage(stack);
  const eventsBefore = await countEvents(stack);
  await ours(stack, sku, ORDERS_A_ROUND);
  await untilDrained(stack, DRAIN_LIMIT_MS);
  const after = await readUsage(stack);
  const events = (await countEvents(stack)) - eventsBefore;
  return {
    usage: usageBetween(before, after, ORDERS_A_ROUND),
    allEventsAnOrder: events / ORDERS_A_ROUND,
  };
}

/** Events in all histories but the bare ones, closed or open. */
async function countEvents({ temporal }: BenchStack): Promise<number> {
  let events = 0;
  const query = `WorkflowType != 'bareOrder'`;
  for await (const flow of temporal.workflow.list({ query })) {
    if (flow.historyLength > 0) {
      events += flow.historyLength;
    } else {
      const { raw } = await temporal.workflow.getHandle(flow.workflowId, flow.runId).describe();
      events += Number(raw.workflowExecutionInfo?.historyLength ?? 0);
    }
  }
  return events;
}

export interface HistoryFigures {
  readonly authorizedHere: number;
  readonly authorizedBefore: number;
}

/** Events of the histories of orders, by how their money came: the median of a few. */
export async function measureOwnHistory(stack: BenchStack, sku: string): Promise<HistoryFigures> {
  const { apiUrl, keys, sandbox } = stack.stack.stackJson;
  await scriptWarehouse(stack, { mode: 'ship-all', delayMs: 0 });
  await receiveGoods(apiClient(apiUrl, keys.oms));
  const door = submitter(stack);
  const lengthOf = async (sell: () => Promise<string>) => {
    const lengths: number[] = [];
    for (let sample = 0; sample < ROUNDS; sample += 1) {
      const handle = stack.temporal.workflow.getHandle(await sell());
      await untilDrained(stack, DRAIN_LIMIT_MS);
      await handle.result();
      lengths.push((await handle.describe()).historyLength);
    }
    return median(lengths);
  };
  const authorizedHere = await lengthOf(async () => {
    const order = benchOrder(sku);
    await door.submit(order);
    return `order/web-us/${order.orderNo}`;
  });
  const commerce = apiClient(sandbox.commerce);
  const authorizedBefore = await lengthOf(async () => {
    const workflowId = `order/shopify-us/${await sellInShopify(commerce)}`;
    await pollUntil(`the start of ${workflowId}`, DRAIN_LIMIT_MS, async () => {
      const { rows } = await stack.db.query(
        'select 1 from sales_order where workflow_id = $1 and accepted_at is not null',
        [workflowId],
      );
      return rows.length > 0;
    });
    return workflowId;
  });
  await door.close();
  return { authorizedHere, authorizedBefore };
}
