/**
 * Plays two orders through the whole path, for a person who watches: sold, reserved, paid, shipped,
 * captured, booked, posted. Each is followed until it is closed and its journals are in the ERP.
 */
import { z } from 'zod';
import { pollUntil } from '../supervisor/poll';
import type { StackJson } from '../supervisor/stack-json';
import { apiClient, type Api } from './api-client';
import { sellInShopify, sellInWebShop } from './orders';
import { openShop, receiveGoods, WAREHOUSE, TEA } from './shop';
import { storyOf, Trace } from './story';

const ORDER_DEADLINE_MS = 60_000;

const Availability = z.object({ sellable: z.number() });
const FoundOrders = z.object({
  items: z.array(z.object({ orderId: z.string(), status: z.string() })),
});
const Journals = z.object({ items: z.array(z.object({ journalId: z.string() })) });
export interface WorkedOrder {
  readonly orderId: string;
  readonly orderNo: string;
}

/**
 * Plays the worked orders.
 * @param print takes one line at a time
 * @throws Error when an order does not end in its time, with what it waits for.
 */
export async function playWorkedOrder(
  stackJson: StackJson,
  print: (line: string) => void,
): Promise<readonly WorkedOrder[]> {
  const { apiUrl, keys, sandbox } = stackJson;
  const oms = apiClient(apiUrl, keys.oms);
  const operator = apiClient(apiUrl, keys.operator);
  const reader = apiClient(apiUrl, keys.auditor);
  await openShop(operator);
  await receiveGoods(oms);
  await untilStocked(reader);
  const sold = [
    { channel: 'shopify-us', orderNo: await sellInShopify(apiClient(sandbox.commerce)) },
    { channel: 'web-us', orderNo: await sellInWebShop(oms) },
  ];
  const played: WorkedOrder[] = [];
  for (const { channel, orderNo } of sold) {
    const orderId = await untilClosed(reader, channel, orderNo);
    const trace = await untilPosted(reader, orderId);
    for (const line of storyOf(channel, orderNo, orderId, trace)) print(line);
    played.push({ orderId, orderNo });
  }
  return played;
}

async function untilStocked(reader: Api): Promise<void> {
  await pollUntil('goods on the shelf', ORDER_DEADLINE_MS, async () => {
    const path = `/v1/availability?sku=${TEA}&location=${WAREHOUSE}`;
    const found = Availability.safeParse(await reader.get(path).catch(() => null));
    return found.success && found.data.sellable > 0;
  });
}

async function untilClosed(reader: Api, channel: string, orderNo: string): Promise<string> {
  let last = 'is not here';
  let orderId = '';
  const isClosed = async () => {
    const path = `/v1/orders?channelInstance=${channel}&orderNo=${orderNo}`;
    const [order] = FoundOrders.parse(await reader.get(path)).items;
    last = `is ${order?.status ?? 'not here'}`;
    orderId = order?.orderId ?? '';
    return order?.status === 'closed';
  };
  await pollUntil(`order ${channel}/${orderNo}`, ORDER_DEADLINE_MS, isClosed).catch(() => {
    throw new Error(`order ${channel}/${orderNo} ${last}; see GET /v1/trace/${orderNo}`);
  });
  return orderId;
}

/** Every journal of the order has its ERP document. */
async function untilPosted(reader: Api, orderId: string): Promise<Trace> {
  let trace: Trace = { entries: [] };
  await pollUntil(`the ERP documents of ${orderId}`, ORDER_DEADLINE_MS, async () => {
    const journals = Journals.parse(await reader.get(`/v1/journals?orderId=${orderId}`)).items;
    trace = Trace.parse(await reader.get(`/v1/trace/${orderId}`));
    const documents = trace.entries.filter((entry) => /document/i.test(entry.kind));
    return journals.length > 0 && documents.length > 0;
  });
  return trace;
}
