/**
 * Plays each flow through its whole path, for a person who watches: two orders, sold, reserved, paid,
 * shipped, captured, booked, posted, each followed until it is closed and its journals are in the
 * ERP; then what is collected in a store, what comes back, and the processor's payout.
 */
import { z } from 'zod';
import { pollUntil } from '../supervisor/poll';
import type { StackJson } from '../supervisor/stack-json';
import { apiClient, type Api } from './api-client';
import { sellInShopify, sellInWebShop } from './orders';
import {
  handedOverInParts,
  notCollected,
  openStores,
  OTHER_STORE,
  reSourced,
  STORE,
} from './pickups';
import { backBeforeItsInvoice, boughtOnlineReturnedInStore, exchangedForDearer } from './returns';
import { paidOut } from './settlement';
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
  await openStores({ operator, oms });
  await untilStocked(reader);
  const sold = [
    { channel: 'shopify-us', orderNo: await sellInShopify(apiClient(sandbox.commerce)) },
    { channel: 'web-us', orderNo: await sellInWebShop(oms) },
  ];
  const played: WorkedOrder[] = [];
  for (const { channel, orderNo } of sold) {
    const orderId = await untilEnded(reader, channel, orderNo, 'closed');
    const trace = await untilPosted(reader, orderId);
    for (const line of storyOf(channel, orderNo, orderId, trace)) print(line);
    played.push({ orderId, orderNo });
  }
  return played;
}

const PICKUPS = [handedOverInParts, notCollected, reSourced];
const RETURNS = [boughtOnlineReturnedInStore, exchangedForDearer, backBeforeItsInvoice];

/** Plays each flow, once or in all that is played of it: orders, pickups, returns, a payout. */
export async function playFlows(
  stackJson: StackJson,
  print: (line: string) => void,
  played: 'once' | 'all',
): Promise<void> {
  const count = played === 'once' ? 1 : undefined;
  await playWorkedOrder(stackJson, print);
  await playPickups(stackJson, print, PICKUPS.slice(0, count));
  await playReturns(stackJson, print, RETURNS.slice(0, count));
  await playSettlement(stackJson, print);
}

/** Plays orders that are collected in a store. */
async function playPickups(
  { apiUrl, keys, sandbox }: StackJson,
  print: (line: string) => void,
  plays: readonly (typeof handedOverInParts)[],
): Promise<void> {
  const reader = apiClient(apiUrl, keys.auditor);
  const callers = {
    operator: apiClient(apiUrl, keys.operator),
    oms: apiClient(apiUrl, keys.oms),
    store: apiClient(apiUrl, keys.store),
    support: apiClient(apiUrl, keys.support),
    commerce: apiClient(sandbox.commerce),
  };
  await openStores(callers);
  await untilStocked(reader, STORE);
  await untilStocked(reader, OTHER_STORE);
  for (const play of plays) {
    const { channel, orderNo, says, status } = await play(callers);
    const orderId = await untilEnded(reader, channel, orderNo, status);
    const trace = Trace.parse(await reader.get(`/v1/trace/${orderId}`));
    print(`\n${says}:`);
    for (const line of storyOf(channel, orderNo, orderId, trace)) print(line);
  }
}

/** Plays goods that come back: to a store's counter, for others, and before their invoice. */
async function playReturns(
  { apiUrl, keys, sandbox }: StackJson,
  print: (line: string) => void,
  plays: readonly (typeof boughtOnlineReturnedInStore)[],
): Promise<void> {
  const reader = apiClient(apiUrl, keys.auditor);
  const callers = {
    reader,
    oms: apiClient(apiUrl, keys.oms),
    store: apiClient(apiUrl, keys.store),
    support: apiClient(apiUrl, keys.support),
    warehouse: apiClient(sandbox.wms),
  };
  for (const play of plays) {
    const { orderNos, says } = await play(callers);
    print(`\n${says}:`);
    for (const orderNo of orderNos) {
      const orderId = await untilEnded(reader, 'web-us', orderNo, 'closed');
      const trace = Trace.parse(await reader.get(`/v1/trace/${orderId}`));
      for (const line of storyOf('web-us', orderNo, orderId, trace)) print(line);
    }
  }
}

/** Plays the processor's payout of what was sold, to the bank. */
async function playSettlement(
  { apiUrl, consoleUrl, keys, sandbox }: StackJson,
  print: (line: string) => void,
): Promise<void> {
  const finance = apiClient(apiUrl, keys.finance);
  const payment = apiClient(sandbox.payment);
  const lines = await paidOut({ finance, payment, consoleUrl });
  for (const line of lines) print(line);
}

async function untilStocked(reader: Api, location = WAREHOUSE): Promise<void> {
  await pollUntil('goods on the shelf', ORDER_DEADLINE_MS, async () => {
    const path = `/v1/availability?sku=${TEA}&location=${location}`;
    const found = Availability.safeParse(await reader.get(path).catch(() => null));
    return found.success && found.data.sellable > 0;
  });
}

async function untilEnded(
  reader: Api,
  channel: string,
  orderNo: string,
  status: string,
): Promise<string> {
  let last = 'is not here';
  let orderId = '';
  const isClosed = async () => {
    const path = `/v1/orders?channelInstance=${channel}&orderNo=${orderNo}`;
    const [order] = FoundOrders.parse(await reader.get(path)).items;
    last = `is ${order?.status ?? 'not here'}`;
    orderId = order?.orderId ?? '';
    return order?.status === status;
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
