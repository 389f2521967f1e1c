/** What a user touches, measured alike on an empty database and on a full one. */
import { setTimeout as delay } from 'node:timers/promises';
import { benchOrder } from '../shop';
import type { BenchStack } from '../bench-stack';
import { closedAmong, submitter, untilDrained } from '../orders';
import { readUsage, usageBetween } from '../process-usage';
import { median } from '../statistics';

const ORDERS = 30;
const READS = 15;
const LOOK_MS = 10;
const LIMIT_MS = 120_000;

/** Milliseconds by what was done. */
export type Touches = ReadonlyMap<string, number>;

/** Orders one after another, each until it is closed, and every read of the API. */
export async function measureTouches(stack: BenchStack, sku: string): Promise<Touches> {
  await measureOrders(stack, sku);
  return new Map([...(await measureOrders(stack, sku)), ...(await measureReads(stack, sku))]);
}

async function measureOrders(stack: BenchStack, sku: string): Promise<[string, number][]> {
  const door = submitter(stack);
  const acceptMs: number[] = [];
  const orderMs: number[] = [];
  await untilDrained(stack, LIMIT_MS);
  const before = await readUsage(stack);
  for (let sample = 0; sample < ORDERS; sample += 1) {
    const order = benchOrder(sku);
    const startedAtMs = Date.now();
    acceptMs.push(await door.submit(order));
    for (;;) {
      const closedAtMs = (await closedAmong(stack, [order.orderNo])).get(order.orderNo);
      if (closedAtMs !== undefined) {
        orderMs.push(closedAtMs - startedAtMs);
        break;
      }
      await delay(LOOK_MS);
    }
  }
  await untilDrained(stack, LIMIT_MS);
  const { statements } = usageBetween(before, await readUsage(stack), ORDERS);
  await door.close();
  return [
    ['accept, median', median(acceptMs)],
    ['order until it is closed, median', median(orderMs)],
    ['SQL an order', statements.reduce((sum, { ms }) => sum + ms, 0)],
  ];
}

async function measureReads({ stack, db }: BenchStack, sku: string): Promise<[string, number][]> {
  const { apiUrl, keys } = stack.stackJson;
  const { rows } = await db.query<{ id: string; no: string; journal: string }>(
    `select o.order_id as id, o.order_no as no, j.journal_id as journal
       from sales_order o join journal j using (order_id)
      where o.channel_instance = 'web-us' and o.stage = 'closed' order by o.order_id desc limit 1`,
  );
  const [{ id, no, journal } = { id: '', no: '', journal: '' }] = rows;
  const paths: Readonly<Record<string, string>> = {
    '/metrics': '/metrics',
    '/v1/orders?orderNo=': `/v1/orders?channelInstance=web-us&orderNo=${no}`,
    '/v1/orders/{id}': `/v1/orders/${id}`,
    '/v1/trace/{order}': `/v1/trace/${id}`,
    '/v1/trace/{journal}': `/v1/trace/${journal}`,
    '/v1/exceptions': '/v1/exceptions?limit=50',
    '/v1/journals': '/v1/journals?limit=50',
    '/v1/journals?account=REFP': '/v1/journals?account=REFP&limit=50',
    '/v1/journals?orderId=': `/v1/journals?orderId=${id}`,
    '/v1/journals/{id}': `/v1/journals/${journal}`,
    '/v1/trial-balance': '/v1/trial-balance?entity=us-01',
    '/v1/inventory/{sku}': `/v1/inventory/${sku}`,
    '/v1/availability': `/v1/availability?sku=${sku}`,
    '/v1/mappings/{kind}': '/v1/mappings/tax-code',
  };
  const measured: [string, number][] = [];
  for (const [name, path] of Object.entries(paths)) {
    const tookMs: number[] = [];
    let status = 0;
    for (let sample = 0; sample < READS; sample += 1) {
      const startedAt = performance.now();
      const response = await fetch(`${apiUrl}${path}`, {
        headers: { authorization: `Bearer ${keys.operator}` },
      });
      await response.arrayBuffer();
      ({ status } = response);
      tookMs.push(performance.now() - startedAt);
    }
    measured.push([`GET ${name}${status === 200 ? '' : ` (${status})`}`, median(tookMs)]);
  }
  return measured;
}
